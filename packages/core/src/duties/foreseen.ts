import { judgeClaim, rulesOf } from './claim.js'
import type { Claims } from './claim-draft.js'

/** What the rules that look at what happened before make of an act, when nothing happened before. */
export interface Foreseen {
  /** The rules that would count it. */
  readonly counted: readonly string[]
  /** The rule that would refuse it all the same. Undefined: none. */
  readonly refusedBy: string | undefined
}

/**
 * Judges claims against an empty history, as a reservation judges them, but for mitigations: they end. Pure: nothing is
 * reserved.
 */
export function foreseen({ claims, unknown }: Claims): Foreseen {
  const counted = claims.flatMap(rulesOf)
  const refusals = claims.flatMap((claim) => {
    const outcome = judgeClaim(claim, undefined, Number.MAX_SAFE_INTEGER)
    return 'rule' in outcome ? [outcome.rule.id] : []
  })
  return {
    counted: [...new Set([...(unknown === undefined ? [] : [unknown.rule]), ...counted])],
    refusedBy: unknown?.rule ?? refusals[0],
  }
}
