import { BothKeysError } from '@bothkeys/core/adapter'

/** The longest time that a timer takes, in milliseconds. */
const longest = 2_147_483_647

/** How long saying what a call does may take, in milliseconds. Throws ERR_CONFIG_INVALID for what is no time. */
export function describeMsOf(given = 10_000): number {
  assertMs('describeMs', given)
  return given
}

/** Throws ERR_CONFIG_INVALID for what no timer takes. */
export function assertMs(option: string, given: number): void {
  if (Number.isSafeInteger(given) && given > 0 && given <= longest) return
  throw new BothKeysError('ERR_CONFIG_INVALID', `${option} must be a whole number from 1 to ${String(longest)}`, {
    hint: 'give it in milliseconds, or leave it out',
  })
}
