import { firstUserId } from '../catalog/first-user-id.js'
import type { Routine } from '../catalog/snapshot.js'
import { findRelation, findRoutines, findType, rangeVarName, writtenName } from './names.js'
import { baseType, catalogFirst, type InferredType, unknownType } from './overloads.js'
import { runStored } from './routine-effects.js'
import type { Scope } from './scope.js'
import { bodyOf, listOf, namesOf, nodeOf, textOf, type TreeNode, type TreeValue } from './tree.js'
import { constantType, parameterType, typeNameId, typeOf } from './type-of.js'
import type { Handler, Walk } from './walk.js'

/**
 * A literal without a type becomes a value of whatever type it meets, by that type's input function, which runs the checks of
 * domains inside arrays, rows and ranges; one of a domain runs its own. Which type that is, is told here only where it surely
 * is one of the server's own (`settle…`). Everywhere else it may be any type of which the text has a value.
 */
export const literal: Handler = (walk, body) => {
  if (walk.catalog.checksValues && !walk.settled.has(body) && constantType(body) === unknownType) {
    walk.untyped.add('literal')
  }
}

/** A parameter whose type is not given is the same, for Bind. */
export const parameter: Handler = (walk, body) => {
  if (!walk.catalog.checksValues || walk.settled.has(body)) return
  const type = parameterType(walk, body)
  if (type === undefined || type === unknownType) walk.untyped.add('parameter')
}

/** `'x'::t`: the input function of t, as soon as the text is analysed. */
export function settleCast(walk: Walk, node: TreeNode | undefined, target: number | undefined): void {
  if (!walk.catalog.checksValues || target === undefined) return
  if (settle(walk, node) === 'literal') walk.written.add(target)
}

/**
 * Operands of an operator: beside a value of one of the server's types, a literal becomes one, too, unless users have
 * operators of the name; beside a domain, and where users have some, when the server has one of exactly these types.
 */
export function settleOperands(walk: Walk, body: TreeNode, names: readonly (readonly string[])[], scope: Scope): void {
  if (!walk.catalog.checksValues) return
  const left = nodeOf(body, 'lexpr')
  const right = nodeOf(body, 'rexpr')
  const rights = right === undefined ? [] : (listed(right) ?? [right])
  const isOwn = (node: TreeNode | undefined): boolean => {
    const type = node === undefined ? undefined : typeOf(walk, node, scope)
    return type !== undefined && names.every((name) => staysOwn(walk, name, type))
  }
  if (isOwn(left)) for (const node of rights) settle(walk, node)
  else if (rights.length > 0 && rights.every(isOwn)) settle(walk, left)
}

/** Whether a literal beside a value of a type becomes a value of the server, by whatever operator the name means. */
function staysOwn(walk: Walk, parts: readonly string[], type: number): boolean {
  const name = parts.at(-1) ?? ''
  const users = walk.catalog.userOperatorsNamed(name)
  if (users.length === 0) return isOwnType(type) || isCompared(walk, name, type)
  // The server tries the type itself on both sides first, then what a domain is over.
  const isUsers = users.some(({ left, right }) => left === type && right === type)
  return parts.length === 1 && catalogFirst(walk) && !isUsers && isCompared(walk, name, type)
}

/** COALESCE, CASE, GREATEST, VALUES of one column: literals become what the others have in common. */
export function settleAmong(walk: Walk, nodes: readonly TreeNode[], scope: Scope): void {
  if (!walk.catalog.checksValues) return
  const others = nodes.filter((node) => untypedBody(walk, node) === undefined)
  const isOwn = (node: TreeNode): boolean => {
    const type = typeOf(walk, node, scope)
    return type !== undefined && isOwnType(baseType(walk, type))
  }
  if (others.length > 0 && others.every(isOwn)) for (const node of nodes) settle(walk, node)
}

/** Arguments of functions of the server that say what they take. */
export function settleArguments(walk: Walk, routines: readonly Routine[], args: readonly TreeNode[]): void {
  if (!walk.catalog.checksValues || routines.length === 0 || routines.some(({ builtin }) => !builtin)) return
  // Where one takes a text, a literal alone is one, whatever the others take (PostgreSQL documentation, 10.3, 4e).
  const takesText =
    args.length === 1 && routines.some(({ arguments: [only, more] }) => only === text && more === undefined)
  if (!takesText && !routines.every((routine) => isPlain(walk, routine))) return
  for (const node of args) settle(walk, node)
}

/** A value that can only be a number, like that of LIMIT. */
export function settle(walk: Walk, node: TreeNode | undefined): 'literal' | 'parameter' | undefined {
  const untyped = untypedBody(walk, node)
  if (untyped === undefined) return undefined
  walk.settled.add(untyped.body)
  return untyped.kind
}

interface Untyped {
  readonly kind: 'literal' | 'parameter'
  readonly body: TreeNode
}

function untypedBody(walk: Walk, node: TreeNode | undefined): Untyped | undefined {
  const constant = bodyOf(node, 'A_Const')
  if (constant !== undefined)
    return constantType(constant) === unknownType ? { kind: 'literal', body: constant } : undefined
  const body = bodyOf(node, 'ParamRef')
  if (body === undefined) return undefined
  const type = parameterType(walk, body)
  return type === undefined || type === unknownType ? { kind: 'parameter', body } : undefined
}

function listed(node: TreeNode): readonly TreeNode[] | undefined {
  const list = bodyOf(node, 'List')
  return list === undefined ? undefined : listOf(list, 'items')
}

function isOwnType(type: InferredType): boolean {
  return type !== undefined && type !== unknownType && type !== 0 && type < firstUserId
}

function isCompared(walk: Walk, name: string, type: number): boolean {
  const base = baseType(walk, type)
  return (
    isOwnType(base) &&
    walk.catalog.builtinOperatorsNamed(name).some(({ left, right }) => left === base && right === base)
  )
}

const text = 25
/** `"any"` leaves a literal a text. */
const any = 2276

function isPlain(walk: Walk, routine: Routine): boolean {
  const { types } = walk.catalog
  return routine.arguments.every((type) => type === any || types.get(type)?.kind !== 'pseudo')
}

/**
 * Effects of making values of literals and parameters: functions of every type that one of them may become. Said once the
 * text is known whole, since any part of it may bring the type.
 */
export function applyLiterals(walk: Walk): void {
  if (!walk.catalog.checksValues) return
  const met = walk.untyped.size > 0 ? [...walk.mentioned] : []
  const parsed = walk.untyped.has('literal') ? met : []
  for (const type of new Set([...walk.written, ...met])) {
    const info = walk.catalog.types.get(type)
    if (info === undefined) continue
    runStored(walk, info.functions, 'type')
    if (isRange(walk, type)) runStored(walk, info.comparisons, 'comparison')
  }
  // A literal beside an array of what the text has becomes an array.
  walk.runsInParse ||= parsed.some((type) => isRange(walk, type) || isChecked(walk, type))
  walk.runsInParse ||= [...walk.written].some((type) => runsInParse(walk, type))
}

/** Input functions of arrays, rows and ranges run what is inside as soon as a literal is analysed; a domain waits. */
function runsInParse(walk: Walk, type: number): boolean {
  const info = walk.catalog.types.get(type)
  if (info === undefined || (info.functions.length === 0 && info.comparisons.length === 0)) return false
  if (isRange(walk, type)) return true
  const base = walk.catalog.types.get(baseType(walk, type))
  const isScalar = base !== undefined && base.kind !== 'composite' && (base.element === 0 || base.id < firstUserId)
  return !isScalar && info.functions.length > 0
}

function isChecked(walk: Walk, type: number): boolean {
  return (walk.catalog.types.get(type)?.functions.length ?? 0) > 0
}

/** Bounds of a range are compared when it is made. */
function isRange(walk: Walk, type: number): boolean {
  const { types } = walk.catalog
  for (let id = type, steps = 0; steps < 32; steps += 1) {
    const info = types.get(id)
    if (info === undefined) return false
    if (info.kind === 'range' || info.kind === 'multirange') return true
    id = info.kind === 'domain' ? info.base : info.element
  }
  return false
}

/**
 * What a definition may make of literals when it is analysed, whatever it keeps for later: those in the query of a view, in
 * defaults, checks, policies, conditions. Every type, relation and function that it names counts as met by them. The body
 * of a function is a text that may hold anything.
 */
export function applyDefinition(walk: Walk, statement: string, body: TreeNode): void {
  if (!walk.catalog.checksValues || analysed.has(statement)) return
  if (statement === 'CreateFunctionStmt' && isInSql(body) && listOf(body, 'options').some(mayHoldLiterals)) {
    walk.opaque('the server analyses the body, whose literals may run the checks of a user-defined type', 'function')
  }
  const waiting: TreeValue[] = [body]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) waiting.push(...(value as readonly TreeValue[]))
    else {
      meet(walk, value as TreeNode)
      for (const field in value as TreeNode) waiting.push((value as TreeNode)[field] ?? null)
    }
  }
}

/** Without LANGUAGE it is SQL, too. */
function isInSql(body: TreeNode): boolean {
  const languages = listOf(body, 'options').flatMap((option) => {
    const { defname, arg } = bodyOf(option, 'DefElem') ?? {}
    return defname === 'language' ? textsIn(arg as TreeNode | undefined) : []
  })
  return languages.every((language) => language === 'sql')
}

/** The text of a function in SQL, which the server analyses when it is made; those in other languages are kept as they are. */
function mayHoldLiterals(option: TreeNode): boolean {
  const definition = bodyOf(option, 'DefElem') ?? {}
  if (textOf(definition, 'defname') !== 'as') return false
  return textsIn(nodeOf(definition, 'arg')).some((text) => /'|\$(?!\d)/.test(text))
}

function textsIn(node: TreeNode | undefined): readonly string[] {
  const items = listOf(bodyOf(node, 'List') ?? {}, 'items')
  return (items.length > 0 ? items : node === undefined ? [] : [node]).map((item) =>
    textOf(bodyOf(item, 'String') ?? {}, 'sval'),
  )
}

function meet(walk: Walk, node: TreeNode): void {
  const constant = bodyOf(node, 'A_Const')
  if (constant !== undefined && constantType(constant) === unknownType) walk.untyped.add('literal')
  if (node['typemod'] !== undefined && node['names'] !== undefined) {
    const type = typeNameId(walk, node)
    if (type !== undefined) walk.mention([{ type }])
    if (node['pct_type'] === true) mentionColumns(walk, namesOf(listOf(node, 'names'))?.slice(0, -1) ?? [])
  }
  if (node['defname'] === 'initcond') walk.untyped.add('literal')
  if (textOf(node, 'relname') !== '') {
    const relation = findRelation(walk, rangeVarName(node))
    if (relation !== undefined) walk.mention([...relation.columns.values(), { type: relation.rowType }])
  }
  const call = bodyOf(node, 'FuncCall')
  const called = writtenName(namesOf(listOf(call ?? {}, 'funcname')) ?? [])
  if (called !== undefined) {
    for (const routine of findRoutines(walk, called)) walk.mention(typesOf(routine))
    const type = findType(walk, called)
    if (type !== undefined) walk.mention([{ type: type.id }])
  }
  const expression = bodyOf(node, 'A_Expr')
  const operator = namesOf(listOf(expression ?? {}, 'name'))?.at(-1)
  for (const { left, result, right } of operator === undefined ? [] : walk.catalog.userOperatorsNamed(operator)) {
    walk.mention([left, result, right].map((type) => ({ type })))
  }
}

function typesOf({ arguments: taken, outputs, result }: Routine): readonly { readonly type: number }[] {
  return [result, ...outputs, ...taken].map((type) => ({ type }))
}

/** `t.column%TYPE`. */
function mentionColumns(walk: Walk, parts: readonly string[]): void {
  const written = writtenName(parts)
  const relation = written === undefined ? undefined : findRelation(walk, written)
  if (relation !== undefined) walk.mention(relation.columns.values())
}

/** Statements whose expressions are visited anyway, and those that have none. */
const analysed: ReadonlySet<string> = new Set(
  `SelectStmt InsertStmt UpdateStmt DeleteStmt MergeStmt ExplainStmt PrepareStmt ExecuteStmt CopyStmt DeclareCursorStmt
   CallStmt CreateTableAsStmt VariableSetStmt VariableShowStmt TransactionStmt`.split(/\s+/),
)
