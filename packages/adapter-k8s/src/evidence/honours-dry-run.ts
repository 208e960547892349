import { isObject, own } from '../json-object.js'
import type { ResourcePath } from '../request/resource-path.js'
import { servedGroups } from '../request/served-groups.js'
import type { Looks } from './looks.js'

const freshMs = 60_000
const mostKnown = 1_024

/**
 * Tells who keeps nothing of a dry run: the API server itself, with its own groups and those of custom resources. A server that stands
 * behind it may do what it is asked to try.
 */
export class HonoursDryRun {
  readonly #known = new Map<string, { readonly atMs: number; readonly honours: boolean }>()

  /** False where it cannot be told. Rejects as looks do. */
  async of({ apiGroup, apiVersion }: Pick<ResourcePath, 'apiGroup' | 'apiVersion'>, looks: Looks): Promise<boolean> {
    if (servedGroups.has(apiGroup)) return true
    const name = `${apiVersion}.${apiGroup}`
    const known = this.#known.get(name)
    const nowMs = performance.now()
    if (known !== undefined && nowMs - known.atMs < freshMs) return known.honours
    const { status, value } = await looks.ask({
      method: 'GET',
      path: `/apis/apiregistration.k8s.io/v1/apiservices/${name}`,
    })
    const spec = isObject(value) ? own(value, 'spec') : undefined
    // A service of its own serves the group where one is named.
    const honours = status === 200 && isObject(spec) && (own(spec, 'service') ?? null) === null
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.set(name, { atMs: nowMs, honours })
    return honours
  }
}
