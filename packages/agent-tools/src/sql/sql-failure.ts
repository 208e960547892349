import type { ErrorCode } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { ToolFailure } from '../agent-tool.js'

/** What the door and the server say of a statement (PostgreSQL, Error and Notice Message Fields). */
interface Said {
  readonly message: string
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly routine?: string
}

/** The longest text of a server that a model is shown of a failure, in characters: one may quote a value of any length. */
const longest = 2_000

/**
 * What a client was answered, as what it is: a refusal of the door, or what the server could not do, in its words, which the
 * door has masked. Of anything else nobody knows what it holds, so it stays as it is.
 */
export function failureOf(error: unknown): unknown {
  if (error instanceof BothKeysError || !isSaid(error)) return error
  const refused = error.routine === 'bothkeys' ? /^(ERR_[A-Z_]+)(?: \(rule (.+)\))?$/.exec(error.detail ?? '') : null
  if (refused !== null) {
    const [, code = '', rules] = refused
    return new BothKeysError(code as ErrorCode, error.message, {
      rules: rules?.split(', ') ?? [],
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
  const more = [error.detail, error.hint].flatMap((text) => (text === undefined ? [] : short(text)))
  const words = [`${short(error.message)} (SQLSTATE ${error.code ?? 'unknown'})`, ...more]
  return new ToolFailure(words.join('. '), { cause: error })
}

function short(text: string): string {
  return text.slice(0, longest)
}

function isSaid(error: unknown): error is Said {
  return error instanceof Error && 'code' in error && 'severity' in error
}
