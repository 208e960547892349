import type { Relation } from '../catalog/snapshot.js'
import { renameColumns } from './output-columns.js'
import { impliedOperator } from './operators.js'
import { expectRelation, rangeVarName } from './names.js'
import { readRelation } from './relation-reads.js'
import { type OutputColumn, type Range, Scope } from './scope.js'
import { flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** Makes the items of FROM known in the scope, after handling what is in them. */
export function addFromItems(walk: Walk, items: readonly TreeNode[], scope: Scope): void {
  for (const item of items) addFromItem(walk, item, scope)
}

function addFromItem(walk: Walk, item: TreeNode, scope: Scope): void {
  const typed = unwrap(item)
  if (typed === undefined) {
    walk.opaque('unknown item of FROM', 'from')
    return
  }
  const { type, body } = typed
  switch (type) {
    case 'RangeVar':
      addRelation(walk, body, scope)
      return
    case 'RangeSubselect':
      addSubselect(walk, body, scope)
      return
    case 'JoinExpr':
      walk.nest(type, () => {
        addJoin(walk, body, scope)
      })
      return
    case 'RangeTableSample':
      addFromItem(walk, nodeOf(body, 'relation') ?? {}, scope)
      walk.visitAs('RangeTableSample', body, scope)
      return
    case 'RangeFunction':
    case 'RangeTableFunc':
    case 'JsonTable':
      walk.visitAs(type, body, scope)
      scope.ranges.push(derivedRange(aliasOf(body), namedColumns(aliasColumns(body))))
      return
    default:
      walk.opaque('unknown item of FROM', type)
  }
}

/** A relation by its name, or a query of WITH that hides it. */
export function addRelation(walk: Walk, body: TreeNode, scope: Scope): void {
  const written = rangeVarName(body)
  const alias = aliasOf(body)
  const common = written.schema === undefined ? scope.commonTable(written.name) : undefined
  if (common !== undefined) {
    scope.ranges.push(derivedRange(alias ?? written.name, renameColumns(common.columns, aliasColumns(body))))
    return
  }
  const relation = expectRelation(walk, written)
  if (relation === undefined) {
    scope.ranges.push(derivedRange(alias ?? written.name, undefined))
    return
  }
  const read = new Set<string>()
  readRelation(walk, relation, read, { only: !flagOf(body, 'inh') })
  scope.ranges.push(relationRange(relation, alias, aliasColumns(body), read))
}

/** The item that a relation is, under its alias. `read` gathers the columns that are read of it. */
export function relationRange(
  relation: Relation,
  alias: string | undefined,
  columns: readonly string[],
  read: Set<string> | undefined,
  hidden = false,
): Range {
  return {
    name: alias ?? relation.name,
    schema: alias === undefined ? relation.schema : undefined,
    relation,
    columns: columns.length === 0 ? ownColumns(relation) : renamedColumns(relation, columns),
    types: undefined,
    read,
    lockable: [relation],
    hidden,
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
  lockable: readonly Relation[] = [],
): Range {
  const types = new Map<string, number>()
  const twice = new Set<string>()
  for (const { name: column, type } of columns ?? []) {
    if (type === undefined || types.has(column)) twice.add(column)
    else types.set(column, type)
  }
  for (const column of twice) types.delete(column)
  return {
    name: name ?? '',
    schema: undefined,
    relation: undefined,
    columns:
      columns === undefined || columns.length === 0
        ? undefined
        : new Map(columns.map(({ name: column }) => [column, column])),
    types,
    read: undefined,
    lockable,
    hidden: false,
  }
}

function namedColumns(names: readonly string[]): readonly OutputColumn[] {
  return names.map((name) => ({ name, type: undefined }))
}

function addSubselect(walk: Walk, body: TreeNode, scope: Scope): void {
  const subquery = nodeOf(body, 'subquery')
  // Without LATERAL the other items are out of sight; queries of WITH are not.
  const around = flagOf(body, 'lateral') ? scope : withoutRanges(scope)
  const inner = new Scope(around)
  walk.visit(subquery, inner)
  const columns = renameColumns(inner.result, aliasColumns(body))
  const lockable = inner.ranges.flatMap((range) => range.lockable)
  scope.ranges.push(derivedRange(aliasOf(body), columns, lockable))
}

/** The same level for queries of WITH, and the levels around it, without its own items. */
function withoutRanges(scope: Scope): Scope {
  return scope.blind()
}

function addJoin(walk: Walk, body: TreeNode, scope: Scope): void {
  const before = scope.ranges.length
  addFromItem(walk, nodeOf(body, 'larg') ?? {}, scope)
  const middle = scope.ranges.length
  addFromItem(walk, nodeOf(body, 'rarg') ?? {}, scope)
  const left = scope.ranges.slice(before, middle)
  const right = scope.ranges.slice(middle)
  const using = namesOf(listOf(body, 'usingClause')) ?? []
  const shared = flagOf(body, 'isNatural') ? commonColumns(left, right) : using
  for (const column of shared) {
    impliedOperator(walk, '=', readIn(walk, left, column), readIn(walk, right, column))
  }
  walk.visit(nodeOf(body, 'quals'), scope)
  const alias = aliasOf(body) ?? joinAlias(body)
  if (alias !== undefined) scope.ranges.push(joinRange(alias, [...left, ...right]))
}

/** Notes the column as read and gives its type where it is known. */
function readIn(walk: Walk, ranges: readonly Range[], name: string): number | undefined {
  let type: number | undefined
  for (const range of ranges) {
    const column = range.columns?.get(name)
    if (column === undefined) continue
    range.read?.add(column)
    type = range.relation?.columns.get(column)?.type ?? range.types?.get(name)
  }
  return type
}

function commonColumns(left: readonly Range[], right: readonly Range[]): readonly string[] {
  const names = new Set(left.flatMap((range) => [...(range.columns?.keys() ?? [])]))
  return right.flatMap((range) => [...(range.columns?.keys() ?? [])]).filter((name) => names.has(name))
}

/** `(a JOIN b) AS j`: a column of j is a column of whichever of them has it. */
function joinRange(alias: string, ranges: readonly Range[]): Range {
  const read = new Set<string>()
  const spread: Set<string> = Object.assign(read, {
    add(column: string): Set<string> {
      for (const range of ranges) range.read?.add(column)
      return spread
    },
  })
  return {
    name: alias,
    schema: undefined,
    relation: undefined,
    columns: undefined,
    types: undefined,
    read: spread,
    lockable: [],
    hidden: false,
  }
}

function joinAlias(body: TreeNode): string | undefined {
  const alias = nodeOf(body, 'join_using_alias')
  return alias === undefined ? undefined : textOf(alias, 'aliasname')
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
