import { afterEach, describe, expect, it } from 'vitest'
import type { GrantOptions } from '../../src/grants/grant-options.js'
import { coversEffect } from '../../src/grants/grant-scope.js'
import type { Directory } from '../../src/identity/directory.js'
import type { Effect } from '../../src/model/effect.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { replayState } from '../../src/record/replay-state.js'
import type { Session } from '../../src/session.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { decided, deskApprover } from '../approvals/signed-support.js'
import { agent, asks, effect, human, people, startMs, verdict } from '../duties/support.js'
import { lastingJournal } from '../lasting-journal.js'
import { closeGuards, glassPolicy, outage, sharedLedger } from '../glass/support.js'
import type { GrantBench } from './support.js'
import { grantBench, grantCode, grantPolicy, heldWrites, threeWrites, triesOf } from './support.js'

afterEach(closeGuards)

const at = (duty: Effect['duty'], resource: string, attributes: Effect['attributes'] = {}) => [
  { ...effect(duty, resource), attributes },
]

/** A directory in which `a1` is an agent of `owner`, and everybody else a dba. */
function directoryOf(on: { owner: string; gone?: string | undefined }): Directory {
  return {
    resolve: ({ id }) => {
      if (id === on.gone) return undefined
      if (id !== 'a1') return { kind: 'human', person: id, roles: ['dba'], disabled: false }
      return { kind: 'agent', owners: [{ issuer: people, id: on.owner }], agentClass: 'etl', disabled: false }
    },
  }
}

async function* asyncly(events: readonly RecordedEvent[]): AsyncGenerator<RecordedEvent> {
  for (const event of events) yield await Promise.resolve(event)
}

const usesOf = (on: GrantBench): readonly unknown[] =>
  on.of('action.intent').flatMap((event) => (event['grant'] as { use?: number } | undefined)?.use ?? [])

describe('what a grant does not cover', () => {
  it.each([
    ['true', true],
    ['a text', 'yes'],
    ['a list', ['t']],
  ] as const)('is what can reach every row (%s), unless people granted just that', async (_what, unbounded) => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant(threeWrites)
    expect(await on.tries(session, at('write', 'table:public.t', { unbounded }))).toBe('held')
    expect(await on.tries(session, at('write', 'table:public.t', { unbounded: false }))).toBe('permitted')
    await session.requestGrant({ ...threeWrites, when: { unbounded: true } })
    expect(await on.tries(session, at('write', 'table:public.t', { unbounded }))).toBe(
      unbounded === true ? 'permitted' : 'held',
    )
  })

  it('is what a rule holds by its text, whatever the reason of the grant says', async () => {
    const on = await grantBench({
      policy: {
        ...grantPolicy,
        hold: [heldWrites, { id: 'T1', text: 'write table', require: heldWrites.require, ttl: '15m' }],
      },
    })
    const session = await on.start()
    expect(await grantCode(session.requestGrant({ ...threeWrites, reason: 'to write table' }))).toBe(
      'ERR_GRANT_REFUSED',
    )
    await session.requestGrant(threeWrites)
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('is what another grant covers: two do not make up for what each lacks', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant(threeWrites)
    await session.requestGrant({ ...threeWrites, resource: 'table:public.u' })
    const u = effect('write', 'table:public.u')
    expect(await triesOf(on, session, [[effect('write'), u], [u], 'write'])).toEqual(['held', 'permitted', 'permitted'])
    await session.requestGrant({ ...threeWrites, resource: ['table:public.t', 'table:public.u'] })
    expect(await on.tries(session, [effect('write'), u])).toBe('permitted')
  })

  it('is what glass lifts: neither makes up for what the other lacks', async () => {
    const on = await grantBench({
      policy: {
        ...glassPolicy,
        hold: [
          { ...heldWrites, duty: 'define', id: 'H1' },
          { ...heldWrites, duty: ['write', 'delete'], id: 'H2' },
        ],
      },
    })
    const session = await on.start(human('vic', ['oncall']))
    const defines: GrantOptions = { ...threeWrites, duty: 'define' }
    await session.requestGrant(defines)
    await session.breakGlass(outage)
    expect(
      await triesOf(on, session, ['define', 'write', [effect('define'), effect('write')], [effect('define')]]),
    ).toEqual(['permitted', 'permitted', 'held', 'permitted'])
    expect(on.of('action.intent').map(({ glass, grant }) => [glass !== undefined, grant !== undefined])).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [false, true],
    ])
  })
})

describe('a grant is given', () => {
  it.each([
    ['the owner of the requester', human('olga', ['dba']), 'not-independent: person'],
    ['an agent', agent({ id: 'a9', ownedBy: 'zoe', agentClass: 'other', roles: ['dba'] }), 'not-human'],
  ])('by nobody who is %s, also where the rule lets them approve one action', async (_what, who, reason) => {
    const on = await grantBench({
      policy: {
        ...grantPolicy,
        hold: [{ ...heldWrites, from: 'anyone', requester: { ownerMayApprove: true } }],
      },
    })
    on.people.who = who
    const session = await on.start()
    expect(verdict(await asks(on.access(session), 'write'))).toBe('permitted')
    const asked = grantCode(session.requestGrant(threeWrites))
    await expect.poll(() => on.people.receipts).toEqual(['counted', reason])
    await session.close()
    expect(await asked).toBe('ERR_APPROVAL_WITHDRAWN')
    expect(on.of('grant.given')).toEqual([])
  })
})

describe('what a grant does not lift', () => {
  it('is a history chain: whoever gave it takes no other step, and what it lets through was requested', async () => {
    const on = await grantBench({
      policy: {
        ...grantPolicy,
        roles: {
          ...grantPolicy.roles,
          dba: [{ target: ['db', 'other'], duty: ['read', 'write', 'approve'] }],
          other: [{ target: 'db', duty: ['read', 'write'] }],
        },
        hold: [{ ...heldWrites, roles: ['worker', 'dba'] }],
        separate: { history: [{ id: 'C1', steps: ['request', 'approve', 'execute'], per: 'object', window: '24h' }] },
      },
    })
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, resource: 'table:public.a' })
    const a = [effect('write', 'table:public.a')]
    expect(await on.tries(await on.open(human('vera', ['dba'])), a)).toBe('ERR_DUTY_CONFLICT')
    expect(await on.tries(session, a)).toBe('permitted')
    const again = await on.open(agent({ id: 'a3', roles: ['other'] }))
    expect(await on.tries(again, a)).toBe('ERR_DUTY_CONFLICT')
  })

  it('is a wall', async () => {
    const on = await grantBench({
      policy: {
        ...grantPolicy,
        separate: {
          wall: [{ id: 'W1', datasets: { a: { resource: 'table:a.*' }, b: { resource: 'table:b.*' } } }],
        },
      },
    })
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, resource: ['table:a.t', 'table:b.t'] })
    expect(await triesOf(on, session, [at('write', 'table:a.t'), at('write', 'table:b.t')])).toEqual([
      'permitted',
      'ERR_DUTY_CONFLICT',
    ])
  })

  it('is a limit that somebody else used up meanwhile, and no use is taken then', async () => {
    const clock = fixedClock(startMs)
    const inner = sharedLedger(clock)
    let behind: (() => Promise<unknown>) | undefined
    const on = await grantBench({
      clock,
      ledger: {
        ...inner,
        get: async (key) => {
          const found = await inner.get(key)
          if (!key.startsWith('grant/')) return found
          const other = behind
          behind = undefined
          await other?.()
          return found
        },
        commit: (changes) => inner.commit(changes),
        nowMs: () => inner.nowMs(),
        close: () => Promise.resolve(),
      },
      policy: { ...grantPolicy, limits: [{ role: 'worker', duty: 'write', statements: '1/h' }] },
    })
    const session = await on.start()
    const grant = await session.requestGrant(threeWrites)
    const other = await on.start(agent({ id: 'a1' }))
    await other.requestGrant(threeWrites)
    behind = () => on.tries(other, 'write')
    expect(await on.tries(session, 'write')).toBe('ERR_LIMIT_EXCEEDED')
    expect([grant.usesLeft, usesOf(on)]).toEqual([3, [1]])
  })
})

describe('an effect', () => {
  it.each<[string, Partial<Effect>, boolean]>([
    ['as it was granted', {}, true],
    ['that was not understood', { duty: 'opaque' }, false],
    ['whose data nobody saw', { attributes: { payload: 'unbound' } }, false],
    ['that can reach every row', { attributes: { unbounded: true } }, false],
    ['of another duty', { duty: 'delete' }, false],
    ['on another resource', { resource: 'table:public.u' }, false],
    ['on what is no resource', { resource: 'public.t' }, false],
    ['on each of its kind', { resource: 'table:*' }, false],
  ])('%s', (_what, change, covered) => {
    // Options never get to `opaque`: what stands here must not rely on that.
    const scope = { duties: ['write', 'opaque'] as const, resources: ['table:public.t'], when: {} }
    expect(coversEffect(scope, { ...effect('write'), ...change })).toBe(covered)
  })
})

describe('a grant is void', () => {
  it('when somebody who approved keeps the role of the stage and may not do it any more, where they must', async () => {
    const live = ['dba', 'worker']
    const on = await grantBench({
      policy: { ...grantPolicy, hold: [{ ...heldWrites, approverMustHold: true }] },
      directory: {
        resolve: (subject, query) => {
          const found = directoryOf({ owner: 'olga' }).resolve(subject, query)
          return subject.id === 'vera' ? { kind: 'human', person: 'vera', roles: live, disabled: false } : found
        },
      },
    })
    on.people.who = human('vera', ['dba', 'worker'])
    const session = await on.start()
    await session.requestGrant(threeWrites)
    expect(await on.tries(session, 'write')).toBe('permitted')
    live.pop()
    on.people.who = human('nobody', [])
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it('when somebody who approved is gone from the directory, or somebody else is accountable for the requester', async () => {
    for (const change of [{ gone: 'vera' }, { owner: 'otto' }]) {
      const directory: { owner: string; gone?: string } = { owner: 'olga' }
      const on = await grantBench({ directory: directoryOf(directory) })
      const session = await on.start()
      const grant = await session.requestGrant(threeWrites)
      expect(await on.tries(session, 'write')).toBe('permitted')
      Object.assign(directory, change)
      expect([await on.tries(session, 'write'), grant.open]).toEqual(['held', false])
    }
  })

  it('when the requester lost a role that it asked with', async () => {
    const roles = ['worker', 'extra']
    const on = await grantBench({
      directory: {
        resolve: (subject, query) => {
          const found = directoryOf({ owner: 'olga' }).resolve(subject, query)
          return subject.id === 'a1' ? Promise.resolve(found).then((each) => each && { ...each, roles }) : found
        },
      },
    })
    const session = await on.start(agent({ id: 'a1', roles: ['worker', 'extra'] }))
    const grant = await session.requestGrant(threeWrites)
    expect(await on.tries(session, 'write')).toBe('permitted')
    roles.pop()
    expect(await on.tries(session, 'write')).toMatch(/^(?:held|ERR_APPROVAL_VOID)$/u)
    expect(grant.open).toBe(false)
  })

  it.each([
    ['its session ends', (_on: GrantBench, session: Session) => session.close()],
    [
      'the policy changes',
      (on: GrantBench) => {
        on.policy = { ...grantPolicy, deny: [] }
        return on.guard.reload()
      },
    ],
    ['its target is revoked', (on: GrantBench) => on.guard.revoke({ kind: 'target', id: 'db' }, { reason: 'x' })],
  ])('before it is given, when %s while it is written down', async (_what, change) => {
    const on = await grantBench()
    const session = await on.start()
    let changed: Promise<unknown> | undefined
    on.interfere = (event) => {
      if (event.type !== 'grant.given') return undefined
      on.interfere = undefined
      changed = Promise.resolve(change(on, session))
      return changed.then(() => ({ lsn: 0, hash: '' }) as never)
    }
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_PERMIT_VOID')
    await changed
    expect(on.guard.grants.open()).toEqual([])
    expect(on.of('grant.ended')).toMatchObject([{ end: expect.stringMatching(/^(?:void|revoked)$/u) }])
  })

  it('when somebody who approved now owns the requester', async () => {
    const directory = { owner: 'olga' }
    const on = await grantBench({ directory: directoryOf(directory) })
    const session = await on.start()
    await session.requestGrant(threeWrites)
    directory.owner = 'vera'
    on.people.who = human('nobody', [])
    expect(await on.tries(session, 'write')).toBe('held')
  })

  it.each([
    ['somebody who approved', { kind: 'person', issuer: people, id: 'vera' }, 'ERR_PERMIT_VOID'],
    ['its target', { kind: 'target', id: 'db' }, 'ERR_REVOKED'],
    ['its owner', { kind: 'person', issuer: people, id: 'olga' }, 'ERR_REVOKED'],
    ['its run', { kind: 'run', id: 'run-of-a1' }, 'ERR_REVOKED'],
  ] as const)('when %s is revoked, also between its use and the intent', async (_what, what, code) => {
    const on = await grantBench()
    const session = await on.start()
    const grant = await session.requestGrant({ ...threeWrites, uses: 1 })
    let revoking: Promise<unknown> | undefined
    on.interfere = (event) => {
      if (event.type === 'action.intent') revoking = on.guard.revoke(what, { reason: 'incident' })
      return undefined
    }
    expect(verdict(await asks(on.access(session), 'write'))).toBe(code)
    await revoking
    expect([grant.open, on.guard.grants.open()]).toEqual([false, []])
    expect(on.of('action.outcome').at(-1)).toMatchObject({ outcome: 'not-run' })
  })

  it('at once when it is taken back, also for the last use that it gave', async () => {
    for (const back of ['revoke', 'giveBack'] as const) {
      const on = await grantBench()
      const session = await on.start()
      const grant = await session.requestGrant({ ...threeWrites, uses: 1 })
      on.interfere = (event) => {
        if (event.type === 'action.intent')
          void (back === 'revoke' ? on.guard.grants.revoke(grant.id, { reason: 'x' }) : grant.giveBack())
        return undefined
      }
      expect(verdict(await asks(on.access(session), 'write'))).toBe('ERR_PERMIT_VOID')
    }
  })

  it('when the token of its session runs out', async () => {
    const on = await grantBench()
    const session = await on.start(agent({ id: 'a1', expiresAtMs: startMs + 60_000 }))
    const grant = await session.requestGrant(threeWrites)
    on.clock.advance(60_000)
    expect([grant.open, await on.tries(session, 'write')]).toEqual([false, 'ERR_SESSION_CLOSED'])
  })

  it('not when the ledger answers out of turn', async () => {
    const clock = fixedClock(startMs)
    const inner = sharedLedger(clock)
    const waiting: (() => void)[] = []
    let hold = false
    const on = await grantBench({
      clock,
      ledger: {
        get: (key) => inner.get(key),
        commit: (changes) => inner.commit(changes),
        nowMs: async () => {
          const now = await inner.nowMs()
          if (hold) await new Promise<void>((resolve) => waiting.push(resolve))
          return now
        },
        close: () => Promise.resolve(),
      },
    })
    const session = await on.start()
    const grant = await session.requestGrant(threeWrites)
    hold = true
    const first = asks(on.access(session), 'write')
    await expect.poll(() => waiting.length).toBe(1)
    hold = false
    clock.advance(5)
    expect(await on.tries(session, 'write')).toBe('permitted')
    for (const resolve of waiting) resolve()
    expect(verdict(await first)).toBe('permitted')
    expect([grant.usesLeft, usesOf(on)]).toEqual([1, [1, 2]])
  })
})

describe('after a restart', () => {
  it('no grant is left, and what it let through counts as requested', async () => {
    const journal = lastingJournal()
    const policy: PolicyInput = {
      ...grantPolicy,
      separate: { history: [{ id: 'C1', steps: ['request', 'approve'], per: 'object', window: '24h' }] },
    }
    const before = await grantBench({ journal, policy })
    const session = await before.start()
    await session.requestGrant(threeWrites)
    expect(await before.tries(session, 'write')).toBe('permitted')
    await before.guard.close()
    const on = await grantBench({ journal, policy })
    on.people.who = human('olga', ['dba'])
    expect([await on.tries(await on.start(), 'write'), on.guard.grants.open()]).toEqual(['held', []])
    const gaveUp = new AbortController()
    const stranger = await on.start(agent({ id: 'b', ownedBy: 'ben' }))
    const asked = asks(on.access(stranger), 'write', gaveUp.signal)
    await expect.poll(() => on.people.receipts).toContain('duty-conflict: C1')
    gaveUp.abort()
    expect(verdict(await asked)).toBe('ERR_APPROVAL_WITHDRAWN')
  })

  it('the approval of a grant is one that was spent', async () => {
    const on = await grantBench()
    const session = await on.start()
    const grant = await session.requestGrant(threeWrites)
    await on.guard.close()
    const { requests } = await replayState(asyncly(on.events))
    expect(requests.get(grant.id)?.end).toBe('consumed')
  })
})

describe('a grant in the hands of an agent', () => {
  it('is what it asked for, whatever it does to what it asked with', async () => {
    const on = await grantBench()
    const session = await on.start()
    let read = 0
    const given = {
      ...threeWrites,
      duty: ['write'],
      resource: ['table:public.t'],
      when: { columns: 'a' },
      get uses() {
        return ++read
      },
    }
    const asked = session.requestGrant(given as GrantOptions)
    given.duty.push('delete')
    given.resource.push('table:public.u')
    given.when.columns = 'b'
    const grant = await asked
    expect(() => Object.assign(grant, { usesLeft: 99 })).toThrow(TypeError)
    const [open] = on.guard.grants.open()
    expect(open).toMatchObject({ duties: ['write'], resources: ['table:public.t'], when: { columns: 'a' }, uses: 1 })
    expect(() => Object.assign(open?.when ?? {}, { columns: 'b' })).toThrow(TypeError)
    expect(open && Object.isFrozen(open) && Object.isFrozen(open.resources) && Object.isFrozen(open.duties)).toBe(true)
    expect(await triesOf(on, session, ['delete', at('write', 'table:public.t', { columns: 'b' })])).toEqual([
      'held',
      'held',
    ])
    expect(read).toBe(1)
  })

  it('is seen by whoever watches: whose, what, how much is left, until when', async () => {
    const on = await grantBench()
    const session = await on.start()
    const grant = await session.requestGrant({ ...threeWrites, maxAffected: 5 })
    const seen = {
      id: grant.id,
      session: session.id,
      target: 'db',
      duties: ['write'],
      resources: ['table:public.t'],
      maxAffected: 5,
      reason: 'backfill',
      rules: ['H1'],
      uses: 3,
      usesLeft: 3,
      expiresAt: new Date(startMs + 600_000),
    }
    expect(on.guard.grants.open()).toMatchObject([seen])
    expect(on.guard.grants.open()[0]?.requester.subject.id).toBe('a1')
    await on.access(session).admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'x', recordedText: 'x', effects: [effect('write')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      countsAffected: true,
      signal: new AbortController().signal,
    })
    expect(on.guard.grants.open()).toMatchObject([{ ...seen, usesLeft: 2 }])
    on.clock.advance(600_000)
    expect(on.guard.grants.open()).toEqual([])
  })

  it('has its uses when another one is used up', async () => {
    const on = await grantBench()
    const session = await on.start()
    await session.requestGrant({ ...threeWrites, uses: 1 })
    await session.requestGrant({ ...threeWrites, uses: 1, reason: 'more of it' })
    expect(await triesOf(on, session, ['write', 'write', 'write'])).toEqual(['permitted', 'permitted', 'held'])
  })

  it('is the one that was signed, where the rule wants signatures: not one with another use or more time', async () => {
    const policy: PolicyInput = { ...grantPolicy, hold: [{ ...heldWrites, level: 'signed' }] }
    const on = await grantBench({ policy, approvers: [deskApprover()] })
    const session = await on.start()
    const asked = session.requestGrant(threeWrites)
    const wider = session.requestGrant({ ...threeWrites, uses: 4 })
    const refused = grantCode(wider)
    await expect.poll(() => on.guard.approvals.pending().length).toBe(2)
    const requests = on.guard.approvals.pending()
    const [of3, of4] = ['at most 3 times', 'at most 4 times'].map((often) =>
      requests.find(({ view }) => view.text.includes(often)),
    )
    if (of3 === undefined || of4 === undefined) throw new Error('not both are pending')
    const evidence = await decided('ann', of3)
    expect(await on.guard.approvals.submit(of4.id, evidence)).toMatchObject({ counted: false })
    expect(await on.guard.approvals.submit(of4.id, await decided('ann', of3, { req: of4.id }))).toMatchObject({
      counted: false,
    })
    expect(await on.guard.approvals.submit(of3.id, evidence)).toEqual({ counted: true })
    const grant = await asked
    expect(grant.usesLeft).toBe(3)
    expect(on.of('grant.given')).toMatchObject([{ approval: { votes: [{ level: 'signed' }] }, uses: 3 }])
    await session.close()
    expect(await refused).toBe('ERR_APPROVAL_WITHDRAWN')
  })
})
