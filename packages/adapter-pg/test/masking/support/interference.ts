import type { Judged } from './lineage-analyst.js'
import type { Outcome } from './pair.js'

/** What of two runs differs that nobody may see, or undefined: the protected values have no influence on it. */
export function interference(a: Outcome, b: Outcome, judged: Judged): string | undefined {
  if (judged.refused !== undefined) return undefined
  // The door keeps everything else of errors to itself.
  if (a.error?.slice(0, 5) !== b.error?.slice(0, 5)) return `error: ${a.error ?? 'none'} / ${b.error ?? 'none'}`
  if (a.notices.join('\n') !== b.notices.join('\n')) return 'notices'
  if (a.rows.length !== b.rows.length) return `${String(a.rows.length)} / ${String(b.rows.length)} rows`
  for (let column = 0; column < a.columns; column += 1) {
    if (judged.isMasked(column)) continue
    const row = a.rows.findIndex((cells, at) => cells[column] !== b.rows[at]?.[column])
    if (row >= 0)
      return `column ${String(column)}, row ${String(row)}: ${String(a.rows[row]?.[column])} / ${String(b.rows[row]?.[column])}`
  }
  const changed = a.state?.findIndex((table, at) => table !== b.state?.[at]) ?? -1
  return changed >= 0 ? `table ${String(changed)} afterwards` : undefined
}
