import { fc } from '../properties.js'
import { describe, expect, it, vi } from 'vitest'
import { cornersOf, coversBytes, coversCorner } from '../../src/policy/coverage.js'
import { decide } from '../../src/policy/decide.js'
import { DenyCover } from '../../src/policy/deny-cover.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { reachabilityProblems } from '../../src/policy/reachability.js'
import { resolveRules } from '../../src/policy/resolve.js'
import { Views } from '../../src/policy/view.js'
import * as arbitrary from './arbitraries.js'

const effort = Number(process.env['FUZZ'] ?? 1)

vi.setConfig({ testTimeout: 180_000 * effort })

/** The policy without the deny, hold and record rules that are said to do nothing. */
function withoutDeadRules(policy: PolicyInput): PolicyInput {
  const rules = resolveRules(policy)
  const dead = new Set(reachabilityProblems(rules, new Views(rules)).map(({ path }) => path.join('.')))
  const alive = <Rule>(section: string, list: readonly Rule[] = []): readonly Rule[] =>
    list.filter((_rule, index) => !dead.has(`${section}.${index}`))
  return {
    ...policy,
    deny: alive('deny', policy.deny),
    hold: alive('hold', policy.hold),
    record: alive('record', policy.record),
  }
}

describe('rules that are said never to fire', () => {
  it('change no decision when they are gone', () => {
    let removed = 0
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy, input }) => {
        const rest = withoutDeadRules(policy)
        if (JSON.stringify(rest) !== JSON.stringify(policy)) removed++
        const before = decide(new Views(resolveRules(policy)), input)
        const after = decide(new Views(resolveRules(rest)), input)
        expect(after.effect).toBe(before.effect)
      }),
      { numRuns: 1_000 * effort },
    )
    expect(removed).toBeGreaterThan(100 * effort)
  })

  it('are found by the index exactly when they are found by looking at every pair', () => {
    let covered = 0
    fc.assert(
      fc.property(arbitrary.policy, ({ ...policy }) => {
        const rules = resolveRules(policy)
        const cover = new DenyCover(rules.deny)
        for (const scope of [...rules.deny, ...rules.hold]) {
          for (const corner of cornersOf(scope)) {
            const plain = rules.deny.filter(
              (deny) => deny !== scope && coversCorner(deny, corner, scope, scope.roles) && coversBytes(deny, scope),
            )
            const found = cover.find(corner, { scope, who: scope.roles, bytes: scope }, (deny) => deny !== scope)
            covered += plain.length
            expect(found === undefined ? [] : plain).toEqual(plain)
            expect(found === undefined || plain.includes(found)).toBe(true)
          }
        }
      }),
      { numRuns: 300 * effort },
    )
    expect(covered).toBeGreaterThan(0)
  })
})
