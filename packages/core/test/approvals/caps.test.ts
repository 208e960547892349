import { describe, expect, it } from 'vitest'
import type { Approver, VoteReceipt } from '../../src/approvals/approver.js'
import type { ApprovalOutcome, HoldRequest } from '../../src/approvals/coordinator.js'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import { delegatedPrincipal } from '../../src/identity/make-principal.js'
import {
  agent,
  ann,
  bench,
  bob,
  deployer,
  heldOf,
  hold,
  human,
  never,
  people,
  requirement,
  startMs,
} from './support.js'

const numbered = (count: number, changes: Partial<HoldRequest> = {}): HoldRequest[] =>
  Array.from({ length: count }, (_, index) => hold(changes, `delete from t${String(index)}`))

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('pending requests', () => {
  it('of one root run are capped at 20, and others are not hindered', async () => {
    const on = bench()
    for (const one of numbered(20)) void on.coordinator.request(one, never)
    await settle()
    const outcome = await on.coordinator.request(hold({}, 'delete from more'), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_LIMIT_EXCEEDED' } })
    const sibling = agent('sibling', { runRoot: deployer.run.root, owners: [{ issuer: people, id: 'pia' }] })
    expect(await on.coordinator.request(hold({ requester: sibling }), never)).toMatchObject({
      refusal: { code: 'ERR_LIMIT_EXCEEDED' },
    })
    const other = agent('other', { owners: [{ issuer: people, id: 'zoe' }] })
    void on.coordinator.request(hold({ requester: other }), never)
    await settle()
    expect(on.journal.of('approval.requested')).toHaveLength(21)
    await on.coordinator.close()
  })

  it.each<readonly [string, Partial<PrincipalFacts>, Partial<PrincipalFacts>]>([
    ['account', {}, { owners: [{ issuer: people, id: 'pia' }] }],
    ['person', { id: 'a' }, { id: 'b' }],
    ['key', { id: 'a', key: 'k', owners: [{ issuer: people, id: 'pia' }] }, { id: 'b', key: 'k' }],
  ])('of one %s are capped together, however many runs they are of', async (_what, one, other) => {
    const on = bench({ limits: { pendingPerClosure: 3 } })
    const ask = (facts: Partial<PrincipalFacts>, run: string): Promise<ApprovalOutcome> =>
      on.coordinator.request(
        hold({ requester: agent('x', { ...facts, runRoot: run }) }, `delete from ${run}`),
        AbortSignal.timeout(1_000),
      )
    for (const run of ['one', 'two', 'three']) void ask(one, run)
    await settle()
    expect(await ask(other, 'four')).toMatchObject({ refusal: { code: 'ERR_LIMIT_EXCEEDED' } })
    const stranger = agent('y', { owners: [{ issuer: people, id: 'zoe' }], key: 'other', runRoot: 'run 5' })
    void on.coordinator.request(hold({ requester: stranger }), never)
    await settle()
    expect(on.journal.of('approval.requested')).toHaveLength(4)
    await on.coordinator.close()
  })

  it('of a sub-agent take places of its session, and none of whoever holds a key that it was given', async () => {
    const on = bench({ limits: { pendingPerClosure: 3 } })
    const session = agent('x', { owners: [{ issuer: people, id: 'pia' }] })
    const sub = delegatedPrincipal(session, {
      link: { session: 's', run: session.run.id, subject: session.subject, roles: [] },
      runId: 'child',
      roles: ['deployer'],
      agentClass: undefined,
      key: 'k',
      expiresAtMs: startMs + 60_000,
    })
    for (const one of numbered(3, { requester: sub })) void on.coordinator.request(one, never)
    await settle()
    expect(await on.coordinator.request(hold({ requester: session }), never)).toMatchObject({
      refusal: { code: 'ERR_LIMIT_EXCEEDED' },
    })
    void on.coordinator.request(
      hold({ requester: agent('y', { key: 'k', owners: [{ issuer: people, id: 'zoe' }] }) }),
      never,
    )
    await settle()
    expect(on.journal.of('approval.requested')).toHaveLength(4)
    await on.coordinator.close()
  })

  it('are capped overall', async () => {
    const on = bench({ limits: { pending: 3 } })
    for (let index = 0; index < 3; index++)
      void on.coordinator.request(hold({ requester: agent(`a${String(index)}`) }), never)
    await settle()
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ refusal: { code: 'ERR_LIMIT_EXCEEDED' } })
    await on.coordinator.close()
  })

  it.each([
    ['an object', { forged: startMs * 2 }],
    ['an expiry that is no number', ['q1', 'never']],
    ['an id without its expiry', ['q1']],
    ['an id that is no text', [1, startMs * 2]],
  ])('are not counted by what is no list of them: %s', async (_what, value) => {
    const on = bench()
    await on.ledger.commit([{ key: 'approval/waiting/all', value, expectedVersion: 0 }])
    expect(await on.coordinator.request(hold(), never)).toMatchObject({
      outcome: 'unavailable',
      refusal: { code: 'ERR_LEDGER_UNAVAILABLE' },
    })
  })

  it('hold the cap when they come all at once on a ledger that takes its time', async () => {
    const on = bench({ limits: { pendingPerClosure: 5 }, deadlineMs: 5_000 })
    on.ledger.slow = true
    const running = numbered(30).map((one) => on.coordinator.request(one, never))
    let refused = 0
    for (const one of running)
      void one.then((outcome) => {
        if (outcome.outcome === 'unavailable') refused++
      })
    await expect.poll(() => refused).toBe(25)
    await on.coordinator.close()
    expect((await Promise.all(running)).filter((one) => one.outcome === 'withdrawn')).toHaveLength(5)
  })

  it('give their place back however they end', async () => {
    const on = bench({ limits: { pendingPerClosure: 1 } })
    for (let round = 0; round < 3; round++) {
      const asked = hold()
      const running = on.coordinator.request(asked, never)
      await settle()
      await on.hand.allow(ann, asked.digest)
      const held = heldOf(await running)
      await on.coordinator.consume(held, asked.digest)
      await settle()
    }
    const left = [...on.ledger.entries.keys()].filter((key) => !key.startsWith('approval/request/'))
    expect(left).toEqual([])
  })

  it('that end without being spent leave nothing behind, so that giving up in a loop fills nothing', async () => {
    const on = bench()
    const gone = new AbortController()
    const withdrawn = on.coordinator.request(hold(), gone.signal)
    await settle()
    gone.abort()
    await withdrawn
    const denied = on.coordinator.request(hold(), never)
    await settle()
    await on.hand.deny(ann, on.hand.request?.digest)
    await denied
    expect([...on.ledger.entries.keys()]).toEqual([])
  })

  it('for the same action of the same requester are refused while one is pending', async () => {
    const on = bench()
    const gone = new AbortController()
    const first = on.coordinator.request(hold(), gone.signal)
    await on.hand.asked
    expect(await on.coordinator.request(hold(), never)).toMatchObject({
      outcome: 'unavailable',
      refusal: { code: 'ERR_LIMIT_EXCEEDED' },
    })
    gone.abort()
    await first
    const again = new AbortController()
    const second = on.coordinator.request(hold(), again.signal)
    await settle()
    again.abort()
    expect((await second).outcome).toBe('withdrawn')
  })
})

function flooding(give: (index: number) => unknown, inTurn: boolean): Approver & { readonly receipts: VoteReceipt[] } {
  const receipts: VoteReceipt[] = []
  return {
    name: 'flood',
    level: 'asserted',
    receipts,
    async ask(request, vote) {
      const all: Promise<VoteReceipt>[] = []
      for (let index = 0; index < 10_000; index++) {
        const given = vote({ digest: request.digest, ...(give(index) as object) } as never)
        if (inTurn) receipts.push(await given)
        else all.push(given)
      }
      receipts.push(...(await Promise.all(all)))
    },
  }
}

describe('10,000 votes', () => {
  it.each([
    ['all at once', false],
    ['one after the other', true],
  ])('that do not count (%s) leave a bounded record, and an eligible one still counts', async (_how, inTurn) => {
    const flood = flooding(() => ({ decision: 'allow', approver: human('eve', []) }), inTurn)
    const on = bench()
    const floodBench = bench({ approvers: [flood, on.hand] })
    const running = floodBench.coordinator.request(hold(), never)
    await on.hand.asked
    await expect.poll(() => flood.receipts.length).toBe(10_000)
    expect(flood.receipts.every((one) => !one.counted)).toBe(true)
    const turnedAway = flood.receipts.filter((one) => !one.counted && one.reason === 'too-many-votes')
    expect(turnedAway).toHaveLength(inTurn ? 0 : 10_000 - 64)
    expect(floodBench.journal.events.length).toBeLessThanOrEqual(66)
    expect(await on.hand.deny(ann)).toEqual({ counted: true })
    expect((await running).outcome).toBe('denied')
    expect(floodBench.journal.of('approval.ended')).toMatchObject([{ refusedVotes: 10_000 }])
  })

  it('by 10,000 eligible people that fill one of two stages stay bounded, and a denial still counts', async () => {
    const stages = [
      { stage: 'peer', count: 1, role: 'dba', independent: [] },
      { stage: 'security', count: 1, role: 'security', independent: [] },
    ]
    const flood = flooding((index) => ({ decision: 'allow', approver: human(`p${String(index)}`) }), true)
    const made = bench()
    const on = bench({ approvers: [flood, made.hand] })
    const running = on.coordinator.request(hold({ requirement: requirement({ stages }) }), never)
    await expect.poll(() => flood.receipts.length).toBe(10_000)
    expect(flood.receipts.filter((one) => one.counted)).toHaveLength(64)
    expect(on.journal.events.length).toBeLessThanOrEqual(64 + 66)
    expect(await made.hand.deny(bob)).toEqual({ counted: true })
    expect((await running).outcome).toBe('denied')
  })
})
