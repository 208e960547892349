import type { Approver, Grant, Guard, Principal, Session, SessionOptions, UnverifiedClaims } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PostgresTarget } from '../../src/index.js'
import { postgres } from '../../src/index.js'
import { agent, dba, principalOf } from '../support/governed.js'

const oncall: UnverifiedClaims = { kind: 'human', subject: 'ann', roles: ['oncall'] }
const auditor: UnverifiedClaims = { kind: 'human', subject: 'vera', roles: ['auditor'] }
const outage = { target: 'db', reason: 'checkout is down', ticket: 'INC-4711' }
const update = "update orders set note = note || 'x' where id = 1"

/** Decides in the name of a dba. */
class Person implements Approver {
  readonly name = 'person'
  readonly level = 'asserted'
  decision: 'allow' | 'deny' = 'deny'
  #who: Principal | undefined

  readonly ask: Approver['ask'] = async (request, vote) => {
    this.#who ??= await principalOf(dba)
    await vote({ decision: this.decision, approver: this.#who, digest: request.digest })
  }
}

/** A guard as one process has it: a journal, a door and connections to the ledger of its own. */
interface Process {
  readonly guard: Guard
  readonly target: PostgresTarget
  readonly person: Person
  readonly journal: ReturnType<typeof memoryJournal>
}

describe('two guards on one PostgreSQL ledger', () => {
  const clients: pg.Client[] = []
  const guards: Guard[] = []
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let past: pg.Client
  let schemas = 0

  beforeAll(async () => {
    database = await freshDatabase()
    past = new pg.Client(database.url)
    await past.connect()
    await past.query('create table orders (id int primary key, note text not null)')
  })

  beforeEach(async () => {
    await past.query(`truncate orders; insert into orders values (1, ''), (2, '')`)
  })

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
    await Promise.all(guards.map((guard) => guard.close()))
    await past.end()
  })

  /** A guard closes the ledger that it was given. */
  const processOn = async (schema: string, more: object): Promise<Process> => {
    const target = postgres('db', { connectionString: database.url })
    const journal = memoryJournal()
    const person = new Person()
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'test', content: { ...policy, ...more } }) },
      identity: unverifiedIdentity(),
      targets: [target],
      approvers: [person],
      journal,
      ledger: await postgresLedger({ connection: { connectionString: database.url }, schema }),
      notifyGlass: () => undefined,
    })
    guards.push(guard)
    return { guard, target, person, journal }
  }

  /** Two processes on a ledger that nobody used before. */
  const two = async (more: object = {}): Promise<readonly [Process, Process]> => {
    const schema = `ledger_${String(++schemas)}`
    return [await processOn(schema, more), await processOn(schema, more)]
  }

  const policy = {
    version: 1,
    targets: { db: { kind: 'postgres' } },
    roles: {
      agent: [{ target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' }],
      oncall: [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
      dba: [{ target: 'db', duty: 'approve' }],
      auditor: [{ target: 'db', duty: 'audit' }],
    },
    hold: [
      {
        id: 'writes',
        duty: 'write',
        require: [{ stage: 'peer', count: 1, role: 'dba' }],
        ttl: '1m',
        grant: { uses: 5, ttl: '1h' },
      },
    ],
    breakGlass: [
      {
        id: 'night',
        role: 'oncall',
        target: 'db',
        duty: 'write',
        for: '1h',
        review: { role: 'auditor', within: '24h' },
      },
    ],
  }

  const open = ({ guard }: Process, claims: UnverifiedClaims = agent, options?: SessionOptions): Promise<Session> =>
    guard.openSession({ [unverifiedCredential]: claims }, options)

  const connect = async ({ target }: Process, session: Session): Promise<pg.Client> => {
    const client = target.client(session)
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }

  /** So many connections of one session that has read once, and a grant of two updates. */
  const granted = async (
    on: Process,
    connections: number,
  ): Promise<{ readonly grant: Grant; readonly session: Session; readonly clients: readonly pg.Client[] }> => {
    const session = await open(on)
    const made = await Promise.all(Array.from({ length: connections }, () => connect(on, session)))
    await made[0]?.query('select id from orders')
    on.person.decision = 'allow'
    const grant = await session.requestGrant({
      target: 'db',
      duty: 'write',
      resource: 'table:public.orders',
      uses: 2,
      ttlMs: 600_000,
      reason: 'backfill of notes',
    })
    on.person.decision = 'deny'
    return { grant, session, clients: made }
  }

  /** What became of a statement: `ran`, or the first word of the detail. */
  const fate = (client: pg.Client, text: string): Promise<string> =>
    client.query(text).then(
      () => 'ran',
      (error: unknown) => String((error as { readonly detail?: string }).detail).split(' ')[0] ?? '',
    )

  /** What became of one statement on each connection, all at once. */
  const race = async (on: readonly pg.Client[]): Promise<Readonly<Record<string, number>>> => {
    const outcomes = await Promise.all(
      on.map(async (client, index) => {
        // Each in words of its own: people are asked about the same statement once at a time.
        const text = `${update} and ${String(index)} = ${String(index)}`
        // A slow machine may not look at the ledger in time: then nothing ran, and it is tried again.
        for (let left = 9; ; left--) {
          const outcome = await fate(client, text)
          if (left === 0 || outcome !== 'ERR_LEDGER_UNAVAILABLE') return outcome
        }
      }),
    )
    return counted(outcomes)
  }

  const note = async (): Promise<string | undefined> =>
    (await past.query<{ note: string }>('select note from orders where id = 1')).rows[0]?.note

  const usesOn = ({ journal }: Process, { id }: Grant): readonly unknown[] =>
    journal.events.flatMap((event) => {
      const grant = event['grant'] as { readonly id?: string; readonly use?: number } | undefined
      return event.type === 'action.intent' && grant?.id === id ? [grant.use] : []
    })

  it('give each use of a grant once, however many connections try at once', async () => {
    const [one] = await two()
    const { clients: racing, grant } = await granted(one, 6)
    expect(await race(racing)).toEqual({ ran: 2, ERR_APPROVAL_DENIED: 4 })
    expect([await note(), grant.open]).toEqual(['xx', false])
    expect(new Set(usesOn(one, grant))).toEqual(new Set([1, 2]))
    expect(usesOn(one, grant)).toHaveLength(2)
  })

  it('let exactly one of many have the last use of a grant', async () => {
    const [one] = await two()
    const { clients: racing, grant } = await granted(one, 6)
    await racing[0]?.query(update)
    expect(grant.usesLeft).toBe(1)
    expect(await race(racing)).toEqual({ ran: 1, ERR_APPROVAL_DENIED: 5 })
    expect(await note()).toBe('xx')
  })

  it('keep a grant to the session and the process that it was given to', async () => {
    const [one, other] = await two()
    const { grant } = await granted(one, 1)
    expect(await race([await connect(other, await open(other)), await connect(one, await open(one))])).toEqual({
      ERR_APPROVAL_DENIED: 2,
    })
    expect([grant.usesLeft, await note()]).toEqual([2, ''])
  })

  it('take a grant back for each other before its next use', async () => {
    const [one, other] = await two()
    const { clients: made, grant } = await granted(one, 3)
    await made[0]?.query(update)
    expect(await other.guard.grants.revoke(grant.id, { reason: 'it went wrong' })).toBe(true)
    expect(await race(made)).toEqual({ ERR_APPROVAL_DENIED: 3 })
    expect([await note(), grant.open]).toEqual(['x', false])
    expect(other.journal.events.find(({ type }) => type === 'grant.ended')).toMatchObject({ end: 'revoked' })
  })

  it('count what both let through by grants against one limit, and take no use for what it refuses', async () => {
    const both = await two({ limits: [{ id: 'pace', role: 'agent', duty: 'write', statements: '3/h' }] })
    const held = await Promise.all(both.map((on) => granted(on, 2)))
    expect(await race(held.flatMap((each) => each.clients))).toEqual({ ran: 3, ERR_LIMIT_EXCEEDED: 1 })
    expect([await note(), held.reduce((left, { grant }) => left + grant.usesLeft, 0)]).toEqual(['xxx', 1])
  })

  it('break glass once for a person who tries in both at once, and no other before a review in either', async () => {
    const [one, other] = await two()
    const sessions = await Promise.all([one, other, one, other].map((on) => open(on, oncall)))
    const tries = await Promise.allSettled(sessions.map((session) => session.breakGlass(outage)))
    const broken = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    expect(broken).toHaveLength(1)
    for (const each of tries)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'ERR_GLASS_UNREVIEWED' })
    const [glass] = broken
    if (glass === undefined) throw new Error('no glass')
    await glass.close()
    expect((await other.guard.glass.pending()).map(({ id }) => id)).toEqual([glass.id])
    expect(
      await other.guard.glass.review(glass.id, {
        credential: { [unverifiedCredential]: auditor },
        verdict: 'justified',
      }),
    ).toEqual({ counted: true, verdict: 'justified' })
    const session = await open(one, oncall)
    const next = await session.breakGlass(outage)
    await (await connect(one, session)).query(update)
    expect(await note()).toBe('x')
    await next.close()
  })

  it('count duties per change together, each change by itself', async () => {
    const [one, other] = await two({
      hold: [],
      breakGlass: [],
      separate: {
        dynamic: [{ id: 'D1', duties: ['write', 'delete'], max: 1, over: ['person'], per: 'change', window: '24h' }],
      },
    })
    const inChange = async (on: Process, change?: string): Promise<pg.Client> =>
      connect(on, await open(on, agent, change === undefined ? {} : { change }))
    const conflict = { code: '42501', detail: 'ERR_DUTY_CONFLICT (rule D1)' }
    await (await inChange(one, 'CHG-1')).query(update)
    await expect((await inChange(other, 'CHG-1')).query('delete from orders where id = 2')).rejects.toMatchObject(
      conflict,
    )
    const unnamed = await inChange(other)
    await expect(unnamed.query('delete from orders where id = 2')).rejects.toMatchObject({
      ...conflict,
      hint: expect.stringContaining('open the session with the change it belongs to'),
    })
    await unnamed.query('select id from orders')
    await (await inChange(other, 'CHG-2')).query('delete from orders where id = 2')
    await expect((await inChange(one, 'CHG-2')).query(update)).rejects.toMatchObject(conflict)
    expect((await past.query('select * from orders')).rows).toEqual([{ id: 1, note: 'x' }])
  })

  it('list work that waits for a review for each other, stop whoever did it in both, and lose none in a race', async () => {
    const review = { role: 'auditor', within: '24h' }
    const chain = { id: 'looked-at', steps: ['execute', 'review'], review, per: 'target', window: '1h' }
    const both = await two({ hold: [], breakGlass: [], separate: { history: [chain] } })
    const [one, other] = both
    const made = await Promise.all([one, other, one, other].map(async (on) => connect(on, await open(on))))
    expect(await race([...made, ...made])).toEqual({ ran: 8 })
    const waiting = await one.guard.reviews.pending()
    expect(waiting.map(({ actions }) => actions)).toEqual([2, 2, 2, 2])
    expect(await other.guard.reviews.pending()).toEqual(waiting)
    const says = (on: Process, nth: number, verdict: 'justified' | 'unjustified') => {
      const { digest = '', id = '' } = waiting[nth] ?? {}
      return on.guard.reviews.review(id, { credential: { [unverifiedCredential]: auditor }, verdict, digest })
    }
    expect(await says(one, 0, 'justified')).toEqual({ counted: true, verdict: 'justified' })
    expect(await says(other, 0, 'justified')).toEqual({ counted: false, reason: 'unknown-work' })
    expect(await says(other, 1, 'unjustified')).toEqual({ counted: true, verdict: 'unjustified' })
    const late = { code: '42501', detail: 'ERR_WORK_UNREVIEWED (rule looked-at)' }
    for (const on of both) await expect((await connect(on, await open(on))).query(update)).rejects.toMatchObject(late)
    expect(await says(one, 1, 'justified')).toEqual({ counted: true, verdict: 'justified' })
    await (await connect(other, await open(other))).query(update)
    expect(await one.guard.reviews.pending()).toHaveLength(3)
  })
})

function counted(outcomes: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
