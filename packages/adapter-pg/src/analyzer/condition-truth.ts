import type { Range } from './scope.js'
import { constantInteger, constantText } from './constants.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode, type TreeValue, unwrap } from './tree.js'

/** Whether a condition narrows anything: `true` when it never does, `false` when nothing passes, else `maybe`. */
export type Truth = 'true' | 'false' | 'maybe'

/** What a condition is for every row, as far as its words alone tell. */
export function truthOf(node: TreeNode, target: Range, depth: number): Truth {
  const typed = unwrap(node)
  if (typed === undefined || depth > 200) return 'maybe'
  const { type, body } = typed
  switch (type) {
    case 'A_Const':
    case 'TypeCast':
      return constantTruth(node)
    case 'BoolExpr':
      return boolTruth(
        textOf(body, 'boolop'),
        listOf(body, 'args').map((item) => truthOf(item, target, depth + 1)),
      )
    case 'NullTest':
      return nullTruth(body, target)
    case 'A_Expr':
      return comparisonTruth(body)
    case 'SubLink':
    default:
      return 'maybe'
  }
}

function boolTruth(operator: string, items: readonly Truth[]): Truth {
  if (operator === 'NOT_EXPR') return items[0] === 'true' ? 'false' : items[0] === 'false' ? 'true' : 'maybe'
  const [absorbing, neutral]: readonly [Truth, Truth] = operator === 'OR_EXPR' ? ['true', 'false'] : ['false', 'true']
  if (items.includes(absorbing)) return absorbing
  return items.every((item) => item === neutral) ? neutral : 'maybe'
}

/** `true`, `'true'`, `'t'::boolean`, `1::boolean`. */
function constantTruth(node: TreeNode): Truth {
  const constant = bodyOf(node, 'A_Const')
  const truth = constant === undefined ? undefined : nodeOf(constant, 'boolval')
  if (truth !== undefined) return flagOf(truth, 'boolval') ? 'true' : 'false'
  const cast = bodyOf(node, 'TypeCast')
  const type = namesOf(listOf(nodeOf(cast ?? {}, 'typeName') ?? {}, 'names'))?.at(-1)
  if (cast !== undefined && type !== 'bool' && type !== 'text') return 'maybe'
  const inner = cast === undefined ? undefined : nodeOf(cast, 'arg')
  const text = constantText(node)?.trim().toLowerCase()
  if (text !== undefined && text !== '') {
    if (['true', 'yes', 'on', '1'].some((word) => word.startsWith(text)) && text !== 'o') return 'true'
    if (['false', 'no', 'off', '0'].some((word) => word.startsWith(text)) && text !== 'o') return 'false'
  }
  const number = constantInteger(inner)
  return inner === undefined ? 'maybe' : number === undefined ? constantTruth(inner) : number === 0 ? 'false' : 'true'
}

/** A column that cannot be null is never null. */
function nullTruth(body: TreeNode, target: Range): Truth {
  const reference = bodyOf(nodeOf(body, 'arg'), 'ColumnRef')
  const names = reference === undefined ? undefined : namesOf(listOf(reference, 'fields'))
  const column = target.columns?.get(names?.at(-1) ?? '')
  if (column === undefined || target.relation?.columns.get(column)?.notNull !== true) return 'maybe'
  return textOf(body, 'nulltesttype') === 'IS_NOT_NULL' ? 'true' : 'false'
}

/** `x = x`, `x IN (x)`, `x BETWEEN x AND x`, `1 = 1`, `1 = 0`, `x LIKE '%'`. */
function comparisonTruth(body: TreeNode): Truth {
  const left = nodeOf(body, 'lexpr')
  const right = nodeOf(body, 'rexpr')
  const operator = namesOf(listOf(body, 'name'))?.at(-1) ?? ''
  if (left === undefined || right === undefined) return 'maybe'
  switch (textOf(body, 'kind')) {
    case 'AEXPR_OP':
      if (reflexive.has(operator) && sameExpression(left, right)) return 'true'
      if (irreflexive.has(operator) && sameExpression(left, right)) return 'false'
      return literalTruth(operator, left, right)
    case 'AEXPR_NOT_DISTINCT':
      return sameExpression(left, right) ? 'true' : 'maybe'
    case 'AEXPR_IN':
      return operator === '=' && itemsOf(right).some((item) => sameExpression(left, item)) ? 'true' : 'maybe'
    case 'AEXPR_BETWEEN':
      return itemsOf(right).every((item) => sameExpression(left, item)) ? 'true' : 'maybe'
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return !operator.startsWith('!') && /^%+$/.test(constantText(right) ?? '') ? 'true' : 'maybe'
    default:
      return 'maybe'
  }
}

const reflexive: ReadonlySet<string> = new Set(['=', '<=', '>='])
const irreflexive: ReadonlySet<string> = new Set(['<>', '!=', '<', '>'])

/** `1 = 0`, `'a' = 'b'`, `1 < 2`. */
function literalTruth(operator: string, left: TreeNode, right: TreeNode): Truth {
  const numbers = [constantInteger(left), constantInteger(right)] as const
  if (numbers[0] !== undefined && numbers[1] !== undefined) {
    const [a, b] = numbers
    const results: Readonly<Record<string, boolean>> = {
      '=': a === b,
      '<>': a !== b,
      '!=': a !== b,
      '<': a < b,
      '>': a > b,
      '<=': a <= b,
      '>=': a >= b,
    }
    const result = Object.hasOwn(results, operator) ? results[operator] : undefined
    return result === undefined ? 'maybe' : result ? 'true' : 'false'
  }
  const a = constantText(left)
  const b = constantText(right)
  if (a === undefined || b === undefined || a === b) return 'maybe'
  return operator === '=' ? 'false' : operator === '<>' || operator === '!=' ? 'true' : 'maybe'
}

function itemsOf(node: TreeNode): readonly TreeNode[] {
  const list = bodyOf(node, 'List')
  return list === undefined ? [node] : listOf(list, 'items')
}

/** Whether two expressions are written the same, places apart, and can have only one value: no calls. */
export function sameExpression(left: TreeNode, right: TreeNode): boolean {
  return sameValue(left, right, 0)
}

function sameValue(left: TreeValue | undefined, right: TreeValue | undefined, depth: number): boolean {
  if (depth > 100) return false
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false
    const others = right as readonly TreeValue[]
    return (left as readonly TreeValue[]).every((item, index) => sameValue(item, others[index], depth + 1))
  }
  const [a, b] = [left as TreeNode, right as TreeNode]
  const fields = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const place of places) fields.delete(place)
  for (const field of fields) if (!sameValue(a[field], b[field], depth + 1)) return false
  return true
}

/** Where in the text something stands. */
const places = ['location', 'list_start', 'list_end', 'rexpr_list_start', 'rexpr_list_end']
