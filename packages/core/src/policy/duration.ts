const unitMs = Object.freeze({ s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const)

/** The longest time that an approval request may wait. */
export const longestTtlMs: number = 7 * unitMs.d

/** How old a yes may be when the action runs, unless the rule says otherwise. */
export const defaultVoteAgeMs: number = 10 * unitMs.m

/** The longest window that duties are counted in. */
export const longestWindowMs: number = 366 * unitMs.d

/** Reads `30s`, `15m`, `24h` or `7d` as milliseconds, or answers in a few words what is wrong with it. */
export function parseTtl(text: string): number | string {
  return parseSpan(text, longestTtlMs)
}

/** Reads the window of a rule that counts what happened before, up to `366d`. */
export function parseWindow(text: string): number | string {
  return parseSpan(text, longestWindowMs)
}

/** A window that was checked before. What does not parse lasts for ever: that restricts most. */
export function windowOf(text: string): number {
  const ms = parseWindow(text)
  return typeof ms === 'number' ? ms : Infinity
}

/** How much within a window. */
export interface Rate {
  readonly times: number
  /** 0: in one action. */
  readonly windowMs: number
}

/** Reads `60/min`, `1000/h` or `10/15m`, or answers in a few words what is wrong with it. */
export function parseRate(text: string): Rate | string {
  const match = /^(\d{1,9})\/(.*)$/.exec(text)
  const windowMs = parsePer(match?.[2])
  if (match === null || windowMs === undefined) return 'write how many in what time, like 60/min, 1000/h or 10/15m'
  return rateOf(Number(match[1]), windowMs)
}

/** Reads a number of rows, in one action, or a rate of them. */
export function parseRows(rows: number | string): Rate | string {
  return typeof rows === 'number' ? rateOf(rows, 0) : parseRate(rows)
}

/** Reads `10MB`, in one action, or `500kB/min` or `2GB/24h`, units of 1,000, or answers what is wrong with it. */
export function parseBytes(text: string): Rate | string {
  const match = /^(\d{1,6})(B|kB|MB|GB)(?:\/(.*))?$/.exec(text)
  const windowMs = match?.[3] === undefined ? 0 : parsePer(match[3])
  if (match === null || windowMs === undefined) return 'write how much, like 10MB, or in what time, like 100MB/h'
  return rateOf(Number(match[1]) * (unitBytes.get(match[2]) ?? 1), windowMs)
}

const unitBytes: ReadonlyMap<string | undefined, number> = new Map([
  ['kB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
])

/** `min`, `h`, `15m`; undefined: none of these. */
function parsePer(text: string | undefined): number | string | undefined {
  if (text === 'min') return unitMs.m
  const match = /^(\d*)([smhd])$/.exec(text ?? '')
  return match === null ? undefined : parseWindow(`${match[1] === '' ? '1' : (match[1] ?? '')}${match[2] ?? ''}`)
}

function rateOf(times: number, windowMs: number | string): Rate | string {
  if (typeof windowMs === 'string') return windowMs
  return times > 0 ? { times, windowMs } : 'it must be more than 0'
}

function parseSpan(text: string, longestMs: number): number | string {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  if (match === null) return 'write a whole number and a unit, like 30s, 15m, 24h or 7d'
  const unit = match[2]
  const ms = Number(match[1]) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? unitMs[unit] : 0)
  if (ms <= 0) return 'it must be more than 0'
  if (ms > longestMs) return `it must be at most ${String(longestMs / unitMs.d)}d`
  return ms
}
