import { type ColumnFlow, type NamedFlow, unite } from './column-flow.js'
import { impliedOperator } from './operators.js'
import { joinValues, readColumn } from './range-values.js'
import type { JoinedColumn, Range, Scope } from './scope.js'
import { flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** One side of a join: its items, and the columns that it gives in their order; undefined when these are not all known. */
export interface JoinSide {
  readonly ranges: readonly Range[]
  readonly columns: () => readonly JoinedColumn[] | undefined
  /** What these columns hold, also where their names are not all known. */
  readonly values: () => readonly NamedFlow[] | undefined
}

/**
 * What a join of two sides gives, after its condition was handled. An alias hides what is inside: it takes the places of the
 * items in the scope, which are those from `start` on.
 */
export function joinSides(
  walk: Walk,
  body: TreeNode,
  sides: readonly [JoinSide, JoinSide],
  scope: Scope,
  start: number,
): JoinSide {
  const [left, right] = sides
  const shared = sharedNames(walk, body, sides)
  for (const name of shared) {
    const read = (): readonly [number | undefined, number | undefined] => [
      readIn(walk, left.ranges, name),
      readIn(walk, right.ranges, name),
    ]
    const [ours, theirs] = walk.meetings === undefined ? read() : walk.meetings.compare(read)
    impliedOperator(walk, '=', ours, theirs)
    if (ours === undefined || ours !== theirs) scope.mix(name)
  }
  const ranges = [...left.ranges, ...right.ranges]
  // Other items of the same FROM are out of sight for the condition.
  walk.visit(nodeOf(body, 'quals'), scope.blind(ranges))
  const merged = nodeOf(body, 'join_using_alias')
  if (merged !== undefined) {
    const known = sharedColumns(sides, shared)
    scope.ranges.push({
      ...joinRange(textOf(merged, 'aliasname'), known, [], ranges, mergedValues(sides, shared)),
      hidden: true,
    })
  }
  const columns = once(() => joinedColumns(sides, shared))
  const alias = nodeOf(body, 'alias')
  const values = once(() => joinedValues(walk, sides, shared))
  if (alias === undefined) return { ranges, columns, values }
  const range = joinRange(
    textOf(alias, 'aliasname'),
    columns(),
    namesOf(listOf(alias, 'colnames')) ?? [],
    ranges,
    values(),
  )
  scope.ranges.splice(start, scope.ranges.length, range)
  return { ranges: [range], columns: () => columnsOf(range), values: () => range.values.columns() }
}

/** The names by which a join compares its sides. */
function sharedNames(walk: Walk, body: TreeNode, [left, right]: readonly [JoinSide, JoinSide]): readonly string[] {
  const items = left.ranges.length + right.ranges.length
  const isNatural = flagOf(body, 'isNatural')
  const columns = isNatural ? [...left.ranges, ...right.ranges].map((range) => range.columns?.size ?? 0) : []
  if (!walk.afford(columns.reduce((sum, count) => sum + count, items))) return []
  const names = isNatural ? naturalNames(left, right) : (namesOf(listOf(body, 'usingClause')) ?? [])
  // Each is looked for in every item, and among the columns of both sides.
  return walk.afford(names.length * items) ? names : []
}

/** The columns of one item as a join gives them; undefined when not all of them are known. */
export function columnsOf(range: Range): readonly JoinedColumn[] | undefined {
  if (range.columns === undefined || !range.complete) return undefined
  return [...range.columns].map(([name, column]) => ({ name, from: [{ range, column }] }))
}

/**
 * The names by which NATURAL compares. Where one side may have columns that are not known, every column of the other may be
 * compared.
 */
function naturalNames(left: JoinSide, right: JoinSide): readonly string[] {
  const [ours, theirs] = [knownNames(left), knownNames(right)]
  const others = new Set(theirs)
  const names = ours.filter((name) => others.has(name))
  if (left.columns() === undefined) names.push(...theirs)
  if (right.columns() === undefined) names.push(...ours)
  return [...new Set(names)]
}

function knownNames({ ranges }: JoinSide): string[] {
  return [...new Set(ranges.flatMap((range) => (range.hidden ? [] : [...(range.columns?.keys() ?? [])])))]
}

/** Notes the column as read and gives its type where it is known. */
function readIn(walk: Walk, ranges: readonly Range[], name: string): number | undefined {
  const types = new Set<number | undefined>()
  for (const range of ranges) {
    const column = range.hidden ? undefined : range.columns?.get(name)
    if (column === undefined && range.columns !== undefined) continue
    readColumn(walk, range, column ?? name)
    types.add(column === undefined ? undefined : columnType(range, name, column))
  }
  const [type] = types
  return types.size === 1 ? type : undefined
}

function columnType(range: Range, name: string, column: string): number | undefined {
  return range.relation?.columns.get(column)?.type ?? range.types?.get(name)
}

/** The columns that both sides have, once, then what is left of the left side and of the right one. */
function joinedColumns(
  sides: readonly [JoinSide, JoinSide],
  shared: readonly string[],
): readonly JoinedColumn[] | undefined {
  const once = sharedColumns(sides, shared)
  const [left, right] = [sides[0].columns(), sides[1].columns()]
  if (once === undefined || left === undefined || right === undefined) return undefined
  const names = new Set(shared)
  return [...once, ...[...left, ...right].filter(({ name }) => !names.has(name))]
}

/** What `joinedColumns` hold. */
function joinedValues(
  walk: Walk,
  sides: readonly [JoinSide, JoinSide],
  shared: readonly string[],
): readonly NamedFlow[] | undefined {
  if (!walk.flows.afford(shared.length + 1)) return undefined
  const merged = mergedValues(sides, shared)
  const [left, right] = [sides[0].values(), sides[1].values()]
  if (merged === undefined || left === undefined || right === undefined) return undefined
  if (!walk.flows.afford(left.length + right.length)) return undefined
  const names = new Set<string | undefined>(shared)
  return [...merged, ...[...left, ...right].filter(({ name }) => !names.has(name))]
}

/** Undefined where a name is not worked out, which may be one of them. */
function mergedValues(
  sides: readonly [JoinSide, JoinSide],
  shared: readonly string[],
): readonly NamedFlow[] | undefined {
  if (shared.length === 0) return []
  const columns = sides.map(({ values }) => values())
  if (columns.some((side) => side === undefined || side.some(({ name }) => name === undefined))) return undefined
  const flows = new Map<string | undefined, ColumnFlow[]>(shared.map((name) => [name, []]))
  for (const side of columns) for (const { flow, name } of side ?? []) flows.get(name)?.push(flow)
  return shared.map((name) => ({ name, flow: unite(flows.get(name) ?? []) }))
}

function sharedColumns(
  sides: readonly [JoinSide, JoinSide],
  shared: readonly string[],
): readonly JoinedColumn[] | undefined {
  const sources = new Map<string, JoinedColumn['from'][number][]>(shared.map((name) => [name, []]))
  for (const side of sides) {
    const columns = side.columns()
    if (columns === undefined) return undefined
    for (const { from, name } of columns) sources.get(name)?.push(...from)
  }
  return [...sources].map(([name, from]) => ({ name, from }))
}

/** `(a JOIN b) AS j (x, y)`: reading a column of j reads it where it comes from, or everywhere when that is not known. */
function joinRange(
  name: string,
  given: readonly JoinedColumn[] | undefined,
  names: readonly string[],
  inside: readonly Range[],
  values: readonly NamedFlow[] | undefined,
): Range {
  // Without new names every column that is known inside is also one of the join.
  const known = given ?? (names.length === 0 ? inside.flatMap(knownColumns) : undefined)
  const sources = new Map<string, JoinedColumn['from'][number][]>()
  for (const [index, column] of (known ?? []).entries()) {
    const visible = names[index] ?? column.name
    sources.set(visible, [...(sources.get(visible) ?? []), ...column.from])
  }
  const types = new Map<string, number>()
  for (const [visible, from] of sources) {
    const type = commonType(from)
    if (type !== undefined) types.set(visible, type)
  }
  return {
    name,
    schema: undefined,
    relation: undefined,
    columns: known === undefined ? undefined : new Map([...sources.keys()].map((column) => [column, column])),
    complete: given !== undefined && sources.size === given.length,
    types,
    read: spread(sources, inside),
    values: joinValues(values, names, inside),
    lockable: inside.flatMap((range) => range.lockable),
    hidden: false,
    mayBeValue: false,
  }
}

function knownColumns(range: Range): readonly JoinedColumn[] {
  if (range.hidden) return []
  return [...(range.columns ?? [])].map(([name, column]) => ({ name, from: [{ range, column }] }))
}

function commonType(from: JoinedColumn['from']): number | undefined {
  const [type, ...others] = from.map(({ range, column }) =>
    range.relation === undefined ? range.types?.get(column) : range.relation.columns.get(column)?.type,
  )
  return others.every((other) => other === type) ? type : undefined
}

/** A set that hands on what is added: to the items that a column comes from, or to all of them as whole rows. */
function spread(sources: ReadonlyMap<string, JoinedColumn['from']>, inside: readonly Range[]): Set<string> {
  const read = new Set<string>()
  return Object.assign(read, {
    add(name: string): Set<string> {
      const from = sources.get(name)
      if (from === undefined) for (const range of inside) range.read?.add('*')
      else for (const { range, column } of from) range.read?.add(column)
      return read
    },
  })
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
