import type * as jose from 'jose'
import { BothKeysError } from '../errors.js'

/** The library that checks signatures. */
export type Jose = typeof jose

let loading: Promise<Jose> | undefined

/**
 * jose, loaded when the first verifier is built: it is many files, and a guard with another identity needs none of them.
 * Rejects with ERR_CONFIG_INVALID when it is not installed; no token is accepted then.
 */
export function loadJose(): Promise<Jose> {
  if (loading === undefined) {
    loading = import('jose').catch((cause: unknown) => {
      throw new BothKeysError(
        'ERR_CONFIG_INVALID',
        'jose, which checks the signatures of tokens, could not be loaded',
        {
          hint: 'install the dependencies of @bothkeys/core',
          cause,
        },
      )
    })
    // Whoever verifies a token waits for it and is told.
    loading.catch(() => undefined)
  }
  return loading
}
