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
  const parts = [`${error.message} (SQLSTATE ${error.code ?? 'unknown'})`, error.detail, error.hint]
  return new ToolFailure(parts.filter((part) => part !== undefined).join('. '), { cause: error })
}

function isSaid(error: unknown): error is Said {
  return error instanceof Error && 'code' in error && 'severity' in error
}
