import { describe, expect, it } from 'vitest'
import { conflicts, mandatoryDimensions } from '../../src/duties/independence.js'
import type { Delegator } from '../../src/delegation.js'
import { subPrincipal } from '../../src/delegation.js'
import type { BothKeysError } from '../../src/errors.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import type { Decision, DecisionInput } from '../../src/model/decision.js'
import { approvalLevels } from '../../src/model/decision.js'
import type { Principal } from '../../src/model/principal.js'
import { decide } from '../../src/policy/decide.js'
import { resolveRules } from '../../src/policy/resolve.js'
import { Views } from '../../src/policy/view.js'
import * as arbitrary from '../policy/arbitraries.js'
import { fc } from '../properties.js'

const roleNames = ['a', 'b', 'c', 'd']
const someRoles = fc.subarray(roleNames)
const key = fc.constantFrom(undefined, 'A'.repeat(43), `${'B'.repeat(42)}A`)
const className = fc.constantFrom(undefined, 'etl', 'review')
const ownClass = fc.constantFrom(undefined, 'etl/a', 'etl/b', 'review/a')
const root = fc
  .record({
    kind: fc.constantFrom('agent' as const, 'workload' as const),
    id: fc.constantFrom('a1', 'a2'),
    owners: fc.constantFrom(undefined, [{ issuer: 'i', id: 'ada' }], [{ issuer: 'i', id: 'bob' }]),
    agentClass: className,
    runRoot: fc.constantFrom(undefined, 'run-1'),
    key,
    level: fc.constantFrom(...approvalLevels),
    roles: someRoles,
    expiresAtMs: fc.integer({ min: 10_001, max: 20_000 }),
  })
  .map((facts) => makePrincipal({ ...facts, issuer: 'i', verifiedBy: 'test' }))
const step = fc.record({
  roles: fc.oneof(fc.constant([]), someRoles),
  ttlMs: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12_000 })),
  key,
  agentClass: ownClass,
})
const nowMs = 10_000

/** Delegates along the steps, each from the last; a step that is refused is left out. */
function descend(from: Principal, steps: readonly { readonly [name: string]: unknown }[]): readonly Principal[] {
  const made = [from]
  for (const [index, options] of steps.entries()) {
    const principal = made.at(-1) ?? from
    const delegator: Delegator = { sessionId: `s${String(index)}`, principal, roles: principal.roles }
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    try {
      made.push(subPrincipal(delegator, given as never, `run-of-${String(index)}`, nowMs))
    } catch (error) {
      expect((error as BothKeysError).code).toBe('ERR_DELEGATION_REFUSED')
    }
  }
  return made
}

const chains = fc.tuple(root, fc.array(step, { maxLength: 12 })).map(([from, steps]) => descend(from, steps))
const runs = { numRuns: 500 }

describe('I16: whatever was delegated', () => {
  it('has roles of its delegator, ends no later, and is of the same subject and owners', () => {
    let deepest = 0
    fc.assert(
      fc.property(chains, (chain) => {
        deepest = Math.max(deepest, chain.length)
        for (const [index, child] of chain.entries()) {
          const parent = chain[index - 1]
          if (parent === undefined) continue
          expect(child.roles.every((role) => parent.roles.includes(role))).toBe(true)
          expect(child.expiresAt.getTime()).toBeLessThanOrEqual(parent.expiresAt.getTime())
          expect([child.owners, child.subject, child.kind]).toEqual([parent.owners, parent.subject, parent.kind])
          expect(child.level).toBe(parent.level)
          expect(child.delegation).toHaveLength(index)
        }
        expect(chain.length).toBeLessThanOrEqual(6)
      }),
      runs,
    )
    expect(deepest).toBe(6)
  })

  it('is decided at least as strictly as its delegator, under any policy', () => {
    const input = fc.tuple(arbitrary.input, fc.infiniteStream(fc.boolean()))
    let lost = 0
    fc.assert(
      fc.property(arbitrary.policy, input, (policy, [asked, keeps]) => {
        const views = new Views(resolveRules(policy))
        const kept = asked.roles.filter(() => keeps.next().value)
        const before = decide(views, asked)
        const after = decide(views, { ...asked, roles: kept, restrictingRoles: asked.roles } satisfies DecisionInput)
        if (before.effect !== after.effect) lost++
        expect(looseness(after)).toBeLessThanOrEqual(looseness(before))
        if (before.effect === 'hold' && after.effect === 'hold') expect(after.requirement).toEqual(before.requirement)
      }),
      { numRuns: 1_000 },
    )
    expect(lost).toBeGreaterThan(0)
  })
})

const looseness = ({ effect }: Decision): number => ({ deny: 0, hold: 1, allow: 2 })[effect]

describe('I17: delegating, with a new session, key, class or run', () => {
  it('leaves the root of the run and every conflict that there was', () => {
    fc.assert(
      fc.property(chains, root, (chain, other) => {
        const [first] = chain
        for (const child of chain) {
          expect(child.run.root).toBe(first?.run.root)
          if (first === undefined) continue
          const before = conflicts(first, other, ['subject', 'person', 'run', 'key', 'agentClass'])
          const after = conflicts(child, other, ['subject', 'person', 'run', 'key', 'agentClass'])
          expect(after).toEqual(expect.arrayContaining([...before]))
          expect(conflicts(child, first, mandatoryDimensions)).toEqual(
            expect.arrayContaining(['subject', 'person', 'run']),
          )
        }
      }),
      runs,
    )
  })
})
