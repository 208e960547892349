import type { anySegment } from './resource-pattern.js'
import { parseResourcePattern } from './resource-pattern.js'

type Step = string | typeof anySegment

/** Columns of a target: `public.users.email`, `public.cards.*`. */
export interface ColumnPattern {
  readonly schema: Step
  readonly table: Step
  readonly column: Step
  /** Whether it names exactly one column. */
  readonly literal: boolean
  /** The pattern written in one way only. */
  readonly text: string
}

/** Parses a pattern, or answers in a few words what is wrong with it. Steps are quoted as those of resources are. */
export function parseColumnPattern(text: string): ColumnPattern | string {
  const parsed = parseResourcePattern(`column:${text}`)
  if (typeof parsed === 'string') return parsed
  const [schema, table, column, ...others] = parsed.segments
  if (schema === undefined || table === undefined || column === undefined || others.length > 0 || parsed.rest)
    return 'write it as schema.table.column; * is one whole step, and a name that contains a dot is in double quotes'
  return Object.freeze({ schema, table, column, literal: parsed.literal, text: parsed.text.slice('column:'.length) })
}
