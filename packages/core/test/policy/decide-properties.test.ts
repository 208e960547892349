import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Decision, DecisionInput } from '../../src/model/decision.js'
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

vi.setConfig({ testTimeout: 30_000 * effort })

function decideUnder(policy: PolicyInput, input: DecisionInput): Decision {
  return decide(new Views(resolveRules(policy)), input)
}

const strictness = { allow: 0, hold: 1, deny: 2 }

describe('decide, whatever the policy and the action', () => {
  it('agrees with a plain second implementation', () => {
    const seen = { allow: 0, hold: 0, deny: 0 }
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const decision = decideUnder(policy, input)
        const expected = referenceDecision(policy, input)
        seen[decision.effect]++
        expect(decision.effect).toBe(expected.effect)
        if (decision.effect !== 'allow') expect([...decision.rules].sort()).toEqual(expected.rules)
        if (decision.effect !== 'deny') expect(decision.obligations.durability).toBe(expected.durability)
      }),
      { numRuns: 2_000 * effort },
    )
    // The comparison says something only when each answer is common.
    expect(seen.allow).toBeGreaterThan(300 * effort)
    expect(seen.hold).toBeGreaterThan(30 * effort)
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
        if (before.effect !== 'allow') expect(after.effect).not.toBe('allow')
        if (before.effect === 'hold' && after.effect === 'hold') {
          expect(after.requirement.ttlMs).toBeLessThanOrEqual(before.requirement.ttlMs)
          expect(after.requirement.stages).toEqual(expect.arrayContaining([...before.requirement.stages]))
          if (before.requirement.from === 'humans') expect(after.requirement.from).toBe('humans')
          if (before.obligations.holdInTransaction === 'deny') expect(after.obligations.holdInTransaction).toBe('deny')
        }
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
          if (wideningsBetween(resolveRules(policy), resolveRules(next)).length > 0) return
          narrowed++
          const before = decideUnder(policy, input)
          const after = decideUnder(next, input)
          expect(strictness[after.effect]).toBeGreaterThanOrEqual(strictness[before.effect])
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
        if (before.effect === 'deny') expect(after.effect).toBe('deny')
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
        expect(after.effect).toBe(before.effect)
        if (before.effect !== 'allow') expect(new Set(after.rules)).toEqual(new Set(before.rules))
        if (before.effect === 'hold' && after.effect === 'hold') {
          expect(new Set(after.requirement.stages)).toEqual(new Set(before.requirement.stages))
          expect({ ...after.requirement, rules: [], stages: [] }).toEqual({
            ...before.requirement,
            rules: [],
            stages: [],
          })
          expect(after.obligations).toEqual(before.obligations)
        }
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
      duty: fc.string(),
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
        expect(Object.isFrozen(decision) && Object.isFrozen(decision.rules)).toBe(true)
        if (decision.effect === 'deny') expect(Object.isFrozen(decision.reasons)).toBe(true)
        else expect(Object.isFrozen(decision.obligations)).toBe(true)
        if (decision.effect === 'hold')
          expect(Object.isFrozen(decision.requirement) && Object.isFrozen(decision.requirement.stages)).toBe(true)
      }),
      { numRuns: 300 * effort },
    )
  })
})
