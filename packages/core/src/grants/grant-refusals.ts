import { BothKeysError } from '../errors.js'
import type { Decision, Obligations } from '../model/decision.js'
import type { GrantCaps } from '../model/grant-caps.js'
import type { CheckedGrantOptions } from './grant-options.js'
import type { GrantUse } from './open-grant.js'

/** ERR_GRANT_REFUSED: nobody is asked about it. */
export function grantRefused(why: string, rules: readonly string[], hint: string): BothKeysError {
  return new BothKeysError('ERR_GRANT_REFUSED', `the grant was refused: ${why}`, { rules, hint })
}

/** The grant that let an action through is over, and the action has not begun. */
export function grantOver(): BothKeysError {
  return new BothKeysError('ERR_PERMIT_VOID', 'the grant was taken back or ran out, so the action did not run', {
    hint: 'have the action approved',
  })
}

/** A decision under which a use of a grant runs: with the fewer rows that either of them says. */
export function withinGrant<Held extends Pick<Decision, 'rules'> & { readonly obligations: Obligations }>(
  decision: Held,
  { grant }: GrantUse,
): Held {
  const { obligations, rules } = decision
  const rows = grant.options.maxAffected
  if (rows === undefined || (obligations.maxAffected?.rows ?? Infinity) <= rows) return decision
  return Object.freeze({ ...decision, obligations: Object.freeze({ ...obligations, maxAffected: { rows, rules } }) })
}

/** Throws ERR_GRANT_REFUSED unless every one of the rules lets people grant as much. Nothing is cut to fit. */
export function assertWithinCaps(
  rules: readonly string[],
  capsByRule: ReadonlyMap<string, GrantCaps> | undefined,
  { ttlMs, uses }: Pick<CheckedGrantOptions, 'ttlMs' | 'uses'>,
): void {
  for (const rule of rules) {
    const caps = capsByRule?.get(rule)
    if (caps === undefined)
      throw grantRefused('nothing is granted under this rule', [rule], 'have each action approved')
    if (uses > caps.uses)
      throw grantRefused(`the rule lets people grant ${String(caps.uses)} uses at most`, [rule], 'ask for fewer uses')
    if (ttlMs > caps.ttlMs)
      throw grantRefused(
        `the rule lets a grant last ${String(caps.ttlMs)} ms at most`,
        [rule],
        'ask for a shorter ttlMs',
      )
  }
}
