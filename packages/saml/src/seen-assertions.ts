import { hash } from 'node:crypto'
import type { Clock } from '@bothkeys/core/verifier'
import { assertKnownOptions, BothKeysError, systemClock } from '@bothkeys/core/verifier'
import { forwardTimeOf } from './forward-time-of.js'
import { responseRefused } from './response-refused.js'

/**
 * Remembers which assertions were used, so that none works twice. Where several processes take the responses of one address,
 * they must share one memory: write your own over a store that can insert a name only once.
 */
export interface SeenAssertions {
  /**
   * True the first time and false every other time, also of two calls at once. The name is kept until `untilMs`, Unix time
   * in milliseconds. Throws when it cannot be kept, which refuses the assertion.
   */
  use(name: string, untilMs: number): Promise<boolean> | boolean
}

/**
 * A memory of used assertions in this process. When it is full it refuses what is new and forgets nothing early.
 * Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * const seen = seenAssertions({ capacity: 10_000 })
 */
export function seenAssertions(options: { readonly capacity?: number; readonly clock?: Clock } = {}): SeenAssertions {
  assertKnownOptions('seenAssertions', options, optionNames)
  const { capacity = 100_000, clock = systemClock } = options
  if (!Number.isSafeInteger(capacity) || capacity < 1 || capacity > 10_000_000)
    throw new BothKeysError('ERR_CONFIG_INVALID', 'seenAssertions: capacity must be between 1 and 10,000,000')
  const time = forwardTimeOf(clock)
  const ends = new Map<string, number>()
  return Object.freeze({
    use(name: string, untilMs: number): boolean {
      if (ends.has(name)) return false
      if (ends.size >= capacity) forget(ends, time.nowMs())
      if (ends.size >= capacity)
        throw responseRefused('too many logins came in a short time', 'wait until earlier ones have expired')
      ends.set(name, untilMs)
      return true
    },
  })
}

const optionNames: ReadonlySet<string> = new Set(['capacity', 'clock'])

function forget(ends: Map<string, number>, nowMs: number): void {
  for (const [name, endMs] of ends) {
    if (endMs < nowMs) ends.delete(name)
  }
}

/** What an assertion is remembered by: ids are the issuer's own. */
export function assertionName(issuer: string, id: string): string {
  return hash('sha256', JSON.stringify(['bothkeys.saml-assertion.v1', issuer, id]), 'base64url')
}
