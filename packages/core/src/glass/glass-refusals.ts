import { BothKeysError } from '../errors.js'
import type { GlassFacts } from './glass-facts.js'

/** Nothing lets the session break glass there, or not as it wants to. */
export function glassRefused(why: string, rules: readonly string[], hint: string): BothKeysError {
  return new BothKeysError('ERR_GLASS_REFUSED', `the glass stays whole: ${why}`, { rules, hint })
}

/** The same person, or whoever acts for the same, broke glass before, and nobody has looked at it. */
export function unreviewed({ id, reviewBy, rule }: GlassFacts): BothKeysError {
  return new BothKeysError(
    'ERR_GLASS_UNREVIEWED',
    `the glass stays whole: one that was broken before (${id}) waits for its review`,
    { rules: [rule], hint: `have somebody independent review it; it was or is due at ${reviewBy}` },
  )
}

/** A review is overdue, so that the rule is closed for everybody. */
export function overdue({ id, reviewBy, rule }: GlassFacts): BothKeysError {
  return new BothKeysError(
    'ERR_GLASS_UNREVIEWED',
    `the glass stays whole: the review of one that was broken by the same rule (${id}) has been due since ${reviewBy}`,
    { rules: [rule], hint: 'have it reviewed: guard.glass.pending() lists what waits' },
  )
}

/** Nobody was told, so nothing opened. */
export function unnotified(cause: unknown): BothKeysError {
  return new BothKeysError('ERR_GLASS_UNNOTIFIED', 'the glass stays whole: nobody could be told of it', {
    hint: 'look at what createGuard({ notifyGlass }) does, and try again',
    cause,
  })
}

/** A break-glass of before, or its review, may be missing. */
export function glassBehind(rule: string): BothKeysError {
  return new BothKeysError('ERR_JOURNAL_BEHIND', 'the glass stays whole: part of the journal is missing', {
    rules: [rule],
    hint: 'bring the whole journal back and restart; see guard.journalBehind for the place where it ends',
  })
}

/** The rule that was asked for is no longer in force. */
export function policyChanged(rule: string): BothKeysError {
  return glassRefused('the policy changed meanwhile', [rule], 'try again under the new policy')
}

/** The glass that lifted the hold of an action is over, and the action has not begun. */
export function glassOver(): BothKeysError {
  return new BothKeysError('ERR_PERMIT_VOID', 'the broken glass was given back or ran out, so the action did not run', {
    hint: 'have the action approved',
  })
}
