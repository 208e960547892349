import { firstUserId } from '../catalog/first-user-id.js'
import type { Routine } from '../catalog/snapshot.js'
import type { Before } from './column-flow.js'
import type { Flows } from './flows.js'
import { baseType, exactly, type InferredType, mayPass, unknownType } from './overloads.js'
import { roomOfBlanks, roomOfCall, roomOfOne } from './room.js'
import { rowsGathered } from './row-count.js'
import { quoted, shortRoom } from './stored-room.js'
import type { Scope } from './scope.js'
import { type CallFacts, isTotalCast, isTotalOperator, isTotalRoutine, ruleOf } from './total-calls.js'
import { growthOf } from './total-growth.js'
import { bodyOf, listOf, nodeOf, textOf, type TreeNode, unwrap } from './tree.js'
import { memoizedType } from './type-of.js'
import type { Walk } from './walk.js'

/** The type of an operand, each worked out once for a text. */
export function judgedType(walk: Walk, node: TreeNode | undefined, scope: Scope): InferredType {
  return memoizedType(walk, node, scope)
}

/** Notes whether a call may fail, of the routines that it may mean. */
export function judgeCall(
  walk: Walk,
  routines: readonly Routine[],
  args: readonly TreeNode[],
  scope: Scope,
  isPlain: boolean,
  before: Before,
): void {
  if (!walk.flows.isJudged) return
  const isNamed = args.some((argument) => bodyOf(argument, 'NamedArgExpr') !== undefined)
  if (isNamed || !isPlain) {
    walk.flows.mayFail()
    return
  }
  const types = args.map((argument) => judgedType(walk, argument, scope))
  const literals = args.map(literalOf)
  const meant = meantOf(walk, routines, types)
  walk.flows.grow(roomOfCall)
  if (meant.some((routine) => ruleOf(routine)?.compares)) walk.flows.repeat(before, 2)
  if (meant.some((routine) => ruleOf(routine)?.gathers)) {
    walk.flows.repeat(before, rowsGathered(walk, args, scope))
  }
  const timesOver = timesOverOf(walk.flows, before)
  walk.flows.multiply(before, growthOf(walk.catalog, meant, ruleOf, types, literals))
  const facts = { ...operandFacts(walk, before), timesOver, literals }
  const isTotal =
    meant.length > 0 &&
    meant.every((routine) => isTotalRoutine(walk.catalog, routine, types, factsFor(routine.name, facts)))
  if (!isTotal) walk.flows.mayFail()
  const rooms = meant.map(({ result }) => shortRoom(result))
  if (rooms.length > 0 && !rooms.includes(undefined)) walk.flows.shorten(before, rooms[0] ?? 0)
}

/**
 * Whether what was read since surely has room in one value, and all that is at hand has. A document may be as long as there is room,
 * so that nothing is put together with one but constants: that would tell how long this is.
 */
export function hasRoom(flows: Flows, before: Before): boolean {
  const { documents, size, values } = flows.counted
  const isAlone = values - before.values <= 1
  return size <= roomOfOne && (isAlone || documents === before.documents)
}

/** How many times there is room for what was read since. */
function timesOverOf(flows: Flows, before: Before): number {
  return hasRoom(flows, before) ? roomOfOne / (flows.counted.size - before.size) : 0
}

/** Notes whether an array or a row has room: it quotes what is in it. */
export function judgeQuoted({ flows }: Walk, before: Before): void {
  flows.multiply(before, quoted)
  if (flows.isJudged && !hasRoom(flows, before)) flows.mayFail()
}

/** What is known of operands. */
export interface OperandFacts extends Omit<CallFacts, 'oneCollation'> {
  /** How many values under another collation than the database's own they are made of. */
  readonly collations?: number
}

/** What is known of operands that were read since. */
export function operandFacts({ flows }: Walk, before: Before): OperandFacts {
  return {
    boundedSize: hasRoom(flows, before),
    timesOver: timesOverOf(flows, before),
    collations: flows.counted.collations - before.collations,
  }
}

/**
 * Beside the collation of the database, one other wins, and two are one too many. Whether another one tells texts apart that
 * are not the same, nobody knows here; what looks into texts fails where it does not.
 */
function factsFor(name: string, { collations = Infinity, ...facts }: OperandFacts): CallFacts {
  return { ...facts, oneCollation: collations <= (anyCollation.has(name) ? 1 : 0) }
}

const anyCollation: ReadonlySet<string> = new Set('lower upper initcap casefold min max = <> < > <= >='.split(' '))

/** Whether values of a type may be under another collation than the database's own: names are, domains and the like may be. */
export function mayBringCollation(type: InferredType): boolean {
  return type === undefined || names.has(type) || (type !== unknownType && type >= firstUserId)
}

/** `name` and its array. */
const names: ReadonlySet<number> = new Set([19, 1003])

/** What the server takes: the one of exactly these types, or any that they can become. */
function meantOf(walk: Walk, routines: readonly Routine[], types: readonly InferredType[]): readonly Routine[] {
  const exact = exactly(walk, routines, types)
  if (exact !== undefined) return [exact]
  return routines.filter(({ arguments: declared, defaults, variadic }) => {
    if (variadic) return types.length >= declared.length - 1
    if (types.length > declared.length || types.length < declared.length - defaults) return false
    return types.every((type, index) => mayBecome(walk, type, declared[index] ?? 0))
  })
}

function mayBecome(walk: Walk, type: InferredType, declared: number): boolean {
  if (type === undefined || type === unknownType) return true
  const kinds = shaped.get(declared)
  if (kinds === undefined) return mayPass(walk, type, declared)
  const info = walk.catalog.types.get(baseType(walk, type))
  return info === undefined || kinds(info.kind, info.element)
}

type Shape = (kind: string, element: number) => boolean
const isRange: Shape = (kind) => kind === 'range'
const isMultirange: Shape = (kind) => kind === 'multirange'
const isArray: Shape = (_kind, element) => element !== 0
const isEnum: Shape = (kind) => kind === 'enum'

/** Pseudo-types that take values of one shape alone: anyarray, anyenum, anyrange, anymultirange and those of anycompatible. */
const shaped: ReadonlyMap<number, Shape> = new Map([
  [2277, isArray],
  [5078, isArray],
  [3500, isEnum],
  [3831, isRange],
  [5080, isRange],
  [4537, isMultirange],
  [4538, isMultirange],
])

/** The constant that stands somewhere, as it is written. */
export function literalOf(node: TreeNode | undefined): string | number | undefined {
  const constant = bodyOf(node, 'A_Const')
  if (constant === undefined) return undefined
  const text = nodeOf(constant, 'sval')
  if (text !== undefined) return textOf(text, 'sval')
  const number = nodeOf(constant, 'ival')
  if (number === undefined) return undefined
  return typeof number['ival'] === 'number' ? number['ival'] : 0
}

/** Notes whether an operator may fail between operands of these types. */
export function judgeOperator(
  walk: Walk,
  parts: readonly string[],
  left: InferredType,
  right: InferredType,
  facts: OperandFacts = {},
): void {
  const name = parts.at(-1) ?? ''
  // `OPERATOR(schema.=)` and those of users may be anything.
  const isBuiltin =
    parts.length === 1 &&
    walk.catalog
      .userOperatorsNamed(name)
      .every((operator) => operator.left >= firstUserId || operator.right >= firstUserId)
  if (!isBuiltin || !isTotalOperator(walk.catalog, name, left, right, factsFor(name, facts))) walk.flows.mayFail()
}

/** Notes whether values that become one type by themselves may fail to: those of one type, with literals beside them. */
export function judgeAmong(
  walk: Walk,
  nodes: readonly TreeNode[],
  scope: Scope,
  compared?: { readonly name: string; readonly before: Before },
): void {
  if (!walk.flows.isJudged) return
  const types = new Set(nodes.map((node) => judgedType(walk, node, scope)))
  // One value alone becomes nothing else.
  if (nodes.length === 1 && compared === undefined) return
  const hasLiteral = types.delete(unknownType)
  // A literal may become a value that a check of a domain refuses.
  if (hasLiteral && [...types].some((type) => type === undefined || type >= firstUserId)) walk.flows.mayFail()
  const [type = unknownType] = types
  if (types.has(undefined) || types.size > 1) {
    const all = [...types]
    const isSafe = all.some(
      (target) =>
        target !== undefined &&
        all.every((source) => source !== undefined && isTotalCast(walk.catalog, source, target)),
    )
    if (!isSafe) walk.flows.mayFail()
  }
  if (compared !== undefined) judgeOperator(walk, [compared.name], type, type, operandFacts(walk, compared.before))
}

/** Notes whether a cast may fail. A literal becomes its value before anything is run. */
export function judgeCast(walk: Walk, body: TreeNode, target: number | undefined, scope: Scope, before: Before): void {
  if (!walk.flows.isJudged) return
  const value = nodeOf(body, 'arg')
  const modifiers = listOf(nodeOf(body, 'typeName') ?? {}, 'typmods')
  const hasModifier = modifiers.length > 0
  const isKnown = target !== undefined && target < firstUserId
  if (!isKnown || (hasModifier && !cutting.has(target))) {
    walk.flows.mayFail()
    return
  }
  const source = judgedType(walk, value, scope)
  const isLiteral = unwrap(value)?.type === 'A_Const' || unwrap(value)?.type === 'ParamRef'
  if (hasModifier && target === paddedText) walk.flows.grow(roomOfBlanks(modifiers))
  if (isLiteral && source === unknownType) return
  const facts = { boundedSize: hasRoom(walk.flows, before), modified: hasModifier }
  if (!isTotalCast(walk.catalog, source, target, facts)) walk.flows.mayFail()
}

/** varchar(n) and char(n) cut what is too long, where a cast is written. */
const cutting: ReadonlySet<number> = new Set([1042, 1043])
const paddedText = 1042
