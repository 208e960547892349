import { KnownBytes } from './known-bytes.js'
import { meaningOf } from './plain-names.js'

const mostNames = 4096

/** What was found to be plain in the bytes of items, and the names of fields, which have numbers here. */
export class PlainMemory {
  readonly known = new KnownBytes()
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()
  /** What names mean, by their numbers. */
  readonly meanings = new Uint8Array(mostNames)

  /** Forgets all when there is no room for more. Numbers that were said until then are no longer those of names. */
  refresh(): void {
    if (!this.known.isFull && this.#names.length < mostNames) return
    this.known.clear()
    this.#names.length = 0
    this.#ids.clear()
  }

  /** The number of a name, which stays the same until all is forgotten. -1: there is no room. */
  idOf(name: string): number {
    const known = this.#ids.get(name)
    if (known !== undefined) return known
    const id = this.#names.length
    if (id >= mostNames) return -1
    this.#names.push(name)
    this.#ids.set(name, id)
    this.meanings[id] = meaningOf(name)
    return id
  }

  nameOf(id: number): string {
    return this.#names[id] ?? ''
  }
}
