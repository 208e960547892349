/** `000` to `999`. */
const threeDigits: readonly string[] = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))

/** From here on a number of microseconds has more digits than a double tells apart. */
const manyMicroseconds = 1e15

/**
 * Milliseconds, rounded to microseconds, as ECMAScript and so RFC 8785 write that number. Written digit by digit, because
 * events ask for it often, and finding the shortest text of any number is slow.
 */
export function millisecondsText(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000)
  if (!(microseconds >= 0 && microseconds < manyMicroseconds)) return String(microseconds / 1000)
  const whole = Math.floor(microseconds / 1000)
  const rest = microseconds - whole * 1000
  const digits = threeDigits[rest] ?? ''
  if (rest === 0) return String(whole)
  return `${String(whole)}.${rest % 10 !== 0 ? digits : rest % 100 !== 0 ? digits.slice(0, 2) : digits.slice(0, 1)}`
}

/** Writes wall times as `Date.toISOString` does, in quotes. The date is worked out once for each second. */
export class WallTimeText {
  #second = Number.NaN
  #begin = ''

  /** `ms`: Unix time in whole milliseconds. */
  of(ms: number): string {
    const second = Math.floor(ms / 1000)
    if (second !== this.#second) {
      this.#begin = `"${new Date(second * 1000).toISOString().slice(0, -4)}`
      this.#second = second
    }
    return `${this.#begin}${threeDigits[ms - second * 1000] ?? ''}Z"`
  }
}
