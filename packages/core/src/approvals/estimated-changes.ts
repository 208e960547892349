/** One thing that an action would change. */
export type EstimatedChange = {
  /** Where, in at most 200 characters. */
  readonly path: string
  /** What is there, in at most 200 characters. Null: nothing. */
  readonly before: string | null
  /** What would be there, in at most 200 characters. Null: nothing. Not both are null. */
  readonly after: string | null
}

/** What a target says would come of an action: it tried it, and kept nothing. Values that people may not see are left out of it. */
export type EstimatedChanges = {
  /** At most 64. */
  readonly changes: readonly EstimatedChange[]
  /** How many changes there are besides. */
  readonly more: number
  /** What is noteworthy of what would come of it, without values: at most 32 texts, each of at most 200 characters. */
  readonly findings: readonly string[]
}

const maxChanges = 64
const maxFindings = 32
const maxText = 200

/** Undefined for anything else. Answers a frozen copy. */
export function parseChanges(value: object): EstimatedChanges | undefined {
  const { changes, findings, more } = value as { readonly [Field in keyof EstimatedChanges]?: unknown }
  if (!Array.isArray(changes) || changes.length > maxChanges) return undefined
  if (!Array.isArray(findings) || findings.length > maxFindings || !findings.every(isText)) return undefined
  if (typeof more !== 'number' || !Number.isSafeInteger(more) || more < 0) return undefined
  const read = (changes as readonly unknown[]).map(parsedChange)
  const whole = read.filter((change) => change !== undefined)
  if (whole.length < read.length) return undefined
  return Object.freeze({ changes: Object.freeze(whole), findings: Object.freeze([...findings]), more })
}

/** The same, with every text as `text` makes it. */
export function mapTexts(
  { changes, findings, more }: EstimatedChanges,
  text: (value: string) => string,
): EstimatedChanges {
  const short = (value: string): string => cut(text(value))
  const orNull = (value: string | null): string | null => (value === null ? null : short(value))
  return Object.freeze({
    changes: Object.freeze(
      changes.map(({ after, before, path }) =>
        Object.freeze({ path: short(path), before: orNull(before), after: orNull(after) }),
      ),
    ),
    findings: Object.freeze(findings.map(short)),
    more,
  })
}

function cut(text: string): string {
  if (text.length <= maxText) return text
  const start = text.slice(0, maxText - 1)
  // Half a character is none.
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`
}

function parsedChange(value: unknown): EstimatedChange | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { after, before, path } = value as { readonly [Field in keyof EstimatedChange]?: unknown }
  if (!isText(path) || !isTextOrNull(before) || !isTextOrNull(after)) return undefined
  return before === null && after === null ? undefined : Object.freeze({ path, before, after })
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxText && value.isWellFormed()
}
