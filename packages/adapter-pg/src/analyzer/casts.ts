import { baseType, type InferredType, unknownType } from './overloads.js'
import { runStored } from './stored-effects.js'
import { callRoutine } from './routine-effects.js'
import type { Walk } from './walk.js'

/** Effects of turning a value into a type: functions of user-defined casts and checks of domains. */
export function applyCast(walk: Walk, target: number, source: InferredType): void {
  runStored(walk, walk.catalog.types.get(target)?.functions ?? [], 'type')
  const element = walk.catalog.types.get(target)?.element ?? 0
  for (const cast of walk.catalog.userCasts) {
    const hits =
      cast.target === baseType(walk, target) || cast.target === target || (element !== 0 && cast.target === element)
    if (hits && mayComeFrom(walk, source, cast.source, element !== 0)) callCast(walk, cast.function)
  }
}

/**
 * Effects of casts that happen unasked: implicit ones wherever a value of one of their types meets anything else, those for
 * assignment where values are stored as their target.
 */
export function applyImplicitCasts(walk: Walk): void {
  const { mentioned, assigned } = walk
  for (const cast of walk.catalog.userCasts) {
    const stored = [...assigned].some((type) => cast.target === type || cast.target === baseType(walk, type))
    const met = cast.context === 'implicit' && (mentioned.has(cast.source) || mentioned.has(cast.target))
    if (met || (stored && cast.context !== 'explicit')) callCast(walk, cast.function)
  }
}

function callCast(walk: Walk, id: number): void {
  const routine = walk.catalog.routines.get(id)
  if (routine === undefined) walk.miss('function', `#${String(id)}`)
  else callRoutine(walk, routine, { via: 'cast' })
}

/** A literal goes through the input function of the target, not through a cast. */
function mayComeFrom(walk: Walk, source: InferredType, declared: number, array: boolean): boolean {
  if (source === undefined || array) return true
  if (source === unknownType) return false
  return source === declared || baseType(walk, source) === declared
}
