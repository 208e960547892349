import { describe, expect, it } from 'vitest'
import type { ApprovalOutcome, HoldRequest } from '../../src/approvals/coordinator.js'
import type { VoteReceipt } from '../../src/approvals/approver.js'
import type { ApprovalRequirement } from '../../src/model/decision.js'
import type { Principal } from '../../src/model/principal.js'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import type { Bench } from './support.js'
import { agent, ann, bench, bob, firstPolicy, hold, human, never, peerStage, people, requirement } from './support.js'

/** Lets people vote yes, one after the other, and withdraws what is still pending then. */
async function voted(
  changes: Partial<ApprovalRequirement>,
  approvers: readonly Principal[],
  more: Partial<HoldRequest> = {},
  on: Bench = bench(),
): Promise<{ readonly receipts: readonly VoteReceipt[]; readonly outcome: ApprovalOutcome['outcome'] }> {
  const gone = new AbortController()
  const running = on.coordinator.request(hold({ requirement: requirement(changes), ...more }), gone.signal)
  const receipts: VoteReceipt[] = []
  for (const approver of approvers) receipts.push(await on.hand.allow(approver))
  gone.abort()
  return { receipts, outcome: (await running).outcome }
}

const two = { stages: [{ ...peerStage, count: 2 }] }
const counted = { counted: true }

describe('a quorum of two', () => {
  it('is two people', async () => {
    expect(await voted(two, [ann, bob])).toEqual({ receipts: [counted, counted], outcome: 'approved' })
  })

  it('is not one person twice', async () => {
    const { outcome, receipts } = await voted(two, [ann, ann])
    expect(outcome).toBe('withdrawn')
    expect(receipts[1]).toEqual({ counted: false, reason: 'already-voted' })
  })

  it('is not two accounts of one person', async () => {
    const admin = human('ann-admin', ['dba'], { owners: [{ issuer: people, id: 'ann' }] })
    expect((await voted(two, [ann, admin])).outcome).toBe('withdrawn')
    expect((await voted(two, [ann, admin, bob])).outcome).toBe('approved')
  })

  it('ends with one denial, whoever said yes before', async () => {
    const on = bench()
    const running = on.coordinator.request(hold({ requirement: requirement(two) }), never)
    await on.hand.allow(ann)
    await on.hand.deny(bob)
    expect((await running).outcome).toBe('denied')
  })
})

describe('an owner', () => {
  const olga = human('olga')
  const mayApprove = { ownerMayApprove: true }

  it('approves for an agent of theirs where the rule lets owners', async () => {
    expect((await voted(mayApprove, [olga])).outcome).toBe('approved')
    expect((await voted({}, [olga])).receipts).toEqual([{ counted: false, reason: 'not-independent: person' }])
  })

  it('fills no stage that asks for another person', async () => {
    const stages = [{ ...peerStage, independent: ['person'] as const }]
    const { receipts } = await voted({ ...mayApprove, stages }, [olga])
    expect(receipts).toEqual([{ counted: false, reason: 'not-independent: person' }])
  })

  it('is a person: neither their other agent, nor another account, nor the agent itself', async () => {
    const others = [
      agent('reviewer', { roles: ['dba'], runRoot: 'else', agentClass: 'reviewer' }),
      human('olga-admin', ['dba'], { owners: [{ issuer: people, id: 'olga' }] }),
      agent('deployer', { roles: ['dba'] }),
    ]
    const { outcome, receipts } = await voted({ ...mayApprove, from: 'anyone' }, others)
    expect(outcome).toBe('withdrawn')
    expect(receipts.every((receipt) => !receipt.counted && receipt.reason.startsWith('not-independent'))).toBe(true)
  })

  it('does not approve what they asked for themselves', async () => {
    const { receipts } = await voted(mayApprove, [olga], { requester: human('olga', ['deployer']) })
    expect(receipts).toEqual([{ counted: false, reason: 'not-independent: subject, person' }])
  })

  it('and another account of theirs are one person in a quorum', async () => {
    const admin = human('olga-admin', ['dba'], { owners: [{ issuer: people, id: 'olga' }] })
    expect((await voted({ ...mayApprove, ...two }, [olga, admin])).outcome).toBe('withdrawn')
    expect((await voted({ ...mayApprove, ...two }, [olga, bob])).outcome).toBe('approved')
  })
})

/** A policy that lets the role `operator` do anything, and people with `dba` approve. */
function operating(): CompiledPolicy {
  return {
    ...firstPolicy,
    decide: (input) =>
      input.effects.every(({ duty }) => duty !== 'approve') && input.roles.includes('operator')
        ? held
        : firstPolicy.decide(input),
  }
}

const held = {
  effect: 'hold',
  rules: [],
  requirement: requirement(),
  obligations: { durability: undefined, holdInTransaction: 'deny', maxAffected: undefined },
} as const

describe('a rule whose approvers must hold what they approve', () => {
  const mustHold = { approverMustHold: true }

  it('counts whoever could do it themselves, also with an approval of their own', async () => {
    const on = bench()
    on.policy = operating()
    expect((await voted(mustHold, [human('ann', ['dba', 'operator'])], {}, on)).outcome).toBe('approved')
  })

  it('does not count whoever could not', async () => {
    const on = bench()
    on.policy = operating()
    const { receipts } = await voted(mustHold, [ann], {}, on)
    expect(receipts).toEqual([{ counted: false, reason: 'does-not-hold' }])
  })
})

describe('the votes of a rule', () => {
  it('may be as old as the rule says, and no older', async () => {
    for (const [age, ran] of [
      [120_000, true],
      [120_001, false],
    ] as const) {
      const on = bench()
      const asked = hold({ requirement: requirement({ voteMaxAgeMs: 120_000 }) })
      const running = on.coordinator.request(asked, never)
      await on.hand.allow(ann)
      const outcome = await running
      if (outcome.outcome !== 'approved') throw new Error(outcome.outcome)
      on.clock.advance(age)
      const consumed = on.coordinator.consume(outcome.held, asked.digest).then(
        () => true,
        () => false,
      )
      expect(await consumed).toBe(ran)
    }
  })

  it('that can never be young enough are not waited for', async () => {
    const on = bench()
    const { outcome } = await voted({ voteMaxAgeMs: 0 }, [], {}, on)
    expect(outcome).toBe('unavailable')
    expect(on.hand.request).toBeUndefined()
  })
})
