import type { Clock } from '@bothkeys/core/verifier'
import { ForwardTime } from '@bothkeys/core/verifier'

const times = new WeakMap<Clock, ForwardTime>()

/** The time of a clock, one for all who look at it, so that a clock that is set back brings no assertion back. */
export function forwardTimeOf(clock: Clock): ForwardTime {
  const known = times.get(clock) ?? new ForwardTime(clock)
  times.set(clock, known)
  return known
}
