import { BothKeysError } from '../errors.js'

/** The refusal of a proof of possession: says why, never what the proof holds. */
export function proofRefused(
  reason: string,
  hint = 'sign a new proof with the key that the token is bound to',
): BothKeysError {
  return new BothKeysError('ERR_PROOF_INVALID', `the proof of possession was refused: ${reason}`, { hint })
}
