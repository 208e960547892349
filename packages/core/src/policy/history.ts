import type { ChainReview } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import { parseTtl, windowOf } from './duration.js'
import { listedDuties } from './duty-choice.js'
import type { ChainReviewInput, HistoryInput } from './separation-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import type { AllowRule, HistoryRule, PolicyRules, Select } from './rules.js'

/** What a chain is about when it does not say: whatever changes something, or takes data in or out. */
const changes: readonly Duty[] = ['write', 'delete', 'define', 'grant', 'execute', 'transfer']

/** A history chain with its defaults filled in. */
export function historyRule(rule: HistoryInput, path: PolicyPath, select: Select): HistoryRule {
  return Object.freeze({
    id: rule.id,
    path,
    steps: new Set(rule.steps),
    duties: new Set(rule.duty === undefined ? changes : listedDuties(rule.duty)),
    over: Object.freeze([...new Set(rule.over ?? (['person', 'run', 'key'] as const))]),
    per: rule.per,
    windowMs: windowOf(rule.window),
    review: rule.review && chainReview(rule.review),
    ...select(rule.target),
  } satisfies HistoryRule)
}

function chainReview({ level = 'asserted', role, within }: ChainReviewInput): ChainReview {
  const ms = parseTtl(within)
  // The schema accepts nothing that does not parse; 0 is late at once.
  return Object.freeze({ role, level, withinMs: typeof ms === 'number' ? ms : 0 })
}

/** Chains with steps that nobody can ever take: they would keep nobody apart. */
export function historyProblems(rule: HistoryRule, { hold, roles }: PolicyRules): readonly Problem[] {
  if (rule.targets.size === 0)
    return [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]
  const isAbout = (other: { readonly targets: ReadonlySet<string>; readonly duties: ReadonlySet<Duty> }): boolean =>
    [...rule.targets].some((target) => other.targets.has(target)) &&
    [...rule.duties, 'opaque' as const].some((duty) => other.duties.has(duty))
  if (![...roles.values()].flat().some(isAbout))
    return [invalid([...rule.path, 'duty'], 'no role may do any of it there, so the rule can never fire')]
  const asked = [...rule.steps].find((step) => step === 'request' || step === 'approve')
  const review = reviewProblems(rule, [...roles.values()].flat())
  if (asked === undefined || hold.some(isAbout)) return review
  return [
    ...review,
    invalid([...rule.path, 'steps'], `no hold rule is about it, so nobody ever takes the step ${quoted(asked)}`),
  ]
}

/** A review that nobody has to give, or that nobody could. */
function reviewProblems(
  { path, review, steps, targets }: HistoryRule,
  allows: readonly AllowRule[],
): readonly Problem[] {
  if (!steps.has('review'))
    return review === undefined ? [] : [invalid([...path, 'review'], 'review is none of its steps')]
  if (review === undefined) return [invalid([...path, 'steps'], 'review is one of them, so it needs the key review')]
  const without = [...targets].find(
    (target) =>
      !allows.some((allow) => allow.role === review.role && allow.targets.has(target) && allow.duties.has('audit')),
  )
  if (without === undefined) return []
  const why = `the role ${quoted(review.role)} does not have the duty audit on the target ${quoted(without)}`
  return [invalid([...path, 'review', 'role'], `${why}, so nobody could review what is done there`)]
}
