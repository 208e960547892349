import { separators } from '../views/regular.js'

/** So many bytes back are known as bits. */
const seen = 30
/** Rows as bits of how far separators are back: two in a step of 4 to 8, or four in steps of 2 or 3. */
const twoApart = 0x1f0
const [fourByTwo, fourByThree] = [0x54, 0x248]

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
  last.fill(-64)
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
    if (!hasDigit) continue
    if ((row & twoApart) !== 0 || (row & fourByTwo) === fourByTwo || (row & fourByThree) === fourByThree) return true
  }
  return false
}
