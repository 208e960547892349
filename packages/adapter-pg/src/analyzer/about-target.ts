import type { Relation } from '../catalog/snapshot.js'
import { nodesIn } from './nodes-in.js'
import type { Range } from './scope.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode, type TreeValue } from './tree.js'

/** The rows that a change may reach, as a condition sees them. */
export interface TargetRows {
  readonly target: Range
  /** Further items of FROM that are the same relation, by their names. */
  readonly twins: ReadonlyMap<string, Range>
  /** Whether this is within a subquery, where the target is named to be meant. */
  readonly isInside: boolean
  /** The relation that an item of FROM is; undefined where it is none or not known. */
  readonly relationOf: (item: TreeNode) => Relation | undefined
}

/** The names that stand in a reference; undefined for what is no name, as `*`. */
export function partsOf(reference: TreeNode): readonly (string | undefined)[] {
  return listOf(reference, 'fields').map((field) => {
    const name = bodyOf(field, 'String')
    return name === undefined ? undefined : textOf(name, 'sval')
  })
}

/** The column of the target that an expression is, by its own name. Undefined: it is anything else. */
export function columnOfTarget(node: TreeNode, { isInside, target }: TargetRows): string | undefined {
  const reference = bodyOf(node, 'ColumnRef')
  const parts = reference === undefined ? [] : partsOf(reference)
  const name = parts.at(-1)
  if (name === undefined || (parts.length === 1 ? isInside : parts.at(-2) !== target.name)) return undefined
  if (name === 'ctid' && target.columns?.has(name) !== true) return name
  return target.columns === undefined ? name : target.columns.get(name)
}

/** Whether an expression says nothing about the target's rows, as far as anybody can tell. */
export function isApart(node: TreeNode, rows: TargetRows): boolean {
  const waiting: { readonly value: TreeValue; readonly within: Within }[] = [
    { value: node, within: { isInside: rows.isInside, columns: undefined } },
  ]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, within } = next
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (const item of value as readonly TreeValue[]) waiting.push({ value: item, within })
      continue
    }
    const tree = value as TreeNode
    if (tree['CurrentOfExpr'] !== undefined) return false
    const reference = bodyOf(tree, 'ColumnRef')
    if (reference !== undefined && meansTarget(reference, rows, within)) return false
    for (const field in tree) {
      const below = tree[field]
      if (below === undefined || (field === 'subselect' && hides(below, rows.target.name))) continue
      waiting.push({ value: below, within: field === 'subselect' ? inside(below, within, rows) : within })
    }
  }
  return true
}

interface Within {
  readonly isInside: boolean
  /** What names alone may mean in the subqueries around; undefined: anything. */
  readonly columns: ReadonlySet<string> | undefined
}

function inside(query: TreeValue, within: Within, rows: TargetRows): Within {
  const own = columnsIn(query, rows)
  const isKnown = own !== undefined && (!within.isInside || within.columns !== undefined)
  return { isInside: true, columns: isKnown ? new Set([...own, ...(within.columns ?? [])]) : undefined }
}

/** The columns of the relations that a query is from; undefined where these are not all known. */
function columnsIn(query: TreeValue, { relationOf }: TargetRows): ReadonlySet<string> | undefined {
  const select = bodyOf(query as TreeNode, 'SelectStmt')
  if (select === undefined || nodeOf(select, 'withClause') !== undefined || nodeOf(select, 'larg') !== undefined)
    return undefined
  const names = new Set<string>()
  for (const item of listOf(select, 'fromClause')) {
    const relation = relationOf(item)
    if (relation === undefined || nodeOf(bodyOf(item, 'RangeVar') ?? {}, 'alias')?.['colnames'] !== undefined)
      return undefined
    for (const name of relation.columns.keys()) names.add(name)
  }
  return names
}

/** Whether a subquery may give the name of the target to something else. */
export function hides(query: TreeValue, name: string): boolean {
  for (const node of nodesIn([query]))
    if (node['aliasname'] === name || (node['relname'] === name && node['alias'] === undefined)) return true
  return false
}

/** Whether a reference may be to the target: outside of subqueries to any column of it, inside by its name, or where nothing else is meant. */
function meansTarget(reference: TreeNode, { target }: TargetRows, { columns, isInside }: Within): boolean {
  const names = partsOf(reference)
  if (names.length > 1) return names.at(-2) === target.name
  const name = names[0] ?? ''
  if (isInside) return columns !== undefined && !columns.has(name) && target.columns?.has(name) === true
  return target.columns === undefined || target.columns.has(name) || name === target.name || name === 'ctid'
}
