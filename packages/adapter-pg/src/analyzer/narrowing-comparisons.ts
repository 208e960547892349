import { isApart, partsOf, type TargetRows } from './about-target.js'
import { constantText } from './constants.js'
import { isWholeRow, type RowSubject, rowSubject } from './row-subject.js'
import { readsTarget } from './twins.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'

/** What an operator is where its result is to be false. */
const opposites: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
}

const strict: ReadonlySet<string> = new Set(['<', '>', '<>', '!='])
const ordering: ReadonlySet<string> = new Set(['<', '>', '<=', '>='])
/** Operators that look for something in a value, and find nothing everywhere. */
const finding: ReadonlySet<string> = new Set(['@>', '<@', '&&', '?', '?|', '?&', '@@', '@?', '^@'])
const matching: ReadonlySet<string> = new Set(['~', '~*', '!~', '!~*'])
const resembling: ReadonlySet<string> = new Set(['~~', '~~*', '!~~', '!~~*'])

/** Whether a comparison is one of a row's own value with something else, and may be otherwise for another row. */
export function comparisonNarrows(body: TreeNode, rows: TargetRows, wanted: boolean): boolean {
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  const operator = namesOf(listOf(body, 'name'))?.at(-1) ?? ''
  if (left === undefined || right === undefined) return false
  switch (textOf(body, 'kind')) {
    case 'AEXPR_OP':
      return operatorNarrows({ operator, left, right }, rows, wanted)
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      if (!Object.hasOwn(opposites, operator) || !isSolid(right) || readsTarget(right, rows)) return false
      return isAbout(left, right, rows) || isAbout(right, left, rows)
    case 'AEXPR_IN':
      return listOf(bodyOf(right, 'List') ?? {}, 'items').every((item) => isAbout(left, item, rows))
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return betweenNarrows(left, listOf(bodyOf(right, 'List') ?? {}, 'items'), rows)
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return resembles({ operator, left, right }, rows, wanted)
    case 'AEXPR_DISTINCT':
      return distinctNarrows(left, right, rows, wanted)
    case 'AEXPR_NOT_DISTINCT':
      return distinctNarrows(left, right, rows, !wanted)
    default:
      return false
  }
}

interface Operation {
  readonly operator: string
  readonly left: TreeNode
  readonly right: TreeNode
}

function operatorNarrows(operation: Operation, rows: TargetRows, wanted: boolean): boolean {
  const { left, operator, right } = operation
  const meant = wanted ? operator : opposites[operator]
  if (Object.hasOwn(opposites, operator) && meant !== undefined)
    return compares(meant, left, right, rows) || compares(meant, right, left, rows)
  if (finding.has(operator))
    return (isAbout(left, right, rows) && isSolid(right)) || (isAbout(right, left, rows) && isSolid(left))
  if (resembling.has(operator)) return resembles(operation, rows, wanted)
  if (!matching.has(operator) || !isAbout(left, right, rows)) return false
  const pattern = literalOf(right)
  const isFound = operator.startsWith('!') !== wanted
  // Of a pattern that may match nothing at all nobody knows what it leaves out.
  return pattern === undefined || !isFound || (/^\^?\w(?![*?{])/.test(pattern) && !pattern.includes('|'))
}

function compares(operator: string, subject: TreeNode, other: TreeNode, rows: TargetRows): boolean {
  if (ordering.has(operator) && readsTarget(other, rows)) return false
  const row = bodyOf(subject, 'RowExpr')
  const values = row === undefined ? [subject] : listOf(row, 'args')
  const subjects = values.flatMap((value) => rowSubject(value, rows) ?? [])
  if (subjects.length < values.length || subjects.length === 0) return false
  if (row !== undefined) return isApart(other, rows) && !namesTwin(other, rows)
  return subjects.every((own) => isOther(operator, own, other, rows))
}

/** Whether something is not of the row itself, nor the same value of the same row under another name. */
function isOther(operator: string, own: RowSubject, other: TreeNode, rows: TargetRows): boolean {
  if (!isApart(other, rows)) {
    const column = rowSubject(other, rows)?.column
    return own.column !== undefined && column !== undefined && own.column !== column
  }
  if (!namesTwin(other, rows) || strict.has(operator)) return true
  const column = twinColumn(other, rows)
  return own.column !== undefined && column !== undefined && own.column !== column
}

/** The column of the same relation, under another name of it, that an expression is. */
function twinColumn(node: TreeNode, { twins }: TargetRows): string | undefined {
  const reference = bodyOf(node, 'ColumnRef')
  const parts = reference === undefined ? [] : partsOf(reference)
  const [name, range] = [parts.at(-1), twins.get(parts.at(-2) ?? '')]
  return name === undefined ? undefined : range?.columns?.get(name)
}

function namesTwin(node: TreeNode, rows: TargetRows): boolean {
  return [...rows.twins.values()].some((target) => !isApart(node, { ...rows, target, isInside: false }))
}

function isAbout(subject: TreeNode, other: TreeNode, rows: TargetRows): boolean {
  return compares('=', subject, other, rows)
}

function betweenNarrows(value: TreeNode, bounds: readonly TreeNode[], rows: TargetRows): boolean {
  if (rowSubject(value, rows) !== undefined)
    return bounds.some((bound) => !readsTarget(bound, rows)) && bounds.every((bound) => isAbout(value, bound, rows))
  return isApart(value, rows) && bounds.some((bound) => isAbout(bound, value, rows))
}

function resembles({ left, operator, right }: Operation, rows: TargetRows, wanted: boolean): boolean {
  if (!isAbout(left, right, rows)) return false
  const pattern = patternOf(right)
  const isFound = operator.startsWith('!') !== wanted
  return pattern === undefined || !isFound || /[^%_]/.test(pattern)
}

/** Rows that are distinct from null are all of those whose value is never null. */
function distinctNarrows(left: TreeNode, right: TreeNode, rows: TargetRows, areDistinct: boolean): boolean {
  if (!areDistinct) return isAbout(left, right, rows) || isAbout(right, left, rows)
  for (const [own, other] of [
    [left, right],
    [right, left],
  ] as const) {
    // A row is never null itself, whatever its columns are.
    if (isWholeRow(own, rows))
      return isApart(other, rows) && (literalOf(other) ?? bodyOf(other, 'RowExpr')) !== undefined
    const subject = rowSubject(own, rows)
    if (subject === undefined || !isOther('<>', subject, other, rows)) continue
    if (subject.mayBeNull || literalOf(other) !== undefined || bodyOf(other, 'ColumnRef') !== undefined) return true
  }
  return false
}

/** The literal of a pattern, also where it names its escape, or is put together from literals. */
function patternOf(node: TreeNode | undefined): string | undefined {
  const { body, type } = unwrap(node) ?? { body: {}, type: '' }
  if (type === 'FuncCall' && namesOf(listOf(body, 'funcname'))?.at(-1) === 'like_escape')
    return patternOf(listOf(body, 'args')[0])
  if (type !== 'A_Expr' || namesOf(listOf(body, 'name'))?.at(-1) !== '||') return literalOf(node)
  const [left, right] = [patternOf(nodeOf(body, 'lexpr')), patternOf(nodeOf(body, 'rexpr'))]
  return left === undefined || right === undefined ? undefined : left + right
}

/** The text of a literal, whatever it is cast to; of a number its digits. */
function literalOf(node: TreeNode | undefined): string | undefined {
  const typed = unwrap(node)
  if (typed?.type === 'TypeCast') return literalOf(nodeOf(typed.body, 'arg'))
  if (typed?.type !== 'A_Const' || typed.body['isnull'] === true) return undefined
  return constantText(node) ?? '0'
}

/** Whether there is surely something in it, or what it is comes from elsewhere: no `'{}'`, no `array[]`. */
function isSolid(node: TreeNode): boolean {
  const typed = unwrap(node)
  switch (typed?.type) {
    case 'TypeCast':
      return isSolid(nodeOf(typed.body, 'arg') ?? {})
    case 'A_Const':
      return /[\p{L}\p{N}]/u.test(literalOf(node) ?? '')
    case 'A_ArrayExpr':
      return listOf(typed.body, 'elements').length > 0
    case 'ParamRef':
    case 'ColumnRef':
    case 'SubLink':
      return true
    default:
      return typed?.type === 'FuncCall' && (namesOf(listOf(typed.body, 'funcname'))?.at(-1) ?? '').includes('tsquery')
  }
}
