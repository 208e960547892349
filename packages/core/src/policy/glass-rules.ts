import type { IndependenceDimension } from '../model/decision.js'
import type { GlassRule } from '../model/glass-rule.js'
import { longestGlassMs } from '../model/glass-rule.js'
import { parseTtl } from './duration.js'
import { listedDuties } from './duty-choice.js'
import type { GlassRuleInput } from './policy-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'
import type { BreakGlassRule, PolicyRules, Select } from './rules.js'

const everyDimension: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

/** Reads for how long glass may be broken, or answers in a few words what is wrong with it. */
export function parseGlassTime(text: string): number | string {
  const ms = parseTtl(text)
  return typeof ms === 'number' && ms > longestGlassMs ? 'glass is broken for 1h at most' : ms
}

/** A break-glass rule with its defaults filled in. */
export function glassRule(rule: GlassRuleInput, path: PolicyPath, select: Select): BreakGlassRule {
  const { level = 'asserted', role, within } = rule.review
  const independent = rule.review.independent ?? everyDimension
  return Object.freeze({
    id: rule.id,
    path,
    role: rule.role,
    from: rule.from ?? 'humans',
    duties: new Set(listedDuties(rule.duty)),
    forMs: checked(parseGlassTime(rule.for)),
    review: Object.freeze({
      role,
      level,
      withinMs: checked(parseTtl(within)),
      independent: Object.freeze(everyDimension.filter((each) => independent.includes(each))),
    }),
    ...select(rule.target),
  } satisfies BreakGlassRule)
}

/** The schema accepts nothing that does not parse; 0 is over at once. */
function checked(ms: number | string): number {
  return typeof ms === 'number' ? ms : 0
}

/** The rules by id; undefined when there are none. */
export function glassRulesOf({ breakGlass }: PolicyRules): ReadonlyMap<string, GlassRule> | undefined {
  return breakGlass.length === 0 ? undefined : new Map(breakGlass.map((rule) => [rule.id, rule]))
}

/** Rules that are nowhere, and rules that lift nothing because nothing is held there. */
export function glassProblems(rules: PolicyRules): readonly Problem[] {
  return rules.breakGlass.flatMap((rule) => {
    if (rule.targets.size === 0)
      return [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]
    const idle = [...rule.duties].filter(
      (duty) =>
        !rules.hold.some((hold) => hold.duties.has(duty) && [...rule.targets].some((each) => hold.targets.has(each))),
    )
    return idle.map((duty) =>
      invalid(
        [...rule.path, 'duty'],
        `no hold rule is about ${quoted(duty)} on any of its targets, so there is nothing to lift; leave it out`,
      ),
    )
  })
}
