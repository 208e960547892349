import type { Relation } from '../catalog/snapshot.js'
import { type RangeValues, renameFlows, Sources, unknownFlow } from './column-flow.js'
import { renameColumns } from './output-columns.js'
import { columnsOf, type JoinSide, joinSides } from './joins.js'
import { expectRelation, rangeVarName } from './names.js'
import { followRows, functionValues, queryValues, relationValues } from './range-values.js'
import { readRelation } from './relation-reads.js'
import { type OutputColumn, type Range, restColumns, Scope } from './scope.js'
import { flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** Makes the items of FROM known in the scope, after handling what is in them. */
export function addFromItems(walk: Walk, items: readonly TreeNode[], scope: Scope): void {
  for (const item of items) scope.stars.push(addFromItem(walk, item, scope).values)
}

function addFromItem(walk: Walk, item: TreeNode, scope: Scope): JoinSide {
  const typed = unwrap(item)
  if (typed === undefined) {
    walk.opaque('unknown item of FROM', 'from')
    return unknownSide
  }
  const { type, body } = typed
  switch (type) {
    case 'RangeVar':
      return added(scope, relationItem(walk, body, scope))
    case 'RangeSubselect':
      return added(scope, subselectItem(walk, body, scope))
    case 'JoinExpr': {
      let side = unknownSide
      walk.nest(type, () => {
        side = addJoin(walk, body, scope)
      })
      return side
    }
    case 'RangeTableSample': {
      const side = addFromItem(walk, nodeOf(body, 'relation') ?? {}, scope)
      // Its arguments do not see the other items.
      walk.visitAs('RangeTableSample', body, withoutRanges(scope))
      return side
    }
    case 'RangeFunction':
    case 'RangeTableFunc':
    case 'JsonTable':
      return added(scope, {
        ...derivedRange(aliasOf(body), functionColumns(aliasColumns(body)), functionItem(walk, type, body, scope)),
        mayBeValue: type === 'RangeFunction',
      })
    default:
      walk.opaque('unknown item of FROM', type)
      return unknownSide
  }
}

const unknownSide: JoinSide = { ranges: [], columns: () => undefined, values: () => undefined }

function added(scope: Scope, range: Range): JoinSide {
  scope.ranges.push(range)
  return { ranges: [range], columns: () => columnsOf(range), values: () => range.values.columns() }
}

/** A relation by its name, or a query of WITH that hides it. */
function relationItem(walk: Walk, body: TreeNode, scope: Scope): Range {
  const written = rangeVarName(body)
  const alias = aliasOf(body)
  const common = written.schema === undefined ? scope.commonTable(written.name) : undefined
  if (common !== undefined) {
    // Each place that names it looks its columns through.
    const isCheap = walk.flows.afford(common.flow.columns?.length ?? 1)
    const values = isCheap ? queryValues(renameFlows(common.flow, aliasColumns(body))) : unknownValues(walk)
    if (!common.isTotal) walk.flows.mayFail()
    if (!walk.afford(common.columns?.length ?? 1)) return derivedRange(alias ?? written.name, undefined, values)
    return derivedRange(alias ?? written.name, renameColumns(common.columns, aliasColumns(body)), values)
  }
  const relation = expectRelation(walk, written)
  if (relation === undefined) {
    return derivedRange(alias ?? written.name, undefined, unknownValues(walk))
  }
  const read = new Set<string>()
  const only = !flagOf(body, 'inh')
  readRelation(walk, relation, read, { only })
  followRows(walk, relation)
  return relationRange(walk, relation, alias, aliasColumns(body), read, { only })
}

interface RangeOptions {
  readonly hidden?: boolean
  readonly only?: boolean
  /** What its columns hold, where these are not stored rows. */
  readonly values?: RangeValues
}

/** What a function is passed decides how many rows it gives, too. */
function functionItem(walk: Walk, type: string, body: TreeNode, scope: Scope): RangeValues {
  const sources = new Sources()
  const { total } = walk.flows.into(sources, () => walk.visitAs(type, body, scope))
  const flow = { ...unknownFlow, sources, total }
  walk.flows.divert([flow])
  return functionValues(flow)
}

/** Those of what is not known. */
function unknownValues({ flows }: Walk): RangeValues {
  return queryValues({ columns: undefined, everything: flows.everything })
}

/** The item that a relation is, under its alias. `read` gathers the columns that are read of it. */
export function relationRange(
  walk: Walk,
  relation: Relation,
  alias: string | undefined,
  columns: readonly string[],
  read: Set<string> | undefined,
  { hidden = false, only = false, values }: RangeOptions = {},
): Range {
  const visible = columns.length === 0 ? ownColumns(relation) : renamedColumns(relation, columns)
  return {
    name: alias ?? relation.name,
    schema: alias === undefined ? relation.schema : undefined,
    relation,
    columns: visible,
    complete: visible.size === relation.columns.size,
    types: undefined,
    read,
    values: values ?? relationValues(walk.catalog, relation, visible, only),
    lockable: [relation],
    hidden,
    mayBeValue: false,
  }
}

function renamedColumns(relation: Relation, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...relation.columns.keys()].map((column, index) => [names[index] ?? column, column]))
}

const ownNames = new WeakMap<Relation, ReadonlyMap<string, string>>()

/** The columns under their own names: made once for a relation, which may have hundreds. */
function ownColumns(relation: Relation): ReadonlyMap<string, string> {
  const known = ownNames.get(relation)
  if (known !== undefined) return known
  const made = renamedColumns(relation, [])
  ownNames.set(relation, made)
  return made
}

/** The item that a query or a function is. */
function derivedRange(
  name: string | undefined,
  columns: readonly OutputColumn[] | undefined,
  values: RangeValues,
  lockable: readonly Relation[] = [],
): Range {
  const types = new Map<string, number>()
  const twice = new Set<string>()
  const known = (columns ?? []).filter(({ rest }) => rest !== true)
  for (const { name: column, type } of known) {
    if (type === undefined || types.has(column)) twice.add(column)
    else types.set(column, type)
  }
  for (const column of twice) types.delete(column)
  const visible = new Map(known.map(({ name: column }) => [column, column]))
  return {
    name: name ?? '',
    schema: undefined,
    relation: undefined,
    columns: known.length === 0 ? undefined : visible,
    complete: visible.size > 0 && visible.size === columns?.length,
    types,
    read: undefined,
    values,
    lockable,
    hidden: false,
    mayBeValue: false,
  }
}

/** A function may give more columns than its alias names. */
function functionColumns(names: readonly string[]): readonly OutputColumn[] {
  return [...names.map((name) => ({ name, type: undefined })), restColumns]
}

function subselectItem(walk: Walk, body: TreeNode, scope: Scope): Range {
  const subquery = nodeOf(body, 'subquery')
  // Without LATERAL the other items are out of sight; queries of WITH are not.
  const around = flagOf(body, 'lateral') ? scope : withoutRanges(scope)
  const inner = Scope.claiming(around)
  const { isLateral } = walk.flows
  walk.flows.isLateral ||= flagOf(body, 'lateral')
  walk.visit(subquery, inner)
  walk.flows.isLateral = isLateral
  const flow = inner.flow ?? { columns: undefined, everything: walk.flows.everything }
  walk.flows.drop(flow)
  const columns = renameColumns(inner.result, aliasColumns(body))
  const lockable = inner.ranges.flatMap((range) => range.lockable)
  return derivedRange(aliasOf(body), columns, queryValues(renameFlows(flow, aliasColumns(body))), lockable)
}

/** The same level for queries of WITH, and the levels around it, without its own items. */
function withoutRanges(scope: Scope): Scope {
  return scope.blind()
}

function addJoin(walk: Walk, body: TreeNode, scope: Scope): JoinSide {
  const start = scope.ranges.length
  const left = addFromItem(walk, nodeOf(body, 'larg') ?? {}, scope)
  const right = addFromItem(walk, nodeOf(body, 'rarg') ?? {}, scope)
  return joinSides(walk, body, [left, right], scope, start)
}

/** The alias of an item, if it has one. */
export function aliasOf(body: TreeNode): string | undefined {
  const alias = nodeOf(body, 'alias')
  return alias === undefined ? undefined : textOf(alias, 'aliasname')
}

/** Column names that the alias gives: `t AS x(a, b)`. */
export function aliasColumns(body: TreeNode): readonly string[] {
  const alias = nodeOf(body, 'alias')
  return alias === undefined ? [] : (namesOf(listOf(alias, 'colnames')) ?? [])
}
