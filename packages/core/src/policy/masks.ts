import { readOperatorSpec } from '../masking/operators/read-spec.js'
import type { OperatorSpec } from '../masking/operators/spec.js'
import type { IndependenceDimension } from '../model/decision.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { LookupBudget } from '../model/duty-rules.js'
import type { CompiledPolicy } from './compiled.js'
import { parseColumnPattern } from './column-pattern.js'
import { parseRate } from './duration.js'
import type { MaskRuleInput } from './policy-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import type { MaskRule } from './mask-rule.js'
import type { Select, SelectedMask } from './rules.js'

/** What ties principals together who compare values with masked columns. The subject always does. */
const lookupTies: readonly IndependenceDimension[] = Object.freeze(['person', 'run', 'key'])

/** A mask rule with its defaults filled in. */
export function maskRule(rule: MaskRuleInput, path: PolicyPath, select: Select): SelectedMask {
  return Object.freeze({
    id: rule.id,
    path,
    columns: Object.freeze((rule.columns ?? []).map(parseColumnPattern).filter((each) => typeof each !== 'string')),
    detect: Object.freeze([...new Set(rule.detect ?? [])].sort()),
    operator: operatorOf(rule.with),
    source: rule.with,
    lookup: rule.lookup && budgetOf(rule.id, rule.lookup.distinct),
    except: new Set(rule.except),
    ...select(rule.target),
  } satisfies SelectedMask)
}

/** The schema accepts nothing that does not parse; what hides most stands for it. */
function operatorOf(source: unknown): OperatorSpec {
  const read = readOperatorSpec(source)
  return 'spec' in read ? Object.freeze(read.spec) : { operator: 'redact' }
}

function budgetOf(id: string, distinct: string): LookupBudget | undefined {
  const rate = parseRate(distinct)
  if (typeof rate === 'string') return undefined
  return Object.freeze({ id, over: lookupTies, most: rate.times, windowMs: rate.windowMs })
}

/** Whether two rules mask alike. */
export function isSameOperator(one: MaskRule, other: MaskRule): boolean {
  return one === other || canonicalJson({ ...one.operator }) === canonicalJson({ ...other.operator })
}

/** Whether a rule masks all that it did before, from everybody that it did, and by the same operator. */
export function masksAsMuch(before: SelectedMask, after: SelectedMask): boolean {
  const columns = new Set(after.columns.map(({ text }) => text))
  return (
    isSameOperator(before, after) &&
    [...before.targets].every((target) => after.targets.has(target)) &&
    before.columns.every(({ text }) => columns.has(text)) &&
    before.detect.every((name) => after.detect.includes(name)) &&
    [...after.except].every((role) => before.except.has(role)) &&
    looksUpNoMore(before.lookup, after.lookup)
  )
}

/** What such an operator shows of a value may be more than what is left of it where something is found in it. */
const showsSome: ReadonlySet<OperatorSpec['operator']> = new Set(['partial', 'bucket', 'dateShift', 'custom'])

/** Whether a rule takes columns from rules that would mask what they find in them, and shows a part of each value. */
export function showsFound(after: SelectedMask, before: readonly SelectedMask[]): boolean {
  if (!showsSome.has(after.operator.operator)) return false
  const own = new Set(before.find(({ id }) => id === after.id)?.columns.map(({ text }) => text))
  const more = after.columns.some(({ text }) => !own.has(text))
  return (
    more &&
    before.some(({ detect, targets }) => detect.length > 0 && [...after.targets].some((each) => targets.has(each)))
  )
}

function looksUpNoMore(before: LookupBudget | undefined, after: LookupBudget | undefined): boolean {
  if (after === undefined) return true
  return before !== undefined && after.most <= before.most && after.windowMs >= before.windowMs
}

/** Rules that can never fire, and rules that say two things of one column or of what one detector finds. */
export function maskProblems(masks: readonly MaskRule[]): readonly Problem[] {
  return masks.flatMap((rule, index) => [
    ...(rule.targets.size > 0
      ? []
      : [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]),
    ...contradictions(rule, masks.slice(0, index)),
  ])
}

function contradictions(rule: MaskRule, earlier: readonly MaskRule[]): readonly Problem[] {
  return earlier
    .filter((other) => !isSameOperator(rule, other) && [...rule.targets].some((each) => other.targets.has(each)))
    .flatMap((other) => [
      ...rule.columns.flatMap(({ literal, text }, place) =>
        literal && other.columns.some((each) => each.text === text)
          ? [invalid([...rule.path, 'columns', place], `${quoted(other.id)} masks this column by another operator`)]
          : [],
      ),
      ...rule.detect
        .filter((name) => other.detect.includes(name))
        .map((name) =>
          invalid([...rule.path, 'detect'], `${quoted(other.id)} masks what ${name} finds by another operator`),
        ),
    ])
}

/** A table of a target that a mask rule names, with the column where it names one. */
export interface NamedColumn {
  /** The id of the rule. */
  readonly rule: string
  /** The schema of the table. */
  readonly schema: string
  /** The name of the table. */
  readonly table: string
  /** Undefined: every column. */
  readonly column: string | undefined
}

const named = new WeakMap<CompiledPolicy, Map<string, readonly NamedColumn[]>>()

/** What of a target mask rules name without a wildcard for its table. The same list for the same policy and target. */
export function namedColumns(policy: CompiledPolicy, target: string): readonly NamedColumn[] {
  const known = named.get(policy) ?? new Map<string, readonly NamedColumn[]>()
  named.set(policy, known)
  const columns = known.get(target) ?? Object.freeze(columnsNamedIn(policy, target))
  known.set(target, columns)
  return columns
}

function columnsNamedIn({ masks }: CompiledPolicy, target: string): NamedColumn[] {
  return [...(masks?.values() ?? [])]
    .filter(({ targets }) => targets.has(target))
    .flatMap(({ columns, id }) =>
      columns.flatMap(({ column, schema, table }) =>
        typeof schema === 'string' && typeof table === 'string'
          ? [{ rule: id, schema, table, column: typeof column === 'string' ? column : undefined }]
          : [],
      ),
    )
}
