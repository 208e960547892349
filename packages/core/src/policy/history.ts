import type { Duty } from '../model/effect.js'
import { windowOf } from './duration.js'
import { listedDuties } from './duty-choice.js'
import type { HistoryInput } from './policy-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import type { HistoryRule, PolicyRules, Select } from './rules.js'

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
    ...select(rule.target),
  } satisfies HistoryRule)
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
  const asked = [...rule.steps].find((step) => step !== 'execute')
  if (asked === undefined || hold.some(isAbout)) return []
  return [invalid([...rule.path, 'steps'], `no hold rule is about it, so nobody ever takes the step ${quoted(asked)}`)]
}
