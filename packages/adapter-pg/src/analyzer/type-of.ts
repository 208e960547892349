import { firstUserId } from '../catalog/first-user-id.js'
import { findRoutines, findType, typeOfCall, writtenName } from './names.js'
import {
  argumentsOf,
  baseType,
  candidates,
  catalogFirst,
  exactly,
  type InferredType,
  unknownType,
} from './overloads.js'
import { resolveColumn, rowField, wholeRow } from './resolve-column.js'
import type { Operator } from '../catalog/snapshot.js'
import type { Scope } from './scope.js'
import { bodyOf, flagOf, listOf, namesOf, nodeOf, numberOf, textOf, type TreeNode, unwrap } from './tree.js'
import type { Walk } from './walk.js'

/** Object ids of builtin types. */
const types = Object.freeze({ bool: 16, text: 25, int4: 23, numeric: 1700, bit: 1560 })

/**
 * The type of an expression where it is plain to see; undefined otherwise. Used only to leave out overloads that cannot be
 * meant, so that undefined means every overload.
 */
export function typeOf(walk: Walk, node: TreeNode | undefined, scope: Scope): InferredType {
  return inferType(walk, node, scope, (inner) => typeOf(walk, inner, scope))
}

/** The same for what is asked again at each level of an expression: each part is worked out once for a text. */
export function memoizedType(walk: Walk, node: TreeNode | undefined, scope: Scope): InferredType {
  if (node === undefined) return undefined
  const known = walk.judgedTypes.get(node)
  if (known !== undefined) return known.type
  const type = inferType(walk, node, scope, (inner) => memoizedType(walk, inner, scope))
  walk.judgedTypes.set(node, { type })
  return type
}

type Infer = (node: TreeNode | undefined) => InferredType

function inferType(walk: Walk, node: TreeNode | undefined, scope: Scope, infer: Infer): InferredType {
  const typed = unwrap(node)
  if (typed === undefined || walk.isExhausted) return undefined
  const { type, body } = typed
  switch (type) {
    case 'A_Const':
      return constantType(body)
    case 'ParamRef':
      return parameterType(walk, body)
    case 'ColumnRef': {
      const found = resolveColumn(scope, body)
      if (found === undefined) return wholeRow(scope, body)?.rowType
      return found.range.relation?.columns.get(found.column)?.type ?? found.range.types?.get(found.column)
    }
    case 'A_Indirection': {
      const field = rowField(scope, body)
      return field?.relation.columns.get(field.column)?.type
    }
    case 'CoalesceExpr':
    case 'MinMaxExpr':
      return commonType(listOf(body, 'args').map((value) => infer(value)))
    case 'CaseExpr':
      return commonType(resultsOf(body).map((value) => infer(value)))
    case 'TypeCast': {
      const name = nodeOf(body, 'typeName')
      return name === undefined ? undefined : typeNameId(walk, name)
    }
    case 'CollateClause':
    case 'NamedArgExpr':
      return infer(nodeOf(body, 'arg'))
    case 'BoolExpr':
    case 'NullTest':
    case 'BooleanTest':
    case 'CurrentOfExpr':
    case 'JsonIsPredicate':
      return types.bool
    case 'SubLink':
      return /^(?:EXISTS|ALL|ANY)_/.test(textOf(body, 'subLinkType')) ? types.bool : undefined
    case 'FuncCall':
      return callType(walk, body, infer)
    case 'A_ArrayExpr':
      return arrayType(walk, listOf(body, 'elements'), infer)
    case 'A_Expr':
      // Every operator of a chain asks for what is below it.
      return walk.afford(1) ? operatorType(walk, body, infer) : undefined
    default:
      return undefined
  }
}

/**
 * The type of a parameter as it is given. Without one it is that of the place where it stands, as for a literal, if it stands
 * at one place only: the first one decides for all others.
 */
export function parameterType(walk: Walk, body: TreeNode): InferredType {
  const number = numberOf(body, 'number')
  const given = walk.parameterTypes?.[number - 1]
  if (given !== 0 && given !== unknownType) return given
  return walk.timesNamed(number) === 1 ? unknownType : undefined
}

/** The element type of an array type; undefined when it is none. */
export function elementType(walk: Walk, array: InferredType): InferredType {
  if (array === undefined || array === unknownType) return undefined
  const element = walk.catalog.types.get(baseType(walk, array))?.element ?? 0
  return walk.catalog.types.get(element)?.array === baseType(walk, array) ? element : undefined
}

function arrayType(walk: Walk, elements: readonly TreeNode[], infer: Infer): InferredType {
  const [first, ...others] = elements.map((element) => infer(element))
  if (first === undefined || first === unknownType || others.some((type) => type !== first)) return undefined
  const info = walk.catalog.types.get(first)
  // Arrays of arrays are of the same type.
  return info === undefined || info.array !== 0 ? info?.array : info.element === 0 ? undefined : first
}

/** The id of the type that a `TypeName` means, arrays included; undefined when the catalog does not have it. */
export function typeNameId(walk: Walk, body: TreeNode): number | undefined {
  const parts = namesOf(listOf(body, 'names')) ?? []
  const written = writtenName(parts)
  const found = written === undefined ? undefined : findType(walk, written)
  if (found === undefined) return undefined
  return listOf(body, 'arrayBounds').length > 0 ? found.array : found.id
}

/** With a point or an exponent; what is beyond int4 is int8 or numeric, in any spelling. */
const isNumeric = /^-?[\d_]*\.|^-?[\d_]+e/i

/** The type of a constant; `unknownType` for a string and for NULL. */
export function constantType(body: TreeNode): InferredType {
  if (nodeOf(body, 'ival') !== undefined) return types.int4
  if (nodeOf(body, 'boolval') !== undefined) return types.bool
  const number = nodeOf(body, 'fval')
  if (number !== undefined) return isNumeric.test(textOf(number, 'fval')) ? types.numeric : undefined
  return nodeOf(body, 'bsval') === undefined ? unknownType : types.bit
}

/** The result of a builtin operator of exactly these types, which the server takes before any of a user. */
function operatorType(walk: Walk, body: TreeNode, infer: Infer): InferredType {
  const kind = textOf(body, 'kind')
  if (!namesResult.has(kind)) return types.bool
  const names = namesOf(listOf(body, 'name')) ?? []
  const name = names.at(-1) ?? ''
  const users = walk.catalog.userOperatorsNamed(name)
  const operators = walk.catalog.builtinOperatorsNamed(name)
  const gives = ({ result }: Operator): boolean => result === types.bool
  const isTest = users.length + operators.length > 0 && users.every(gives) && operators.every(gives)
  if (isTest && kind !== 'AEXPR_NULLIF') return types.bool
  if (kind !== 'AEXPR_OP' && kind !== 'AEXPR_NULLIF') return undefined
  if (users.length > 0 && (names.length > 1 || !catalogFirst(walk))) return undefined
  const lexpr = nodeOf(body, 'lexpr')
  const left = lexpr === undefined ? 0 : infer(lexpr)
  const right = infer(nodeOf(body, 'rexpr'))
  if (kind === 'AEXPR_OP') {
    // A literal beside a value counts as one of its type before anything else is looked for.
    const [first, second] = [left === unknownType ? right : left, right === unknownType && left !== 0 ? left : right]
    const exact = operators.find((operator) => operator.left === first && operator.right === second)?.result
    return exact ?? (name === '||' && users.length === 0 && joinsTexts(left, right) ? types.text : undefined)
  }
  // NULLIF gives what its `=` takes on the left: not always the type that is written there.
  const other = right === unknownType ? left : right
  return operators.find((operator) => operator.left === left && operator.right === other)?.left
}

/** A text with a text of any kind, or with a literal, which becomes one. */
function joinsTexts(left: InferredType, right: InferredType): boolean {
  const [isLeft, isRight] = [left, right].map((type) => type !== undefined && texts.has(type))
  return (isLeft === true && (isRight === true || right === unknownType)) || (isRight === true && left === unknownType)
}

const texts: ReadonlySet<number> = new Set([types.text, 1042, 1043])

/** What CASE may give; without ELSE also nothing, which is of any type. */
function resultsOf(body: TreeNode): readonly (TreeNode | undefined)[] {
  const results = listOf(body, 'args').map((item) => nodeOf(bodyOf(item, 'CaseWhen') ?? {}, 'result'))
  const otherwise = nodeOf(body, 'defresult')
  return otherwise === undefined ? results : [otherwise, ...results]
}

/** Values of one of the server's types, with literals beside them, stay of it. */
function commonType(all: readonly InferredType[]): InferredType {
  const [type, other] = new Set(all.filter((each) => each !== unknownType))
  return type !== undefined && other === undefined && type < firstUserId && !all.includes(undefined) ? type : undefined
}

/** Expressions that give whatever their operator gives; all others give a boolean. */
const namesResult: ReadonlySet<string> = new Set([
  'AEXPR_OP',
  'AEXPR_NULLIF',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
])

/** The result of a builtin function, when nothing else can be meant and its possible overloads have one result. */
function callType(walk: Walk, body: TreeNode, inferPart: Infer): InferredType {
  const written = writtenName(namesOf(listOf(body, 'funcname')) ?? [])
  if (written === undefined) return undefined
  const routines = findRoutines(walk, written)
  const args = argumentsOf(body)
  const infer = onceEach(inferPart)
  // `t(x)` may be a value of a user's type t, whatever functions of that name are, and `f(row)` a column of the row.
  const [only] = args.length === 1 ? args : []
  if (only !== undefined && (mayBeRow(walk, infer(only)) || typeOfCall(walk, written)?.builtin === false))
    return undefined
  const isPlain = !flagOf(body, 'func_variadic') && !flagOf(body, 'agg_within_group')
  const exact = isPlain ? exactly(walk, routines, args.map(byPlace(infer))) : undefined
  const possible = exact === undefined ? candidates(walk, routines, args, false, infer) : [exact]
  const result = possible[0]?.result
  if (result === undefined || possible.some((routine) => !routine.builtin || routine.result !== result))
    return undefined
  return walk.catalog.types.get(result)?.kind === 'pseudo' ? undefined : baseType(walk, result)
}

/** One with a name may be any of those that are declared. */
function byPlace(infer: (argument: TreeNode) => InferredType): (argument: TreeNode) => InferredType {
  return (argument) => (bodyOf(argument, 'NamedArgExpr') === undefined ? infer(argument) : undefined)
}

/** Twice for an argument would be twice as much again with every call that stands in another. */
function onceEach(infer: (argument: TreeNode) => InferredType): (argument: TreeNode) => InferredType {
  const known = new Map<TreeNode, InferredType>()
  return (argument) => {
    if (!known.has(argument)) known.set(argument, infer(argument))
    return known.get(argument)
  }
}

/** A literal is none: it becomes what a function takes. */
function mayBeRow(walk: Walk, type: InferredType): boolean {
  if (type === undefined) return true
  const base = baseType(walk, type)
  const info = walk.catalog.types.get(base)
  return base !== unknownType && (info === undefined || info.kind === 'composite' || info.kind === 'pseudo')
}
