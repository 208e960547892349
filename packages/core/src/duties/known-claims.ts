import type { DutyRules } from '../model/duty-rules.js'
import type { Effect } from '../model/effect.js'
import type { Act } from './act.js'
import type { Claims } from './claim-draft.js'
import { claimsOf } from './claims.js'

interface Known {
  readonly act: Act
  readonly claims: Claims
}

/**
 * The claims of acts, remembered: a principal sends the same statement again and again. Principals, rules and the effects
 * of a description are frozen, so that what is true of the same objects stays true; nothing else is remembered, and the
 * memory goes with them.
 */
export class KnownClaims {
  readonly #byRules = new WeakMap<DutyRules, WeakMap<Act['party'], WeakMap<readonly Effect[], Known>>>()

  of(rules: DutyRules, act: Act): Claims {
    const { effects, party } = act
    const ofParty = this.#partiesOf(rules).get(party)
    const known = ofParty?.get(effects)
    if (known !== undefined && isSame(known.act, act)) return known.claims
    const claims = claimsOf(rules, act)
    if (!Object.isFrozen(party) || !Object.isFrozen(effects)) return claims
    if (ofParty === undefined) this.#partiesOf(rules).set(party, new WeakMap([[effects, { act, claims }]]))
    else ofParty.set(effects, { act, claims })
    return claims
  }

  #partiesOf(rules: DutyRules): WeakMap<Act['party'], WeakMap<readonly Effect[], Known>> {
    const known = this.#byRules.get(rules)
    if (known !== undefined) return known
    const made = new WeakMap<Act['party'], WeakMap<readonly Effect[], Known>>()
    this.#byRules.set(rules, made)
    return made
  }
}

/** Roles arrays are compared as objects: those of a principal are frozen and always the same. */
function isSame(one: Act, other: Act): boolean {
  return (
    one.target === other.target &&
    one.roles === other.roles &&
    one.kind === other.kind &&
    one.root === other.root &&
    one.change === other.change &&
    one.statements === other.statements &&
    one.lookups === other.lookups
  )
}
