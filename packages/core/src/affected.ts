import type { AffectedBound } from './model/decision.js'
import type { Refusal } from './refusal.js'

/** The refusal of an action whose changed rows are bounded and cannot be counted: it must not run. */
export function affectedUncounted({ rows, rules }: AffectedBound): Refusal {
  return {
    code: 'ERR_AFFECTED_UNCOUNTED',
    message: `refused: this action may change at most ${rowsText(rows)} (rule ${rules.join(', ')}), and the rows that it changes cannot be counted and undone`,
    rules,
    hint: 'write it so that its rows can be counted: one plain INSERT, UPDATE, DELETE or MERGE on its own, for example',
  }
}

/** The refusal of an action that changed `count` rows, more than its bound, and was undone. Infinity: nobody can tell. */
export function affectedExceeded({ rows, rules }: AffectedBound, count: number): Refusal {
  return {
    code: 'ERR_AFFECTED_EXCEEDED',
    message: `undone: this action changed ${rowsText(count)}, and it may change at most ${rowsText(rows)} (rule ${rules.join(', ')})`,
    rules,
    hint: 'change fewer rows at once: narrow the condition, or take the rows in several steps',
  }
}

function rowsText(rows: number): string {
  if (rows === Infinity) return 'an unknown number of rows'
  return rows === 1 ? '1 row' : `${String(rows)} rows`
}
