import type { Duty } from '../model/effect.js'
import { duties, dutiesBeyondWildcard } from '../model/effect.js'
import type { OneOrMany } from './selector-input.js'

/** The guard's own duties: decided for a whole target, never for an effect of an adapter's action. */
export const guardDuties: ReadonlySet<Duty> = new Set<Duty>(['approve', 'policy', 'audit'])

/** The duties that effects of adapters have. */
export const adapterDuties: ReadonlySet<Duty> = new Set(duties.filter((duty) => !guardDuties.has(duty)))

/** Every duty there is. */
export const everyDuty: ReadonlySet<Duty> = new Set(duties)

/** The duties that a rule lists. `*` lists those that it stands for (RULES 8). */
export function listedDuties(duty: OneOrMany<Duty> | '*' | undefined): readonly Duty[] {
  if (duty === undefined) return []
  if (duty === '*') return duties.filter((each) => !dutiesBeyondWildcard.has(each))
  return typeof duty === 'string' ? [duty] : duty
}
