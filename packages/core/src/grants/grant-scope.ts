import type { Action, Description } from '../model/action.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { AttributeValue, Effect } from '../model/effect.js'
import { readsNothing } from '../model/lineage.js'
import { attributeOf, isList, isUnbound } from '../policy/match.js'
import { patternMatches } from '../policy/pattern-relations.js'
import { parseResource, parseResourcePattern } from '../policy/resource-pattern.js'
import type { CheckedGrantOptions } from './grant-options.js'
import type { HeldByRules } from './held-by-rules.js'
import type { LiveGrant } from './open-grant.js'

/** What of a grant says which effects it is about. */
export type GrantScope = Pick<CheckedGrantOptions, 'duties' | 'resources' | 'when'>

/** Each duty on each resource, with the attributes that were named: what the policy and people decide about. */
export function grantedEffects({ duties, resources, when }: GrantScope): readonly Effect[] {
  const attributes = Object.freeze({ ...when })
  return duties.flatMap((duty) => resources.map((resource) => Object.freeze({ duty, resource, attributes })))
}

/**
 * Whether a grant is about a held action: at this very place, under the policy that people were asked under, and held by no
 * rule that they were not asked under. What it does not cover must be plainly allowed. Nothing is decided by the text.
 */
export function covers(grant: LiveGrant, { action, countsAffected, decision, input, policy }: HeldByRules): boolean {
  const { options } = grant
  if (grant.policy !== policy || options.target !== action.target.name) return false
  if (grant.identity !== identityText(action)) return false
  if (!decision.requirement.rules.every((rule) => grant.rules.has(rule))) return false
  if (options.maxAffected !== undefined && !countsAffected) return false
  const { effects } = action.description
  const rest = effects.filter((effect) => !coversEffect(options, effect))
  if (rest.length === effects.length) return false
  return rest.length === 0 || policy.decide({ ...input, effects: rest }).effect === 'allow'
}

/** A target's identity in one form. */
export function identityText({ identity }: Pick<Action, 'identity'>): string {
  return canonicalJson({ ...identity })
}

/**
 * Whether a grant is about an effect. Never about one that was not understood or whose data nobody saw (RULES 8, 17), and
 * about one that can reach every row only where it names that.
 */
export function coversEffect(scope: GrantScope, effect: Effect): boolean {
  if (effect.duty === 'opaque' || isUnbound(effect) || !scope.duties.includes(effect.duty)) return false
  if (isUnbounded(effect) && scope.when['unbounded'] !== true) return false
  const resource = parseResource(effect.resource)
  if (resource === undefined) return false
  const named = scope.resources.some((text) => {
    const pattern = parseResourcePattern(text)
    return typeof pattern === 'object' && patternMatches(pattern, resource)
  })
  return named && Object.entries(scope.when).every(([name, value]) => isExactly(attributeOf(effect, name), value))
}

/** Whatever an adapter says but that it is not. */
function isUnbounded(effect: Effect): boolean {
  return attributeOf(effect, 'unbounded') !== undefined && attributeOf(effect, 'unbounded') !== false
}

/** A list has to hold nothing else. */
function isExactly(found: AttributeValue | undefined, value: string | number | boolean): boolean {
  return isList(found) ? found.length > 0 && found.every((each) => each === value) : found === value
}

/**
 * The request for a grant as people see it, as whoever proves actions signs it and as the record keeps it: made of what was
 * asked for alone, and all of it, so that the text of no two grants is the same.
 */
export function grantDescription(options: CheckedGrantOptions, session: string): Description {
  const { duties, maxAffected, reason, resources, ttlMs, uses, when } = options
  const text = [
    'A GRANT, NOT ONE ACTION. With your yes, nobody is asked again for what does no more than this.',
    `what   ${duties.join(' and ')}, alone or together, by any statement and with any parameters, of`,
    ...resources.map((resource) => `       ${resource}`),
    `how    ${waysIn(when)}`,
    `rows   ${maxAffected === undefined ? 'any number' : `at most ${String(maxAffected)} changed by each action`}`,
    `often  at most ${String(uses)} times`,
    `long   ${span(ttlMs)} from the moment it is given`,
    `whose  of the session ${session} of the requester alone, and of none of its sub-agents`,
    `why    ${reason}`,
  ].join('\n')
  return Object.freeze({
    operation: 'grant',
    text,
    recordedText: text,
    // What is masked is looked at in each action by itself.
    lineage: readsNothing,
    effects: Object.freeze(grantedEffects(options)),
  })
}

function waysIn(when: GrantScope['when']): string {
  const named = Object.entries(when).map(([name, value]) => `${JSON.stringify(name)} ${JSON.stringify(value)}`)
  const ways = named.length === 0 ? 'in any way' : `only with ${named.join(' and ')}, else in any way`
  return when['unbounded'] === true ? ways : `${ways}, but nothing that can reach every row`
}

const units: readonly (readonly [ms: number, name: string])[] = [
  [3_600_000, 'hours'],
  [60_000, 'minutes'],
  [1_000, 'seconds'],
]

function span(ms: number): string {
  const [unitMs, name] = units.find(([each]) => ms % each === 0) ?? [1, 'milliseconds']
  return `${String(ms / unitMs)} ${name}`
}
