import type { IndependenceDimension } from '../model/decision.js'
import type { ClaimName } from './claim-names.js'
import type { Claim, MarkClaim, MarkRule, Wanted } from './claim.js'
import type { Closure } from './closure.js'
import { closureOf } from './closure.js'
import type { IndependentParty } from './independence.js'
import type { TallyRule } from './tally.js'

/** A rule that counts over, or per, something of the act that nobody can tell. */
export interface Unknown {
  readonly rule: string
  readonly what: readonly IndependenceDimension[] | 'change'
}

/** What one act has to reserve. With `unknown`, that is not all: an act that is yet to run is refused then. */
export interface Claims {
  readonly claims: readonly Claim[]
  readonly unknown: Unknown | undefined
}

/** What marks are left on, and for how long. */
export interface MarkedThing {
  /** The name space of the ledger's keys. */
  readonly about: ClaimName
  readonly thing: string
  readonly keepMs: number
  readonly lastsMs?: number
}

/** Gathers the claims of one act, one for each key. */
export class ClaimDraft {
  readonly #party: IndependentParty
  readonly #marks = new Map<string, MarkClaim & { readonly wants: Wanted[] }>()
  readonly #tallies: Claim[] = []
  #unknown: Unknown | undefined

  constructor(party: IndependentParty) {
    this.#party = party
  }

  /** Marks to leave for every member of the closure that the rule counts over. */
  mark({ about, keepMs, lastsMs = 0, thing }: MarkedThing, rule: MarkRule, adds: readonly string[]): void {
    for (const { dimension, value } of this.#closure(rule)) {
      const key = keyOf(about, dimension, value, thing)
      const known = this.#marks.get(key)
      if (known === undefined) this.#marks.set(key, { key, keepMs, lastsMs, wants: [{ rule, adds }] })
      else known.wants.push({ rule, adds })
    }
  }

  /** So much more for every member of the closure that the rule counts over. */
  count(about: ClaimName, rule: TallyRule & Pick<MarkRule, 'over'>, amount: number): void {
    for (const { dimension, value } of this.#closure(rule)) {
      this.#tallies.push({ key: keyOf(about, dimension, value, rule.id), tally: rule, amount })
    }
  }

  /** The rule counts per change, and the act names none: that is never counted as one change more. */
  refuseUnnamed(rule: string): void {
    this.#unknown ??= { rule, what: 'change' }
  }

  claims(): Claims {
    return { claims: [...this.#marks.values(), ...this.#tallies], unknown: this.#unknown }
  }

  #closure(rule: Pick<MarkRule, 'id' | 'over'>): Closure['members'] {
    const { members, unknown } = closureOf(this.#party, rule.over)
    if (unknown.length > 0) this.#unknown ??= { rule: rule.id, what: unknown }
    return members
  }
}

/** JSON, so that no name runs into the next one. */
function keyOf(about: ClaimName, dimension: string, value: string, thing: string): string {
  return `${about}/${JSON.stringify([dimension, value, thing])}`
}
