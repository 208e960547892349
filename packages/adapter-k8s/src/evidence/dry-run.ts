import type { CanonicalRequest } from '../request/canonical-request.js'
import type { Pair } from '../request/target.js'
import { withQuery } from '../request/target.js'

/** The same write, of which nothing is stored. Deletions say so elsewhere: they are none of these. */
export function asDryRun(request: CanonicalRequest): CanonicalRequest {
  if (request.dryRun) return request
  const pairs: readonly Pair[] = [...request.query, ['dryRun', 'All']]
  const query = pairs.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
  return { ...request, query, target: withQuery(request.info.path, query), dryRun: true }
}
