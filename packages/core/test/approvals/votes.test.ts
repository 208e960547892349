import { describe, expect, it } from 'vitest'
import type { ApprovalOutcome, HoldRequest } from '../../src/approvals/coordinator.js'
import type { Approver, VerifiedVote, VoteReceipt } from '../../src/approvals/approver.js'
import type { Principal } from '../../src/model/principal.js'
import type { Bench } from './support.js'
import {
  HandApprover,
  agent,
  ann,
  approved,
  bench,
  bob,
  deployer,
  hold,
  human,
  never,
  peerStage,
  people,
  policy,
  requirement,
  startMs,
} from './support.js'

/** A check of evidence that always proves the same. */
function proving(vote: Partial<Record<keyof VerifiedVote, unknown>>): () => Promise<VerifiedVote> {
  return () =>
    Promise.resolve({
      decision: 'allow',
      approver: ann,
      level: 'signed',
      id: 'e1',
      stage: undefined,
      ...vote,
    } as VerifiedVote)
}

/** Lets one vote be given on a fresh request and withdraws the request afterwards. */
async function receiptOf(
  give: (on: Bench, asked: HoldRequest) => Promise<VoteReceipt>,
  changes: Partial<HoldRequest> = {},
  on: Bench = bench(),
): Promise<{ receipt: VoteReceipt; outcome: ApprovalOutcome; on: Bench }> {
  const asked = hold(changes)
  const gone = new AbortController()
  const running = on.coordinator.request(asked, gone.signal)
  const receipt = await give(on, asked)
  gone.abort()
  return { receipt, outcome: await running, on }
}

describe('a vote of an independent, eligible person', () => {
  it('approves the action', async () => {
    const { receipt, outcome, on } = await receiptOf((bench) => bench.hand.allow(ann))
    expect(receipt).toEqual({ counted: true })
    expect(outcome.outcome).toBe('approved')
    expect(on.journal.of('approval.vote')).toHaveLength(1)
  })

  it('is durable before it counts, as the request is before anybody is asked', async () => {
    const on = bench()
    await approved(on)
    expect(on.journal.synced).toEqual(['approval.requested', 'approval.vote'])
  })

  it('denies the action, and says by whom', async () => {
    const { receipt, outcome } = await receiptOf((on) => on.hand.deny(ann))
    expect(receipt).toEqual({ counted: true })
    expect(outcome).toMatchObject({
      outcome: 'denied',
      by: ann,
      refusal: { code: 'ERR_APPROVAL_DENIED', rules: ['prod-writes'] },
    })
  })

  it('records neither parameters nor clear text', async () => {
    const { on } = await receiptOf((bench) => bench.hand.allow(ann))
    const recorded = JSON.stringify(on.journal.events)
    expect(recorded).not.toContain('s3cret-parameter')
    expect(on.journal.of('approval.requested')[0]).toMatchObject({
      action: { text: 'delete from invoices where id = $1' },
    })
  })

  it('shows approvers the snapshot that will run', async () => {
    const asked = hold()
    const on = bench()
    const gone = new AbortController()
    const running = on.coordinator.request(asked, gone.signal)
    const request = await on.hand.asked
    expect(request).toMatchObject({
      digest: asked.digest,
      text: asked.action.description.text,
      parameters: ['s3cret-parameter'],
      identity: { host: 'db.example' },
      rules: ['prod-writes'],
    })
    expect(Object.isFrozen(request)).toBe(true)
    request.expiresAt.setTime(0)
    expect(request.expiresAt.getTime()).toBe(startMs + 15 * 60_000)
    gone.abort()
    await running
  })
})

const olga = human('olga')
const expired = human('eve', ['dba'], { expiresAtMs: startMs })
const plain = { ...ann } as Principal
const inherited = Object.create(ann) as Principal
const cloned = structuredClone({ ...ann, expiresAt: ann.expiresAt }) as Principal

interface RefusedVoteCase {
  readonly what: string
  readonly reason: string
  readonly vote: (on: Bench, asked: HoldRequest) => unknown
  readonly changes: Partial<HoldRequest>
}

function refusedVote(
  what: string,
  reason: string,
  vote: RefusedVoteCase['vote'],
  changes: RefusedVoteCase['changes'] = {},
): RefusedVoteCase {
  return { what, reason, vote, changes }
}

const refusedVotes: readonly RefusedVoteCase[] = [
  refusedVote('is null', 'malformed', () => null),
  refusedVote('is a bare true', 'malformed', () => true),
  refusedVote('is an approving string', 'malformed', () => 'allow'),
  refusedVote('has another decision word', 'malformed', (_on, asked) => ({
    decision: 'ALLOW',
    approver: ann,
    digest: asked.digest,
  })),
  refusedVote('has a decision object that reads as allow', 'malformed', (_on, asked) => ({
    decision: { toString: () => 'allow' },
    approver: ann,
    digest: asked.digest,
  })),
  refusedVote(
    'inherits its members',
    'malformed',
    (_on, asked) => Object.create({ decision: 'allow', approver: ann, digest: asked.digest }) as unknown,
  ),
  refusedVote('throws when it is read', 'malformed', () => ({
    get decision(): never {
      throw new Error('boo')
    },
  })),
  refusedVote('names its approver by a string', 'not-a-principal', (_on, asked) => ({
    decision: 'allow',
    approver: 'ann',
    digest: asked.digest,
  })),
  refusedVote('has no approver', 'not-a-principal', (_on, asked) => ({ decision: 'allow', digest: asked.digest })),
  refusedVote('carries a copy of a principal', 'not-a-principal', (_on, asked) => ({
    decision: 'allow',
    approver: plain,
    digest: asked.digest,
  })),
  refusedVote('carries an heir of a principal', 'not-a-principal', (_on, asked) => ({
    decision: 'allow',
    approver: inherited,
    digest: asked.digest,
  })),
  refusedVote('carries a cloned principal', 'not-a-principal', (_on, asked) => ({
    decision: 'allow',
    approver: cloned,
    digest: asked.digest,
  })),
  refusedVote('names another digest', 'other-action', () => ({
    decision: 'allow',
    approver: ann,
    digest: hold().digest,
  })),
  refusedVote('names no digest', 'other-action', () => ({ decision: 'allow', approver: ann })),
  refusedVote('names a digest prefix', 'other-action', (_on, asked) => ({
    decision: 'allow',
    approver: ann,
    digest: asked.digest.slice(0, 8),
  })),
  refusedVote('comes from an expired person', 'principal-expired', (_on, asked) => ({
    decision: 'allow',
    approver: expired,
    digest: asked.digest,
  })),
  refusedVote('comes from the owner of the agent', 'not-independent: person', (_on, asked) => ({
    decision: 'allow',
    approver: olga,
    digest: asked.digest,
  })),
  refusedVote('comes from somebody without the role', 'no-role', (_on, asked) => ({
    decision: 'allow',
    approver: human('eve', ['intern']),
    digest: asked.digest,
  })),
  refusedVote('comes from the agent itself', 'not-human', (_on, asked) => ({
    decision: 'allow',
    approver: deployer,
    digest: asked.digest,
  })),
  refusedVote('comes from an independent agent where people are asked', 'not-human', (_on, asked) => ({
    decision: 'allow',
    approver: agent('reviewer', { roles: ['dba'], owners: [{ issuer: people, id: 'zoe' }] }),
    digest: asked.digest,
  })),
  refusedVote('comes from a workload where people are asked', 'not-human', (_on, asked) => ({
    decision: 'allow',
    approver: agent('w', { kind: 'workload', roles: ['dba'], owners: [{ issuer: people, id: 'zoe' }] }),
    digest: asked.digest,
  })),
  refusedVote(
    'comes from the person who asked',
    'not-independent: subject, person',
    (_on, asked) => ({ decision: 'allow', approver: human('ann', ['dba', 'other']), digest: asked.digest }),
    { requester: human('ann', ['deployer']) },
  ),
]

describe('a vote that', () => {
  it.each(refusedVotes)('$what is refused: $reason', async ({ reason, vote, changes }) => {
    const { receipt, outcome, on } = await receiptOf((bench, asked) => bench.hand.give(vote(bench, asked)), changes)
    expect(receipt).toEqual({ counted: false, reason })
    expect(outcome.outcome).toBe('withdrawn')
    expect(on.journal.of('approval.vote')).toEqual([])
    expect(on.journal.of('approval.refused-vote')).toMatchObject([{ reason: reason.split(':')[0] }])
  })

  it.each(refusedVotes.filter(({ reason }) => reason !== 'malformed'))(
    '$what cannot deny either: $reason',
    async ({ reason, vote, changes }) => {
      const { receipt, outcome } = await receiptOf(
        (on, asked) => on.hand.give({ ...(vote(on, asked) as object), decision: 'deny' }),
        changes,
      )
      expect(receipt).toEqual({ counted: false, reason })
      expect(outcome.outcome).toBe('withdrawn')
    },
  )
})

const anyone = requirement({ from: 'anyone' })
const reviewing = {
  roles: ['dba'],
  owners: [{ issuer: people, id: 'zoe' }],
  runRoot: 'other-run',
  agentClass: 'reviewer',
}

describe('where agents may vote (from: anyone), a vote', () => {
  it('of an agent with other owners, run and key counts', async () => {
    const { receipt } = await receiptOf((on) => on.hand.allow(agent('reviewer', { ...reviewing, key: 'thumb-2' })), {
      requirement: anyone,
      requester: agent('deployer', { key: 'thumb-1' }),
    })
    expect(receipt).toEqual({ counted: true })
  })

  it.each([
    ['the requester itself', 'subject, person, run', deployer],
    [
      'an agent of the same owner',
      'person',
      agent('reviewer', {
        ...reviewing,
        owners: [
          { issuer: people, id: 'zoe' },
          { issuer: people, id: 'olga' },
        ],
      }),
    ],
    ['an agent of the same root run', 'run', agent('reviewer', { ...reviewing, runRoot: 'run-of-deployer' })],
    ['an agent whose owners are unknown', 'person', agent('reviewer', { ...reviewing, owners: undefined })],
  ])('of %s is refused: %s', async (_who, dimensions, approver) => {
    const roles = { requirement: anyone }
    const on = bench()
    on.liveRoles.set(deployer, ['dba'])
    const { receipt } = await receiptOf((bench) => bench.hand.allow(approver), roles, on)
    expect(receipt).toEqual({ counted: false, reason: `not-independent: ${dimensions}` })
  })

  it('of an agent with the same key is refused', async () => {
    const { receipt } = await receiptOf((on) => on.hand.allow(agent('reviewer', { ...reviewing, key: 'thumb-1' })), {
      requirement: anyone,
      requester: agent('deployer', { key: 'thumb-1' }),
    })
    expect(receipt).toEqual({ counted: false, reason: 'not-independent: key' })
  })

  it.each([
    ['the same agent class', { ...reviewing, agentClass: 'etl' }],
    ['an unknown agent class', { ...reviewing, agentClass: undefined }],
  ])('of %s is refused when the stage asks for it', async (_what, facts) => {
    const { receipt } = await receiptOf((on) => on.hand.allow(agent('reviewer', facts)), {
      requirement: requirement({ from: 'anyone', stages: [{ ...peerStage, independent: ['agentClass'] }] }),
    })
    expect(receipt).toEqual({ counted: false, reason: 'not-independent: agentClass' })
  })
})

describe('the duty to approve', () => {
  it('is asked of the policy in force: the role of the stage alone is not enough', async () => {
    const on = bench()
    on.policy = { ...policy('first', ['security']), digest: on.policy.digest }
    const { receipt } = await receiptOf((bench) => bench.hand.allow(ann), {}, on)
    expect(receipt).toEqual({ counted: false, reason: 'no-approve-duty' })
  })

  it('counts for the live roles, not for those in the token', async () => {
    const on = bench()
    on.liveRoles.set(ann, [])
    const { receipt } = await receiptOf((bench) => bench.hand.allow(ann), {}, on)
    expect(receipt).toEqual({ counted: false, reason: 'no-role' })
  })
})

describe('evidence', () => {
  const signed = requirement({ level: 'signed' })

  it('that no approver can give is not waited for', async () => {
    const on = bench()
    const outcome = await on.coordinator.request(hold({ requirement: signed }), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' } })
    expect(on.hand.request).toBeUndefined()
  })

  it('below the level of the rule is not asked for where another approver can give it', async () => {
    const weak = new HandApprover('weak', 'channel', proving({ level: 'channel' }))
    const strong = new HandApprover('strong', 'phishing-resistant', proving({ level: 'signed' }))
    const on = bench({ approvers: [weak, strong] })
    const running = on.coordinator.request(hold({ requirement: signed }), never)
    expect(await strong.allow(ann)).toEqual({ counted: false, reason: 'level-too-low' })
    expect(await strong.give({ evidence: 'signed by Ann' })).toEqual({ counted: true })
    expect((await running).outcome).toBe('approved')
    expect(weak.request).toBeUndefined()
  })

  it('counts at the weaker of the levels of the evidence and of the approver, for a yes and for a no', async () => {
    for (const decision of ['allow', 'deny'] as const) {
      const strong = new HandApprover('strong', 'phishing-resistant', proving({ level: 'channel', decision }))
      const { receipt } = await receiptOf(
        () => strong.give({ evidence: 'x' }),
        { requirement: signed },
        bench({ approvers: [strong] }),
      )
      expect(receipt).toEqual({ counted: false, reason: 'level-too-low' })
      const weak = new HandApprover('weak', 'channel', proving({ level: 'signed', decision }))
      const other = new HandApprover('other', 'signed', proving({}))
      const on = bench({ approvers: [weak, other] })
      const { receipt: second } = await receiptOf(
        () => weak.give({ evidence: 'x' }),
        { requirement: requirement({ level: 'channel' }) },
        on,
      )
      expect(second).toEqual({ counted: true })
    }
  })

  it.each([
    ['throws', () => Promise.reject(new Error('token eyJ…')), 'it could not be checked'],
    [
      'throws at once',
      () => {
        throw new Error('boo')
      },
      'it could not be checked',
    ],
    ['hangs', () => new Promise<never>(() => undefined), 'took longer than 50 ms'],
    ['answers with a copy of a principal', proving({ approver: { ...ann } }), 'did not say who decided what'],
    ['answers with an unknown level', proving({ level: 'sworn' as never }), 'did not say who decided what'],
    ['answers with an unknown decision', proving({ decision: 'yes' as never }), 'did not say who decided what'],
    ['answers without an id', proving({ id: '' }), 'did not say who decided what'],
    ['answers with nothing', () => Promise.resolve(undefined), 'did not say who decided what'],
  ])('proves nothing when the approver %s', async (_what, verify, why) => {
    const hand = new HandApprover('hand', 'signed', verify as Approver['verify'])
    const { receipt, outcome } = await receiptOf(
      () => hand.give({ evidence: 'x' }),
      { requirement: signed },
      bench({ approvers: [hand] }),
    )
    expect(receipt).toMatchObject({ counted: false, reason: expect.stringContaining(`no-evidence: `) as string })
    expect(JSON.stringify(receipt)).toContain(why)
    expect(outcome.outcome).toBe('withdrawn')
  })

  it('is worth no more than the approver that proves it', async () => {
    const hand = new HandApprover('hand', 'channel', proving({ level: 'phishing-resistant' }))
    const on = bench({ approvers: [hand] })
    const { receipt } = await receiptOf(
      () => hand.give({ evidence: 'x' }),
      { requirement: requirement({ level: 'channel' }) },
      on,
    )
    expect(receipt).toEqual({ counted: true })
    expect(on.journal.of('approval.vote')).toMatchObject([{ level: 'channel' }])
  })

  it('is no evidence beside a claim, when it is no text, or too long', async () => {
    for (const vote of [
      { evidence: 'x', decision: 'allow', approver: ann },
      { evidence: 7 },
      { evidence: 'x'.repeat(8 * 1024 + 1) },
    ]) {
      const hand = new HandApprover('hand', 'signed', proving({}))
      const { receipt } = await receiptOf(() => hand.give(vote), { requirement: signed }, bench({ approvers: [hand] }))
      expect(receipt).toEqual({ counted: false, reason: 'malformed' })
    }
  })

  it('counts once, also under another name', async () => {
    const hand = new HandApprover('hand', 'signed', async (text) => ({
      ...(await proving({})()),
      approver: text === 'one' ? ann : bob,
    }))
    const two = requirement({ level: 'signed', stages: [{ ...peerStage, count: 2 }] })
    const on = bench({ approvers: [hand] })
    const { outcome } = await receiptOf(
      async () => {
        expect(await hand.give({ evidence: 'one' })).toEqual({ counted: true })
        return hand.give({ evidence: 'two' })
      },
      { requirement: two },
      on,
    )
    expect(on.journal.of('approval.refused-vote')).toMatchObject([{ reason: 'already-used' }])
    expect(outcome.outcome).toBe('withdrawn')
  })
})

describe('several stages', () => {
  const stages = [peerStage, { ...peerStage, stage: 'security', role: 'security' }]
  const both = human('both', ['dba', 'security'])

  it('each need a vote of their own: one person with both roles is one', async () => {
    const { receipt, outcome } = await receiptOf((on) => on.hand.allow(both), { requirement: requirement({ stages }) })
    expect(receipt).toEqual({ counted: true })
    expect(outcome.outcome).toBe('withdrawn')
  })

  it('are met by two people, whichever of them could fill which', async () => {
    const { outcome } = await receiptOf(
      async (on) => {
        await on.hand.allow(both)
        return on.hand.allow(human('sec', ['security']))
      },
      { requirement: requirement({ stages }) },
    )
    expect(outcome.outcome).toBe('approved')
  })

  it('are not met by two accounts of one person', async () => {
    const twin = human('both-admin', ['security'], { owners: [{ issuer: people, id: 'both' }] })
    const { outcome } = await receiptOf(
      async (on) => {
        await on.hand.allow(both)
        return on.hand.allow(twin)
      },
      { requirement: requirement({ stages }) },
    )
    expect(outcome.outcome).toBe('withdrawn')
  })

  it('end with the first denial of anybody eligible for one of them', async () => {
    const { outcome } = await receiptOf(
      async (on) => {
        await on.hand.allow(both)
        return on.hand.deny(human('sec', ['security']))
      },
      { requirement: requirement({ stages }) },
    )
    expect(outcome.outcome).toBe('denied')
  })
})

describe('votes that come again or too late', () => {
  it('count once per person', async () => {
    const stages = [peerStage, { ...peerStage, stage: 'security', role: 'security' }]
    const { receipt, outcome } = await receiptOf(
      async (on) => {
        await on.hand.allow(ann)
        return on.hand.allow(ann)
      },
      { requirement: requirement({ stages }) },
    )
    expect(receipt).toEqual({ counted: false, reason: 'already-voted' })
    expect(outcome.outcome).toBe('withdrawn')
  })

  it('are answered as late after the decision', async () => {
    const { receipt } = await receiptOf(async (on) => {
      await on.hand.allow(ann)
      return on.hand.allow(bob)
    })
    expect(receipt).toEqual({ counted: false, reason: 'late' })
  })

  it('are answered as late after a denial, and recorded as refused', async () => {
    const { receipt, on } = await receiptOf(async (bench) => {
      await bench.hand.deny(ann)
      return bench.hand.allow(bob)
    })
    expect(receipt).toEqual({ counted: false, reason: 'late' })
    expect(on.journal.of('approval.refused-vote')).toMatchObject([{ reason: 'late', via: 'hand' }])
  })

  it('still deny after a yes that was not consumed', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    expect(await on.hand.deny(bob)).toEqual({ counted: true })
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_DENIED',
    })
  })
})
