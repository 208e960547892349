import type { Effect } from '../model/effect.js'
import type { CountedLookup } from '../model/mask-obligation.js'
import type { IndependentParty } from './independence.js'

/** One thing that somebody does, as the rules about what happened before see it. */
export interface Act {
  readonly party: IndependentParty
  readonly roles: readonly string[]
  readonly target: string
  readonly effects: readonly Effect[]
  /** Of a vote, the effects of the action that it is about. */
  readonly about?: readonly Effect[]
  /** A request is an action that people are asked about first. A vote touches no data and is no statement. */
  readonly kind: 'action' | 'request' | 'vote'
  /** The session that an action is of. Undefined: nothing is to run. */
  readonly session?: string | undefined
  /** Of a request, those who said yes to it. */
  readonly approvers?: readonly IndependentParty[] | undefined
  /** The values that it compares with masked columns, by the rule that counts them. */
  readonly lookups?: readonly CountedLookup[] | undefined
  /** How many statements it is. Default: 1. */
  readonly statements?: number | undefined
  /** The root run that the act belongs to: of a vote, that of the action it is about. */
  readonly root: string
  /** The change that it belongs to: of a vote, that of the action it is about. Undefined: none is named. */
  readonly change: string | undefined
}

/** The act of approving an action: the duty `approve` on everything that the action is about (DESIGN, section 2). */
export function actOfApproving(
  act: Pick<Act, 'target' | 'effects' | 'root' | 'change'>,
  approver: Pick<Act, 'party' | 'roles'>,
): Act {
  const effects = act.effects.length === 0 ? [{ resource: 'target:*', attributes: {} }] : act.effects
  return {
    party: approver.party,
    roles: approver.roles,
    kind: 'vote',
    about: act.effects,
    target: act.target,
    root: act.root,
    change: act.change,
    effects: effects.map(({ resource }) => ({ duty: 'approve', resource, attributes: {} })),
  }
}
