/** A date or a timestamp in the Gregorian calendar, and what stands behind its date. */
export interface CalendarTime {
  readonly year: number
  readonly month: number
  readonly day: number
  /** The time of day as it is written: empty for a date, otherwise from its `T` or blank to the fraction of the second. */
  readonly time: string
  /** As it is written: empty, `Z` or an offset. */
  readonly zone: string
}

const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:([T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)( ?(?:[Zz]|[+-](?:0\d|1[0-5])(?::?[0-5]\d(?::?[0-5]\d)?)?))?)?$/

/**
 * Reads a date or timestamp of the years 1 to 9999 as PostgreSQL (DateStyle ISO) and JSON print it: `2024-02-29`,
 * `2024-02-29 13:00:00.5+02`, `2024-02-29T11:00:00Z`. Undefined for anything else.
 */
export function parseCalendarTime(text: string): CalendarTime | undefined {
  const parts = form.exec(text)
  if (parts === null) return undefined
  const [, year = '', month = '', day = '', time = '', zone = ''] = parts
  const read = { year: Number(year), month: Number(month), day: Number(day), time, zone }
  // A day that there is not is counted into another month.
  return fromDays(toDays(read))?.month === read.month ? read : undefined
}

export function writeCalendarTime({ year, month, day, time, zone }: CalendarTime): string {
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}${time}${zone}`
}

const dayMs = 86_400_000

/** Days since 1970-01-01. */
export function toDays({ year, month, day }: Pick<CalendarTime, 'year' | 'month' | 'day'>): number {
  // Date.UTC would take the years below 100 for ones of the twentieth century.
  return new Date(0).setUTCFullYear(year, month - 1, day) / dayMs
}

/** The date of so many days since 1970-01-01; undefined outside the years 1 to 9999. */
export function fromDays(days: number): Pick<CalendarTime, 'year' | 'month' | 'day'> | undefined {
  const date = new Date(days * dayMs)
  const year = date.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) return undefined
  return { year, month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

function padded(number: number, length: number): string {
  return String(number).padStart(length, '0')
}
