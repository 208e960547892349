import { BothKeysError } from '../errors.js'
import { principalFragment } from '../identity/principal-fragment.js'
import { randomHex } from '../model/digest.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { Principal } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'
import { readParty } from '../record/recorded-party.js'
import type { BreakGlassOptions } from './break-glass-options.js'
import type { UnreviewedGlass } from './glass-facts.js'

/** Who breaks glass, and by what. */
export interface NewGlass {
  readonly breaker: Principal
  readonly session: string
  readonly rule: GlassRule
  /** The digest of the policy in force. */
  readonly policy: string
  readonly options: BreakGlassOptions
  /** How long it lasts. */
  readonly forMs: number
}

/** A glass that is about to be broken, with an id of its own. */
export function newGlass({ breaker, forMs, options, policy, rule, session }: NewGlass, nowMs: number): UnreviewedGlass {
  // Canonical JSON, which is a snapshot as it is.
  const actor = JSON.parse(principalFragment(breaker).text) as SnapshotValue
  const party = readParty(actor)
  if (party === undefined) throw new BothKeysError('ERR_INTERNAL', 'a principal could not be written down')
  const untilMs = nowMs + forMs
  const { independent, level, role, withinMs } = rule.review
  return Object.freeze({
    breaker: party,
    ended: false,
    facts: Object.freeze({
      id: randomHex(16),
      rule: rule.id,
      session,
      actor,
      target: options.target,
      reason: options.reason,
      ticket: options.ticket,
      brokenAt: new Date(nowMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      reviewBy: new Date(untilMs + withinMs).toISOString(),
      review: Object.freeze({ role, level, independent }),
      policy,
    }),
  })
}
