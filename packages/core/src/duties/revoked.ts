import type { Principal } from '../model/principal.js'
import type { IndependentParty } from './independence.js'
import { personOf } from './independence.js'
import { accountsOf, personKey } from './person.js'

/**
 * What can be revoked: one account (`subject`); a person with all that acts for them (`person`); a run with its sub-agents;
 * one session; a target for everybody; everything.
 */
export type Revocable =
  | { readonly kind: 'subject' | 'person'; readonly issuer: string; readonly id: string }
  | { readonly kind: 'run' | 'session' | 'target'; readonly id: string }
  | { readonly kind: 'everything' }

/** A session as revocations see it. */
export interface RevocableSession {
  readonly id: string
  readonly principal: RevocableParty
}

/** The part of a principal that revocations look at. */
export type RevocableParty = IndependentParty & Pick<Principal, 'delegation'>

/**
 * Whether a principal is revoked. Pure. A person who is revoked takes along every agent whose owners are unknown: they might be
 * theirs (RULES 1). A session or a run takes along whatever was delegated from it (RULES 3).
 */
export function revokes(what: Revocable, principal: RevocableParty): boolean {
  switch (what.kind) {
    case 'everything':
      return true
    case 'subject':
      return [...accountsOf(principal), ...principal.actors].includes(personKey(what.issuer, what.id))
    case 'person': {
      const people = personOf(principal)
      if (people === 'none') return false
      return people === 'unknown' || people.known.includes(personKey(what.issuer, what.id))
    }
    case 'run':
      return [principal.run.root, principal.run.id, ...principal.delegation.map(({ run }) => run)].includes(what.id)
    case 'session':
      return principal.delegation.some(({ session }) => session === what.id)
    case 'target':
      return false
  }
}

/** Whether a session is revoked, by itself or by whom it belongs to. */
export function revokesSession(what: Revocable, { id, principal }: RevocableSession): boolean {
  return (what.kind === 'session' && what.id === id) || revokes(what, principal)
}

/** Whether a target is revoked. */
export function revokesTarget(what: Revocable, name: string): boolean {
  return what.kind === 'everything' || (what.kind === 'target' && what.id === name)
}
