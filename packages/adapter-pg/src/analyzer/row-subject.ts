import { columnOfTarget, isApart, type TargetRows } from './about-target.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/** A value that goes with a row of the target: a column, or what is made of one and is another thing for other values. */
export interface RowSubject {
  /** The column that it is; undefined where something was made of it. */
  readonly column: string | undefined
  readonly mayBeNull: boolean
}

/** What an expression says about a row of the target. Undefined: nothing, or nobody can tell. */
export function rowSubject(node: TreeNode | undefined, rows: TargetRows, depth = 0): RowSubject | undefined {
  const typed = unwrap(node)
  if (node === undefined || typed === undefined || depth > 50) return undefined
  const { body, type } = typed
  switch (type) {
    case 'ColumnRef': {
      const column = columnOfTarget(node, rows)
      const mayBeNull = column !== 'ctid' && rows.target.relation?.columns.get(column ?? '')?.notNull !== true
      return column === undefined ? undefined : { column, mayBeNull }
    }
    case 'TypeCast':
    case 'CollateClause':
      return made(rowSubject(nodeOf(body, 'arg'), rows, depth + 1))
    case 'A_Indirection':
      return made(rowSubject(nodeOf(body, 'arg'), rows, depth + 1), true)
    case 'CoalesceExpr': {
      const [first, ...others] = listOf(body, 'args')
      const isOwn = (other: TreeNode): boolean =>
        isApart(other, rows) || rowSubject(other, rows, depth + 1) !== undefined
      return others.every(isOwn) ? made(rowSubject(first, rows, depth + 1), false) : undefined
    }
    case 'FuncCall':
      return calls(body) ? one(listOf(body, 'args'), rows, depth) : undefined
    case 'A_Expr':
      return operated(body, rows, depth)
    default:
      return undefined
  }
}

function made(subject: RowSubject | undefined, mayBeNull = subject?.mayBeNull): RowSubject | undefined {
  return subject && { column: undefined, mayBeNull: mayBeNull === true }
}

/** Functions that give other results for other values, by how many arguments they may have. */
const telling: ReadonlyMap<string, number> = new Map([
  ['lower', 1],
  ['upper', 1],
  ['btrim', 1],
  ['ltrim', 1],
  ['rtrim', 1],
  ['md5', 1],
  ['date', 1],
  ['date_trunc', 3],
  ['date_part', 2],
  ['extract', 2],
  ['timezone', 2],
])

function calls(body: TreeNode): boolean {
  const names = namesOf(listOf(body, 'funcname')) ?? []
  if (names.length > 1 && names[0] !== 'pg_catalog') return false
  return listOf(body, 'args').length <= (telling.get(names.at(-1) ?? '') ?? -1)
}

const members: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>'])

/** A member of a JSON value, and what lies as far from a value as everything else does: `created_at + '1 day'`. */
function operated(body: TreeNode, rows: TargetRows, depth: number): RowSubject | undefined {
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  if (left === undefined || right === undefined || textOf(body, 'kind') !== 'AEXPR_OP') return undefined
  const operator = namesOf(listOf(body, 'name'))?.at(-1) ?? ''
  if (members.has(operator)) return isApart(right, rows) ? made(rowSubject(left, rows, depth + 1), true) : undefined
  return operator === '+' || operator === '-' ? one([left, right], rows, depth) : undefined
}

/** The one of these that says something about the row, where the others do not. */
function one(nodes: readonly TreeNode[], rows: TargetRows, depth: number): RowSubject | undefined {
  const others = nodes.filter((node) => !isApart(node, rows))
  return others.length === 1 ? made(rowSubject(others[0], rows, depth + 1)) : undefined
}

/** What stands for the target's row as a whole: `t`, `t.*`. */
export function isWholeRow(node: TreeNode | undefined, { target }: TargetRows): boolean {
  const [only, ...more] = bodyOf(node, 'RowExpr') === undefined ? [node] : listOf(bodyOf(node, 'RowExpr') ?? {}, 'args')
  const reference = more.length === 0 ? bodyOf(only, 'ColumnRef') : undefined
  if (reference === undefined) return false
  const fields = listOf(reference, 'fields')
  const name = textOf(bodyOf(fields[0], 'String') ?? {}, 'sval')
  const isRow = fields.length === 1 ? target.columns?.has(name) === false : fields[1]?.['A_Star'] !== undefined
  return isRow && name === target.name
}
