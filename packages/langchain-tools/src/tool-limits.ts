import { BothKeysError } from '@bothkeys/core'

/** How long code of the host may take for one call. */
export interface ToolLimits {
  /**
   * How long a tool's schema and `describe` may take, each time that they are asked, in milliseconds. The call is refused then, on record.
   * Default: 10,000.
   */
  readonly describeMs?: number | undefined
  /**
   * How long the tool itself may run, once it was let through, in milliseconds. Its signal aborts then, and nobody knows how far it came.
   * Default: as long as it likes.
   */
  readonly timeoutMs?: number | undefined
}

/** The same, checked. */
export interface CheckedLimits {
  readonly describeMs: number
  readonly timeoutMs: number | undefined
}

/** The longest time that a timer takes, in milliseconds. */
const longest = 2_147_483_647

/** Throws ERR_CONFIG_INVALID on a wrong option. */
export function limitsOf({ describeMs = 10_000, timeoutMs }: ToolLimits): CheckedLimits {
  for (const [name, given] of Object.entries({ describeMs, timeoutMs: timeoutMs ?? 1 })) {
    if (Number.isSafeInteger(given) && given > 0 && given <= longest) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `${name} must be a whole number from 1 to ${String(longest)}`, {
      hint: 'give it in milliseconds, or leave it out',
    })
  }
  return Object.freeze({ describeMs, timeoutMs })
}
