import type { CanonicalRequest } from '../request/canonical-request.js'
import { withQuery } from '../request/target.js'

/** A log as it is asked for, and how many bytes of what is shown of it go out. */
export interface LogLimit {
  readonly target: string
  readonly most: number
}

/**
 * A log that is masked is asked for whole, and cut behind the mask: in what the API server cuts, a part of a secret would stand that
 * nothing detects any more. Undefined: nothing is cut by bytes.
 */
export function logLimit({ info, kind, query }: CanonicalRequest, isMasked: boolean): LogLimit | undefined {
  const [, given = ''] = query.find(([name]) => name === 'limitBytes') ?? []
  if (kind !== 'log' || !isMasked || !(Number(given) > 0)) return undefined
  const others = query.filter(([name]) => name !== 'limitBytes')
  return { target: withQuery(info.path, others), most: Number(given) }
}

/** The first bytes of a stream. What follows is not read. */
export async function* upTo(parts: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array, void> {
  let left = most
  for await (const part of parts) {
    yield part.subarray(0, left)
    left -= part.length
    if (left <= 0) return
  }
}
