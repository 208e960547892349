/** What fits beside a cursor on a terminal of 80 columns. */
const rowColumns = 79
/** Behind a bar, as every line of a statement, so that no row of somebody's text can pose as a line of ours. */
const goesOn = '    |> '

/**
 * Breaks lines into rows that a terminal does not break again: what it breaks goes on in its first column, where a long line
 * could show whatever lines its author likes. Every row but a line's first one stands behind a bar.
 */
export function inRows(lines: readonly string[], columns = rowColumns): readonly string[] {
  return lines.flatMap((line) => rowsOf(line, Math.max(columns, 2 * goesOn.length)))
}

function rowsOf(line: string, columns: number): readonly string[] {
  if (line.length * 2 <= columns) return [line]
  const rows: string[] = []
  let lead = ''
  let start = 0
  let taken = 0
  // Cut out, not put together: a line may have two million characters, each of which would be a text of its own.
  for (let at = 0; at < line.length;) {
    const code = line.codePointAt(at) ?? 0
    const width = columnsOf(code)
    if (taken + width > columns) {
      rows.push(lead + line.slice(start, at))
      lead = goesOn
      start = at
      taken = goesOn.length
    }
    taken += width
    at += code > 0xffff ? 2 : 1
  }
  rows.push(lead + line.slice(start))
  return rows
}

/** Two for whatever could be wide (Unicode Standard Annex 11): from Hangul on, which is more than is. */
function columnsOf(code: number): number {
  return code < 0x1100 ? 1 : 2
}
