import { BothKeysError } from '@bothkeys/core'
import type { ErrorCode } from '@bothkeys/core'
import type { Outgoing } from './http/route.js'

const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_TOKEN_INVALID: 401,
  ERR_REQUEST_INVALID: 400,
  ERR_LIMIT_EXCEEDED: 429,
}

/** A message of an engine that is not taken. It ends in the record as `reason`, a fixed word. */
export class EngineRefusal extends Error {
  readonly status: number
  readonly code: ErrorCode
  readonly reason: string
  readonly hint: string
  readonly retryAfterS: number | undefined

  constructor(
    status: number,
    code: ErrorCode,
    reason: string,
    [message, hint]: readonly [message: string, hint: string],
    retryAfterS?: number,
  ) {
    super(message)
    this.status = status
    this.code = code
    this.reason = reason
    this.hint = hint
    this.retryAfterS = retryAfterS
  }
}

/** What a message is refused with; undefined for a failure of the relay's own. */
export function refusalOf(error: unknown): EngineRefusal | undefined {
  if (error instanceof EngineRefusal) return error
  if (!(error instanceof BothKeysError)) return undefined
  const { code, hint = '', message } = error
  const status = statuses[code]
  if (status === undefined) return undefined
  return new EngineRefusal(status, code, code, [message, hint], status === 429 ? 60 : undefined)
}

/** The answer to an engine whose message was refused. */
export function refusedAnswer({ code, hint, message, retryAfterS, status }: EngineRefusal): Outgoing {
  const retry: Record<string, string> = retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) }
  const login: Record<string, string> = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
  return { ...jsonAnswer(status, { code, message, hint }), headers: { ...json, ...retry, ...login } }
}

/** An answer as JSON. */
export function jsonAnswer(status: number, value: unknown): Outgoing {
  return { status, headers: json, body: JSON.stringify(value) }
}

const json: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' }
