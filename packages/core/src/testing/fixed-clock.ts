import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'

/** A clock that stands still until it is told otherwise. */
export interface FixedClock extends Clock {
  /** Lets time pass on both clocks. */
  advance(ms: number): void
  /** Moves the wall clock alone, also backwards, as an operator or a time server may. */
  setWall(ms: number): void
}

/** A clock for tests: the wall clock starts at `startMs`, the monotonic one at 0. */
export function fixedClock(startMs: number): FixedClock {
  let wall = startMs
  let monotonic = 0
  return Object.freeze({
    wallMs: () => wall,
    monotonicMs: () => monotonic,
    advance(ms: number): void {
      if (!(ms >= 0)) {
        throw new BothKeysError('ERR_CONFIG_INVALID', 'time cannot be advanced by less than nothing', {
          hint: 'use setWall() to move the wall clock backwards',
        })
      }
      wall += ms
      monotonic += ms
    },
    setWall(ms: number): void {
      wall = ms
    },
  })
}
