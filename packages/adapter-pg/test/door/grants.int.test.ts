import type { Approver, Grant, Guard, Principal, Session, UnverifiedClaims } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PostgresTarget } from '../../src/index.js'
import { postgres } from '../../src/index.js'
import { agent, dba, principalOf } from '../support/governed.js'

const second: UnverifiedClaims = { ...agent, subject: 'agent-2' }
const owner: UnverifiedClaims = { kind: 'human', subject: 'ada', roles: ['dba'] }

/** Decides in the name of whoever the test sets, and notes what it was asked. */
class Person implements Approver {
  readonly name = 'person'
  readonly level = 'asserted'
  readonly views: string[] = []
  readonly receipts: string[] = []
  decision: 'allow' | 'deny' = 'deny'
  who: Principal | undefined

  readonly ask: Approver['ask'] = async (request, vote) => {
    this.views.push(request.view.text)
    if (this.who === undefined) throw new Error('nobody is there')
    const receipt = await vote({ decision: this.decision, approver: this.who, digest: request.digest })
    this.receipts.push(receipt.counted ? 'counted' : receipt.reason)
    if (!receipt.counted) throw new Error(receipt.reason)
  }
}

/** Bounded, with a parameter. */
const update = 'update orders set note = note || $1 where id = 1'

describe('a grant, on a server', () => {
  const person = new Person()
  const journal = memoryJournal()
  const clients: pg.Client[] = []
  let deny: readonly object[] = []
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let past: pg.Client
  let targets: readonly PostgresTarget[]
  let guard: Guard

  beforeAll(async () => {
    database = await freshDatabase()
    past = new pg.Client(database.url)
    await past.connect()
    await past.query(`create table orders (id int primary key, note text not null);
      create table invoices (id int primary key, note text not null)`)
    targets = ['db', 'other'].map((name) => postgres(name, { connectionString: database.url }))
    guard = await createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'test', content: policy() }) },
      identity: unverifiedIdentity(),
      targets,
      approvers: [person],
      journal,
    })
  })

  beforeEach(async () => {
    await past.query(
      `truncate orders, invoices; insert into orders values (1, ''), (2, ''); insert into invoices values (1, '')`,
    )
    person.who = await principalOf(dba)
    person.decision = 'deny'
    person.views.length = 0
    person.receipts.length = 0
  })

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
    await guard.close()
    await past.end()
  })

  const policy = () => ({
    version: 1,
    targets: { db: { kind: 'postgres' }, other: { kind: 'postgres' } },
    roles: {
      agent: [{ target: ['db', 'other'], duty: ['read', 'write'], resource: 'table:public.*' }],
      dba: [{ target: ['db', 'other'], duty: 'approve' }],
    },
    deny,
    hold: [
      {
        id: 'writes',
        duty: 'write',
        require: [{ stage: 'peer', count: 1, role: 'dba' }],
        ttl: '1m',
        grant: { uses: 5, ttl: '1h' },
      },
    ],
  })

  const open = (claims: UnverifiedClaims = agent): Promise<Session> =>
    guard.openSession({ [unverifiedCredential]: claims })

  const connect = async (session: Session, name = 'db'): Promise<pg.Client> => {
    const client = targets.find((target) => target.name === name)?.client(session)
    if (client === undefined) throw new Error(`no target ${name}`)
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }

  /** A session that has read once, with its client. */
  const started = async (
    claims?: UnverifiedClaims,
  ): Promise<{ readonly session: Session; readonly client: pg.Client }> => {
    const session = await open(claims)
    const client = await connect(session)
    await client.query('select id from orders')
    return { session, client }
  }

  /** Two updates of orders, which an independent person says yes to; nobody says yes to anything afterwards. */
  const granted = async (session: Session, more: object = {}): Promise<Grant> => {
    person.decision = 'allow'
    const grant = await session.requestGrant({
      target: 'db',
      duty: 'write',
      resource: 'table:public.orders',
      uses: 2,
      ttlMs: 600_000,
      reason: 'backfill of notes',
      ...more,
    })
    person.decision = 'deny'
    person.views.length = 0
    return grant
  }

  const isHeld = async (client: pg.Client, text: string | pg.QueryConfig): Promise<void> => {
    const before = person.views.length
    await expect(client.query(text)).rejects.toMatchObject({ detail: expect.stringContaining('ERR_APPROVAL_DENIED') })
    expect(person.views.length).toBe(before + 1)
  }

  const notes = async (): Promise<readonly string[]> =>
    (await past.query<{ note: string }>('select note from orders order by id')).rows.map(({ note }) => note)

  it('lets two updates run without a question, and the third is held again', async () => {
    const { client, session } = await started()
    await isHeld(client, { text: update, values: ['a'] })
    const grant = await granted(session)
    await client.query(update, ['b'])
    await client.query({ name: 'u', text: update, values: ['c'] })
    expect(person.views).toEqual([])
    expect(grant.open).toBe(false)
    await isHeld(client, { name: 'u', text: update, values: ['d'] })
    expect(await notes()).toEqual(['bc', ''])
    const intents = journal.events.filter((event) => event.session === session.id && event.type === 'action.intent')
    expect(intents.map((event) => [event['approval'], event['grant']])).toEqual([
      [undefined, undefined],
      [undefined, { id: grant.id, use: 1 }],
      [undefined, { id: grant.id, use: 2 }],
    ])
  })

  it('is for one table, one target, one session and bounded updates', async () => {
    const { client, session } = await started()
    const grant = await granted(session)
    await isHeld(client, "update invoices set note = 'x' where id = 1")
    await isHeld(client, "update orders set note = 'x'")
    await isHeld(
      client,
      "with i as (update invoices set note = 'x' where id = 1) update orders set note = 'x' where id = 1",
    )
    await isHeld(await connect(session, 'other'), "update orders set note = 'x' where id = 1")
    for (const claims of [agent, second])
      await isHeld((await started(claims)).client, "update orders set note = 'x' where id = 1")
    expect([grant.usesLeft, await notes()]).toEqual([2, ['', '']])
    await client.query(update, ['b'])
    expect(await notes()).toEqual(['b', ''])
  })

  it('bounds the rows of each update, and undoes one that changes more', async () => {
    const { client, session } = await started()
    await granted(session, { maxAffected: 1 })
    await expect(client.query("update orders set note = 'x' where id > 0")).rejects.toMatchObject({ code: '42501' })
    await client.query(update, ['b'])
    expect([person.views, await notes()]).toEqual([[], ['b', '']])
  })

  it('is not given by the owner of the agent', async () => {
    const { client, session } = await started()
    person.who = await principalOf(owner)
    await expect(granted(session)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_APPROVAL_/u) })
    expect(person.receipts).toEqual(['not-independent: person'])
    person.who = await principalOf(dba)
    person.decision = 'deny'
    await isHeld(client, { text: update, values: ['a'] })
  })

  it('shows people what it lets through, and where', async () => {
    const { session } = await started()
    person.decision = 'deny'
    await expect(
      session.requestGrant({
        target: 'db',
        duty: 'write',
        resource: 'table:public.orders',
        uses: 2,
        ttlMs: 600_000,
        reason: 'backfill of notes',
      }),
    ).rejects.toMatchObject({ code: 'ERR_APPROVAL_DENIED' })
    const [view = ''] = person.views
    const { pathname, port } = new URL(database.url)
    for (const words of [
      'A GRANT, NOT ONE ACTION',
      'adds or changes rows of public.orders',
      'nothing that can reach every row',
      'at most 2 times',
      '10 minutes',
      `database=${pathname.slice(1)}`,
      `port=${port}`,
    ])
      expect(view).toContain(words)
  })

  it('is void once the policy is another one', async () => {
    const { client, session } = await started()
    const grant = await granted(session)
    await client.query(update, ['b'])
    deny = [{ id: 'no-ddl', duty: 'define' }]
    await guard.reload()
    await isHeld(client, { text: update, values: ['c'] })
    expect([grant.open, await notes()]).toEqual([false, ['b', '']])
  })
})
