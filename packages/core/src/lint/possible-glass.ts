import { decisionInput } from '../decided-action.js'
import { canBreak } from '../glass/glass-breaker.js'
import { liftsHolds } from '../glass/lifts-holds.js'
import type { Listing } from '../identity/listing.js'
import { rosterOf } from '../identity/roster.js'
import type { Effect } from '../model/effect.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { Subject } from '../model/principal.js'
import type { CompiledPolicy, PolicyTarget } from '../policy/compiled.js'
import type { Requester } from '../requester.js'
import type { PossibleApprover } from './who-could-approve.js'

/** A rule of `breakGlass` by which somebody could do a held action without an approval. */
export interface PossibleGlass {
  /** The id of the rule. */
  readonly rule: string
  /** Whether whoever asks could break it, and do the action then. */
  readonly requester: boolean
  /** Who else could, by account, in a session of their own. Empty when the directory was not listed. */
  readonly breakers: readonly PossibleApprover[]
}

interface Held {
  readonly who: Pick<Requester, 'principal' | 'roles'>
  readonly target: PolicyTarget
  readonly description: { readonly operation: string; readonly text: string; readonly effects: readonly Effect[] }
}

/** Somebody who might break glass: what their session asks with, and the roles that the directory knows. */
interface Breaker {
  readonly who: Held['who']
  readonly live: readonly string[]
}

/**
 * The rules that would lift the holds of an action, with everybody by whom: each is decided with their own roles, by the code
 * that does it when glass is broken. What was broken before, revocations and what happened otherwise are not looked at.
 */
export async function possibleGlass(
  policy: CompiledPolicy,
  listing: Listing | undefined,
  { description, target, who }: Held,
): Promise<readonly PossibleGlass[]> {
  if (policy.glassRules === undefined) return []
  const roster = listing === undefined ? [] : await rosterOf(listing)
  const { subject } = who.principal
  const isRequester = (other: Subject): boolean => other.id === subject.id && other.issuer === subject.issuer
  const live = roster.find((member) => isRequester(member.subject))?.roles
  const others = roster.filter((member) => !isRequester(member.subject))
  const found: PossibleGlass[] = []
  for (const rule of policy.glassRules.values()) {
    const could = (breaker: Breaker): boolean => isLifted(policy, rule, { description, target }, breaker)
    const requester = could({ who, live: listing === undefined ? who.roles() : (live ?? []) })
    const breakers = others
      .filter(({ principal, roles }) => could({ who: { principal, roles: () => principal.roles }, live: roles }))
      .map(({ principal, subject: account }) => Object.freeze({ account, person: principal.person }))
    if (requester || breakers.length > 0)
      found.push(Object.freeze({ rule: rule.id, requester, breakers: Object.freeze(breakers) }))
  }
  return Object.freeze(found)
}

/** Whether the policy holds the action for somebody, and glass that they could break would lift that. */
function isLifted(
  policy: CompiledPolicy,
  rule: GlassRule,
  action: Pick<Held, 'description' | 'target'>,
  { live, who }: Breaker,
): boolean {
  if (!rule.targets.has(action.target.name)) return false
  const { kind } = who.principal
  if (!canBreak(rule, who.principal, { kind, roles: who.roles().filter((role) => live.includes(role)) })) return false
  const input = decisionInput(who, action)
  if (policy.decide(input).effect !== 'hold') return false
  return liftsHolds(rule, policy, { ...action, input })
}
