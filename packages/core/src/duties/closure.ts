import type { IndependenceDimension } from '../model/decision.js'
import type { IndependentParty } from './independence.js'
import { dimensionOf, isUnknown } from './independence.js'

/** One value that ties a principal to everybody who shares it. */
export interface ClosureMember {
  readonly dimension: IndependenceDimension
  readonly value: string
}

/** What ties a principal to others, as far as it is known, and the dimensions in which nobody can tell. */
export interface Closure {
  readonly members: readonly ClosureMember[]
  readonly unknown: readonly IndependenceDimension[]
}

/**
 * What a principal shares with whoever acts for the same people: one member for each known value of the given dimensions,
 * and always its subject, so that nobody has none. What is counted per member is therefore counted for the principal, its
 * other sessions, its sub-agents and every other agent of the same person, run or key. Pure.
 * Whoever has an unknown dimension may share it with anybody (RULES 1); one that does not apply adds nothing.
 */
export function closureOf(party: IndependentParty, over: readonly IndependenceDimension[]): Closure {
  const dimensions = over.includes('subject') ? over : ['subject' as const, ...over]
  return {
    unknown: dimensions.filter((dimension) => isUnknown(dimensionOf(party, dimension))),
    members: dimensions.flatMap((dimension) => {
      const values = dimensionOf(party, dimension)
      return typeof values === 'string' ? [] : values.known.map((value) => ({ dimension, value }))
    }),
  }
}
