import type { Edit } from './edit.js'

/** Nine digits or more, perhaps in groups, between letters. */
const glued = /\d(?:[ -]?\d){8,22}/g
const letter = /[A-Za-z_]/
/** Letters that are more than hexadecimal: a hash is no disguise. */
const beforeWord = /[A-Za-z_]{1,12}$/
const behindWord = /[A-Za-z_]{1,12}/y
const other = /[g-zG-Z_]/

/** Parts long numbers from the words that they are glued to, as in `ref4111…end`. Hashes and other hexadecimal stay whole. */
export function ungluedEdits(text: string): Edit[] {
  const edits: Edit[] = []
  // As `matchAll` does, which makes another RegExp each time.
  glued.lastIndex = 0
  for (let match = glued.exec(text); match !== null; match = glued.exec(text)) {
    const start = match.index
    const end = start + match[0].length
    const isGluedBefore = start > 0 && letter.test(text.charAt(start - 1))
    const isGluedBehind = letter.test(text.charAt(end))
    if (!isGluedBefore && !isGluedBehind) continue
    const before = isGluedBefore ? (beforeWord.exec(text.slice(Math.max(0, start - 12), start))?.[0] ?? '') : ''
    behindWord.lastIndex = end
    const behind = isGluedBehind ? (behindWord.exec(text)?.[0] ?? '') : ''
    if (before !== '' && !other.test(before)) continue
    if (behind !== '' && !other.test(behind)) continue
    if (before !== '') edits.push({ start, end: start, text: ' ' })
    if (behind !== '') edits.push({ start: end, end, text: ' ' })
  }
  return edits
}
