import type { ErrorCode } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'

/** What a route answers. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly type: 'application/json' | 'text/plain; charset=utf-8' | (string & {})
  readonly headers?: Readonly<Record<string, string>>
}

export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: `${JSON.stringify(body)}\n`, type: 'application/json', headers }
}

/** A refusal of the listener itself. */
export function problem(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(status, { error: { message } }, headers)
}

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_CONFIG_INVALID: 400,
  ERR_TOKEN_INVALID: 401,
  ERR_PROOF_INVALID: 401,
  ERR_PROOF_NONCE: 401,
  ERR_DENIED: 403,
  ERR_DIRECTORY_REFUSED: 403,
  ERR_DUTY_CONFLICT: 403,
  ERR_REVOKED: 403,
  ERR_LIMIT_EXCEEDED: 429,
  ERR_ABORTED: 503,
  ERR_DEADLINE: 503,
  ERR_DIRECTORY_UNAVAILABLE: 503,
  ERR_JOURNAL_UNAVAILABLE: 503,
  ERR_LEDGER_UNAVAILABLE: 503,
  ERR_LEDGER_UNKNOWN: 503,
  ERR_SESSION_CLOSED: 503,
}

/** What is said about an error. The text of a BothKeysError holds no secret; of any other, nothing is said. */
export function errorAnswer(error: unknown): Answer {
  if (!(error instanceof BothKeysError)) return json(500, { error: { code: 'ERR_INTERNAL' } })
  const status = statuses[error.code] ?? 500
  const { code, hint, message, nonce } = error
  return json(status, { error: { code, message, hint } }, status === 401 ? challenge(code, nonce) : {})
}

/** RFC 6750 section 3 and RFC 9449 sections 7.1 and 9. */
function challenge(code: ErrorCode, nonce: string | undefined): Readonly<Record<string, string>> {
  switch (code) {
    case 'ERR_PROOF_NONCE':
      return { 'www-authenticate': 'DPoP error="use_dpop_nonce"', ...(nonce !== undefined && { 'dpop-nonce': nonce }) }
    case 'ERR_PROOF_INVALID':
      return { 'www-authenticate': 'DPoP error="invalid_dpop_proof"' }
    default:
      return { 'www-authenticate': 'Bearer error="invalid_token", DPoP error="invalid_token"' }
  }
}
