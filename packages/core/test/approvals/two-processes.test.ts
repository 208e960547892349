import { afterEach, describe, expect, it } from 'vitest'
import type { ApprovalRequest } from '../../src/approvals/approver.js'
import type { ApprovalCoordinator, ApprovalOutcome, HoldRequest } from '../../src/approvals/coordinator.js'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { decided, deskApprover, strangerKey } from './signed-support.js'
import type { Bench } from './support.js'
import { TestJournal, TestLedger, bench, firstPolicy, hold, never, peerStage, requirement, startMs } from './support.js'

const signed = requirement({ level: 'signed' })
const running: ApprovalCoordinator[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((coordinator) => coordinator.close()))
})

/** Another process: it shares the ledger and the public keys, and nothing else. */
function otherProcess(ledger: Ledger, deadlineMs = 5_000): ApprovalCoordinator {
  const coordinator = createApprovalCoordinator({
    ledger,
    journal: new TestJournal(),
    approvers: [deskApprover()],
    clock: fixedClock(startMs),
    policyNow: () => firstPolicy,
    deadlineMs,
  })
  running.push(coordinator)
  return coordinator
}

interface Waiting {
  readonly on: Bench
  readonly other: ApprovalCoordinator
  readonly asked: HoldRequest
  readonly ended: Promise<ApprovalOutcome>
  readonly request: ApprovalRequest
  readonly ledger: TestLedger
}

async function waiting(changes: Partial<HoldRequest> = {}, shared?: Ledger): Promise<Waiting> {
  const own = new TestLedger()
  const ledger = shared ?? own
  const on = bench({ approvers: [deskApprover()], ledger, deadlineMs: 5_000 })
  running.push(on.coordinator)
  const asked = hold({ requirement: signed, ...changes })
  const ended = on.coordinator.request(asked, never)
  await expect.poll(() => on.journal.of('approval.requested').length).toBe(1)
  const [request] = on.coordinator.pending()
  if (request === undefined) throw new Error('nothing is pending')
  return { on, asked, ended, request, other: otherProcess(ledger), ledger: own }
}

function heldOf(outcome: ApprovalOutcome) {
  if (outcome.outcome !== 'approved') throw new Error(outcome.outcome)
  return outcome.held
}

const later = { counted: 'later' }

describe('a request of one process', () => {
  it('is approved through another one, and runs once', async () => {
    const { asked, ended, on, other, request } = await waiting({}, memoryLedger({ clock: fixedClock(startMs) }))
    expect(other.pending()).toEqual([])
    expect(await other.submit(request.id, await decided('ann', request))).toEqual(later)
    const held = heldOf(await ended)
    expect(on.journal.of('approval.vote')).toMatchObject([{ via: 'desk', level: 'signed' }])
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => on.coordinator.consume(held, asked.digest)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await other.submit(request.id, await decided('bob', request))).toMatchObject({ counted: false })
  })

  it('is denied through another one', async () => {
    const { ended, other, request } = await waiting()
    expect(await other.submit(request.id, await decided('ann', request, { dec: 'deny' }))).toEqual(later)
    expect((await ended).outcome).toBe('denied')
  })

  it('takes two people, whichever process they came through', async () => {
    const two = requirement({ level: 'signed', stages: [{ ...peerStage, count: 2 }] })
    const { ended, on, other, request } = await waiting({ requirement: two })
    expect(await other.submit(request.id, await decided('ann', request))).toEqual(later)
    await expect.poll(() => on.journal.of('approval.vote').length).toBe(1)
    expect(await on.coordinator.submit(request.id, await decided('bob', request))).toEqual({ counted: true })
    expect((await ended).outcome).toBe('approved')
  })

  it('is not decided by whom its process finds ineligible: the owner neither approves nor denies', async () => {
    const { ended, on, other, request } = await waiting()
    for (const dec of ['allow', 'deny'] as const) {
      expect(await other.submit(request.id, await decided('olga', request, { dec }))).toEqual(later)
    }
    await expect.poll(() => on.journal.of('approval.refused-vote').length).toBe(2)
    expect(on.journal.of('approval.refused-vote')).toMatchObject([
      { reason: 'not-independent' },
      { reason: 'not-independent' },
    ])
    expect(await other.submit(request.id, await decided('ann', request))).toEqual(later)
    expect((await ended).outcome).toBe('approved')
  })

  it('counts the same evidence once, whichever processes it is handed to', async () => {
    const two = requirement({ level: 'signed', stages: [{ ...peerStage, count: 2 }] })
    const { on, other, request } = await waiting({ requirement: two })
    const evidence = await decided('ann', request)
    expect(await other.submit(request.id, evidence)).toEqual(later)
    expect(await other.submit(request.id, evidence)).toEqual({ counted: false, reason: 'already-used' })
    await expect.poll(() => on.journal.of('approval.vote').length).toBe(1)
    expect(await on.coordinator.submit(request.id, evidence)).toEqual({ counted: false, reason: 'already-used' })
    expect(await other.submit(request.id, await decided('ann', request))).toEqual(later)
    await expect.poll(() => on.journal.of('approval.refused-vote').at(-1)).toMatchObject({ reason: 'already-voted' })
  })

  it('is not touched by what another process cannot verify', async () => {
    const { ledger, other, request } = await waiting()
    const before = [...ledger.entries].map(([key, { version }]) => [key, version])
    for (const [id, evidence, reason] of [
      [request.id, await decided('ann', request, {}, { key: strangerKey.privateKey }), 'no-evidence: '],
      [request.id, await decided('ann', request, { adh: 'other' }), 'no-evidence: '],
      [request.id, await decided('nobody', request), 'no-evidence: '],
      [request.id, 7 as never, 'malformed'],
      [request.id, 'x'.repeat(9_000), 'malformed'],
      ['unknown', await decided('ann', request), 'unknown-request'],
    ] as const) {
      expect(await other.submit(id, evidence)).toEqual({
        counted: false,
        reason: expect.stringContaining(reason) as string,
      })
    }
    expect([...ledger.entries].map(([key, { version }]) => [key, version])).toEqual(before)
  })

  it('is not approved by what somebody writes into the ledger', async () => {
    const { asked, ended, ledger, on, other, request } = await waiting()
    const key = `approval/request/${request.id}`
    const forged = await decided('ann', request, {}, { key: strangerKey.privateKey })
    const inject = (field: 'votes' | 'submitted', version: number) => {
      const value = ledger.entries.get(key)?.value as { readonly [name: string]: SnapshotValue }
      const vote = { id: `forged in ${field}`, approver: 'ann', decision: 'allow', via: 'desk', evidence: forged }
      ledger.entries.set(key, { version, value: { ...value, [field]: [{ ...vote, elapsedMs: 0 }] } })
    }
    inject('submitted', 101)
    await expect.poll(() => on.journal.of('approval.refused-vote')).toMatchObject([{ reason: 'no-evidence' }])
    inject('votes', 102)
    expect(await other.submit(request.id, await decided('bob', request))).toEqual(later)
    const held = heldOf(await ended)
    expect(await on.coordinator.consume(held, asked.digest)).toMatchObject({
      votes: [{ approver: { text: expect.stringContaining('"id":"bob"') as string } }],
    })
  })

  it('ends when another process ended it', async () => {
    const { ended, ledger, request } = await waiting()
    const key = `approval/request/${request.id}`
    const value = ledger.entries.get(key)?.value as { readonly [name: string]: SnapshotValue }
    ledger.entries.set(key, { version: 101, value: { ...value, end: 'void' } })
    expect((await ended).outcome).toBe('void')
  })

  it('ends when the ledger fails, and what is handed in elsewhere is not counted', async () => {
    const { ended, ledger, other, request } = await waiting()
    const evidence = await decided('ann', request)
    ledger.fault = { get: 'throw' }
    expect(await other.submit(request.id, evidence)).toEqual({ counted: false, reason: 'failed' })
    expect((await ended).outcome).toBe('unavailable')
  })
})

describe('a no that another process took in', () => {
  it('before the approval is spent keeps the action from running', async () => {
    const { asked, ended, on, other, request } = await waiting()
    await on.coordinator.submit(request.id, await decided('ann', request))
    const held = heldOf(await ended)
    expect(await other.submit(request.id, await decided('bob', request, { dec: 'deny' }))).toEqual(later)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_DENIED' })
  })

  it.each([0, 1, 2, 3, 4, 6, 8, 11])('races the spending, and one of them wins (offset %i)', async (offset) => {
    const { asked, ended, ledger, on, other, request } = await waiting()
    await on.coordinator.submit(request.id, await decided('ann', request))
    const held = heldOf(await ended)
    const no = await decided('bob', request, { dec: 'deny' })
    ledger.slow = true
    const spending = on.coordinator.consume(held, asked.digest).then(
      () => 'spent',
      (error: { readonly code: string }) => error.code,
    )
    for (let turn = 0; turn < offset; turn++) await new Promise((resolve) => setImmediate(resolve))
    const receipt = await other.submit(request.id, no)
    const came = await spending
    // A no that was taken in before the spending wins; one that comes later is told so.
    expect([came, receipt.counted]).toEqual(came === 'spent' ? ['spent', false] : ['ERR_APPROVAL_DENIED', 'later'])
  })
})
