import { afterEach, describe, expect, it } from 'vitest'
import type { Approver } from '../../src/approvals/approver.js'
import type { Directory } from '../../src/identity/directory.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, asks, human, people, startMs, verdict } from '../duties/support.js'
import { closeGuards, sharedLedger } from '../glass/support.js'
import { grantBench, grantCode, grantPolicy, threeWrites, triesOf } from './support.js'

afterEach(closeGuards)

/** A ledger whose entries a test can edit, and whose calls it can intercept. */
function openLedger(clock = fixedClock(startMs)) {
  const inner = sharedLedger(clock)
  const on = {
    clock,
    inner,
    aheadMs: 0,
    commit: undefined as (() => boolean | Promise<boolean>) | undefined,
    ledger: undefined as unknown as Ledger,
    edit: async (key: string, change: (value: Record<string, SnapshotValue>) => SnapshotValue | undefined) => {
      const { value, version } = await inner.get(key)
      const next = change({ ...(value as Record<string, SnapshotValue>) })
      expect(await inner.commit([{ key, expectedVersion: version, value: next }])).toBe(true)
    },
  }
  on.ledger = {
    get: (key) => inner.get(key),
    commit: (changes) =>
      on.commit !== undefined && changes.some(({ key }) => key.startsWith('grant/'))
        ? on.commit()
        : inner.commit(changes),
    nowMs: async () => (await inner.nowMs()) + on.aheadMs,
    close: () => Promise.resolve(),
  }
  return on
}

describe('a grant that somebody works on', () => {
  it.each<[string, (value: Record<string, SnapshotValue>) => SnapshotValue | undefined]>([
    ['more uses', (value) => ({ ...value, uses: 1_000 })],
    ['more time', (value) => ({ ...value, untilMs: startMs * 2 })],
    ['a use less', (value) => ({ ...value, used: 0 })],
    ['a negative count', (value) => ({ ...value, used: -5 })],
    ['a count that is none', (value) => ({ ...value, used: '0' })],
    ['another digest', (value) => ({ ...value, digest: '0'.repeat(64) })],
    ['another session', (value) => ({ ...value, session: 'x' })],
    ['another id', (value) => ({ ...value, id: 'x' })],
    ['nothing', () => undefined],
    ['something else', () => 'grant'],
    ['a revocation', (value) => ({ ...value, revoked: true })],
  ])('gives nothing any more when its entry has %s', async (_what, change) => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    expect(await bench.tries(session, 'write')).toBe('permitted')
    await on.edit(`grant/${grant.id}`, change)
    expect(await triesOf(bench, session, ['write', 'write'])).toEqual(['held', 'held'])
    expect(grant.open).toBe(false)
  })

  it('is void when an entry stands in its place already', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    const seen = new Promise<void>((resolve) => {
      bench.guard.on('held', ({ request }) => {
        void on.inner.commit([{ key: `grant/${request}`, expectedVersion: 0, value: { used: 0 } }])
        resolve()
      })
    })
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_PERMIT_VOID')
    await seen
    expect(await bench.tries(session, 'write')).toBe('held')
  })

  it('is not there in another process on the ledger, nor after a restart', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const principal = agent({ id: 'a1' })
    await (await bench.start(principal)).requestGrant(threeWrites)
    const other = await grantBench({ ledger: on.ledger, clock: on.clock })
    expect(await other.tries(await other.start(principal), 'write')).toBe('held')
  })

  it('lets nothing through while the ledger fails or hangs, and asks nobody instead', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    on.commit = () => {
      throw new Error('down')
    }
    expect(await bench.tries(session, 'write')).toBe('ERR_LEDGER_UNAVAILABLE')
    on.commit = () => new Promise(() => undefined)
    expect(await bench.tries(session, 'write')).toBe('ERR_LEDGER_UNKNOWN')
    on.commit = () => false
    expect(await bench.tries(session, 'write')).toBe('ERR_DEADLINE')
    on.commit = undefined
    expect(await bench.tries(session, 'write')).toBe('permitted')
    expect(bench.of('action.intent').filter((event) => event['grant'] !== undefined)).toHaveLength(1)
  })

  it('is not given when the ledger or the journal fails', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    on.commit = () => {
      throw new Error('down')
    }
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_LEDGER_UNAVAILABLE')
    on.commit = undefined
    bench.interfere = (event) => {
      if (event.type === 'grant.given') throw new Error('disk full')
      return undefined
    }
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_JOURNAL_UNAVAILABLE')
    bench.interfere = undefined
    expect(await bench.tries(session, 'write')).toBe('held')
  })

  it('is over after its time, by the clock of this process and by that of the ledger', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    on.clock.advance(599_999)
    expect(await bench.tries(session, 'write')).toBe('permitted')
    on.clock.advance(1)
    expect(await bench.tries(session, 'write')).toBe('held')
    const second = await session.requestGrant(threeWrites)
    on.aheadMs = 600_000
    expect(await bench.tries(session, 'write')).toBe('held')
    expect(second.open).toBe(false)
  })

  it('is over when a clock goes backwards', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    const first = await session.requestGrant(threeWrites)
    on.clock.setWall(startMs - 60_000)
    expect(await bench.tries(session, 'write')).toBe('held')
    on.clock.setWall(startMs + 60_000)
    expect([first.open, await bench.tries(session, 'write')]).toEqual([false, 'held'])
    const second = await session.requestGrant(threeWrites)
    on.aheadMs = -1
    expect(await bench.tries(session, 'write')).toBe('held')
    on.aheadMs = 0
    expect([second.open, await bench.tries(session, 'write')]).toEqual([false, 'held'])
  })

  it('is void when the policy changes, also to one that narrows', async () => {
    const bench = await grantBench()
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    bench.policy = { ...grantPolicy, deny: [...(grantPolicy.deny ?? []), { id: 'N2', duty: 'execute' }] }
    await bench.guard.reload()
    expect(await bench.tries(session, 'write')).toBe('held')
    bench.policy = grantPolicy
    await bench.guard.reload()
    expect([grant.open, await bench.tries(session, 'write')]).toEqual([false, 'held'])
  })

  it('does not let an action run that has its use when the policy changes before the intent is on record', async () => {
    const bench = await grantBench()
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    bench.interfere = (event) => {
      if (event.type !== 'action.intent') return undefined
      bench.interfere = undefined
      bench.policy = { ...grantPolicy, deny: [] }
      return bench.guard.reload().then(() => ({ lsn: 0, hash: '' }) as never)
    }
    expect(await bench.tries(session, 'write')).toBe('ERR_PERMIT_VOID')
  })

  it('is void when somebody who approved lost the role, is disabled or revoked', async () => {
    for (const lose of ['role', 'account', 'revoked'] as const) {
      let lost = false
      const directory: Directory = {
        resolve: ({ id }) =>
          id === 'a1'
            ? { kind: 'agent', owners: [{ issuer: people, id: 'olga' }], agentClass: 'etl', disabled: false }
            : {
                kind: 'human',
                person: id,
                roles: lost && lose === 'role' ? [] : ['dba'],
                disabled: id === 'vera' && lost && lose === 'account',
              },
      }
      const bench = await grantBench({ directory })
      const session = await bench.start()
      const grant = await session.requestGrant(threeWrites)
      expect(await bench.tries(session, 'write')).toBe('permitted')
      lost = true
      if (lose === 'revoked')
        await bench.guard.revoke({ kind: 'person', issuer: people, id: 'vera' }, { reason: 'laptop stolen' })
      expect(await bench.tries(session, 'write')).toBe('held')
      expect(grant.open).toBe(false)
    }
  })

  it('outlives the token that the approver said yes with', async () => {
    const bench = await grantBench()
    bench.people.who = human('vera', ['dba'], { expiresAtMs: startMs + 60_000 })
    const session = await bench.start()
    await session.requestGrant(threeWrites)
    bench.clock.advance(120_000)
    expect(await bench.tries(session, 'write')).toBe('permitted')
  })

  it('is taken back by its holder, by the guard, by another guard on the ledger, and with target or run', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const other = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    const given = async () => (await session.requestGrant(threeWrites)).id
    await (await session.requestGrant(threeWrites)).giveBack()
    expect(await bench.tries(session, 'write')).toBe('held')
    expect(await bench.guard.grants.revoke(await given(), { reason: 'done' })).toBe(true)
    expect(await bench.tries(session, 'write')).toBe('held')
    const third = await given()
    expect(await other.guard.grants.revoke(third, { reason: 'done' })).toBe(true)
    expect(await other.guard.grants.revoke(third, { reason: 'done' })).toBe(false)
    expect(await bench.tries(session, 'write')).toBe('held')
    expect(await bench.guard.grants.revoke('nothing', { reason: 'done' })).toBe(false)
    expect(await grantCode(bench.guard.grants.revoke(third, { reason: '' }))).toBe('ERR_CONFIG_INVALID')
    const fourth = await session.requestGrant(threeWrites)
    await bench.guard.revoke({ kind: 'target', id: 'db' }, { reason: 'incident', forMs: 1_000 })
    expect(fourth.open).toBe(false)
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_REVOKED')
  })

  it('ends with its session', async () => {
    const bench = await grantBench()
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    await session.close()
    expect(grant.open).toBe(false)
    await expect.poll(() => bench.of('grant.ended')).toMatchObject([{ grant: grant.id, end: 'session-ended' }])
  })

  it('is taken back here at once even when the ledger cannot be told', async () => {
    const on = openLedger()
    const bench = await grantBench({ ledger: on.ledger, clock: on.clock })
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    on.commit = () => {
      throw new Error('down')
    }
    expect(await grantCode(bench.guard.grants.revoke(grant.id, { reason: 'x' }))).toBe('ERR_LEDGER_UNAVAILABLE')
    on.commit = undefined
    expect(await bench.tries(session, 'write')).toBe('held')
    expect(bench.of('grant.ended')).toMatchObject([{ end: 'revoked', reason: 'x' }])
  })

  it('does not let an action run that has its use when it is taken back before the intent is on record', async () => {
    const bench = await grantBench()
    const session = await bench.start()
    const grant = await session.requestGrant(threeWrites)
    bench.interfere = (event) => {
      if (event.type === 'action.intent') void grant.giveBack()
      return undefined
    }
    expect(verdict(await asks(bench.access(session), 'write'))).toBe('ERR_PERMIT_VOID')
  })

  it('is not given when an approver denies', async () => {
    const denies: Approver = {
      name: 'denies',
      level: 'asserted',
      ask: async (request, vote) => {
        await vote({ decision: 'deny', approver: human('dora', ['dba']), digest: request.digest })
      },
    }
    const bench = await grantBench({ approvers: [denies] })
    bench.people.who = human('nobody', [])
    const session = await bench.start()
    expect(await grantCode(session.requestGrant(threeWrites))).toBe('ERR_APPROVAL_DENIED')
    expect(bench.of('grant.given')).toEqual([])
  })
})
