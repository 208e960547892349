import type { Mitigation } from '../model/duty-rules.js'
import type { IndependentParty } from './independence.js'
import { accountsOf, personKey } from './person.js'

/** Until when a rule refuses nobody, and by which mitigation. */
export interface Excuse {
  readonly mitigation: string
  readonly untilMs: number
}

/**
 * The mitigation that excuses a principal from a rule the longest. Undefined: there is none, or some other account acts
 * with the one that it names. Whoever only shares an owner, a run or a key with that account is not excused. Pure.
 */
export function excuseOf(
  mitigations: readonly Mitigation[],
  rule: string,
  party: IndependentParty,
): Excuse | undefined {
  if (mitigations.length === 0) return undefined
  const own = new Set(accountsOf(party))
  if (!party.actors.every((actor) => own.has(actor))) return undefined
  const found = mitigations
    .filter((each) => each.rule === rule && own.has(personKey(each.subject.issuer, each.subject.id)))
    .toSorted((one, other) => other.untilMs - one.untilMs)[0]
  return found === undefined ? undefined : { mitigation: found.id, untilMs: found.untilMs }
}
