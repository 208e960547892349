import { BothKeysError } from '@bothkeys/core'

/** The refusal of what acts for another agent than the one that calls it. */
export function lentError(what = 'this tool'): BothKeysError {
  return new BothKeysError('ERR_DELEGATION_REFUSED', `refused: ${what} acts for another agent`, {
    hint: 'use a tool of your own',
  })
}
