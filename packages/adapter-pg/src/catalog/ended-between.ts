/** More of them are not looked at one by one. */
const maxTransactions = 1_000

interface Snapshot {
  /** Of what is not over, as far as it had begun. */
  readonly open: ReadonlySet<number>
  /** The first id that had not been given out. */
  readonly next: number
}

/**
 * The transactions that were over for the second of two snapshots (PostgreSQL's `pg_snapshot` as text) and not for the
 * first, by their ids; the one that took the second snapshot counts as over. Undefined when that cannot be told: the
 * second is older in any way, a text is something else, or there are too many.
 */
export function endedBetween(earlier: string, later: string): readonly string[] | undefined {
  const from = readSnapshot(earlier)
  const to = readSnapshot(later)
  if (from === undefined || to === undefined) return undefined
  if (to.next < from.next || to.next - from.next > maxTransactions) return undefined
  for (const id of to.open) if (id < from.next && !from.open.has(id)) return undefined
  const begun = Array.from({ length: to.next - from.next }, (_, index) => from.next + index)
  return [...from.open, ...begun].filter((id) => !to.open.has(id)).map(String)
}

/** `xmin:xmax:xip,xip`, where `xmin` only repeats the smallest of the others. */
function readSnapshot(text: string): Snapshot | undefined {
  const [, next, open] = /^\d{1,15}:(\d{1,15}):((?:\d{1,15}(?:,\d{1,15})*)?)$/.exec(text) ?? []
  if (next === undefined || open === undefined) return undefined
  const ids = open === '' ? [] : open.split(',')
  if (ids.length > maxTransactions) return undefined
  return { next: Number(next), open: new Set(ids.map(Number)) }
}
