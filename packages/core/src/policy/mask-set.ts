import type { ColumnSource } from '../model/lineage.js'
import { getOrAdd } from './get-or-add.js'
import { anySegment, parseResource } from './resource-pattern.js'
import type { MaskRule } from './mask-rule.js'

const mostKept = 4_096

/** The schema and table of a resource. Undefined: it may be any. */
type Relation = readonly [schema: string, table: string] | undefined

/** The mask rules that are in force for one set of roles on one target. */
export class MaskSet {
  readonly ids: readonly string[]
  readonly #columns: readonly MaskRule[]
  readonly #known = new Map<string, readonly MaskRule[]>()

  constructor(rules: readonly MaskRule[]) {
    this.ids = Object.freeze(rules.map(({ id }) => id))
    this.#columns = rules.filter(({ columns }) => columns.length > 0)
  }

  /** Whether some rule is about columns. */
  get masksColumns(): boolean {
    return this.#columns.length > 0
  }

  /** The rules that mask a column. What `*` stands for may be any of them. */
  rulesFor({ column, resource }: ColumnSource): readonly MaskRule[] {
    // Names may be of an adversary's choosing, so the memory is emptied rather than left to grow.
    if (this.#known.size >= mostKept) this.#known.clear()
    return getOrAdd(this.#known, JSON.stringify([resource, column]), () => this.#find(relationOf(resource), column))
  }

  /** The rules that mask some column of a relation as effects name it; none where it is no relation. */
  rulesIn(resource: string): readonly MaskRule[] {
    const parsed = parseResource(resource)
    return parsed !== undefined && parsed.segments.length !== 2 ? [] : this.rulesFor({ resource, column: '*' })
  }

  /** The columns of a relation that rules name one by one. */
  namedIn(resource: string): readonly { readonly rule: MaskRule; readonly column: string; readonly text: string }[] {
    const relation = relationOf(resource)
    if (relation === undefined) return []
    return this.#columns.flatMap((rule) =>
      rule.columns.flatMap(({ column, literal, schema, table, text }) =>
        literal && typeof column === 'string' && schema === relation[0] && table === relation[1]
          ? [{ rule, column, text }]
          : [],
      ),
    )
  }

  #find(relation: Relation, column: string): readonly MaskRule[] {
    return this.#columns.filter(({ columns }) =>
      columns.some(
        (pattern) =>
          (relation === undefined || (fits(pattern.schema, relation[0]) && fits(pattern.table, relation[1]))) &&
          (column === '*' || fits(pattern.column, column)),
      ),
    )
  }
}

/** The masks of a target for whoever no rule leaves out; undefined when it has none. */
export function masksAt(masks: readonly MaskRule[], target: string): MaskSet | undefined {
  return setOf(masks.filter((rule) => rule.targets.has(target)))
}

/**
 * The masks of a principal that these roles give something; undefined when nothing is masked for it. Only such a role is an
 * exception: one that restricts and gives nothing takes no mask away.
 */
export function masksInForce(
  masks: readonly MaskRule[],
  roles: readonly string[],
  target: string,
): MaskSet | undefined {
  return setOf(masks.filter((rule) => rule.targets.has(target) && !roles.some((role) => rule.except.has(role))))
}

function setOf(rules: readonly MaskRule[]): MaskSet | undefined {
  return rules.length === 0 ? undefined : new MaskSet(rules)
}

function fits(step: string | typeof anySegment, name: string): boolean {
  return step === anySegment || step === name
}

/** What is not written as a relation may be any. */
function relationOf(resource: string): Relation {
  const [schema, table, ...others] = parseResource(resource)?.segments ?? []
  return schema === undefined || table === undefined || others.length > 0 ? undefined : [schema, table]
}

/** Whether a source stands for many columns, of which nobody knows which one a value is of. */
export function isAnyColumn({ column, resource }: ColumnSource): boolean {
  return column === '*' || relationOf(resource) === undefined
}

/** A column as a policy writes it. */
export function columnText({ column, resource }: ColumnSource): string {
  return `${resource.slice(resource.indexOf(':') + 1)}.${column}`
}
