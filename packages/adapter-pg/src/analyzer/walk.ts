import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import type { SessionState } from '../catalog/session-state.js'
import type { Analysis, RegistryChange } from './analysis.js'
import type { CopyOut } from './copy-format.js'
import { EffectSet } from './effect-set.js'
import { Flows } from './flows.js'
import { type QueryFlow, type Sources } from './column-flow.js'
import type { Parsed } from './parse-bytes.js'
import { structFields } from './grammar-fields.js'
import { resource } from './resource.js'
import type { Scope } from './scope.js'
import { cannotFail } from './total-nodes.js'
import { type TreeNode, type TreeValue, type TypedNode, unwrap } from './tree.js'

/** What the connection knows besides the catalog. */
export interface AnalysisContext {
  readonly catalog: CatalogSnapshot
  readonly state: SessionState
  /**
   * Types of the parameters as the Parse message gives them, 0 where it leaves one open. Absent: not known, so that a
   * parameter may be of any type.
   */
  readonly parameterTypes?: readonly number[]
  /** The analysis of a prepared statement that exists on the connection, in its present state. */
  prepared(name: string): Analysis | undefined
  /** The analysis of the text that declared a cursor which is open on the connection. */
  cursor(name: string): Analysis | undefined
}

/** Finds the effects of nodes of one type. */
export type Handler = (walk: Walk, body: TreeNode, scope: Scope) => void

/** What watches a walk to tell which values of the text meet which columns (`Meetings`). */
export interface WalkWatch {
  readonly flows: Flows
  /** Handles a node. */
  visit(walk: Walk, node: TypedNode, scope: Scope, handler: Handler): void
  /** Handles what a column is given. */
  write(
    walk: Walk,
    target: { readonly relation: Relation; readonly column: string | undefined },
    value: TreeNode | undefined,
    visit: () => void,
  ): void
  /** Takes what INSERT gives to a relation, after its query was handled. */
  insert(walk: Walk, relation: Relation, body: TreeNode, flow: QueryFlow | undefined): void
  /** Does what reads columns that are compared with each other. */
  compare<Result>(read: () => Result): Result
  /** These are compared with each other, or become each other. */
  link(sources: Iterable<Sources>): void
  /** A function of a user is run, or a rule: by what, as `via` of effects says. */
  run(via: string | undefined): void
}

/** Nodes inside nodes beyond this are not understood: about half of what the stack of Node.js 24 holds, which holds least. */
const maxDepth = 250

/**
 * Columns that queries hand on, items of FROM that names are looked for in, and relations that definitions go through, beyond
 * which a text is not understood: what it does could not be worked out while the process that asks does other things, too.
 */
const maxSteps = 500_000

/** One pass over the tree of one text: gathers effects and facts. */
export class Walk {
  readonly context: AnalysisContext
  readonly catalog: CatalogSnapshot
  readonly state: SessionState
  /** Swapped while EXPLAIN looks at what it would run. */
  effects: EffectSet = new EffectSet()
  /** Where the values go that the text reads. */
  readonly flows: Flows
  /** Which values of the text meet which columns; undefined while nobody asks. */
  readonly meetings: WalkWatch | undefined
  /** Types of parts of expressions, as far as they are worked out to tell whether these may fail. */
  readonly judgedTypes: Map<TreeNode, { readonly type: number | undefined }> = new Map()
  /** Types that the text names or whose values it touches. */
  readonly mentioned: Set<number> = new Set()
  /** Types that values are stored as: casts that users made for assignment happen on the way. */
  readonly assigned: Set<number> = new Set()
  /** Types of columns that the server itself compares for foreign keys: casts that users made implicit happen on the way. */
  readonly compared: Set<number> = new Set()
  /** Types that SQL wants where a value stands whose own type cannot be told. */
  readonly wanted: Set<number> = new Set()
  /** Types that values are turned into as a whole. */
  readonly converted: Set<number> = new Set()
  /** Whether the text may look for casts to JSON, or to text beside `||`. */
  makesJson = false
  concatenates = false
  /** Types of the parameters, as `AnalysisContext` has them; those of PREPARE while its statement is handled. */
  parameterTypes: readonly number[] | undefined
  /**
   * Kinds of values without a type that may become one of a user's types: of those that the text has, a literal of a
   * definition of any.
   */
  readonly untyped: Set<'literal' | 'parameter' | 'defined'> = new Set()
  /** Those of which it is known what they become: their nodes. */
  readonly settled: Set<TreeNode> = new Set()
  /** Types that literals are written as. */
  readonly written: Set<number> = new Set()
  /** Whether literals run functions as soon as the server analyses the text, before anything is executed. */
  runsInParse = false
  readonly missing: Set<string> = new Set()
  readonly registry: RegistryChange[] = []
  readonly uses: { readonly kind: 'prepared' | 'cursor'; readonly name: string }[] = []
  settingFree = true
  changesReading = false
  changesCatalog = false
  /** Whether the server runs what was left for the end of the transaction. */
  runsDeferred = false
  copy: 'in' | 'out' | undefined
  readonly copiesOut: CopyOut[] = []
  /** Names of relations whose schema is not written, on a search path of several schemas. */
  readonly movable: Set<string> = new Set()
  /** How many INSERT, UPDATE, DELETE and MERGE the text holds. */
  modifications = 0
  /** Whether rules or foreign keys change rows besides, which no command counts. */
  changesUncounted = false
  readonly parsed: Parsed
  /** Which statement of the text is being handled. */
  statementIndex = 0
  /** The schema of CREATE SCHEMA while its own commands are handled. */
  creatingIn: string | undefined
  readonly #handlers: ReadonlyMap<string, Handler>
  #depth = 0
  #steps = 0
  #named: Map<number, number> | undefined

  constructor(context: AnalysisContext, handlers: ReadonlyMap<string, Handler>, parsed: Parsed, meetings?: WalkWatch) {
    this.flows = meetings?.flows ?? new Flows()
    this.meetings = meetings
    this.context = context
    this.catalog = context.catalog
    this.state = context.state
    this.parameterTypes = context.parameterTypes
    this.#handlers = handlers
    this.parsed = parsed
  }

  /** Handles a node that carries the name of its type. */
  visit(node: TreeNode | undefined, scope: Scope): void {
    if (node === undefined) return
    const typed = unwrap(node)
    if (typed !== undefined) this.visitAs(typed.type, typed.body, scope)
    else if (Object.keys(node).length > 0) this.opaque('unknown structure', 'node')
  }

  visitAll(nodes: readonly TreeNode[], scope: Scope): void {
    for (const node of nodes) this.visit(node, scope)
  }

  /** Handles a node whose type is known from where it stands. */
  visitAs(type: string, body: TreeNode | undefined, scope: Scope): void {
    if (body === undefined) return
    const handler = this.#handlers.get(type)
    if (handler === undefined) {
      this.opaque('not understood', type)
      return
    }
    if (this.#depth >= maxDepth) {
      this.opaque('nested too deep', type)
      return
    }
    if (!cannotFail(type)) this.flows.mayFail()
    this.#depth += 1
    if (this.meetings === undefined) handler(this, body, scope)
    else this.meetings.visit(this, { type, body }, scope, handler)
    this.#depth -= 1
  }

  /** Does something one level deeper; beyond the deepest level nothing is understood. */
  nest(type: string, inside: () => void): void {
    if (this.#depth >= maxDepth) {
      this.opaque('nested too deep', type)
      return
    }
    this.#depth += 1
    inside()
    this.#depth -= 1
  }

  /** Handles everything below a node, whatever it is. */
  descend(type: string, body: TreeNode, scope: Scope, except?: ReadonlySet<string>): void {
    const structs = structFields.get(type)
    for (const field in body) {
      if (except?.has(field) === true) continue
      this.#descendInto(body[field], structs?.[field], scope, type)
    }
  }

  /** Counts steps whose number grows with more than the length of the text. False: too many, and they need not be taken. */
  afford(steps: number): boolean {
    this.#steps += steps
    if (!this.isExhausted) return true
    // Each time: what is noted inside EXPLAIN or PREPARE may not be noted of the text.
    this.opaque('too complex', 'script')
    return false
  }

  /** Every relation of the catalog, for a statement that goes through them; none where that is too much. */
  everyRelation(): readonly Relation[] {
    return this.afford(this.catalog.relations.size) ? [...this.catalog.relations.values()] : []
  }

  /** Whether the text takes too many steps to be understood. */
  get isExhausted(): boolean {
    return this.#steps > maxSteps
  }

  /** Notes that a part of the text is not understood. Such a text is never plainly allowed. */
  opaque(reason: string, what: string): void {
    this.effects.add('opaque', resource('statement', what), { reason })
    this.flows.takeAnything()
    this.settingFree = false
    this.changesCatalog = true
  }

  /** Notes that values of these types take part, for casts that users made implicit and for literals that become one. */
  mention(columns: Iterable<{ readonly type: number }>): void {
    if (this.catalog.userCasts.length > 0 || this.catalog.checksValues)
      for (const { type } of columns) this.mentioned.add(type)
  }

  /** Notes that rows of a relation are compared with those of another for a foreign key. */
  compareRows({ columns }: { readonly columns: ReadonlyMap<string, { readonly type: number }> }): void {
    if (this.catalog.userCasts.length > 0) for (const { type } of columns.values()) this.compared.add(type)
  }

  /** Notes that values are stored as these types. */
  assign(columns: Iterable<{ readonly type: number }>): void {
    if (this.catalog.userCasts.length > 0) for (const { type } of columns) this.assigned.add(type)
  }

  /** Notes a name that the catalog does not have. */
  miss(kind: string, name: string): void {
    this.missing.add(`${kind} ${name}`)
    this.opaque(`unknown ${kind}`, kind)
  }

  /** At how many places of the text a parameter stands, those in comments and strings among them. */
  timesNamed(parameter: number): number {
    if (this.#named === undefined) {
      this.#named = new Map()
      for (const [, digits] of this.parsed.text.matchAll(/\$(\d+)/g)) {
        const number = Number(digits)
        this.#named.set(number, (this.#named.get(number) ?? 0) + 1)
      }
    }
    return this.#named.get(parameter) ?? 0
  }

  #descendInto(value: TreeValue | undefined, struct: string | undefined, scope: Scope, type: string): void {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const item of value as readonly TreeValue[]) this.#descendInto(item, struct, scope, type)
      return
    }
    // Not an array: the JSON has only objects besides.
    const node = value as TreeNode
    if (struct !== undefined) this.visitAs(struct, node, scope)
    else this.visit(node, scope)
  }
}
