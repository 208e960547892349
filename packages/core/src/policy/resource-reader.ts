import type { Resource } from './resource-pattern.js'
import { parseResource } from './resource-pattern.js'

const mostKept = 4_096
const longestKept = 512

/** Parses resources and remembers the last few thousand: the same names come again with every statement. */
export class ResourceReader {
  readonly #known = new Map<string, Resource>()

  read(text: string): Resource | undefined {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const resource = parseResource(text)
    if (resource === undefined || text.length > longestKept) return resource
    // Names may be of an adversary's choosing, so the memory is emptied rather than left to grow.
    if (this.#known.size >= mostKept) this.#known.clear()
    this.#known.set(text, resource)
    return resource
  }
}
