import type { CryptoKey } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Revocable } from '../../src/duties/revoked.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import type { LiftReceipt } from '../../src/guard-revocations.js'
import type { Directory, DirectoryRecord } from '../../src/identity/directory.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Ledger, LedgerEntry } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Principal } from '../../src/model/principal.js'
import type { EventDraft, RecordedEvent } from '../../src/record/event.js'
import type { JournalFactory } from '../../src/record/journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { desk, deskApprover, deskKey } from '../approvals/signed-support.js'
import { agent, people, startMs } from '../duties/support.js'
import { lastingJournal } from '../lasting-journal.js'

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [{ target: ['db', 'other'], duty: ['read'] }],
    admin: [{ target: ['db', 'other'], duty: 'policy' }],
    'db-admin': [{ target: 'db', duty: 'policy' }],
  },
}

const agents = 'https://agents.example'
const records: Readonly<Record<string, DirectoryRecord>> = {
  bot: { kind: 'agent', owners: [{ issuer: people, id: 'ada' }], disabled: false },
  ada: {
    kind: 'human',
    person: 'ada',
    accounts: [
      { issuer: people, id: 'ada' },
      { issuer: people, id: 'ada-2' },
    ],
    disabled: false,
  },
  'ada-2': {
    kind: 'human',
    person: 'ada',
    accounts: [
      { issuer: people, id: 'ada' },
      { issuer: people, id: 'ada-2' },
    ],
    disabled: false,
  },
  'ada-3': { kind: 'human', person: 'ada', disabled: false },
  eve: { kind: 'human', person: 'eve', disabled: false },
  gone: { kind: 'human', person: 'gone', disabled: true },
}
const directory: Directory = { resolve: ({ id }) => records[id] }
const bot = agent({ id: 'bot', ownedBy: 'ada' })
const theBot: Revocable = { kind: 'subject', issuer: agents, id: 'bot' }

interface Stage {
  readonly guard: Guard
  readonly events: () => readonly RecordedEvent[]
  readonly opens: (who?: Principal) => Promise<string>
  readonly lifts: (id: string, who?: string, change?: object, level?: 'channel' | 'signed') => Promise<LiftReceipt>
}

interface Parts {
  readonly ledger?: Ledger
  readonly journal?: JournalFactory & { readonly events: readonly RecordedEvent[] }
  readonly roles?: readonly string[]
  readonly directory?: Directory | typeof accountsAsPeople
  readonly fails?: (event: EventDraft) => boolean
  readonly meanwhile?: (event: EventDraft) => Promise<unknown> | undefined
}

const clock = fixedClock(startMs)

async function stage(parts: Parts = {}): Promise<Stage> {
  const inner = parts.journal ?? lastingJournal()
  const credentials = new Map<string, Principal>()
  const guard = await createGuard({
    directory: parts.directory ?? directory,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: {
      verify: (credential) =>
        Promise.resolve(credentials.get('token' in credential ? credential.token : '') as Principal),
    },
    targets: ['db', 'other'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() })),
    approvers: [deskApprover({ people: () => ({ roles: parts.roles ?? ['admin'] }) })],
    journal: {
      open: async (context) => {
        const opened = await inner.open(context)
        return {
          behind: undefined,
          append: async (event, durability) => {
            if (parts.fails?.(event) === true) throw new Error('disk')
            const position = await opened.append(event, durability)
            await parts.meanwhile?.(event)
            return position
          },
          read: () => opened.read(),
          close: () => opened.close(),
        }
      },
    },
    clock,
    deadlineMs: 500,
    ...(parts.ledger === undefined ? {} : { ledger: parts.ledger }),
  })
  return {
    guard,
    events: () => inner.events,
    opens: async (who = bot) => {
      credentials.set('t', who)
      return guard.openSession({ token: 't' }).then(
        async (session) => {
          await session.close()
          return 'open'
        },
        (error: unknown) => (error as { readonly code: string }).code,
      )
    },
    lifts: async (id, who = 'eve', change = {}, level = 'signed') => {
      const subject = guard.revocations.inForce().find((each) => each.id === id)?.subject
      const statement = {
        aud: 'bothkeys',
        req: id,
        adh: 'a'.repeat(64),
        pol: 'b'.repeat(64),
        view: 'c'.repeat(64),
        ...subject,
      }
      const evidence = await signApproval(
        { ...statement, dec: 'allow', ...change },
        {
          issuer: desk,
          subject: { issuer: people, id: who },
          level,
          key: deskKey.privateKey as CryptoKey,
          keyId: 'd1',
          algorithm: 'ES256',
          nowMs: startMs,
        },
      )
      return guard.revocations.lift(id, { evidence })
    },
  }
}

const reason = 'laptop stolen'

async function reopened<T>({ guard }: Stage, journal: T): Promise<T> {
  await guard.close()
  return journal
}

/** One that several guards have, each as the one of somebody else. */
function sharedLedger(): Ledger {
  const inner = memoryLedger({ clock })
  return {
    get: (key) => inner.get(key),
    commit: (changes) => inner.commit(changes),
    nowMs: () => inner.nowMs(),
    close: () => Promise.resolve(),
  }
}

describe('a revocation', () => {
  it('is lifted by what an independent person signed, on record', async () => {
    const on = await stage()
    const { id } = await on.guard.revoke(theBot, { reason })
    expect(await on.opens()).toBe('ERR_REVOKED')
    expect(on.guard.revocations.inForce()).toMatchObject([{ id, what: theBot, reason, untilMs: undefined }])
    expect(on.guard.revocations.inForce()[0]?.view.text).toContain('subject bot of https://agents.example')
    const told: unknown[] = []
    on.guard.on('revocationLifted', (event) => told.push(event))
    expect(await on.lifts(id)).toEqual({ lifted: true })
    expect(await on.opens()).toBe('open')
    expect(told).toEqual([{ revocation: id, what: theBot }])
    expect(on.events().filter(({ type }) => type === 'revocation.lifted')).toMatchObject([
      {
        revocation: id,
        level: 'signed',
        who: { subject: { id: 'eve' } },
        evidence: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
    expect(on.guard.revocations.inForce()).toEqual([])
    expect(await on.lifts(id)).toEqual({ lifted: false, reason: 'unknown-revocation' })
    await on.guard.close()
  })

  it('is shown in rows of which none begins where its author likes', async () => {
    const on = await stage()
    await on.guard.revoke(theBot, { reason: `${'x'.repeat(67)}  lasts      until tomorrow` })
    const rows = on.guard.revocations.inForce()[0]?.view.text.split('\n') ?? []
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(80)
    expect(rows.filter((row) => row.startsWith('  lasts'))).toEqual(['  lasts      for good'])
    await on.guard.close()
  })

  it.each<[string, Revocable, string, string]>([
    ['the owner of the agent', theBot, 'ada', 'not-independent: person'],
    ['another account of the owner', theBot, 'ada-2', 'not-independent: person'],
    ['whoever has the name of the owner', theBot, 'ada-3', 'not-independent: person'],
    ['whoever it stops', { kind: 'subject', issuer: people, id: 'eve' }, 'eve', 'revoked'],
    ['whoever it stops as a person', { kind: 'person', issuer: people, id: 'ada' }, 'ada-2', 'revoked'],
    ['a second account of whoever it stops', { kind: 'subject', issuer: people, id: 'ada' }, 'ada-2', 'revoked'],
    ['somebody whom the directory has disabled', theBot, 'gone', 'refused-by-directory'],
    ['anybody where nobody knows the account', { kind: 'subject', issuer: agents, id: 'x' }, 'eve', 'not-known'],
    ['anybody where nobody knows the person', { kind: 'person', issuer: people, id: 'ada-0' }, 'ada-2', 'not-known'],
    ['anybody where it is a run', { kind: 'run', id: 'run-of-bot' }, 'eve', 'not-liftable'],
    ['anybody where it is a session', { kind: 'session', id: 's1' }, 'eve', 'not-liftable'],
  ])('is not lifted by %s', async (_who, what, who, why) => {
    const on = await stage()
    const { id } = await on.guard.revoke(what, { reason })
    expect(await on.lifts(id, who)).toEqual({ lifted: false, reason: why })
    expect(on.guard.revocations.inForce()).toHaveLength(1)
    expect(on.events().filter(({ type }) => type === 'revocation.refused-lift')).toHaveLength(1)
    await on.guard.close()
  })

  it('is not lifted by a no, weak or wrong evidence, or a credential', async () => {
    const on = await stage()
    const { id } = await on.guard.revoke(theBot, { reason })
    expect(await on.lifts(id, 'eve', { dec: 'deny' })).toEqual({ lifted: false, reason: 'denied' })
    expect(await on.lifts(id, 'eve', {}, 'channel')).toEqual({ lifted: false, reason: 'level-too-low' })
    expect(await on.lifts(id, 'eve', { req: 'other' })).toMatchObject({ reason: expect.stringMatching(/^no-evidence/) })
    for (const given of [{}, undefined, { credential: { token: 't' }, verdict: 'justified' }, { evidence: 7 }])
      expect(await on.guard.revocations.lift(id, given as never)).toEqual({ lifted: false, reason: 'malformed' })
    expect(await on.opens()).toBe('ERR_REVOKED')
    await on.guard.close()
  })

  it('takes the duty policy, on the target or on every one', async () => {
    const nobody = await stage({ roles: ['worker'] })
    const some = await stage({ roles: ['db-admin'] })
    for (const [on, what, lifted] of [
      [nobody, { kind: 'target', id: 'db' }, false],
      [some, { kind: 'target', id: 'db' }, true],
      [some, { kind: 'target', id: 'other' }, false],
      [some, theBot, false],
      [some, { kind: 'everything' }, false],
    ] as const) {
      const { id } = await on.guard.revoke(what, { reason })
      expect(await on.lifts(id)).toEqual(lifted ? { lifted } : { lifted, reason: 'no-policy-duty' })
    }
    await Promise.all([nobody, some].map(({ guard }) => guard.close()))
  })

  it('is lifted where it stops everything, but not by whoever is stopped besides', async () => {
    const on = await stage()
    const { id } = await on.guard.revoke({ kind: 'everything' }, { reason })
    const other = await on.guard.revoke({ kind: 'person', issuer: people, id: 'eve' }, { reason })
    expect(await on.lifts(id)).toEqual({ lifted: false, reason: 'revoked' })
    expect(await on.lifts(other.id, 'ada')).toEqual({ lifted: false, reason: 'revoked' })
    expect(await on.lifts(id, 'ada')).toEqual({ lifted: true })
    expect(await on.opens()).toBe('open')
    await on.guard.close()
  })

  it('is lifted where it stops everything more than once', async () => {
    const on = await stage()
    await on.guard.revoke({ kind: 'everything' }, { reason })
    const { id } = await on.guard.revoke({ kind: 'everything' }, { reason: 'again', forMs: 60_000 })
    expect(on.guard.revocations.inForce()).toHaveLength(2)
    expect(await on.lifts(id)).toEqual({ lifted: true })
    expect(await on.opens()).toBe('open')
    await on.guard.close()
  })

  it('of an account is lifted by nobody where no directory says whose it is, of a person by another one', async () => {
    const on = await stage({ directory: accountsAsPeople })
    const account = await on.guard.revoke(theBot, { reason })
    const person = await on.guard.revoke({ kind: 'person', issuer: people, id: 'ada' }, { reason })
    expect(await on.lifts(account.id)).toEqual({ lifted: false, reason: 'not-known' })
    expect(await on.lifts(person.id, 'ada')).toEqual({ lifted: false, reason: 'revoked' })
    expect(await on.lifts(person.id)).toEqual({ lifted: true })
    await on.guard.close()
  })

  it('stays when its lifting cannot be recorded', async () => {
    const on = await stage({ fails: ({ type }) => type === 'revocation.lifted' })
    const { id } = await on.guard.revoke(theBot, { reason })
    await expect(on.lifts(id)).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    expect(await on.opens()).toBe('ERR_REVOKED')
    await on.guard.close()
  })

  it('is lifted with all that was revoked alike, and not what is revoked again', async () => {
    const on = await stage()
    await on.guard.revoke(theBot, { reason, forMs: 1_000 })
    const { id } = await on.guard.revoke(theBot, { reason })
    await on.guard.revoke(theBot, { reason: 'again', forMs: 2_000 })
    expect(on.guard.revocations.inForce()).toHaveLength(2)
    expect(await on.lifts(id)).toEqual({ lifted: true })
    expect(on.guard.revocations.inForce()).toEqual([])
    expect(await on.opens()).toBe('open')
    await on.guard.revoke(theBot, { reason: 'once more' })
    expect(await on.opens()).toBe('ERR_REVOKED')
    await on.guard.close()
  })

  it('stays where it was revoked again while its lifting was written down, for all and after a restart', async () => {
    const journal = lastingJournal()
    const ledger = sharedLedger()
    const again = ({ type }: EventDraft) =>
      type === 'revocation.lifted' ? on.guard.revoke(theBot, { reason: 'again' }) : undefined
    const on: Stage = await stage({ journal, ledger, meanwhile: again })
    const { id } = await on.guard.revoke(theBot, { reason })
    expect(await on.lifts(id)).toEqual({ lifted: true })
    expect(on.guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
    const [other, later] = [await stage({ ledger }), await stage({ journal: await reopened(on, journal) })]
    expect(other.guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
    expect(later.guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
    await Promise.all([other.guard.close(), later.guard.close()])
  })

  it.each([120_000, 60_000, 1_000])(
    'stays where another guard revoked it again, for %i ms, while its lifting was written down',
    async (forMs) => {
      const ledger = sharedLedger()
      const two = await stage({ ledger })
      const again = ({ type }: EventDraft) =>
        type === 'revocation.lifted' ? two.guard.revoke(theBot, { reason: 'again', forMs }) : undefined
      const one = await stage({ ledger, meanwhile: again })
      const { id } = await one.guard.revoke(theBot, { reason, forMs: 60_000 })
      expect(await one.lifts(id)).toEqual({ lifted: true })
      for (const { guard } of [one, two])
        await expect.poll(() => guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
      expect(await one.opens()).toBe('ERR_REVOKED')
      await Promise.all([one.guard.close(), two.guard.close()])
    },
  )

  it('stays where another guard revoked it again and whoever lifts it was not shown that', async () => {
    const inner = sharedLedger()
    let behind: Promise<unknown> | undefined
    const late = { ...inner, get: async (key: string) => [await behind, await inner.get(key)][1] as LedgerEntry }
    let goOn = (): void => undefined
    // It is decided by then, and what it was decided about is on record.
    const meanwhile = ({ type }: EventDraft) => {
      if (type === 'revocation.lifted') goOn()
      return undefined
    }
    const [one, two] = [await stage({ ledger: late, meanwhile }), await stage({ ledger: inner })]
    const { id } = await one.guard.revoke(theBot, { reason })
    behind = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const again = await two.guard.revoke(theBot, { reason: 'again', forMs: 60_000 })
    expect(await one.lifts(id)).toEqual({ lifted: true })
    for (const { guard } of [one, two])
      await expect.poll(() => guard.revocations.inForce()).toMatchObject([{ id: again.id }])
    await Promise.all([one.guard.close(), two.guard.close()])
  })

  it('is lifted by what was signed about all that is revoked alike, and by nothing older', async () => {
    const on = await stage()
    const { id } = await on.guard.revoke(theBot, { reason })
    const [before] = on.guard.revocations.inForce()
    const other = await on.guard.revoke(theBot, { reason: 'the second one', forMs: 60_000 })
    const [shown] = on.guard.revocations.inForce()
    expect(shown?.view.text).toContain('the second one')
    expect(await on.lifts(id, 'eve', { ...before?.subject })).toMatchObject({
      reason: expect.stringMatching(/^no-evidence/) as string,
    })
    expect(on.guard.revocations.inForce().map((each) => each.id)).toEqual([id, other.id])
    // Of which nothing but the id is another.
    const third = await on.guard.revoke(theBot, { reason: 'the second one', forMs: 60_000 })
    expect(await on.lifts(id, 'eve', { ...shown?.subject })).toMatchObject({
      reason: expect.stringMatching(/^no-evidence/) as string,
    })
    expect(await on.lifts(id)).toEqual({ lifted: true })
    expect(on.events().find(({ type }) => type === 'revocation.lifted')).toMatchObject({ revocations: [id, third.id] })
    await on.guard.close()
  })

  it('is lifted with what it took the place of, in every guard and after a restart', async () => {
    const ledger = sharedLedger()
    const journal = lastingJournal()
    const [one, two, own] = [await stage({ ledger }), await stage({ ledger }), await stage({ journal })]
    await one.guard.revoke(theBot, { reason, forMs: 60_000 })
    const { id } = await two.guard.revoke(theBot, { reason: 'for longer' })
    await expect.poll(() => one.guard.revocations.inForce().map((each) => each.id)).toEqual([id])
    expect(await two.lifts(id)).toEqual({ lifted: true })
    for (const { guard } of [one, two]) await expect.poll(() => guard.revocations.inForce()).toEqual([])
    await own.guard.revoke(theBot, { reason, forMs: 60_000 })
    const last = await own.guard.revoke(theBot, { reason: 'for longer' })
    expect(await own.lifts(last.id)).toEqual({ lifted: true })
    const later = await stage({ journal: await reopened(own, journal) })
    expect(later.guard.revocations.inForce()).toEqual([])
    await Promise.all([one, two, later].map(({ guard }) => guard.close()))
  })

  it('stays where it was revoked again while the directory was asked', async () => {
    let asked = false
    const slow: Directory = {
      resolve: async (subject, query) => {
        if (subject.id === 'eve' && !asked) {
          asked = true
          await on.guard.revoke(theBot, { reason: 'again' })
        }
        return directory.resolve(subject, query)
      },
    }
    const on: Stage = await stage({ directory: slow })
    const { id } = await on.guard.revoke(theBot, { reason })
    expect(await on.lifts(id)).toEqual({ lifted: false, reason: 'changed' })
    expect(await on.opens()).toBe('ERR_REVOKED')
    await on.guard.close()
  })

  it('stays lifted after a restart, and what was revoked again stays revoked', async () => {
    const journal = lastingJournal()
    const first = await stage({ journal })
    await first.guard.revoke({ kind: 'target', id: 'other' }, { reason })
    for (const what of [theBot, { kind: 'target', id: 'db' }] as const) {
      const { id } = await first.guard.revoke(what, { reason })
      expect(await first.lifts(id)).toEqual({ lifted: true })
    }
    await first.guard.revoke({ kind: 'target', id: 'db' }, { reason: 'again' })
    await first.guard.close()
    const second = await stage({ journal })
    expect(second.guard.revocations.inForce()).toMatchObject([
      { what: { kind: 'target', id: 'other' }, reason },
      { what: { kind: 'target', id: 'db' }, reason: 'again' },
    ])
    expect(await second.opens()).toBe('open')
    await second.guard.close()
  })

  it('is lifted in every guard on the ledger, also where it was revoked, and revoked again for all', async () => {
    const ledger = sharedLedger()
    const [one, two] = [await stage({ ledger }), await stage({ ledger })]
    const { id } = await one.guard.revoke(theBot, { reason })
    await expect.poll(() => two.guard.revocations.inForce()).toHaveLength(1)
    expect(await two.lifts(id)).toEqual({ lifted: true })
    expect(await two.opens()).toBe('open')
    await expect.poll(() => one.guard.revocations.inForce()).toEqual([])
    expect(await one.opens()).toBe('open')
    await one.guard.revoke(theBot, { reason: 'again' })
    await expect.poll(() => two.guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
    expect(one.guard.revocations.inForce()).toMatchObject([{ reason: 'again' }])
    await Promise.all([one.guard.close(), two.guard.close()])
  })

  it('stays where the ledger never learnt of it', async () => {
    const inner = memoryLedger({ clock })
    let broken = false
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      commit: (changes) => (broken ? Promise.reject(new Error('down')) : inner.commit(changes)),
      nowMs: () => inner.nowMs(),
      close: () => Promise.resolve(),
    }
    const [one, two] = [await stage({ ledger }), await stage({ ledger })]
    await one.guard.revoke({ kind: 'target', id: 'db' }, { reason })
    broken = true
    await expect(one.guard.revoke(theBot, { reason: 'mine' })).rejects.toBeInstanceOf(Error)
    broken = false
    const { id } = await two.guard.revoke(theBot, { reason })
    await expect.poll(() => one.guard.revocations.inForce().map((each) => each.id)).toContain(id)
    expect(await two.lifts(id)).toEqual({ lifted: true })
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await one.opens()).toBe('ERR_REVOKED')
    expect(await two.opens()).toBe('open')
    const mine = one.guard.revocations.inForce().find((revocation) => revocation.reason === 'mine')
    expect(await one.lifts(mine?.id ?? '')).toEqual({ lifted: true })
    expect(await one.opens()).toBe('open')
    await Promise.all([one.guard.close(), two.guard.close()])
  })
})
