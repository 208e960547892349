import { separators } from '../views/regular.js'

/** So many bytes back are known as bits. */
const seen = 30
/** Separators are a row that are 4 to 8 apart, as bits of how far they are back. In a row in steps of 2 or 3 some are, too. */
const apart = 0x1f0

/** By byte: the place of a separator in `last` and `bits`, from 1 on. */
const indexOf = new Uint8Array(256)
for (const [index, one] of separators.entries()) indexOf[one.charCodeAt(0)] = index + 1
const last = new Int32Array(separators.length + 1)
const bits = new Int32Array(separators.length + 1)

/**
 * Whether separators stand at equal distances with a digit before the last of them, as `Rows` looks for: a row without a digit
 * and without an `@` is none. Takes time linear in the bytes.
 */
export function hasRows(bytes: Uint8Array, start: number, end: number): boolean {
  bits.fill(0)
  let hasDigit = false
  for (let at = start; at < end; at += 1) {
    const code = bytes[at] ?? 0
    if (code >= 0x30 && code <= 0x39) hasDigit = true
    const which = indexOf[code] ?? 0
    if (which === 0) continue
    const back = at - start - (last[which] ?? 0)
    last[which] = at - start
    const row = (back > seen ? 0 : (bits[which] ?? 0) << back) | 1
    bits[which] = row
    if (hasDigit && (row & apart) !== 0) return true
  }
  return false
}
