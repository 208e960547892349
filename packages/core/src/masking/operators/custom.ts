import type { Clock } from '../../model/clock.js'
import { letGo } from '../../model/maybe-promise.js'
import type { MaskContext, Operator } from '../operator.js'
import { guarded } from './guarded.js'

/** A user's own way to mask. It must answer at once: nothing can stop a function that runs. */
export type CustomMask = (value: string, context: MaskContext) => string | null

/** What bounds a user's own function. */
export interface CustomOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** How long a call may take, in milliseconds: 50 unless given. */
  readonly mostMs?: number
}

const longest = 10_000
const mostLate = 3

/**
 * Masks by a user's own function. A value is redacted when the function throws, answers anything but a text or null (a promise
 * is no text), answers more than 10,000 characters or the value itself within them, or answers late; after three late answers
 * in a row it is not asked again.
 */
export function custom(name: string, mask: CustomMask, { clock, mostMs = 50 }: CustomOptions): Operator {
  let late = 0
  return guarded({
    name,
    // It may be: nobody knows.
    deterministic: true,
    mask(value, context) {
      if (late >= mostLate) return undefined
      const start = clock.monotonicMs()
      let masked: unknown
      try {
        masked = mask(value, context)
      } finally {
        late = clock.monotonicMs() - start > mostMs ? late + 1 : 0
      }
      letGo(masked)
      if (late > 0) return undefined
      if (masked === null) return null
      return typeof masked === 'string' && masked.length <= longest && !holds(masked, value) ? masked : undefined
    },
  })
}

function holds(masked: string, value: string): boolean {
  return value !== '' && masked.includes(value)
}
