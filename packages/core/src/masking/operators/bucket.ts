import type { Operator } from '../operator.js'
import type { CalendarTime } from './calendar.js'
import { parseCalendarTime, toDays, writeCalendarTime } from './calendar.js'
import { compareDecimals, floorTo, parseDecimal, writeDecimal } from './decimal.js'
import { guarded } from './guarded.js'

/** The parts of the calendar that dates can be put into. */
export const calendarSizes = ['hour', 'day', 'month', 'quarter', 'year', 'decade'] as const
export type CalendarSize = (typeof calendarSizes)[number]

/** Buckets of one size, or between edges in rising order. Sizes and edges of numbers are decimals, `'0.05'`. */
export type BucketOptions =
  | { readonly size: string }
  | {
      /** Numbers, or dates of the form `2024-01-31`. */
      readonly edges: readonly string[]
    }

/**
 * Replaces a number or a date by the lower edge of its bucket, so that it stays a number or a date: with a size of 10, 37
 * becomes 30 and -5 becomes -10; with the size `month`, `2024-02-29 13:00+02` becomes `2024-02-01 00:00+02`. Exact however many
 * digits there are. A value below the first edge has no bucket and is masked as a missing one. Anything else is redacted, NaN
 * and infinity too.
 */
export function bucket(options: BucketOptions): Operator {
  const lower = 'size' in options ? bySize(options.size) : byEdges(options.edges)
  return guarded({ name: 'bucket', deterministic: false, mask: lower })
}

type Lower = (value: string) => string | null | undefined

function bySize(size: string): Lower {
  const calendarSize = calendarSizes.find((each) => each === size)
  if (calendarSize !== undefined) {
    return (value) => {
      const read = parseCalendarTime(value)
      return read === undefined ? undefined : writeCalendarTime(startOf(read, calendarSize))
    }
  }
  const step = parseDecimal(size)
  return (value) => {
    const read = parseDecimal(value)
    return read === undefined || step === undefined ? undefined : writeDecimal(floorTo(read, step))
  }
}

/** The first moment of the part of the calendar that a time is in, written like the time. */
function startOf(time: CalendarTime, size: CalendarSize): CalendarTime {
  const { year, month } = time
  const hour = { ...time, time: zeroed(time.time, 3) }
  const day = { ...time, time: zeroed(time.time, 1) }
  switch (size) {
    case 'hour':
      return hour
    case 'day':
      return day
    case 'month':
      return { ...day, day: 1 }
    case 'quarter':
      return { ...day, month: month - ((month - 1) % 3), day: 1 }
    case 'year':
      return { ...day, month: 1, day: 1 }
    case 'decade':
      // There is no year 0: the first decade begins with the first year.
      return { ...day, year: Math.max(1, year - (year % 10)), month: 1, day: 1 }
  }
}

/** The time of day with every digit from `start` on 0. */
function zeroed(time: string, start: number): string {
  return time.slice(0, start) + time.slice(start).replace(/\d/g, '0')
}

function byEdges(edges: readonly string[]): Lower {
  const days = edges.map((edge) => parseCalendarTime(edge)).filter((edge) => edge !== undefined)
  if (days.length === edges.length) {
    return (value) => {
      const read = parseCalendarTime(value)
      if (read === undefined) return undefined
      const edge = days.findLast((each) => toDays(each) <= toDays(read))
      if (edge === undefined) return null
      return writeCalendarTime({ ...edge, time: zeroed(read.time, 1), zone: read.zone })
    }
  }
  const numbers = edges.map((edge) => parseDecimal(edge)).filter((edge) => edge !== undefined)
  return (value) => {
    const read = parseDecimal(value)
    if (read === undefined || numbers.length !== edges.length) return undefined
    const edge = numbers.findLast((each) => compareDecimals(each, read) <= 0)
    return edge === undefined ? null : writeDecimal(edge)
  }
}
