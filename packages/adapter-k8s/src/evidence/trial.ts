import { BothKeysError } from '@bothkeys/core/adapter'
import type { JsonObject, JsonValue } from '../json.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'
import { asDryRun } from './dry-run.js'
import type { Looks } from './looks.js'

/**
 * What came of a dry run: the object as it would be stored; that the API server refuses the write, as it would the real one; or why
 * nobody knows.
 */
export type Trial =
  | { readonly object: JsonObject }
  | { readonly refused: string }
  | { readonly none: 'failed' | 'not-tried' | 'no-dry-runs' }

const reasons: ReadonlyMap<number, string> = new Map([
  [403, 'refused-forbidden'],
  [404, 'refused-not-found'],
  [409, 'refused-conflict'],
  [422, 'refused-invalid'],
])

/** Has the API server try a write and keep nothing of it. Rejects only with the reason of the signal, or of the journal. */
export async function tried(request: CanonicalRequest, looks: Looks, signal: AbortSignal): Promise<Trial> {
  const { body, headers, info, method, query } = asDryRun(request)
  try {
    const { status, value } = await looks.ask({
      method,
      path: info.path,
      query,
      headers: { ...headers, accept: 'application/json' },
      body: body?.text,
    })
    if (status >= 200 && status < 300)
      return isObject(value) && isStored(value) ? { object: value } : { none: 'failed' }
    if (status < 400 || status >= 500 || status === 401 || status === 429) return { none: 'failed' }
    return isAgainstDryRuns(value) ? { none: 'no-dry-runs' } : { refused: reasons.get(status) ?? 'refused' }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof BothKeysError && error.code === 'ERR_INTERNAL') return { none: 'failed' }
    throw error
  }
}

function isStored(object: JsonObject): boolean {
  return own(object, 'kind') !== 'Status' && isObject(own(object, 'metadata'))
}

/** A webhook that has side effects refuses what the real write would not be refused. */
function isAgainstDryRuns(status: JsonValue | undefined): boolean {
  const message = isObject(status) ? own(status, 'message') : undefined
  return typeof message !== 'string' || /dry.?run/i.test(message)
}
