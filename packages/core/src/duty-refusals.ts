import type { Claim } from './duties/claim.js'
import { rulesOf } from './duties/claim.js'
import type { Unknown } from './duties/claim-draft.js'
import type { TallyRule } from './duties/tally.js'
import type { Unreviewed } from './duties/work-queue.js'
import type { ClaimConflict } from './ledger/reserve.js'
import type { Refusal } from './refusal.js'

/** The refusal where a rule counts by what nobody knows of the principal. */
export function notKnown({ rule, what }: Unknown): Refusal {
  if (what === 'change')
    return {
      code: 'ERR_DUTY_CONFLICT',
      message: `refused: rule ${rule} counts per change, and the session names none`,
      rules: [rule],
      hint: 'open the session with the change it belongs to',
    }
  return {
    code: 'ERR_DUTY_CONFLICT',
    message: `refused: rule ${rule} counts over ${what.join(', ')}, and which that is of this principal is not known`,
    rules: [rule],
    hint: 'have the identity provider or the directory name it: what is not known may be in conflict',
  }
}

/** The refusal where part of the journal, and so of what happened before, is missing. */
export function untrusted(claims: readonly Claim[]): Refusal {
  const rules = [...new Set(claims.flatMap(rulesOf))]
  return {
    code: 'ERR_JOURNAL_BEHIND',
    message: `refused: rule ${rules.join(', ')} counts what happened before, and part of the journal is missing`,
    rules,
    hint: 'bring the whole journal back and restart; see guard.journalBehind for the place where it ends',
  }
}

/** The refusal of whoever did something before that keeps this from being done. */
export function refused(conflict: ClaimConflict): Refusal {
  switch (conflict.outcome) {
    case 'exceeded':
      return exceeding(conflict.rule)
    case 'unreviewed':
      return unreviewed(conflict)
    case 'conflict':
      return conflicting(conflict)
  }
}

function unreviewed({ rule, work }: Unreviewed): Refusal {
  return {
    code: 'ERR_WORK_UNREVIEWED',
    message:
      work === undefined
        ? `refused: too much waits for a review (rule ${rule.id})`
        : `refused: what was done before (work ${work}) has to be reviewed first (rule ${rule.id})`,
    rules: [rule.id],
    hint: 'have somebody independent review it: guard.reviews.pending() lists what waits',
  }
}

/** The refusal of what would be more than a limit leaves. */
export function exceeding({ id, limit, noun, windowMs }: TallyRule): Refusal {
  return {
    code: 'ERR_LIMIT_EXCEEDED',
    message: `refused: at most ${String(limit)} ${noun} ${windowMs === 0 ? 'in one action' : `within ${spanText(windowMs)}`} (rule ${id})`,
    rules: [id],
    hint:
      windowMs === 0
        ? 'ask for less at once: narrow the condition, or take it in several steps'
        : 'wait until earlier ones are out of the window, or do more with one',
  }
}

function conflicting({ adds, held, rule }: Extract<ClaimConflict, { readonly outcome: 'conflict' }>): Refusal {
  const before = held.filter((mark) => !adds.includes(mark))
  const history = before.length === 0 ? '' : `, and ${before.join(', ')} came before`
  const window = rule.windowMs === Infinity ? 'for ever' : `within ${spanText(rule.windowMs)}`
  return {
    code: 'ERR_DUTY_CONFLICT',
    message:
      `refused: this is about ${adds.join(', ')}${history}; of the ${rule.noun} ${[...rule.marks].join(', ')}, ` +
      `whoever shares ${[...new Set(['subject', ...rule.over])].join(', ')} may have ${String(rule.max)} ${window} (rule ${rule.id})`,
    rules: [rule.id],
    hint: 'leave it to somebody who shares none of these, or wait until the window is over',
  }
}

/** Days only where hours would be many, so that the text is what a policy says. */
const units: readonly (readonly [ms: number, unit: string])[] = [
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
]

const dayMs = 86_400_000

function spanText(ms: number): string {
  if (ms > dayMs && ms % dayMs === 0) return `${String(ms / dayMs)}d`
  const [unitMs, unit] = units.find(([each]) => ms % each === 0) ?? [1, 'ms']
  return `${String(ms / unitMs)}${unit}`
}
