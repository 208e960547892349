/**
 * The elements of an array in text format, those of its dimensions one behind the other, without quotes and escapes; missing
 * ones are left out. Undefined for a text that is no array (PostgreSQL documentation, "Arrays": Array Input and Output Syntax).
 */
export function textElements(literal: string): readonly string[] | undefined {
  const opening = literal.startsWith('[') ? literal.indexOf('={') + 1 : 0
  if (literal[opening] !== '{' || !literal.endsWith('}')) return undefined
  const elements: string[] = []
  const token = /[{},]|"((?:[^"\\]|\\[\s\S])*)"|[^{},"\\]+/y
  token.lastIndex = opening
  let depth = 0
  while (token.lastIndex < literal.length) {
    const found = token.exec(literal)
    if (found === null) return undefined
    const [whole, quoted] = found
    if (whole === '{') depth += 1
    else if (whole === '}') depth -= 1
    else if (quoted !== undefined) elements.push(quoted.replace(/\\([\s\S])/g, '$1'))
    else if (whole !== ',' && whole !== 'NULL') elements.push(whole)
    if (depth === 0 && token.lastIndex < literal.length) return undefined
  }
  return depth === 0 ? elements : undefined
}

/** As `textElements`, of binary format (`array_send`). */
export function binaryElements(source: Buffer, start: number, end: number): readonly Buffer[] | undefined {
  if (end - start < 12) return undefined
  const dimensions = source.readInt32BE(start)
  if (dimensions < 0 || dimensions > 6) return undefined
  let at = start + 12 + dimensions * 8
  const elements: Buffer[] = []
  while (at + 4 <= end) {
    const length = source.readInt32BE(at)
    at += 4
    if (length < 0) continue
    if (at + length > end) return undefined
    elements.push(source.subarray(at, at + length))
    at += length
  }
  return at === end ? elements : undefined
}
