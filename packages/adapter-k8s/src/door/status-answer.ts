import type { ErrorCode, Refusal } from '@bothkeys/core/adapter'
import type { Outlet } from './outlet.js'

/** The status and the reason of the API server (API conventions, "Response Status Kind") that stand for a refusal. */
const statuses: Partial<Record<ErrorCode, readonly [number, string]>> = {
  ERR_APPROVAL_VOID: [409, 'Conflict'],
  ERR_DEADLINE: [504, 'Timeout'],
  ERR_DIRECTORY_UNAVAILABLE: [503, 'ServiceUnavailable'],
  ERR_INTERNAL: [500, 'InternalError'],
  ERR_JOURNAL_BEHIND: [503, 'ServiceUnavailable'],
  ERR_JOURNAL_UNAVAILABLE: [503, 'ServiceUnavailable'],
  ERR_LEDGER_UNAVAILABLE: [503, 'ServiceUnavailable'],
  ERR_LEDGER_UNKNOWN: [503, 'ServiceUnavailable'],
  ERR_LIMIT_EXCEEDED: [429, 'TooManyRequests'],
  ERR_OUTCOME_UNRECORDED: [503, 'ServiceUnavailable'],
  ERR_REVOKED: [401, 'Unauthorized'],
  ERR_SESSION_CLOSED: [401, 'Unauthorized'],
  ERR_STATEMENT_INVALID: [400, 'BadRequest'],
}

/** What a refusal is as an answer: its status, and the reason of a Status. */
export function statusFor(error: ErrorCode): readonly [number, string] {
  return (Object.hasOwn(statuses, error) ? statuses[error] : undefined) ?? [403, 'Forbidden']
}

/** The body of an answer of the API server about a request that failed. */
interface Status {
  readonly code: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** Says that the door refuses, and with which code. No server can say so: its headers do not go on. */
export const refusalHeader = 'bothkeys-refusal'

/** A refusal as a Status: the code, the rules and what to do stand in its details, where kubectl and client-node show them. */
export function statusOf(refusal: Refusal): Status {
  const { code: error, hint, message, rules } = refusal
  const [code, reason] = statusFor(error)
  const causes = [{ reason: error, message: hint }, ...rules.map((rule) => ({ reason: 'Rule', message: rule }))]
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason }
  return { code, body: JSON.stringify({ ...status, details: { causes }, code }), headers: { [refusalHeader]: error } }
}

/** Answers with a refusal. What was begun already is cut off, so that it looks whole to nobody. */
export function answerRefusal(
  response: Outlet,
  refusal: Refusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const { body, code, headers: said } = statusOf(refusal)
  const framing = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(code, { ...headers, ...said, ...framing })
  response.end(body)
}
