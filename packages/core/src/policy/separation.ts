import type { IndependenceDimension } from '../model/decision.js'
import type { DutyRules, LimitMeasure } from '../model/duty-rules.js'
import type { Duty } from '../model/effect.js'
import type { Rate } from './duration.js'
import { parseBytes, parseRate, parseRows, windowOf } from './duration.js'
import { historyProblems, historyRule } from './history.js'
import { listedDuties } from './duty-choice.js'
import { mitigationProblems } from './mitigations.js'
import type { DynamicSeparationInput, StaticSeparationInput } from './separation-input.js'
import type { LimitInput, PolicyInput } from './policy-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { alternatives, invalid, quoted } from './problem.js'
import type {
  AllowRule,
  HistoryRule,
  LimitRule,
  PolicyRules,
  RoleSeparationRule,
  Select,
  SeparationRule,
} from './rules.js'
import { wallProblems, wallRule } from './wall.js'

/** What ties principals together when a rule about what they do does not say. */
const usualTies: readonly IndependenceDimension[] = ['person', 'run', 'key']
/** What ties them together when a rule about their roles does not say. */
const roleTies: readonly IndependenceDimension[] = ['person', 'agentClass']

/** The rules that look at what happened before, with their defaults filled in. */
export function resolveSeparations(
  { limits, separate }: PolicyInput,
  select: Select,
): Pick<PolicyRules, 'separatedDuties' | 'chains' | 'separatedRoles' | 'walls' | 'limits'> {
  const at = (section: string, index: number): PolicyPath => ['separate', section, index]
  return {
    separatedDuties: (separate?.dynamic ?? []).map((rule, index) => dutyRule(rule, at('dynamic', index), select)),
    chains: (separate?.history ?? []).map((rule, index) => historyRule(rule, at('history', index), select)),
    separatedRoles: (separate?.static ?? []).map((rule, index) => roleRule(rule, at('static', index))),
    walls: (separate?.wall ?? []).map((rule, index) => wallRule(rule, at('wall', index), select)),
    limits: namedLimits(limits ?? []).map((limit) => limitRule(limit, select)),
  }
}

/** The same for the engine; undefined when there are none. */
export function dutyRulesOf(rules: PolicyRules): DutyRules | undefined {
  const { chains, limits, mitigations, separatedDuties, separatedRoles, walls } = rules
  const lookups = rules.masks.flatMap(({ lookup }) => lookup ?? [])
  if ([chains, limits, lookups, separatedDuties, separatedRoles, walls].every((list) => list.length === 0))
    return undefined
  return Object.freeze({
    separatedDuties,
    chains,
    separatedRoles,
    walls,
    limits,
    lookups,
    mitigations,
  } satisfies DutyRules)
}

/** Rules that can never fire, and walls that nobody could keep. */
export function separationProblems(rules: PolicyRules): readonly Problem[] {
  const allows = [...rules.roles.values()].flat()
  return [
    ...rules.separatedDuties.flatMap((rule) => [...idle(rule, allows), ...unseen(rule, allows)]),
    ...rules.chains.flatMap((rule) => [...historyProblems(rule, rules), ...unseen(rule, allows)]),
    ...wallProblems(rules),
    ...rules.limits.flatMap((rule) => idleLimit(rule, rules)),
    ...mitigationProblems(rules),
  ]
}

function dutyRule(rule: DynamicSeparationInput, path: PolicyPath, select: Select): SeparationRule {
  return Object.freeze({
    id: rule.id,
    path,
    duties: new Set(rule.duties),
    max: rule.max,
    over: tiesOf(rule.over, usualTies),
    per: rule.per,
    windowMs: windowOf(rule.window),
    ...select(rule.target),
  } satisfies SeparationRule)
}

function roleRule(rule: StaticSeparationInput, path: PolicyPath): RoleSeparationRule {
  return Object.freeze({
    id: rule.id,
    path,
    roles: new Set(rule.roles),
    max: rule.max,
    over: tiesOf(rule.over, roleTies),
    windowMs: windowOf(rule.window ?? '24h'),
  } satisfies RoleSeparationRule)
}

interface NamedLimit {
  readonly id: string
  readonly rule: LimitInput
  readonly index: number
  readonly measure: LimitMeasure
}

/** In the order in which they are named when one rule has several. */
const measures: readonly LimitMeasure[] = ['statements', 'rows', 'bytes']

/**
 * Limits with names of their own, by what they count: what was counted stays counted when rules are put in front of them or
 * their numbers change. Of those that count the same, the second is the second. A rule that counts several things is one
 * limit for each.
 */
function namedLimits(limits: readonly LimitInput[]): readonly NamedLimit[] {
  const known = new Map<string, number>()
  return limits.flatMap((rule, index) =>
    measures
      .filter((measure) => rule[measure] !== undefined)
      .map((measure, place) => {
        if (rule.id !== undefined) return { id: place === 0 ? rule.id : `${rule.id}, ${measure}`, rule, index, measure }
        const name = nameOfLimit(rule, measure)
        const nth = (known.get(name) ?? 0) + 1
        known.set(name, nth)
        return { id: nth === 1 ? name : `${name}, ${String(nth)}`, rule, index, measure }
      }),
  )
}

function nameOfLimit({ duty, role, target }: LimitInput, measure: LimitMeasure): string {
  const what = measure === 'statements' ? 'limit' : `limit of ${measure}`
  const about = duty === undefined ? 'every duty' : listedDuties(duty).join(', ')
  const where = target === undefined ? '' : ` on ${JSON.stringify(target)}`
  return `${what} of ${role} for ${about}${where}`
}

function limitRule({ id, index, measure, rule }: NamedLimit, select: Select): LimitRule {
  const rate = rateOf(rule, measure)
  // The schema accepts nothing that does not parse; nothing at all is what restricts most.
  const { times, windowMs } = typeof rate === 'string' ? { times: 0, windowMs: 1 } : rate
  return Object.freeze({
    id,
    path: ['limits', index],
    role: rule.role,
    duties: rule.duty === undefined ? undefined : new Set(listedDuties(rule.duty)),
    over: tiesOf(rule.over, usualTies),
    measure,
    most: times,
    windowMs,
    ...select(rule.target),
  } satisfies LimitRule)
}

function rateOf({ bytes = '', rows = '', statements = '' }: LimitInput, measure: LimitMeasure): Rate | string {
  switch (measure) {
    case 'statements':
      return parseRate(statements)
    case 'rows':
      return parseRows(rows)
    case 'bytes':
      return parseBytes(bytes)
  }
}

function tiesOf(
  named: readonly IndependenceDimension[] | undefined,
  usual: readonly IndependenceDimension[],
): readonly IndependenceDimension[] {
  return Object.freeze([...new Set(named ?? usual)])
}

/** So many of the duties as the rule forbids have to be possible on one target, or in one run or change. */
function idle(rule: SeparationRule, allows: readonly AllowRule[]): readonly Problem[] {
  if (rule.targets.size === 0)
    return [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]
  const onEach = [...rule.targets].map((target) => possible(rule.duties, [target], allows))
  const isOver = rule.per === 'run' || rule.per === 'change'
  const places = isOver ? [possible(rule.duties, [...rule.targets], allows)] : onEach
  if (places.some((duties) => duties.size > rule.max)) return []
  const missing = [...rule.duties].filter((duty) => !places.some((duties) => duties.has(duty)))
  const which = missing.length === 0 ? '' : `: no role may ${alternatives(missing.map(quoted))} there`
  return [
    invalid(
      [...rule.path, 'duties'],
      `no more than ${String(rule.max)} of them can be exercised on one ${isOver ? rule.per : 'target'}, so the rule can never fire${which}`,
    ),
  ]
}

/** What could not be understood is about objects that nobody knows, so that it would be counted on none of them. */
function unseen(rule: SeparationRule | HistoryRule, allows: readonly AllowRule[]): readonly Problem[] {
  if (rule.per !== 'object') return []
  const target = [...rule.targets].find((each) =>
    allows.some((allow) => allow.targets.has(each) && allow.duties.has('opaque')),
  )
  if (target === undefined) return []
  const why = `some role has the duty opaque on the target ${quoted(target)}, and nobody knows what objects that is about`
  return [invalid([...rule.path, 'per'], `${why}; count per target, or take opaque away`)]
}

function idleLimit(rule: LimitRule, rules: PolicyRules): readonly Problem[] {
  if (rule.targets.size === 0)
    return [invalid([...rule.path, 'target'], 'it selects no target, so the rule can never fire')]
  const own = (rules.roles.get(rule.role) ?? []).filter((allow) =>
    [...rule.targets].some((each) => allow.targets.has(each)),
  )
  const fires = rule.duties === undefined ? own.length > 0 : possible(rule.duties, [...rule.targets], own).size > 0
  if (fires) return []
  return [
    invalid(
      [...rule.path, 'role'],
      `the role ${quoted(rule.role)} may do none of it there, so the rule can never fire`,
    ),
  ]
}

function possible(
  wanted: ReadonlySet<Duty>,
  targets: readonly string[],
  allows: readonly AllowRule[],
): ReadonlySet<Duty> {
  const here = allows.filter((allow) => targets.some((target) => allow.targets.has(target)))
  const given = new Set(here.flatMap((allow) => [...allow.duties]))
  return new Set([...wanted].filter((duty) => given.has(duty)))
}
