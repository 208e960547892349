import type { Relation } from '../catalog/snapshot.js'
import { columnOrigins } from './column-origins.js'
import { type ColumnFlow, type QueryFlow, Sources, unknownFlow } from './column-flow.js'
import { Flows } from './flows.js'
import { isGiven } from './lookups.js'
import { targetNames } from './modify.js'
import { findRoutines, writtenName } from './names.js'
import type { Scope } from './scope.js'
import { isStar } from './stars.js'
import { bodyOf, listOf, namesOf, nodeOf, numberOf, textOf, type TreeNode, type TypedNode, unwrap } from './tree.js'
import { memoizedType } from './type-of.js'
import { anyColumn } from './view-lineage.js'
import type { Handler, Walk, WalkWatch } from './walk.js'

/** What a value of the text was seen to meet at one place. */
export interface Meeting {
  readonly sources: readonly Sources[]
  /** Whether it is stored there, so that whatever runs on a change gets it, too. */
  readonly isWritten: boolean
}

/** The column that is written to; undefined where it is not known which. */
interface Written {
  readonly relation: Relation
  readonly column: string | undefined
}

/**
 * Gathers, while a text is gone through, which of its values are compared with or written to which columns, and which columns
 * are compared with or written to each other: a value that one of them is equal to may be that of the others.
 */
export class Meetings implements WalkWatch {
  readonly flows: Flows = new MeetingFlows(this)
  /** By the node of the literal or the parameter. A value that is not here is used in a way that is not followed. */
  readonly met: Map<TreeNode, Meeting[]> = new Map()
  /** What is compared with or becomes each other. */
  readonly links: (readonly Sources[])[] = []
  /** Whether a user's function may get values that are compared, or those that are written. */
  runsOnValues = false
  runsOnWrites = false
  readonly #parameters = new Map<number, Sources>()
  /** What is read in the expression at hand. */
  #frame = new Set<Sources>()

  /** Handles a node, and notes what is compared in it. */
  visit(walk: Walk, { body, type }: TypedNode, scope: Scope, handler: Handler): void {
    const read = this.#within(() => {
      handler(walk, body, scope)
      if (type === 'ParamRef') walk.flows.take({ ...unknownFlow, sources: this.parameter(numberOf(body, 'number')) })
    })
    for (const sources of read) this.#frame.add(sources)
    if (type === 'A_Expr') for (const value of comparedIn(body)) this.#meet(walk, value, read, false)
    if (mayCompare(walk, type, body, scope)) this.link(read)
  }

  /** Notes that a value is read in the expression at hand. */
  read(sources: Sources): void {
    this.#frame.add(sources)
  }

  /** Does what is no part of the expression around it. */
  apart(visit: () => void): void {
    this.#within(visit)
  }

  /** Does what reads columns that are compared with each other. */
  compare<Result>(read: () => Result): Result {
    const results: Result[] = []
    this.link(this.#within(() => results.push(read())))
    return results[0] as Result
  }

  /** Notes that a function of a user is run, or a rule, and by what (`via` of effects). */
  run(via: string | undefined): void {
    this.runsOnWrites = true
    if (via !== undefined && onValues.has(via)) this.runsOnValues = true
  }

  /** Notes that a value goes nowhere at its place. */
  meetNothing(value: TreeNode): void {
    this.#note(value, { sources: [], isWritten: false })
  }

  /** Notes that a parameter is used in a way that is not followed. */
  lose(parameter: number): void {
    this.link([this.parameter(parameter), anySources()])
  }

  link(sources: Iterable<Sources>): void {
    this.links.push([...sources])
  }

  /** A parameter, as if it were a column. */
  parameter(number: number): Sources {
    let sources = this.#parameters.get(number)
    if (sources === undefined) this.#parameters.set(number, (sources = new Sources()))
    return sources
  }

  /** Handles what a column is given. */
  write(walk: Walk, target: Written, value: TreeNode | undefined, visit: () => void): void {
    const read = this.#within(visit)
    const sources = targetSources(walk, target)
    this.link([sources, ...read])
    this.#meet(walk, value, [sources], true)
  }

  /** Notes what INSERT gives to which column, after its query was handled. */
  insert(walk: Walk, relation: Relation, body: TreeNode, flow: QueryFlow | undefined): void {
    const query = nodeOf(body, 'selectStmt')
    if (query === undefined) return
    const select = bodyOf(query, 'SelectStmt') ?? query
    const targets = targetNames(listOf(body, 'cols'), relation).map((column) =>
      targetSources(walk, { relation, column }),
    )
    const columns = flow?.columns
    if (flow !== undefined && columns === undefined) this.link([flow.everything, ...targets])
    for (const [at, column] of (columns ?? []).entries()) this.link([column.flow.sources, targets[at] ?? anySources()])
    for (const row of rowsOf(select))
      for (const [at, value] of row.entries()) this.#meet(walk, value, [targets[at] ?? anySources()], true)
  }

  #within(visit: () => void): ReadonlySet<Sources> {
    const outer = this.#frame
    const inner = new Set<Sources>()
    this.#frame = inner
    visit()
    this.#frame = outer
    return inner
  }

  #meet(walk: Walk, node: TreeNode | undefined, sources: Iterable<Sources>, isWritten: boolean): void {
    const body = isGiven(walk, node) ? valueBody(node) : undefined
    if (body === undefined) return
    this.#note(body, { sources: [...sources], isWritten })
  }

  #note(value: TreeNode, meeting: Meeting): void {
    const known = this.met.get(value)
    if (known === undefined) this.met.set(value, [meeting])
    else known.push(meeting)
  }
}

/** Ways in which a function of a user gets a value that is compared. */
const onValues: ReadonlySet<string> = new Set(['cast', 'comparison', 'index', 'operator', 'rule', 'type'])

/** Tells what is read in which expression. */
class MeetingFlows extends Flows {
  readonly #meetings: Meetings

  constructor(meetings: Meetings) {
    super()
    this.#meetings = meetings
  }

  override take(flow: ColumnFlow): void {
    super.take(flow)
    this.#meetings.read(flow.sources)
  }

  /** What chooses in an expression has a part in its value. */
  override aside(visit: () => void): ReturnType<Flows['aside']> {
    return this.into(this.target, visit)
  }

  /** What chooses the rows of a query has none in the expression around it. */
  override gather(visit: () => void): Sources {
    let gathered = new Sources()
    this.#meetings.apart(() => {
      gathered = super.gather(() => this.into(this.elsewhere, visit))
    })
    return gathered
  }
}

/** The literal or the parameter that a given value is, without casts. */
export function valueBody(node: TreeNode | undefined): TreeNode | undefined {
  const cast = bodyOf(node, 'TypeCast')
  if (cast !== undefined) return valueBody(nodeOf(cast, 'arg'))
  return bodyOf(node, 'A_Const') ?? bodyOf(node, 'ParamRef')
}

/** Operators that compare their sides and give nothing of them on. */
const comparing: ReadonlySet<string> = new Set('= <> != < <= > >= ~~ !~~ ~~* !~~* ~ !~ ~* !~*'.split(' '))

/** The operands of a comparison. */
function comparedIn(body: TreeNode): readonly TreeNode[] {
  const name = namesOf(listOf(body, 'name')) ?? []
  const [left, right] = [operands(nodeOf(body, 'lexpr')), operands(nodeOf(body, 'rexpr'))]
  switch (textOf(body, 'kind')) {
    case 'AEXPR_OP':
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
    case 'AEXPR_IN':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return name.length === 1 && comparing.has(name[0] ?? '') ? [...left, ...right] : []
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return [...left, ...right]
    case 'AEXPR_NULLIF':
      // The left side is what comes of it.
      return right
    default:
      return []
  }
}

/** One side of a comparison: the items of a list, an array or a row, at any depth. */
function operands(node: TreeNode | undefined): readonly TreeNode[] {
  if (node === undefined) return []
  const typed = unwrap(node)
  const field = typed === undefined ? undefined : itemFields.get(typed.type)
  if (typed === undefined || field === undefined) return [node]
  return listOf(typed.body, field).flatMap((item) => operands(item))
}

const itemFields: ReadonlyMap<string, string> = new Map([
  ['List', 'items'],
  ['A_ArrayExpr', 'elements'],
  ['RowExpr', 'args'],
])

/** Nodes whose parts stand side by side: each of them is looked at for itself. */
const separating: ReadonlySet<string> = new Set(
  `A_ArrayExpr A_Const A_Star BoolExpr BooleanTest CaseWhen CollateClause ColumnRef CommonTableExpr DeclareCursorStmt
   DeleteStmt ExplainStmt GroupingSet IndexElem InferClause InsertStmt List MergeStmt MergeWhenClause ParamRef
   ResTarget RowExpr SelectStmt SortBy TypeCast TypeName UpdateStmt WindowDef`.split(/\s+/),
)

const boolean = 16

/** Whether rows may be chosen by what the columns below a node have to do with each other. */
function mayCompare(walk: Walk, type: string, body: TreeNode, scope: Scope): boolean {
  if (separating.has(type)) return false
  const given = memoizedType(walk, { [type]: body }, scope)
  if (given === undefined || given === boolean) return true
  const name = type === 'FuncCall' ? writtenName(namesOf(listOf(body, 'funcname')) ?? []) : undefined
  return name !== undefined && findRoutines(walk, name).some(({ returnsSet }) => returnsSet)
}

/** The values of an INSERT by their places: of VALUES, or of a select list without a star, whose rows are made nowhere else. */
function rowsOf(select: TreeNode): readonly (readonly TreeNode[])[] {
  const rows = listOf(select, 'valuesLists').map((row) => listOf(bodyOf(row, 'List') ?? {}, 'items'))
  const targets = listOf(select, 'targetList').map((item) => nodeOf(bodyOf(item, 'ResTarget') ?? {}, 'val') ?? {})
  return [...rows, targets].filter((row) => !row.some(isStar))
}

function targetSources(walk: Walk, { column, relation }: Written): Sources {
  const isKnown = column !== undefined && relation.columns.has(column)
  if (!isKnown) return anySources()
  const sources = new Sources()
  for (const each of columnOrigins(walk.catalog, relation, column).sources) {
    sources.columns.add(each)
    const behind = walk.catalog.relations.get(each.relation)
    if (behind === undefined || handsOn(behind)) sources.columns.add(anyColumn)
  }
  if (handsOn(relation)) sources.columns.add(anyColumn)
  return sources
}

/** Whether what is written to it may be written elsewhere, too. */
function handsOn({ kind, rules, triggers }: Relation): boolean {
  const fires = triggers.some(({ events }) => events.has('insert') || events.has('update'))
  return fires || kind === 'foreign-table' || rules.some(({ event }) => event === 'insert' || event === 'update')
}

function anySources(): Sources {
  const sources = new Sources()
  sources.columns.add(anyColumn)
  return sources
}
