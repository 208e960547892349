import { firstUserId } from '../catalog/first-user-id.js'
import type { Routine } from '../catalog/snapshot.js'
import { findRoutines, typeOfCall, type WrittenName } from './names.js'
import { baseType, catalogFirst, type InferredType, unknownType } from './overloads.js'
import { roomOfConstant } from './room.js'
import { shortRoom } from './stored-room.js'
import { runStored } from './routine-effects.js'
import type { Scope } from './scope.js'
import { bodyOf, listOf, nodeOf, type TreeNode } from './tree.js'
import { constantType, parameterType, typeOf } from './type-of.js'
import { mayBringCollation } from './totality.js'
import type { Handler, Walk } from './walk.js'

/**
 * A literal without a type becomes a value of whatever type it meets, by that type's input function, which runs the checks of
 * domains inside arrays, rows and ranges; one of a domain runs its own. Which type that is, is told here only where it surely
 * is one of the server's own (`settle…`). Everywhere else it may be any type of which the text has a value.
 */
export const literal: Handler = (walk, body) => {
  walk.flows.grow(roomOfConstant(body))
  if (walk.catalog.checksValues && !walk.settled.has(body) && constantType(body) === unknownType) {
    walk.untyped.add('literal')
  }
}

/** A parameter whose type is not given is the same, for Bind. */
export const parameter: Handler = (walk, body) => {
  const type = parameterType(walk, body)
  const room = type === undefined ? undefined : shortRoom(type)
  if (room === undefined) walk.flows.swell()
  else walk.flows.grow(room)
  if (mayBringCollation(type)) walk.flows.collate()
  if (!walk.catalog.checksValues || walk.settled.has(body)) return
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

/**
 * Arguments of functions of the server that say what they take. `t('x')` is a value of a user's type t, whatever functions
 * have its name (`func_get_detail` in the server's source).
 */
export function settleArguments(walk: Walk, written: WrittenName, args: readonly TreeNode[]): void {
  if (!walk.catalog.checksValues) return
  const type = args.length === 1 ? typeOfCall(walk, written) : undefined
  if (type?.builtin === false) settleCast(walk, args[0], type.id)
  else settleByRoutines(walk, findRoutines(walk, written), args)
}

function settleByRoutines(walk: Walk, routines: readonly Routine[], args: readonly TreeNode[]): void {
  if (routines.length === 0 || routines.some(({ builtin }) => !builtin)) return
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
  const met = walk.untyped.has('literal') || walk.untyped.has('parameter') ? [...walk.mentioned] : []
  const parsed = walk.untyped.has('literal') ? met : []
  const defined = walk.untyped.has('defined') ? walk.catalog.types.keys() : []
  for (const type of new Set([...walk.written, ...met, ...defined])) {
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
