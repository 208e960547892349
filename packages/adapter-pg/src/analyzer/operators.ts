import type { Operator } from '../catalog/snapshot.js'
import type { Before } from './column-flow.js'
import { settleOperands } from './literals.js'
import { functionSchemas, writtenName } from './names.js'
import { baseType, catalogFirst, type InferredType, mayPass, unknownType } from './overloads.js'
import { runStored } from './routine-effects.js'
import type { Scope } from './scope.js'
import { isStar } from './stars.js'
import { takesNoTime } from './takes-no-time.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import { judgedType, judgeOperator, literalOf, operandFacts } from './totality.js'
import { elementType, typeOf } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/** `a + b`, `a IN (…)`, `a BETWEEN …`, `a = ANY (…)` and their kin: operands, then operators that users defined. */
export const operatorExpression: Handler = (walk, body, scope) => {
  const names = operatorNames(textOf(body, 'kind'), namesOf(listOf(body, 'name')) ?? [])
  settleOperands(walk, body, names, scope)
  const before = walk.flows.counted
  // Lists, bounds and rows are compared one by one until that decides: how far it came shows in the time that it takes.
  if (stopsEarly(body)) walk.flows.aside(() => walk.descend('A_Expr', body, scope, nameOnly))
  else walk.descend('A_Expr', body, scope, nameOnly)
  if (names.some((name) => name.at(-1) === '||')) walk.concatenates = true
  judge(walk, body, names, scope, before)
  if (names.every((name) => walk.catalog.userOperatorsNamed(name.at(-1) ?? '').length === 0)) return
  for (const [left, right] of operandTypes(walk, body, (node) => typeOf(walk, node, scope))) {
    for (const name of names) applyOperator(walk, name, left, right)
  }
}

/** Notes whether any of the operators may fail. */
function judge(walk: Walk, body: TreeNode, names: readonly (readonly string[])[], scope: Scope, before: Before): void {
  if (!walk.flows.isJudged) return
  const facts = {
    ...operandFacts(walk, before),
    literals: [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')].map(literalOf),
  }
  if (textOf(body, 'kind') === 'AEXPR_SIMILAR') walk.flows.mayFail()
  for (const [left, right] of operandTypes(walk, body, (node) => judgedType(walk, node, scope)))
    for (const name of names) judgeOperator(walk, name, left, right, facts)
}

function stopsEarly(body: TreeNode): boolean {
  const [left, right] = [nodeOf(body, 'lexpr'), nodeOf(body, 'rexpr')]
  const items = listOf(bodyOf(right, 'List') ?? {}, 'items')
  const fields = [left, right].flatMap((side) => listOf(bodyOf(side, 'RowExpr') ?? {}, 'args'))
  return [...items, ...fields].some((value) => !takesNoTime(value))
}

type OperandTypes = readonly [left: InferredType, right: InferredType]

/** What is compared with what: rows field by field, lists item by item. */
function operandTypes(walk: Walk, body: TreeNode, infer: Infer): readonly OperandTypes[] {
  const left = nodeOf(body, 'lexpr')
  const fields = rowFields(left)
  const others = rowFields(nodeOf(body, 'rexpr'))
  if (fields !== undefined && others?.length === fields.length) {
    return fields.map((field, index) => [infer(field), infer(others[index])])
  }
  const type = left === undefined ? 0 : repeatedType(body, left, infer)
  return rightTypes(walk, body, infer).map((right) => [type, right])
}

/** BETWEEN and IN compare their left side more than once: the first time may give a parameter its type for the others. */
function repeatedType(body: TreeNode, left: TreeNode, infer: Infer): InferredType {
  const type = infer(left)
  const isRepeated = textOf(body, 'kind') !== 'AEXPR_OP' && bodyOf(left, 'ParamRef') !== undefined
  return isRepeated && type === unknownType ? undefined : type
}

/** What a row is written with; undefined for what is none, and where it is not known which field comes from where. */
export function rowFields(node: TreeNode | undefined): readonly TreeNode[] | undefined {
  const row = bodyOf(node, 'RowExpr')
  const fields = row === undefined ? undefined : listOf(row, 'args')
  return fields?.some(isStar) === true ? undefined : fields
}

type Infer = (node: TreeNode | undefined) => InferredType

const nameOnly: ReadonlySet<string> = new Set(['name'])

/** Operators behind the words of SQL. */
function operatorNames(kind: string, written: readonly string[]): readonly (readonly string[])[] {
  switch (kind) {
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return [['>='], ['<='], ['<'], ['>']]
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
    case 'AEXPR_NULLIF':
      return [['=']]
    default:
      return [written]
  }
}

function rightTypes(walk: Walk, body: TreeNode, infer: Infer): readonly InferredType[] {
  const kind = textOf(body, 'kind')
  const right = nodeOf(body, 'rexpr')
  // The right side of ANY and ALL is an array of what is compared.
  if (kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_OP_ALL') return [elementType(walk, infer(right))]
  const items = right === undefined ? [] : listOf(bodyOf(right, 'List') ?? {}, 'items')
  const values = items.length > 0 ? items : right === undefined ? [] : [right]
  return [...new Set(values.map((value) => infer(value)))]
}

/** Effects of an operator that SQL uses without writing it, like `=` of JOIN USING. Types unknown. */
export function impliedOperator(walk: Walk, name: string, left?: InferredType, right?: InferredType): void {
  applyOperator(walk, [name], left, right)
}

/** Effects of every operator of users that a name with operands of these types may mean. */
export function applyOperator(walk: Walk, parts: readonly string[], left: InferredType, right: InferredType): void {
  const written = writtenName(parts)
  if (written === undefined) return
  const users = walk.catalog.userOperatorsNamed(written.name)
  if (users.length === 0) return
  const schemas = functionSchemas(walk, written.schema)
  const reachable = users.filter(({ schema }) => schemas.includes(schema))
  const exact = exactTypes(walk, left, right)
  const builtinWins =
    exact !== undefined &&
    catalogFirst(walk) &&
    written.schema === undefined &&
    walk.catalog.builtinOperatorsNamed(written.name).some(exact) &&
    !reachable.some((operator) => takesDomain(walk, operator, [left, right]))
  if (builtinWins) {
    runOperators(
      walk,
      reachable.filter((operator) => operator.schema === 'pg_catalog' && exact(operator)),
    )
    return
  }
  const possible = reachable.filter((operator) => takesAsMany(operator, left))
  const fitting = possible.filter((operator) => fits(walk, operator, left, right))
  const builtinFits = walk.catalog
    .builtinOperatorsNamed(written.name)
    .some((operator) => fits(walk, operator, left, right))
  // None fits: the server refuses the operands, or this does not understand them; then every one may be meant.
  const meant = fitting.length > 0 || builtinFits ? fitting : possible
  runOperators(walk, meant)
}

/** The functions of one may be hundreds, where it is in the families of many types. */
function runOperators(walk: Walk, operators: readonly Operator[]): void {
  for (const operator of operators) {
    if (walk.effects.isFirst(operator)) runStored(walk, operator.functions, 'operator')
  }
}

function takesAsMany(operator: Operator, left: InferredType): boolean {
  return (operator.left === 0) === (left === 0)
}

/** The server takes a builtin operator of exactly these types first; an untyped literal counts as the other side's type. */
function exactTypes(
  walk: Walk,
  left: InferredType,
  right: InferredType,
): ((operator: Operator) => boolean) | undefined {
  if (left === undefined || right === undefined) return undefined
  const leftBase = baseType(walk, left === unknownType ? right : left)
  const rightBase = baseType(walk, right === unknownType ? left : right)
  return (operator) => operator.left === leftBase && operator.right === rightBase
}

/**
 * Whether an operator is for a domain that one of the operands is of: the server looks for the very types before it takes a
 * domain for what it is over. A list of IN may turn the other side into what a domain is over.
 */
function takesDomain(walk: Walk, operator: Operator, operands: readonly InferredType[]): boolean {
  return operands.some(
    (type) =>
      type !== undefined && baseType(walk, type) !== type && (operator.left === type || operator.right === type),
  )
}

function fits(walk: Walk, operator: Operator, left: InferredType, right: InferredType): boolean {
  if (!takesAsMany(operator, left)) return false
  return (left === 0 || mayPass(walk, left, operator.left)) && mayPass(walk, right, operator.right)
}
