import type { IndependenceDimension } from '../model/decision.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import { parseWindow } from './duration.js'
import type { DynamicSeparationInput, TargetSelector } from './policy-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type { AllowRule, PolicyRules, Selection, SeparationRule } from './rules.js'

/** What ties principals together when a rule does not say. */
const usualTies: readonly IndependenceDimension[] = ['person', 'run', 'key']

/** A selector with the targets that it selects. */
export interface SelectedTargets {
  readonly selection: Selection
  readonly targets: ReadonlySet<string>
}

/** A rule of `separate.dynamic` with its defaults filled in. */
export function separatedDuties(
  rule: DynamicSeparationInput,
  path: PolicyPath,
  select: (selector: TargetSelector | undefined) => SelectedTargets,
): SeparationRule {
  return Object.freeze({
    id: rule.id,
    path,
    duties: new Set(rule.duties),
    max: rule.max,
    over: Object.freeze([...new Set(rule.over ?? usualTies)]),
    per: rule.per,
    windowMs: windowOf(rule.window),
    ...select(rule.target),
  } satisfies SeparationRule)
}

/** The rules that look at what happened before, for the engine; undefined when there are none. */
export function dutyRulesOf({ separatedDuties: separated }: PolicyRules): DutyRules | undefined {
  if (separated.length === 0) return undefined
  return Object.freeze({ separatedDuties: separated, separatedRoles: [], walls: [], limits: [] } satisfies DutyRules)
}

/** Separations that can never fire. */
export function separationProblems(rules: PolicyRules): readonly Problem[] {
  const allows = [...rules.roles.values()].flat()
  return rules.separatedDuties.flatMap((rule) => idle(rule, allows))
}

/** So many of the duties as the rule forbids have to be possible on one target, or in one run. */
function idle(rule: SeparationRule, allows: readonly AllowRule[]): readonly Problem[] {
  if (rule.targets.size === 0)
    return [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]
  const onEach = [...rule.targets].map((target) => possible(rule, [target], allows))
  const places = rule.per === 'run' ? [possible(rule, [...rule.targets], allows)] : onEach
  if (places.some((duties) => duties.size > rule.max)) return []
  const missing = [...rule.duties].filter((duty) => !places.some((duties) => duties.has(duty)))
  const which = missing.length === 0 ? '' : `: no role may ${alternatives(missing.map(quoted))} there`
  return [
    invalid(
      [...rule.path, 'duties'],
      `no more than ${String(rule.max)} of them can be exercised on one ${rule.per === 'run' ? 'run' : 'target'}, so the rule can never fire${which}`,
    ),
  ]
}

function possible(rule: SeparationRule, targets: readonly string[], allows: readonly AllowRule[]): ReadonlySet<Duty> {
  const here = allows.filter((allow) => targets.some((target) => allow.targets.has(target)))
  const given = new Set(here.flatMap((allow) => [...allow.duties]))
  return new Set([...rule.duties].filter((duty) => given.has(duty)))
}

/** The schema accepts nothing that does not parse; for ever is what restricts most. */
function windowOf(text: string): number {
  const ms = parseWindow(text)
  return typeof ms === 'number' ? ms : Infinity
}
