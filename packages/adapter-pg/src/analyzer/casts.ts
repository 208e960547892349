import { firstUserId } from '../catalog/first-user-id.js'
import type { Cast } from '../catalog/snapshot.js'
import { baseType, type InferredType, unknownType } from './overloads.js'
import { callRoutine, runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

/** Effects of turning a value into a type: functions of user-defined casts and checks of domains. */
export function applyCast(walk: Walk, target: number, source: InferredType): void {
  runStored(walk, walk.catalog.types.get(target)?.functions ?? [], 'type')
  if (walk.catalog.userCasts.length === 0) return
  walk.converted.add(target)
  const base = baseType(walk, target)
  for (const cast of walk.catalog.userCasts) {
    const hits = cast.target === base || cast.target === target
    if (hits && mayComeFrom(walk, source, cast.source)) callCast(walk, cast.function)
  }
}

/**
 * Effects of turning a value into a type that SQL wants where it stands: casts for assignment, as where it is stored. Where
 * its own type cannot be told, any of a type that the text has.
 */
export function castFor(walk: Walk, target: number, source: InferredType): void {
  if (source === undefined) walk.wanted.add(target)
  for (const cast of walk.catalog.userCasts) {
    const hits = cast.target === target && cast.context !== 'explicit' && source !== undefined
    if (hits && mayComeFrom(walk, source, cast.source)) callCast(walk, cast.function)
  }
}

/** Types with everything that their values are made of. */
function partsOf(walk: Walk, of: Iterable<number>): Set<number> {
  const { types, relations } = walk.catalog
  const parts = new Set<number>()
  const waiting = [...of]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === 0 || parts.has(id)) continue
    parts.add(id)
    const info = types.get(id)
    if (info === undefined) continue
    waiting.push(info.base, info.element)
    for (const column of relations.get(info.relation)?.columns.values() ?? []) waiting.push(column.type)
  }
  return parts
}

/**
 * Effects of casts that no text writes: implicit ones wherever a value of their type takes part, those for assignment where
 * values are stored as their target or SQL wants it, those of elements and fields where an array or a row is turned as a whole.
 */
export function applyImplicitCasts(walk: Walk): void {
  if (walk.catalog.userCasts.length === 0) return
  const present = partsOf(walk, [...walk.mentioned, ...walk.compared])
  const stored = partsOf(walk, walk.assigned)
  const parts = innerParts(walk, walk.converted)
  for (const cast of walk.catalog.userCasts) {
    const isAssigned = cast.context !== 'explicit' && (stored.has(cast.target) || walk.wanted.has(cast.target))
    const isTurned = isAssigned || isMet(walk, cast) || parts.has(cast.target) || isAsked(walk, cast)
    if (isTurned && isPresent(walk, cast.source, present)) callCast(walk, cast.function)
  }
}

/** EXECUTE turns values into its parameters' types as if it stored them; which values it will be given nobody knows yet. */
export function castParameters(walk: Walk, types: readonly number[]): void {
  const wanted = partsOf(walk, types)
  for (const cast of walk.catalog.userCasts) {
    if (cast.context !== 'explicit' && wanted.has(cast.target)) callCast(walk, cast.function)
  }
}

/** What values of types are made of, each without the type itself. */
function innerParts(walk: Walk, types: Iterable<number>): ReadonlySet<number> {
  const all = new Set<number>()
  for (const type of types) {
    const parts = partsOf(walk, [type])
    parts.delete(type)
    parts.delete(baseType(walk, type))
    for (const part of parts) all.add(part)
  }
  return all
}

/**
 * An implicit cast. Values of the server's own types are everywhere: one to a type of a user needs somebody who wants that,
 * any function of the server may want another of its own.
 */
function isMet({ mentioned }: Walk, { context, source, target }: Cast): boolean {
  if (context !== 'implicit') return false
  return source >= firstUserId || target < firstUserId || mentioned.has(source) || mentioned.has(target)
}

/** Functions that make JSON look for casts to it, rows apart; `||` turns what stands beside a text into one. */
function isAsked(walk: Walk, { source, target }: Cast): boolean {
  if (target === text) return walk.concatenates
  const isJson = target === json || target === jsonb
  return isJson && walk.makesJson && walk.catalog.types.get(source)?.kind !== 'composite'
}

/**
 * Whether the text gets hold of a value of a type: every way to one of a user's types notes it (`Walk.mention`). Arrays and
 * multiranges are also made of what is there.
 */
function isPresent(walk: Walk, type: number, present: ReadonlySet<number>): boolean {
  if (type < firstUserId || present.has(type)) return true
  const info = walk.catalog.types.get(type)
  if (info === undefined || info.kind === 'multirange') return true
  return info.element !== 0 && isPresent(walk, info.element, present)
}

const [text, json, jsonb] = [25, 114, 3802]

function callCast(walk: Walk, id: number): void {
  const routine = walk.catalog.routines.get(id)
  if (routine === undefined) walk.miss('function', `#${String(id)}`)
  else callRoutine(walk, routine, { via: 'cast' })
}

/** A literal goes through the input function of the target, not through a cast. */
function mayComeFrom(walk: Walk, source: InferredType, declared: number): boolean {
  if (source === undefined) return true
  if (source === unknownType) return false
  return source === declared || baseType(walk, source) === declared
}
