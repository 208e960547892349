import { BothKeysError } from '@bothkeys/core/adapter'

/** Why an answer cannot be masked, in words that hold nothing of it. */
export class Unmaskable extends Error {}

const made = new WeakSet<Error>()

/**
 * The error that ends an answer. It holds nothing of the answer, and no cause: what a parser or a detector throws may quote what
 * they read.
 */
export function maskingFailure(error: unknown): BothKeysError {
  if (error instanceof BothKeysError && made.has(error)) return error
  const why = error instanceof Unmaskable ? error.message : 'it could not be read as what it should be'
  const failure = new BothKeysError(
    'ERR_INTERNAL',
    `the answer of the API server could not be masked: ${why}; nothing more is shown`,
  )
  made.add(failure)
  return failure
}
