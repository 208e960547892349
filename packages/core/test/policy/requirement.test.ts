import { describe, expect, it } from 'vitest'
import type { ApprovalRequirement, ApprovalStage } from '../../src/model/decision.js'
import { requirementOf } from '../../src/policy/requirement.js'
import type { HoldRule } from '../../src/policy/rules.js'

const peer: ApprovalStage = { stage: 'peer', count: 1, role: 'dba', independent: ['subject'] }

/** A hold rule as far as its requirement goes. */
function hold(id: string, requirement: Partial<ApprovalRequirement>): HoldRule {
  return {
    path: ['hold', 0],
    id,
    selection: undefined,
    targets: new Set(),
    duties: new Set(),
    resources: undefined,
    when: [],
    aboutEffects: true,
    roles: undefined,
    text: undefined,
    argv: undefined,
    requirement: {
      rules: [id],
      stages: [peer],
      from: 'anyone',
      level: 'asserted',
      ttlMs: 60_000,
      voteMaxAgeMs: 60_000,
      approverMustHold: false,
      ownerMayApprove: true,
      ...requirement,
    },
    holdInTransaction: 'deny',
    maxAffected: undefined,
    grant: undefined,
  }
}

describe('what several holds ask for together', () => {
  it('is the highest level, the shortest time, and people when one says people, in any order', () => {
    const rules = [
      hold('a', { level: 'signed', ttlMs: 30_000 }),
      hold('b', { level: 'channel', from: 'humans' }),
      hold('c', { level: 'asserted', ttlMs: 10_000 }),
    ]
    for (const each of [rules, rules.toReversed()]) {
      expect(requirementOf(each)).toMatchObject({ level: 'signed', ttlMs: 10_000, from: 'humans' })
    }
  })

  it('is the youngest votes, approvers that hold the duties when one says so, owners only when all say so', () => {
    const rules = [hold('a', { approverMustHold: true }), hold('b', { voteMaxAgeMs: 5, ownerMayApprove: false })]
    for (const each of [rules, rules.toReversed()]) {
      expect(requirementOf(each)).toMatchObject({ voteMaxAgeMs: 5, approverMustHold: true, ownerMayApprove: false })
    }
    expect(requirementOf([hold('a', {}), hold('b', {})])).toMatchObject({
      approverMustHold: false,
      ownerMayApprove: true,
    })
  })

  it('is one stage when they ask for the same, and two when anything of it differs', () => {
    expect(requirementOf([hold('a', {}), hold('b', {})])?.stages).toEqual([peer])
    const others: readonly ApprovalStage[] = [
      { ...peer, stage: 'owner' },
      { ...peer, count: 2 },
      { ...peer, role: 'owner' },
      { ...peer, independent: ['subject', 'agentClass'] },
    ]
    for (const other of others) {
      expect(requirementOf([hold('a', {}), hold('b', { stages: [other] })])?.stages).toEqual([peer, other])
    }
  })

  it('is nothing when nothing holds', () => {
    expect(requirementOf([])).toBeUndefined()
  })
})
