import type { MaskContext, Operator } from '../operator.js'
import { fromDays, parseCalendarTime, toDays, writeCalendarTime } from './calendar.js'
import { guarded } from './guarded.js'
import type { Joins, MaskBinding } from './keyed.js'
import { scopeTexts } from './keyed.js'
import { macOf } from './mac-text.js'

/** How far dates move, and for whom they move alike. */
export interface DateShiftOptions {
  /** The most days that a date moves, back or forth: 1 to 36,500. */
  readonly maxDays: number
  /** `run` unless given: another root run sees other dates (RULES 30). */
  readonly across?: Joins
}

/**
 * Moves the dates of a subject by the same number of days, never none, so that the times between them stay. The time of day,
 * its precision and its zone stay as they are. What is no ISO date or timestamp of the years 1 to 9999, or would leave them,
 * is redacted. Whoever knows one date of a subject knows all of them.
 */
export function dateShift(binding: MaskBinding, { maxDays, across = 'run' }: DateShiftOptions): Operator {
  const scope = scopeTexts(binding, across)
  return guarded({
    name: 'dateShift',
    deterministic: true,
    mask(value, context) {
      const read = parseCalendarTime(value)
      if (read === undefined) return undefined
      const mac = macOf(binding.key, 'bothkeys.mask.date-shift.v1', [...scope, ...subjectTexts(context)])
      const moved = fromDays(toDays(read) + offsetOf(mac, maxDays))
      return moved === undefined ? undefined : writeCalendarTime({ ...read, ...moved })
    },
  })
}

function subjectTexts({ subject, domain }: MaskContext): readonly string[] {
  return subject === undefined ? ['domain', domain] : ['subject', subject]
}

/** From -maxDays to maxDays without 0, each nearly as likely as the others. */
function offsetOf(mac: Uint8Array, maxDays: number): number {
  const random = new DataView(mac.buffer, mac.byteOffset, mac.byteLength).getBigUint64(0)
  const step = Number(random % BigInt(maxDays * 2)) - maxDays
  return step < 0 ? step : step + 1
}
