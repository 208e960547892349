import { fc } from '../properties.js'
import { describe, expect, it, vi } from 'vitest'
import type { Decision, DecisionInput, Obligations } from '../../src/model/decision.js'
import { duties } from '../../src/model/effect.js'
import { decide } from '../../src/policy/decide.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { resolveRules } from '../../src/policy/resolve.js'
import { policySchema } from '../../src/policy/schema.js'
import { Views } from '../../src/policy/view.js'
import { wideningsBetween } from '../../src/policy/widening.js'
import * as arbitrary from './arbitraries.js'
import { referenceDecision } from './reference.js'

/** FUZZ=100 makes every property try that many times more often. */
const effort = Number(process.env['FUZZ'] ?? 1)
const runs = { numRuns: 300 * effort }

vi.setConfig({ testTimeout: 180_000 * effort })

function decideUnder(policy: PolicyInput, input: DecisionInput): Decision {
  return decide(new Views(resolveRules(policy)), input)
}

const strictness = { allow: 0, hold: 1, deny: 2 }

/** What a decision says, without the order that it says it in. Which of several allow rules it names is open. */
function meaningOf(decision: Decision): {
  readonly effect: Decision['effect']
  readonly rules: readonly string[]
  readonly requirement?: unknown
  readonly obligations?: Omit<Obligations, 'maxAffected'> & { readonly maxAffected: number | undefined }
} {
  const { effect } = decision
  const rules = effect === 'allow' ? [] : [...decision.rules].sort()
  if (effect === 'deny') return { effect, rules }
  const obligations = { ...decision.obligations, maxAffected: decision.obligations.maxAffected?.rows }
  if (effect === 'allow') return { effect, rules, obligations }
  const stages = new Set(decision.requirement.stages)
  return { effect, rules, requirement: { ...decision.requirement, rules, stages }, obligations }
}

/** The most rows that may change. */
function rowsOf(decision: Decision): number {
  if (decision.effect === 'deny') return 0
  return decision.obligations.maxAffected?.rows ?? Infinity
}

/** What a second decision asks less for than the first. */
function weakened(before: Decision, after: Decision): readonly string[] {
  if (before.effect !== 'deny' && rowsOf(after) > rowsOf(before)) return ['rows']
  if (before.effect !== 'allow' && after.effect === 'allow') return ['effect']
  if (before.effect !== 'hold' || after.effect !== 'hold') return []
  const stages = new Set(after.requirement.stages.map((stage) => JSON.stringify(stage)))
  return [
    ...(after.requirement.ttlMs > before.requirement.ttlMs ? ['ttl'] : []),
    ...before.requirement.stages.map((stage) => JSON.stringify(stage)).filter((stage) => !stages.has(stage)),
    ...(before.requirement.from === 'humans' && after.requirement.from !== 'humans' ? ['from'] : []),
    ...(before.obligations.holdInTransaction === 'deny' && after.obligations.holdInTransaction !== 'deny'
      ? ['transaction']
      : []),
  ]
}

/** The parts of a decision that somebody could still change. Effects are the adapter's and frozen there. */
function unfrozen(decision: Decision): readonly string[] {
  const parts: Record<string, unknown> = { decision, ...decision }
  if (decision.effect !== 'deny') parts['maxAffected'] = decision.obligations.maxAffected
  if (decision.effect === 'hold') parts['stages'] = decision.requirement.stages
  return Object.entries(parts).flatMap(([name, part]) =>
    typeof part === 'object' && !Object.isFrozen(part) ? [name] : [],
  )
}

describe('decide, whatever the policy and the action', () => {
  it('agrees with a plain second implementation', () => {
    const seen = { allow: 0, hold: 0, deny: 0 }
    let bounded = 0
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const decision = decideUnder(policy, input)
        const expected = referenceDecision(policy, input)
        seen[decision.effect]++
        const { effect, rules, obligations } = meaningOf(decision)
        const { durability, maxAffected } = obligations ?? {}
        if (maxAffected !== undefined) bounded++
        expect({ effect, rules, durability, maxAffected }).toEqual({
          durability: undefined,
          maxAffected: undefined,
          ...expected,
        })
      }),
      { numRuns: 2_000 * effort },
    )
    // The comparison says something only when each answer is common.
    expect(seen.allow).toBeGreaterThan(300 * effort)
    expect(seen.hold).toBeGreaterThan(10 * effort)
    expect(bounded).toBeGreaterThan(10 * effort)
  })

  it('generates policies that the schema accepts', () => {
    fc.assert(
      fc.property(arbitrary.policy, (policy) => policySchema.safeParse(policy).success),
      runs,
    )
  })

  it('never turns a deny or hold into something weaker when a deny rule is added', () => {
    fc.assert(
      fc.property(arbitrary.scenario, arbitrary.denyRule, ({ policy, input }, rule) => {
        const before = decideUnder(policy, input)
        const after = decideUnder({ ...policy, deny: [...(policy.deny ?? []), { ...rule, id: 'added' }] }, input)
        expect(strictness[after.effect]).toBeGreaterThanOrEqual(strictness[before.effect])
      }),
      runs,
    )
  })

  it('never turns a hold or deny into an allow when a hold rule is added', () => {
    fc.assert(
      fc.property(arbitrary.scenario, arbitrary.holdRule, ({ policy, input }, rule) => {
        const before = decideUnder(policy, input)
        const after = decideUnder({ ...policy, hold: [...(policy.hold ?? []), { ...rule, id: 'added' }] }, input)
        expect(weakened(before, after)).toEqual([])
      }),
      runs,
    )
  })

  it('never decides anything weaker after a change that does not count as widening', () => {
    let narrowed = 0
    fc.assert(
      fc.property(
        arbitrary.scenario,
        fc.array(arbitrary.denyRule, { maxLength: 1 }),
        fc.array(arbitrary.holdRule, { maxLength: 2 }),
        ({ policy, input }, denies, holds) => {
          const next = {
            ...policy,
            deny: [...(policy.deny ?? []), ...denies.map((rule, index) => ({ ...rule, id: `added-deny-${index}` }))],
            hold: [...(policy.hold ?? []), ...holds.map((rule, index) => ({ ...rule, id: `added-hold-${index}` }))],
          }
          const widens = wideningsBetween(resolveRules(policy), resolveRules(next)).length > 0
          if (!widens) narrowed++
          const before = decideUnder(policy, input)
          const after = decideUnder(next, input)
          expect(widens || strictness[after.effect] >= strictness[before.effect]).toBe(true)
          expect(widens || rowsOf(after) <= rowsOf(before)).toBe(true)
        },
      ),
      runs,
    )
    expect(narrowed).toBeGreaterThan(30 * effort)
  })

  it('allows no more when an allow rule is removed', () => {
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const before = decideUnder(policy, input)
        const roles = Object.fromEntries(Object.entries(policy.roles).map(([role, rules]) => [role, rules.slice(1)]))
        const after = decideUnder({ ...policy, roles }, input)
        expect(strictness[after.effect]).toBeGreaterThanOrEqual(strictness[before.effect])
        expect(rowsOf(after)).toBeLessThanOrEqual(rowsOf(before))
      }),
      runs,
    )
  })

  it('does not depend on the order of rules, effects or roles', () => {
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const flipped: PolicyInput = {
          ...policy,
          roles: Object.fromEntries(
            Object.entries(policy.roles)
              .toReversed()
              .map(([role, rules]) => [role, rules.toReversed()]),
          ),
          deny: (policy.deny ?? []).toReversed(),
          hold: (policy.hold ?? []).toReversed(),
          record: (policy.record ?? []).toReversed(),
        }
        const before = decideUnder(policy, input)
        const after = decideUnder(flipped, {
          ...input,
          roles: input.roles.toReversed(),
          effects: input.effects.toReversed(),
        })
        expect(meaningOf(after)).toEqual(meaningOf(before))
      }),
      runs,
    )
  })

  it('gives the same answer again, from the same views and from new ones', () => {
    fc.assert(
      fc.property(arbitrary.policy, fc.array(arbitrary.input, { minLength: 1, maxLength: 5 }), (policy, inputs) => {
        const views = new Views(resolveRules(policy))
        const first = inputs.map((input) => decide(views, input))
        expect(inputs.map((input) => decide(views, input))).toEqual(first)
        expect(inputs.map((input) => decideUnder(policy, input))).toEqual(first)
      }),
      { numRuns: 300 * effort },
    )
  })

  it('never throws and denies what it cannot read', () => {
    const anything = fc.record({
      duty: fc.oneof(fc.constantFrom(...duties), fc.string()),
      resource: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(undefined, null, 3, {})),
      attributes: fc.oneof(fc.dictionary(fc.string(), fc.anything()), fc.constantFrom(undefined, null)),
    })
    fc.assert(
      fc.property(
        arbitrary.policy,
        arbitrary.input,
        fc.array(anything, { minLength: 1, maxLength: 3 }),
        (policy, input, effects) => {
          // Types are what an adapter breaks when it is wrong; the answer must still be a denial.
          const decision = decideUnder(policy, { ...input, effects: effects as unknown as DecisionInput['effects'] })
          expect(decision.effect).toBe('deny')
        },
      ),
      runs,
    )
  })

  it('returns decisions that nobody can change', () => {
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const decision = decideUnder(policy, input)
        expect(unfrozen(decision)).toEqual([])
      }),
      { numRuns: 300 * effort },
    )
  })
})
