import { describe, expect, it } from 'vitest'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { Approver } from '../../src/approvals/approver.js'
import { callbackApprover } from '../../src/approvals/callback-approver.js'
import { scriptedApprover } from '../../src/testing/scripted-approver.js'
import {
  HandApprover,
  TestLedger,
  agent,
  ann,
  approved,
  bench,
  bob,
  deployer,
  hold,
  human,
  never,
  refusalOf,
  requirement,
} from './support.js'

describe('a ledger that fails', () => {
  it.each([
    ['get', 'throw', 'ERR_LEDGER_UNAVAILABLE'],
    ['get', 'hang', 'ERR_DEADLINE'],
    ['commit', 'throw', 'ERR_LEDGER_UNAVAILABLE'],
    ['commit', 'hang', 'ERR_LEDGER_UNKNOWN'],
    ['nowMs', 'throw', 'ERR_LEDGER_UNAVAILABLE'],
    ['nowMs', 'hang', 'ERR_DEADLINE'],
  ] as const)('at %s (%s) before the request: nobody is asked', async (call, fault, code) => {
    const on = bench()
    on.ledger.fault[call] = fault
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ outcome: 'unavailable', refusal: { code } })
    expect(on.hand.request).toBeUndefined()
    expect(on.journal.events).toEqual([])
  })

  it('by telling no time before the request: nobody is asked', async () => {
    const on = bench()
    on.ledger.nowMs = () => Number.NaN
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ refusal: { code: 'ERR_LEDGER_UNAVAILABLE' } })
    expect(on.hand.request).toBeUndefined()
    expect(on.journal.events).toEqual([])
  })

  it.each(['throw', 'hang'] as const)('at a vote (%s): the request ends and nothing runs', async (fault) => {
    const on = bench()
    const running = on.coordinator.request(hold(), never)
    await on.hand.asked
    on.ledger.fault.commit = fault
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'failed' })
    const outcome = await running
    expect(outcome.outcome).toBe('unavailable')
    expect(refusalOf(outcome).message).not.toContain('hunter2')
    on.ledger.fault = {}
    expect(await on.hand.allow(bob)).toEqual({ counted: false, reason: 'late' })
  })

  it.each(['throw', 'hang'] as const)('at the spending (%s): it throws', async (fault) => {
    const on = bench()
    const { asked, held } = await approved(on)
    on.ledger.fault.commit = fault
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: fault === 'throw' ? 'ERR_LEDGER_UNAVAILABLE' : 'ERR_LEDGER_UNKNOWN',
    })
  })

  it('by losing the request: it cannot be spent', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    on.ledger.entries.clear()
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_EXPIRED',
    })
  })

  it('by holding something else under its key: it cannot be spent', async () => {
    const on = bench()
    const { asked, held } = await approved(on)
    const key = `approval/request/${held.requestId}`
    on.ledger.entries.set(key, { value: { votes: 'approved' }, version: 7 })
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_APPROVAL_EXPIRED',
    })
  })

  it('by refusing every commit: it gives up', async () => {
    const on = bench({ deadlineMs: 10_000 })
    on.ledger.commit = () => false
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ refusal: { code: 'ERR_LEDGER_UNAVAILABLE' } })
  })

  it('once, by a conflicting write: it tries again', async () => {
    const on = bench()
    const asked = hold()
    const running = on.coordinator.request(asked, never)
    await on.hand.asked
    let meddled = false
    on.ledger.beforeCommit = ([change]) => {
      const entry = change === undefined ? undefined : on.ledger.entries.get(change.key)
      if (meddled || change === undefined || entry === undefined) return
      meddled = true
      on.ledger.entries.set(change.key, { value: entry.value, version: entry.version + 1 })
    }
    expect(await on.hand.allow(ann)).toEqual({ counted: true })
    expect(meddled).toBe(true)
    expect((await running).outcome).toBe('approved')
  })
})

describe('a journal that fails', () => {
  it.each([
    ['throw', 'ERR_JOURNAL_UNAVAILABLE'],
    ['hang', 'ERR_DEADLINE'],
  ] as const)('while the request is recorded (%s): nobody is asked', async (fault, code) => {
    const on = bench()
    on.journal.failFor = () => fault
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ outcome: 'unavailable', refusal: { code } })
    expect(on.hand.request).toBeUndefined()
  })

  it.each([
    ['throw', 'ERR_JOURNAL_UNAVAILABLE'],
    ['hang', 'ERR_DEADLINE'],
  ] as const)('while a vote is recorded (%s): the request ends and the vote approves nothing', async (fault, code) => {
    const on = bench()
    on.journal.failFor = (event) => (event.type === 'approval.vote' ? fault : undefined)
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'failed' })
    expect(await running).toMatchObject({ outcome: 'unavailable', refusal: { code } })
  })

  it('while a denial is recorded: it stays a denial', async () => {
    const on = bench()
    on.journal.failFor = (event) => (event.type === 'approval.vote' ? 'throw' : undefined)
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.deny(ann)).toEqual({ counted: false, reason: 'failed' })
    expect(await running).toMatchObject({ outcome: 'denied', refusal: { code: 'ERR_APPROVAL_DENIED' } })
    expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'denied' }])
  })

  it('while a second yes is recorded: an approval that rests on the first can still not be spent', async () => {
    const on = bench()
    const stages = [
      { stage: 'peer', count: 1, role: 'dba', independent: [] },
      { stage: 'security', count: 1, role: 'security', independent: [] },
    ]
    const running = on.coordinator.request(hold({ requirement: requirement({ stages }) }), never)
    await on.hand.allow(ann)
    on.journal.failFor = (event) => (event.type === 'approval.vote' ? 'throw' : undefined)
    await on.hand.allow(human('sec', ['security']))
    expect((await running).outcome).toBe('unavailable')
  })

  it('while a refused vote is recorded: the request ends', async () => {
    const on = bench()
    on.journal.failFor = (event) => (event.type === 'approval.refused-vote' ? 'throw' : undefined)
    const running = on.coordinator.request(hold(), never)
    await on.hand.allow(human('eve', []))
    expect(await running).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_JOURNAL_UNAVAILABLE' } })
  })

  it('while the end is recorded: the outcome stands and the failure is told', async () => {
    const on = bench()
    on.journal.failFor = (event) => (event.type === 'approval.ended' ? 'throw' : undefined)
    const running = on.coordinator.request(hold(), never)
    await on.hand.deny(ann)
    expect((await running).outcome).toBe('denied')
    expect(on.failures).toMatchObject([{ code: 'ERR_JOURNAL_UNAVAILABLE' }])
  })
})

const broken: Approver = {
  name: 'broken',
  level: 'asserted',
  ask: () => Promise.reject(new Error('no network: token=abc')),
}
const brokenAtOnce: Approver = {
  name: 'broken-at-once',
  level: 'asserted',
  ask: () => {
    throw new Error('no network')
  },
}
const silent: Approver = { name: 'silent', level: 'asserted', ask: () => new Promise(() => undefined) }

describe('approvers that fail', () => {
  it('by throwing are recorded, without what they said, and the others still count', async () => {
    const hand = new HandApprover()
    const on = bench({ approvers: [broken, brokenAtOnce, hand] })
    const running = on.coordinator.request(hold(), never)
    await hand.allow(ann)
    expect((await running).outcome).toBe('approved')
    expect(on.failures).toHaveLength(2)
    expect(on.journal.of('approval.refused-vote')).toMatchObject([
      { reason: 'approver-failed', via: 'broken-at-once' },
      { reason: 'approver-failed', via: 'broken' },
    ])
    expect(JSON.stringify(on.journal.events)).not.toContain('token')
  })

  it('all of them end the request at once', async () => {
    const on = bench({ approvers: [broken, brokenAtOnce] })
    expect(await on.coordinator.request(hold(), never)).toMatchObject({
      outcome: 'unavailable',
      refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' },
    })
    expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'unavailable' }])
  })

  it('after handing in a vote without waiting: the vote is counted first', async () => {
    const hasty: Approver = {
      name: 'hasty',
      level: 'asserted',
      ask: async (request, vote) => {
        void vote({ decision: 'allow', approver: ann, digest: request.digest })
        await Promise.reject(new Error('gone'))
      },
    }
    const on = bench({ approvers: [hasty] })
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('approved')
  })

  it('by never answering do not keep the others from deciding', async () => {
    const hand = new HandApprover()
    const on = bench({ approvers: [silent, hand] })
    const running = on.coordinator.request(hold(), never)
    await hand.deny(ann)
    expect((await running).outcome).toBe('denied')
  })

  it('after the end are of no consequence', async () => {
    let fail: (error: Error) => void = () => undefined
    const late: Approver = {
      name: 'late',
      level: 'asserted',
      ask: () =>
        new Promise((_resolve, reject) => {
          fail = reject
        }),
    }
    const hand = new HandApprover()
    const on = bench({ approvers: [late, hand] })
    const running = on.coordinator.request(hold(), never)
    await hand.deny(ann)
    await running
    fail(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(on.failures).toEqual([])
  })

  it('none at all: unavailable', async () => {
    const on = bench({ approvers: [] })
    expect(await on.coordinator.request(hold(), never)).toMatchObject({ refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' } })
  })

  it('whose only answer comes from somebody who may not decide: told apart from silence', async () => {
    const script = scriptedApprover([{ decision: 'allow', approver: deployer }])
    const on = bench({ approvers: [script] })
    expect(await on.coordinator.request(hold(), never)).toMatchObject({
      outcome: 'unavailable',
      refusal: { code: 'ERR_APPROVAL_INELIGIBLE' },
    })
    expect(script.receipts).toEqual([{ counted: false, reason: 'not-human' }])
  })
})

describe('a directory that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('ldap')
      },
    ],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('(%s) at a vote ends the request', async (_what, fails) => {
    const on = bench({ standingNow: (who) => (who === ann ? fails() : { principal: who, roles: who.roles }) })
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'failed' })
    expect((await running).outcome).toBe('unavailable')
  })

  it('at the spending refuses it', async () => {
    let down = false
    const on = bench({
      standingNow: (who) => {
        if (down) throw new Error('ldap')
        return { principal: who, roles: who.roles }
      },
    })
    const { asked, held } = await approved(on)
    down = true
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
    })
  })
})

describe('asking in vain', () => {
  it.each([
    ['an agent without owners', { requester: agent('lost', { owners: undefined }) }, /person is unknown/u],
    [
      'an agent without class where the stage asks for it',
      {
        requester: agent('lost', { agentClass: undefined }),
        requirement: requirement({
          stages: [{ stage: 'peer', count: 1, role: 'dba', independent: ['agentClass'] as const }],
        }),
      },
      /agentClass is unknown/u,
    ],
    ['a rule without stages', { requirement: requirement({ stages: [] }) }, /1 to 8 votes/u],
    [
      'a stage that counts to nothing',
      { requirement: requirement({ stages: [{ stage: 'p', count: 0, role: 'dba', independent: [] }] }) },
      /1 to 8 votes/u,
    ],
    [
      'a stage that counts to a fraction',
      { requirement: requirement({ stages: [{ stage: 'p', count: 0.5, role: 'dba', independent: [] }] }) },
      /1 to 8 votes/u,
    ],
    [
      'a stage that counts beyond reason',
      { requirement: requirement({ stages: [{ stage: 'p', count: 1e9, role: 'dba', independent: [] }] }) },
      /1 to 8 votes/u,
    ],
    ['a rule that gives no time', { requirement: requirement({ ttlMs: 0 }) }, /no time/u],
    ['a time that is no number', { requirement: requirement({ ttlMs: Number.NaN }) }, /no time/u],
  ])('for %s is refused at once', async (_what, changes, message) => {
    const on = bench()
    const outcome = await on.coordinator.request(hold(changes), never)
    expect(outcome).toMatchObject({ outcome: 'unavailable', refusal: { code: 'ERR_APPROVAL_UNAVAILABLE' } })
    expect(refusalOf(outcome).message).toMatch(message)
    expect(on.hand.request).toBeUndefined()
  })

  it('for a requester that no verifier made is refused', async () => {
    const on = bench()
    const outcome = await on.coordinator.request({ ...hold(), requester: { ...deployer } }, never)
    expect(outcome.outcome).toBe('unavailable')
  })
})

describe('the callback approver', () => {
  it('hands in one vote, as asserted evidence', async () => {
    const callback = callbackApprover({
      name: 'on-call',
      ask: async (request) => ({ decision: 'allow', approver: ann, digest: request.digest }),
    })
    expect(callback.level).toBe('asserted')
    const on = bench({ approvers: [callback] })
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('approved')
  })

  it.each([
    ['answers nothing', async () => undefined],
    ['throws', () => Promise.reject(new Error('no'))],
    ['answers with a boolean', async () => true as never],
  ])('that %s leaves nobody to ask', async (_what, ask) => {
    const on = bench({ approvers: [callbackApprover({ name: 'on-call', ask })] })
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('unavailable')
  })
})

describe('a coordinator', () => {
  it.each([
    ['two approvers of one name', [new HandApprover(), new HandApprover()], 'two approvers are named'],
    ['an approver without a name', [new HandApprover('')], 'needs a name'],
    ['an approver of a level that it has no evidence for', [new HandApprover('a', 'channel')], 'no way to verify'],
    ['an approver of an unknown level', [new HandApprover('a', 'strong' as never)], 'no known level'],
  ])('cannot be built with %s', (_what, approvers, why) => {
    expect(() => bench({ approvers })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(why) }) as Error,
    )
  })

  it('survives listeners that throw', async () => {
    const on = bench({
      onHeld: () => {
        throw new Error('listener')
      },
      onFailure: () => {
        throw new Error('listener')
      },
      approvers: [broken],
    })
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('unavailable')
  })

  it('keeps the level that an approver had when it was built', async () => {
    const hand = new HandApprover('hand', 'asserted')
    const on = bench({ approvers: [hand] })
    Object.assign(hand, { level: 'phishing-resistant' })
    const outcome = await on.coordinator.request(hold({ requirement: requirement({ level: 'signed' }) }), never)
    expect(outcome.outcome).toBe('unavailable')
  })

  it('refuses everything when the policy cannot be read', async () => {
    const on = bench({
      policyNow: () => {
        throw new Error('no policy')
      },
    })
    expect((await on.coordinator.request(hold(), never)).outcome).toBe('unavailable')
  })

  it('works with defaults alone', async () => {
    const hand = new HandApprover()
    const on = bench()
    const coordinator = createApprovalCoordinator({
      ledger: new TestLedger(),
      journal: on.journal,
      approvers: [hand],
      clock: on.clock,
      policyNow: () => on.policy,
    })
    const running = coordinator.request(hold(), never)
    await hand.allow(ann)
    expect((await running).outcome).toBe('approved')
  })
})
