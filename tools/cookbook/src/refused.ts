import { BothKeysError } from '@bothkeys/core'

/** What a client was told that was refused. */
export interface Refused {
  readonly code: string
  readonly rules: readonly string[]
  readonly message: string
}

/** What is thrown when the door let it through and the target could not do it: no recipe is about that. */
export class TargetFailure extends Error {}

/** Reads what a client got: an error of the library, or one that the PostgreSQL door answered. Throws what is neither. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof BothKeysError) return { code: error.code, rules: error.rules, message: error.message }
  if (!(error instanceof Error) || !('detail' in error)) throw error
  const said = /^(ERR_[A-Z_]+)(?: \(rule (.+)\))?$/.exec(String(error.detail))
  if (said === null) throw error
  return { code: said[1] ?? '', rules: said[2]?.split(', ') ?? [], message: error.message }
}
