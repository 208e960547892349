import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import type { GuardedTarget } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Revocable } from '../../src/duties/revoked.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { Session } from '../../src/session.js'
import { agent, ask, describeAs, person, verdict } from './support.js'

const reason = 'laptop stolen'
const revokedError = expect.objectContaining({
  code: 'ERR_REVOKED',
  message: expect.stringContaining(reason) as string,
})

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    agent: [{ target: ['db', 'other'], duty: ['read', 'delete'] }],
    dba: [{ target: ['db', 'other'], duty: 'approve' }],
  },
  hold: [{ id: 'deletes', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
}

interface Stage {
  readonly guard: Guard
  readonly db: GuardedTarget
  readonly other: GuardedTarget
  readonly journal: ReturnType<typeof memoryJournal>
  open(claims?: UnverifiedClaims): Promise<Session>
}

async function stage(options: Partial<GuardOptions> = {}): Promise<Stage> {
  const db: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const other: GuardedTarget = { name: 'other', kind: 'fake', close: () => Promise.resolve() }
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    targets: [db, other],
    journal,
    deadlineMs: 500,
    ...options,
  })
  const open = (claims: UnverifiedClaims = agent): Promise<Session> =>
    guard.openSession({ [unverifiedCredential]: claims })
  return { guard, db, other, journal, open }
}

const issuerOf = async (): Promise<string> => (await person()).subject.issuer

describe('a guard that revokes', () => {
  it.each<[string, (session: Session) => Revocable]>([
    ['the account', ({ principal }) => ({ kind: 'subject', ...principal.subject })],
    ['the accountable person', ({ principal }) => ({ kind: 'person', issuer: principal.subject.issuer, id: 'ada' })],
    ['the run', ({ principal }) => ({ kind: 'run', id: principal.run.root })],
    ['the session', ({ id }) => ({ kind: 'session', id })],
    ['everything', () => ({ kind: 'everything' })],
  ])('ends a session at once by %s, before anything more is decided', async (_what, revocable) => {
    const { db, guard, journal, open } = await stage()
    const session = await open()
    const access = sessionAccess(session, db)
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    const revoking = guard.revoke(revocable(session), { reason })
    expect(access.signal.reason).toEqual(revokedError)
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_REVOKED')
    expect(() => sessionAccess(session, db)).toThrow()
    await revoking
    expect(journal.events.map(({ type }) => type)).toContain('revocation')
    expect(journal.events.find(({ type }) => type === 'session.close')).toMatchObject({ reason: 'revoked' })
    await guard.close()
  })

  it('opens no session for whom it revoked, and leaves others alone', async () => {
    const { db, guard, journal, open } = await stage()
    const stranger = await open({ ...agent, subject: 'a2', owners: ['zoe'], runRoot: 'another' })
    await guard.revoke({ kind: 'person', issuer: await issuerOf(), id: 'ada' }, { reason })
    await expect(open()).rejects.toEqual(revokedError)
    await expect(open({ kind: 'human', subject: 'ada', roles: ['agent'] })).rejects.toEqual(revokedError)
    expect(journal.events.filter(({ type }) => type === 'session.open')).toHaveLength(1)
    expect(verdict(await ask(sessionAccess(stranger, db), describeAs('read')))).toBe('permitted')
    await guard.close()
  })

  it('takes along the agents whose owners nobody knows', async () => {
    const { guard, open } = await stage()
    await guard.revoke({ kind: 'person', issuer: await issuerOf(), id: 'ada' }, { reason })
    await expect(open({ kind: 'agent', subject: 'a3', roles: ['agent'], agentClass: 'etl' })).rejects.toEqual(
      revokedError,
    )
    await guard.close()
  })

  it('opens no session that is revoked while its opening is recorded', async () => {
    const journal = memoryJournal()
    let guard: Guard | undefined
    let revoking: Promise<unknown> | undefined
    const on = await stage({
      journal: {
        open: async (context) => {
          const opened = await journal.open(context)
          return {
            append: (event, durability) => {
              if (event.type === 'session.open' && revoking === undefined) {
                revoking = guard?.revoke({ kind: 'everything' }, { reason })
              }
              return opened.append(event, durability)
            },
            read: () => opened.read(),
            close: () => opened.close(),
          }
        },
      },
    })
    guard = on.guard
    await expect(on.open()).rejects.toEqual(revokedError)
    expect(revoking).toBeDefined()
    await revoking
    await guard.close()
  })

  it('closes a target for everybody, and no other', async () => {
    const { db, guard, open, other } = await stage()
    const session = await open()
    const access = sessionAccess(session, db)
    const elsewhere = sessionAccess(session, other)
    await guard.revoke({ kind: 'target', id: 'db' }, { reason })
    expect(access.signal.reason).toEqual(revokedError)
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_REVOKED')
    expect(() => sessionAccess(session, db)).toThrow(reason)
    expect(elsewhere.signal.aborted).toBe(false)
    expect(verdict(await ask(elsewhere, describeAs('read')))).toBe('permitted')
    await guard.close()
  })

  it('lets it be over when it was for a time', async () => {
    const { db, guard, open } = await stage()
    const issuer = await issuerOf()
    await guard.revoke({ kind: 'target', id: 'db' }, { reason, forMs: 300 })
    const { untilMs } = await guard.revoke({ kind: 'person', issuer, id: 'ada' }, { reason, forMs: 300 })
    expect(untilMs).toBeGreaterThan(Date.now() - 1_000)
    await expect(open()).rejects.toEqual(revokedError)
    await expect
      .poll(() =>
        open().then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe('open')
    const session = await open()
    expect(verdict(await ask(sessionAccess(session, db), describeAs('read')))).toBe('permitted')
    await guard.close()
  })

  it('counts no vote of somebody whom it revoked, nor one that they gave before', async () => {
    const grace = await person()
    const receipts: unknown[] = []
    const approver = (before: () => Promise<unknown>, after: () => Promise<unknown>): Approver => ({
      name: 'people',
      level: 'asserted',
      ask: async (request, vote) => {
        await before()
        receipts.push(await vote({ decision: 'allow', approver: grace, digest: request.digest }))
        await after()
        throw new Error('nobody else answers')
      },
    })
    const nothing = (): Promise<unknown> => Promise.resolve()
    for (const when of ['before', 'after'] as const) {
      let guard: Guard | undefined
      const revoke = (): Promise<unknown> => guard!.revoke({ kind: 'subject', ...grace.subject }, { reason })
      const on = await stage({
        approvers: [when === 'before' ? approver(revoke, nothing) : approver(nothing, nothing)],
        // The approval is there; the consumption waits for its ledger.
        ledger: when === 'after' ? revokingLedger(() => revoke()) : memoryLedger({ clock: systemClock }),
      })
      guard = on.guard
      const access = sessionAccess(await on.open(), on.db)
      const admission = await ask(access, describeAs('delete'))
      expect(admission.outcome).toBe('refused')
      expect(verdict(admission)).toBe(when === 'before' ? 'ERR_APPROVAL_INELIGIBLE' : 'ERR_APPROVAL_VOID')
      await guard.close()
    }
    expect(receipts).toEqual([{ counted: false, reason: 'revoked' }, { counted: true }])
  })

  it.each<[string, unknown, unknown]>([
    ['no reason', { kind: 'everything' }, { reason: '' }],
    ['a reason of several lines', { kind: 'everything' }, { reason: 'a\nb' }],
    ['a time that is none', { kind: 'everything' }, { reason, forMs: 0 }],
    ['a time beyond all dates', { kind: 'everything' }, { reason, forMs: Number.MAX_SAFE_INTEGER }],
    ['nothing', undefined, { reason }],
    ['an unknown kind', { kind: 'role', id: 'dba' }, { reason }],
    ['a person without an issuer', { kind: 'person', id: 'ada' }, { reason }],
    ['an empty id', { kind: 'target', id: '' }, { reason }],
    ['an id that is no text', { kind: 'session', id: { toString: () => 'a' } }, { reason }],
  ])('refuses %s', async (_what, what, options) => {
    const { guard } = await stage()
    const revoking = guard.revoke(what as Revocable, options as { reason: string })
    await expect(revoking).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await guard.close()
  })

  it('revokes no more than it can keep', async () => {
    const { guard } = await stage()
    for (let count = 0; count < 1_000; count++) await guard.revoke({ kind: 'session', id: String(count) }, { reason })
    await expect(guard.revoke({ kind: 'session', id: 'more' }, { reason })).rejects.toMatchObject({
      code: 'ERR_LIMIT_EXCEEDED',
    })
    await guard.close()
  })
})

/** A ledger that lets something happen when a request is consumed: at its last read before the commit. */
function revokingLedger(happen: () => Promise<unknown>): Ledger {
  const inner = memoryLedger({ clock: systemClock })
  let votes = 0
  let happened = false
  return {
    get: async (key) => {
      const entry = await inner.get(key)
      const value = entry.value as { votes?: readonly unknown[] } | undefined
      if (!happened && (value?.votes?.length ?? 0) > 0) {
        votes += 1
        happened = true
        await happen()
      }
      return inner.get(key)
    },
    commit: (changes) => inner.commit(changes),
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
}

describe('a guard whose ledger does not close', () => {
  it('closes its journal all the same, and says so', async () => {
    const gone = new Error('gone')
    const inner = memoryLedger({ clock: systemClock })
    const journal = memoryJournal()
    let closed = 0
    const counted: GuardOptions['journal'] = {
      open: async (context) => {
        const opened = await journal.open(context)
        return {
          append: (event, durability) => opened.append(event, durability),
          read: () => opened.read(),
          close: () => {
            closed += 1
            return opened.close()
          },
        }
      },
    }
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => Promise.reject(gone),
    }
    const { guard } = await stage({ ledger, journal: counted })
    await expect(guard.close()).rejects.toBe(gone)
    expect(closed).toBe(1)
    const directory = { resolve: () => undefined, close: () => Promise.reject(gone) }
    const mute: Ledger = { ...ledger, get: () => Promise.reject(new Error('mute')) }
    const starting = stage({ ledger: mute, journal: counted, directory })
    await expect(starting).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    expect(closed).toBe(2)
  })
})

describe('guards on one ledger', () => {
  it('learn within a second of what another one revoked', async () => {
    const ledger = memoryLedger({ clock: systemClock })
    const [here, there] = [await stage({ ledger }), await stage({ ledger })]
    const session = await there.open()
    const access = sessionAccess(session, there.db)
    const ended = new Promise<unknown>((resolve) => {
      access.signal.addEventListener('abort', () => resolve(access.signal.reason))
    })
    await here.guard.revoke({ kind: 'person', issuer: await issuerOf(), id: 'ada' }, { reason })
    expect(await ended).toEqual(revokedError)
    await expect(there.open()).rejects.toEqual(revokedError)
    await there.guard.close()
    await here.guard.close()
  })

  it('decide nothing when they cannot know what is revoked, and go on when they can', async () => {
    const inner = memoryLedger({ clock: systemClock })
    let fate: 'answers' | 'fails' | 'hangs' = 'answers'
    const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() + aheadMs }
    let aheadMs = 0
    const ledger: Ledger = {
      get: (key) => {
        if (fate === 'fails') throw new Error('gone')
        return fate === 'hangs' ? new Promise(() => undefined) : inner.get(key)
      },
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const { db, guard, open } = await stage({ ledger, clock, deadlineMs: 100 })
    const access = sessionAccess(await open(), db)
    for (const failing of ['fails', 'hangs'] as const) {
      fate = failing
      aheadMs += 60_000
      const code = failing === 'fails' ? 'ERR_LEDGER_UNAVAILABLE' : 'ERR_DEADLINE'
      expect(verdict(await ask(access, describeAs('read')))).toBe(code)
      await expect(open()).rejects.toMatchObject({ code })
      fate = 'answers'
      await expect.poll(async () => verdict(await ask(access, describeAs('read')))).toBe('permitted')
    }
    await guard.close()
  })

  it('decide nothing when what is revoked cannot be read', async () => {
    const ledger = memoryLedger({ clock: systemClock })
    await ledger.commit([{ key: 'revocations', expectedVersion: 0, value: [{ id: 'x' }] }])
    await expect(stage({ ledger })).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
  })

  it('keep what they revoked themselves when the ledger fails, and say so', async () => {
    const inner = memoryLedger({ clock: systemClock })
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      commit: () => {
        throw new Error('gone')
      },
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const { guard, open } = await stage({ ledger })
    const revoking = guard.revoke({ kind: 'everything' }, { reason })
    await expect(revoking).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    await new Promise((resolve) => setTimeout(resolve, 600))
    await expect(open()).rejects.toEqual(revokedError)
    await guard.close()
  })
})

describe('what is revoked', () => {
  it('stays so after a restart, by the journal, and is over when its time is', async () => {
    const journal = memoryJournal()
    const first = await stage({ journal })
    await first.guard.revoke({ kind: 'target', id: 'other' }, { reason, forMs: 1 })
    await first.guard.revoke({ kind: 'target', id: 'db' }, { reason })
    const { events } = journal
    await first.guard.close()
    const second = memoryJournal()
    const again = await stage({
      journal: {
        open: async (context) => {
          const opened = await second.open(context)
          return {
            append: (event, durability) => opened.append(event, durability),
            read: async function* () {
              await new Promise((resolve) => setTimeout(resolve, 5))
              yield* events
            },
            close: () => opened.close(),
          }
        },
      },
    })
    const session = await again.open()
    expect(() => sessionAccess(session, again.db)).toThrow(reason)
    expect(sessionAccess(session, again.other).signal.aborted).toBe(false)
    await again.guard.close()
  })

  it('keeps a guard from starting when the journal tells of it in words that it does not know', async () => {
    const inner = memoryJournal()
    const event = {
      type: 'revocation',
      id: 'x',
      reason,
      until: null,
      what: { kind: 'galaxy' },
      time: '2026-01-01T00:00:00.000Z',
    }
    const starting = stage({
      journal: {
        open: async (context) => {
          const opened = await inner.open(context)
          return {
            append: (draft, durability) => opened.append(draft, durability),
            read: async function* () {
              yield await Promise.resolve(event as never)
            },
            close: () => opened.close(),
          }
        },
      },
    })
    await expect(starting).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
  })
})
