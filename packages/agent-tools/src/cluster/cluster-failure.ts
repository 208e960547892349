import type { ErrorCode } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { ToolFailure } from '../agent-tool.js'
import { isObject, textAt } from './json.js'

/** What a request was answered that did not go well. */
export interface FailedAnswer {
  readonly status: number
  /** What the door alone says: that it refuses, and with which code. */
  readonly refusal: string | undefined
  readonly body: string
}

/** The longest text of a server that a model is shown of a failure, in characters. */
const longest = 2_000

/**
 * What the door refused, as its error, and what the API server could not do, in its words, which the door has masked. Anything else
 * that answers is not quoted.
 */
export function failureOf({ body, refusal, status }: FailedAnswer): BothKeysError | ToolFailure {
  const said = statusIn(body)
  const message = textAt(said, 'message')
  if (refusal !== undefined && /^ERR_[A-Z_]+$/.test(refusal)) {
    const causes = causesOf(said)
    const hint = causes.find(({ reason }) => reason === refusal)?.message
    const rules = causes.flatMap((cause) => (cause.reason === 'Rule' ? cause.message : []))
    return new BothKeysError(refusal as ErrorCode, message ?? 'refused', { rules, ...(hint !== undefined && { hint }) })
  }
  const reason = textAt(said, 'reason')
  const words = message === undefined ? '' : `: ${message.slice(0, longest)}`
  return new ToolFailure(
    `the API server answered ${String(status)}${reason === undefined ? '' : ` ${reason.slice(0, 100)}`}${words}`,
  )
}

function statusIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    return textAt(value, 'kind') === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}

function causesOf(status: unknown): readonly { readonly reason: string; readonly message: string }[] {
  const details = isObject(status) ? status['details'] : undefined
  const causes = isObject(details) ? details['causes'] : undefined
  if (!Array.isArray(causes)) return []
  return causes.flatMap((cause: unknown) => {
    const [reason, message] = [textAt(cause, 'reason'), textAt(cause, 'message')]
    return reason === undefined || message === undefined ? [] : [{ reason, message }]
  })
}
