import { beforeEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../src/approvals/approval-ports.js'
import type { CountedVote } from '../../src/approvals/evidence.js'
import { Expiry } from '../../src/approvals/expiry.js'
import { approvalRequest } from '../../src/approvals/request.js'
import type { StoredRequest, StoredVote } from '../../src/approvals/stored-request.js'
import type { LiveStandings } from '../../src/approvals/vote-box.js'
import { VoteBox } from '../../src/approvals/vote-box.js'
import { standingAsVerified } from '../../src/identity/standing.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { ann, bob, firstPolicy, HandApprover, hold, startMs, TestJournal, TestLedger } from './support.js'

const asked = hold()
const live = (vote: CountedVote): LiveStandings => ({
  requester: asked.requester,
  voters: new Map([[vote.id, { principal: vote.approver, roles: ['dba'] }]]),
})
let votes: VoteBox

async function given(approver = ann, decision: 'allow' | 'deny' = 'allow'): Promise<CountedVote> {
  const vote = await votes.examine([new HandApprover()], {
    decision,
    approver,
    digest: asked.digest,
    reason: undefined,
  })
  if (!('id' in vote)) throw new Error(vote.reason)
  return vote
}

function stored(...kept: readonly StoredVote[]): StoredRequest {
  return {
    digest: asked.digest,
    policy: asked.policyDigest,
    view: 'v',
    end: null,
    votes: kept,
    submitted: [],
    actionId: asked.actionId,
    holder: 'h',
    enteredAtMs: 0,
    expiresAtMs: 1,
    heldUntilMs: 1,
    keptUntilMs: 1,
  }
}

beforeEach(() => {
  const clock = fixedClock(startMs)
  const on = {
    engine: 'bothkeys',
    ledger: new TestLedger(),
    journal: new TestJournal(),
    approvers: [],
    clock,
    policyNow: () => firstPolicy,
    standingNow: standingAsVerified,
    mayVote: () => undefined,
    limits: defaultLimits,
    leaseMs: undefined,
    deadlineMs: 50,
    isRevoked: () => false,
    onHeld: () => undefined,
    onFailure: () => undefined,
  }
  votes = new VoteBox(on, asked, approvalRequest('q', asked, startMs, 'bothkeys'), new Expiry(clock, 60_000))
})

describe('the votes of a request', () => {
  it('fill a stage once they are on record, and not before', async () => {
    const vote = await given()
    const kept = votes.keep(vote)
    expect(votes.assignment()).toBeUndefined()
    expect(votes.assignmentNow(stored(kept), live(vote))).toBeUndefined()
    votes.markRecorded(vote)
    expect(votes.assignment()).toHaveLength(1)
    expect(votes.assignmentNow(stored(kept), live(vote))).toHaveLength(1)
  })

  it('let an action run when the ledger has them, whatever is at hand', async () => {
    const vote = await given()
    votes.keep(vote)
    votes.markRecorded(vote)
    expect(votes.assignmentNow(stored(), live(vote))).toBeUndefined()
  })

  it('of which the ledger has one that is not at hand do not count it', async () => {
    const vote = await given(bob)
    expect(votes.assignmentNow(stored({ ...votes.keep(await given()), id: vote.id }), live(vote))).toBeUndefined()
  })

  it('that say no fill nothing', async () => {
    const vote = await given(ann, 'deny')
    const kept = votes.keep(vote)
    votes.markRecorded(vote)
    expect(votes.assignment()).toBeUndefined()
    expect(votes.assignmentNow(stored(kept), live(vote))).toBeUndefined()
  })
})
