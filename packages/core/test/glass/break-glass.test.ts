import { afterEach, describe, expect, it } from 'vitest'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, asks, effect, human, verdict } from '../duties/support.js'
import type { GlassBench } from './support.js'
import { startMs } from '../duties/support.js'
import { closeGuards, codeOf, glassBench, glassPolicy, hourMs, oncall, outage } from './support.js'

afterEach(closeGuards)

const writes = { duty: 'write', id: 'H1', require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' } as const

async function opened(on: GlassBench, who = oncall()) {
  const session = await on.open(who)
  const glass = await session.breakGlass(outage)
  return { glass, session }
}

describe('broken glass', () => {
  it('lifts what a hold rule holds, and nobody is asked', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(await on.tries(session, [effect('read'), effect('delete')])).toBe('permitted')
    expect(on.steps).not.toContain('ask')
    expect(on.of('action.intent')).toMatchObject([
      { glass: glass.id, decision: { effect: 'hold', rules: ['H1'] } },
      { glass: glass.id, decision: { effect: 'hold', rules: ['H1'] } },
    ])
    expect(on.of('action.intent').map((event) => event['approval'])).toEqual([undefined, undefined])
  })

  it('has what runs under it on disk first, also where the policy says otherwise', async () => {
    const policy = { ...glassPolicy, record: [{ id: 'R', duty: ['write', 'read'], durability: 'written' }] } as const
    const on = await glassBench({ policy })
    const { session } = await opened(on)
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(on.steps.filter((step) => step.startsWith('append:action.intent'))).toEqual(['append:action.intent:synced'])
  })

  it('is not there for what is not held anyway', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    expect(await on.tries(session, 'read')).toBe('permitted')
    expect(on.of('action.intent').map((event) => event['glass'])).toEqual([undefined])
  })

  it('lifts only the duties of its rule', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    expect(await on.tries(session, 'define')).toBe('held')
    expect(await on.tries(session, [effect('write'), effect('define')])).toBe('held')
  })

  it('does not lift a hold by text of an action that does nothing it is about', async () => {
    const policy = {
      ...glassPolicy,
      hold: [...(glassPolicy.hold ?? []), { ...writes, id: 'H2', duty: undefined, text: 'x' }],
    }
    const { duty: _none, ...byText } = policy.hold.at(-1)!
    const on = await glassBench({ policy: { ...policy, hold: [...policy.hold.slice(0, -1), byText] } })
    const { session } = await opened(on)
    expect(await on.tries(session, [effect('read', 'table:x.x')])).toBe('held')
    expect(await on.tries(session, [effect('read', 'table:x.x'), effect('write')])).toBe('held')
    expect(await on.tries(session, [effect('write', 'table:x.x')])).toBe('permitted')
  })

  it('counts for one session, not for others of the same person', async () => {
    const on = await glassBench()
    await opened(on)
    expect(await on.tries(await on.open(oncall()), 'write')).toBe('held')
  })

  it('counts for no sub-agent of its session', async () => {
    const on = await glassBench()
    const { session } = await opened(on, agent({ id: 'a1', roles: ['runbook'] }))
    const child = await session.delegate({ roles: ['runbook'], ttlMs: 60_000 })
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(await on.tries(child, 'write')).toBe('held')
  })

  it('counts on one target, also where its rule is about more', async () => {
    const [first] = glassPolicy.breakGlass ?? []
    const on = await glassBench({ policy: { ...glassPolicy, breakGlass: [{ ...first!, target: ['db', 'other'] }] } })
    const { session } = await opened(on)
    expect(await on.tries(session, 'write', 'other')).toBe('held')
  })

  it('lifts no denial', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    expect(await on.tries(session, [effect('write', 'table:hr.salaries')])).toBe('ERR_DENIED')
  })

  it('gives nobody what no role allows', async () => {
    const on = await glassBench()
    const { session } = await opened(on, agent({ id: 'a1', roles: ['runbook'] }))
    expect(await on.tries(session, 'delete')).toBe('ERR_DENIED')
  })

  it('lifts no separation of duties', async () => {
    const on = await glassBench({
      policy: {
        ...glassPolicy,
        separate: { dynamic: [{ id: 'D1', duties: ['write', 'delete'], max: 1, per: 'target', window: '24h' }] },
      },
    })
    const { session } = await opened(on)
    expect(await on.tries(session, 'write')).toBe('permitted')
    expect(await on.tries(session, 'delete')).toBe('ERR_DUTY_CONFLICT')
  })

  it('lifts no limit', async () => {
    const on = await glassBench({
      policy: { ...glassPolicy, limits: [{ role: 'oncall', duty: 'write', statements: '2/h' }] },
    })
    const { session } = await opened(on)
    const outcomes = [
      await on.tries(session, 'write'),
      await on.tries(session, 'write'),
      await on.tries(session, 'write'),
    ]
    expect(outcomes).toEqual(['permitted', 'permitted', 'ERR_LIMIT_EXCEEDED'])
  })

  it('lifts no bound on changed rows, not that of the hold rule either', async () => {
    const on = await glassBench({
      policy: { ...glassPolicy, hold: [{ ...writes, duty: ['write', 'delete'], maxAffected: 3 }] },
    })
    const { session } = await opened(on)
    const ask = (countsAffected: boolean) =>
      on.access(session).admit({
        identity: { host: 'here' },
        description: { operation: 'query', text: 'w', recordedText: 'w', effects: [effect('write')] },
        parameters: [],
        stateEpoch: '1',
        inTransaction: false,
        signal: new AbortController().signal,
        countsAffected,
      })
    expect(verdict(await ask(false))).toBe('ERR_AFFECTED_UNCOUNTED')
    const counted = await ask(true)
    expect(counted.outcome === 'permitted' && counted.permit.maxAffected).toBe(3)
  })

  it('lifts no revocation', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    await on.guard.revoke({ kind: 'person', issuer: 'https://people.example', id: 'ada' }, { reason: 'left' })
    expect(() => on.access(session)).toThrow('closed')
    expect(glass.open).toBe(false)
  })

  it('looks at the target again before anything runs', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    const admission = await on.access(session).admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'w', recordedText: 'w', effects: [effect('write')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
      recheck: () => false,
    })
    expect(admission.outcome).toBe('stale')
    expect(on.of('action.outcome')).toMatchObject([{ outcome: 'not-run', reason: 'target-changed' }])
  })

  it('does not need a transaction to be closed: nobody waits', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    const admission = await on.access(session).admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'w', recordedText: 'w', effects: [effect('write')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: true,
      signal: new AbortController().signal,
    })
    expect(verdict(admission)).toBe('permitted')
  })
})

describe('an action without effects that is held by its text', () => {
  it('is held behind broken glass, too', async () => {
    const { duty: _none, ...byText } = { ...writes, id: 'H2', text: '^$' }
    const on = await glassBench({ policy: { ...glassPolicy, hold: [...(glassPolicy.hold ?? []), byText] } })
    const { session } = await opened(on)
    expect(await on.tries(session, [])).toBe('held')
  })
})

describe('broken glass is over', () => {
  it('when it is given back', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    expect(glass.open).toBe(true)
    const closing = glass.close()
    expect(glass.open).toBe(false)
    expect(await on.tries(session, 'write')).toBe('held')
    await closing
    await glass.close()
    expect(on.of('glass.ended')).toMatchObject([{ glass: glass.id, end: 'closed' }])
  })

  it('for an action whose intent is being recorded meanwhile', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    on.interfere = (event) => {
      if (event.type === 'action.intent') void glass.close()
      return undefined
    }
    expect(await on.tries(session, 'write')).toBe('ERR_PERMIT_VOID')
    expect(on.of('action.outcome')).toMatchObject([{ outcome: 'not-run', reason: 'ended' }])
  })

  it('after its time, whatever the wall clock says', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    on.clock.advance(hourMs - 1)
    expect(glass.open).toBe(true)
    on.clock.setWall(0)
    on.clock.advance(1)
    expect(glass.open).toBe(false)
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('after its time also where the machine slept through it', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    on.clock.setWall(startMs + hourMs - 1)
    expect(glass.open).toBe(true)
    on.clock.setWall(startMs + hourMs)
    expect(glass.open).toBe(false)
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('and on record, when the time that was asked for is over', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    const glass = await session.breakGlass({ ...outage, forMs: 40 })
    on.clock.advance(40)
    await expect.poll(() => on.of('glass.ended')).toMatchObject([{ glass: glass.id, end: 'expired' }])
  })

  it('when its session ends', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    await session.close()
    expect(glass.open).toBe(false)
    await expect.poll(() => on.of('glass.ended')).toMatchObject([{ glass: glass.id, end: 'session-ended' }])
  })

  it('when the rule goes, and narrower when the rule gets narrower', async () => {
    const on = await glassBench()
    const { session } = await opened(on)
    const [first, second] = glassPolicy.breakGlass ?? []
    on.policy = { ...glassPolicy, breakGlass: [{ ...first!, duty: 'delete' }, second!] }
    await on.guard.reload()
    expect(await on.tries(session, 'write')).toBe('held')
    expect(await on.tries(session, 'delete')).toBe('permitted')
    on.policy = { ...glassPolicy, breakGlass: [{ ...first!, target: 'other' }, second!] }
    await on.guard.reload()
    expect(await on.tries(session, 'delete')).toBe('held')
    on.policy = { ...glassPolicy, breakGlass: [second!] }
    await on.guard.reload()
    expect(await on.tries(session, 'delete')).toBe('held')
  })

  it('although a listener closes it again while it ends', async () => {
    const on = await glassBench()
    const { glass } = await opened(on)
    on.guard.on('glassEnded', () => void glass.close())
    await glass.close()
    expect(on.of('glass.ended')).toHaveLength(1)
  })

  it('although its end cannot be recorded', async () => {
    const on = await glassBench()
    const { glass, session } = await opened(on)
    on.interfere = (event) => (event.type === 'glass.ended' ? Promise.reject(new Error('disk full')) : undefined)
    await glass.close()
    expect(on.failures).toMatchObject([{ code: 'ERR_JOURNAL_UNAVAILABLE' }])
    expect(await on.tries(session, 'write')).toBe('held')
  })
})

describe('glass stays whole', () => {
  const tries = async (who = oncall(), options: Partial<typeof outage> & Record<string, unknown> = {}) => {
    const on = await glassBench()
    const session = await on.open(who)
    const code = await codeOf(session.breakGlass({ ...outage, ...options }))
    return { code, on, session }
  }

  it.each([
    ['who has not the role', human('eve', ['dba']), {}],
    ['an agent where the rule is for people', agent({ id: 'a1', roles: ['oncall'] }), {}],
    ['another target', oncall(), { target: 'other' }],
    ['a target that is not there', oncall(), { target: 'nowhere' }],
    ['a rule that is for others', oncall(), { rule: 'G2' }],
    ['more time than the rule gives', oncall(), { forMs: hourMs + 1 }],
    ['an agent of whom nobody knows whose it is', agent({ id: 'a1', roles: ['runbook'], owners: undefined }), {}],
    [
      'an agent without a class, where reviewers differ in it',
      agent({ id: 'a1', roles: ['runbook'], agentClass: undefined }),
      {},
    ],
    ['somebody whom two rules let, without a choice', human('ada', ['oncall', 'runbook']), {}],
  ])('for %s, on record', async (_who, who, options) => {
    const { code, on, session } = await tries(who, options)
    expect(code).toBe('ERR_GLASS_REFUSED')
    expect(on.told).toEqual([])
    expect(await on.tries(session, 'read')).not.toBe('held')
    expect(on.of('glass.refused')).toMatchObject([{ code: 'ERR_GLASS_REFUSED' }])
    expect(await on.guard.glass.pending()).toEqual([])
  })

  it('but for somebody who names one of two rules', async () => {
    const { code, on } = await tries(human('ada', ['oncall', 'runbook']), { rule: 'G2' })
    expect(code).toBe('open')
    expect(on.told).toMatchObject([{ rule: 'G2' }])
  })

  it.each([
    ['no reason', { reason: ' ' }],
    ['a reason of two lines', { reason: 'a\nb' }],
    ['a reason that is too long', { reason: 'x'.repeat(501) }],
    ['no ticket', { ticket: '' }],
    ['half a character', { ticket: '\ud800' }],
    ['no time', { forMs: 0 }],
    ['half a millisecond', { forMs: 0.5 }],
    ['an option that there is not', { forever: true }],
    ['a target that is no name', { target: 7 as never }],
  ])('with %s', async (_what, options) => {
    const { code, on } = await tries(oncall(), options)
    expect(code).toBe('ERR_CONFIG_INVALID')
    expect(on.told).toEqual([])
  })

  it('while part of the journal is missing', async () => {
    const on = await glassBench({ behind: { noted: 9, found: 3, why: 'missing' } as never })
    const session = await on.open(oncall())
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_JOURNAL_BEHIND')
  })

  it('on a target that is revoked', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    await on.guard.revoke({ kind: 'target', id: 'db' }, { reason: 'incident' })
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_REVOKED')
    expect(on.told).toEqual([])
  })

  it('for a session that is over', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    await session.close()
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_SESSION_CLOSED')
  })

  it('in a guard that could tell nobody', async () => {
    const without = createGuard({
      policy: { load: () => Promise.resolve({ name: 'test', content: glassPolicy }) },
      identity: unverifiedIdentity(),
      targets: ['db', 'other'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() })),
      directory: { resolve: ({ id }) => Promise.resolve({ kind: 'human', person: id, disabled: false }) },
      journal: memoryJournal(),
    })
    await expect(without).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.stringContaining('nobody would be told') as string,
    })
  })

  it('under a policy that lets nobody', async () => {
    const { breakGlass: _none, ...policy } = glassPolicy
    const on = await glassBench({ policy })
    const session = await on.open(oncall())
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_GLASS_REFUSED')
  })

  it('for whom the directory took the role', async () => {
    const roles = ['oncall']
    const on = await glassBench({
      directory: {
        resolve: (subject) =>
          Promise.resolve({ kind: 'human', person: subject.id, roles: [...roles], disabled: false }),
      },
    })
    const session = await on.open(oncall())
    roles.pop()
    expect(await codeOf(session.breakGlass(outage))).toBe('ERR_GLASS_REFUSED')
  })
})

describe('glass lifts nothing when the directory', () => {
  it.each<[string, Readonly<Record<string, unknown>> | undefined, string]>([
    ['takes the role', { roles: [] }, 'ERR_APPROVAL_VOID'],
    ['disables the account', { disabled: true }, 'ERR_DIRECTORY_REFUSED'],
    ['knows the account no more', undefined, 'ERR_DIRECTORY_REFUSED'],
  ])('%s', async (_what, change, answer) => {
    const known = { kind: 'human', person: 'ola', roles: ['oncall'], disabled: false }
    let record: unknown = known
    const on = await glassBench({ directory: { resolve: () => record as never } })
    const session = await on.open(oncall())
    await session.breakGlass(outage)
    expect(await on.tries(session, 'write')).toBe('permitted')
    record = change && { ...known, ...change }
    // Nor is anybody asked for somebody who has no role any more, or is not let in.
    expect(await on.tries(session, 'write')).toBe(answer)
  })

  it('takes so long that nobody knows what was revoked meanwhile', async () => {
    const inner = memoryLedger({ clock: systemClock })
    let [isBroken, isBlind] = [false, false]
    const ledger: Ledger = {
      get: (key) => {
        if (isBlind && key === 'revocations') throw new Error('gone')
        return inner.get(key)
      },
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const clock = fixedClock(startMs)
    const resolve = () => {
      isBlind = isBroken
      if (isBlind) clock.advance(5_000)
      return { kind: 'human', person: 'ola', roles: ['oncall'], disabled: false } as const
    }
    const on = await glassBench({ clock, directory: { resolve }, ledger })
    const session = await on.open(oncall())
    await session.breakGlass(outage)
    isBroken = true
    expect(await on.tries(session, 'write')).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(on.of('action.intent')).toEqual([])
  })

  it('takes so long that the rule is gone meanwhile', async () => {
    let onAsked: () => Promise<unknown> = () => Promise.resolve()
    const record = { kind: 'human', person: 'ola', roles: ['oncall'], disabled: false } as const
    const on = await glassBench({ directory: { resolve: () => onAsked().then(() => record) } })
    const session = await on.open(oncall())
    await session.breakGlass(outage)
    expect(await on.tries(session, 'write')).toBe('permitted')
    const { breakGlass: _none, ...policy } = glassPolicy
    onAsked = () => {
      onAsked = () => Promise.resolve()
      on.policy = policy
      return on.guard.reload()
    }
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('fails, for as long as it does', async () => {
    let fails = false
    const record = { kind: 'human', person: 'ola', roles: ['oncall'], disabled: false } as const
    const resolve = () => (fails ? Promise.reject(new Error('down')) : Promise.resolve(record))
    const on = await glassBench({ directory: { resolve } })
    const session = await on.open(oncall())
    const glass = await session.breakGlass(outage)
    fails = true
    expect(await on.tries(session, 'write')).toBe('ERR_DIRECTORY_UNAVAILABLE')
    expect(glass.open).toBe(true)
    fails = false
    expect(await on.tries(session, 'write')).toBe('permitted')
  })
})

describe('an action that waits for people', () => {
  it('goes on waiting when glass is broken for the next one', async () => {
    const on = await glassBench()
    const session = await on.open(oncall())
    const gaveUp = new AbortController()
    const waiting = asks(on.access(session), 'write', gaveUp.signal)
    await expect.poll(() => on.guard.approvals.pending().length).toBe(1)
    await session.breakGlass(outage)
    expect(await on.tries(session, 'write')).toBe('permitted')
    gaveUp.abort()
    expect(verdict(await waiting)).toBe('ERR_APPROVAL_WITHDRAWN')
  })
})
