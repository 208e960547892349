import { BothKeysError } from '@bothkeys/core'

/**
 * The same, so many at a time: what may take long takes no place of what does not. Rejects with ERR_LIMIT_EXCEEDED above that,
 * without having begun.
 */
export function atOnce<Args extends readonly unknown[], Result>(
  max: number,
  act: (...args: Args) => Promise<Result>,
): (...args: Args) => Promise<Result> {
  let running = 0
  return async (...args) => {
    if (running >= max) {
      throw new BothKeysError('ERR_LIMIT_EXCEEDED', 'as many are asked for at the same time as there may be', {
        hint: 'ask again in a while',
      })
    }
    running++
    try {
      return await act(...args)
    } finally {
      running--
    }
  }
}
