import { responseRefused } from './response-refused.js'

/** A moment as SAML writes it: in UTC (SAML Core, section 1.3.3). */
const form = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?Z$/u

/** Unix time in milliseconds. Throws ERR_TOKEN_INVALID for what is no moment in UTC, and for days that no calendar has. */
export function momentMs(value: string | undefined, what: string): number {
  if (value === undefined) throw responseRefused(`it has no ${what}`)
  const [, seconds] = form.exec(value) ?? []
  const ms = seconds === undefined ? Number.NaN : Date.parse(value)
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 19) !== seconds)
    throw responseRefused(`its ${what} is no moment in UTC`)
  return ms
}
