import type { Approver, BrokenGlass, GlassReviewReceipt, Principal, Session, UnverifiedClaims } from '@bothkeys/core'
import { unverifiedCredential } from '@bothkeys/core'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { dba, governed, principalOf } from '../support/governed.js'

const person = (subject: string, ...roles: readonly string[]): UnverifiedClaims => ({ kind: 'human', subject, roles })
const outage = { target: 'db', reason: 'checkout is down', ticket: 'INC-4711' }
const update = 'update orders set n = n + 1 where id = 1'

/** Says no in the name of a dba, and counts how often it was asked. */
class No implements Approver {
  readonly name = 'no'
  readonly level = 'asserted'
  asked = 0
  #who: Principal | undefined

  readonly ask: Approver['ask'] = async (request, vote) => {
    this.asked += 1
    this.#who ??= await principalOf(dba)
    await vote({ decision: 'deny', approver: this.#who, digest: request.digest })
  }
}

describe('broken glass, on a server', () => {
  const no = new No()
  const told: BrokenGlass[] = []
  const clients: pg.Client[] = []
  let on: Governed

  beforeAll(async () => {
    on = await governed({
      seed: `create table orders (id int primary key, n int not null);
        create table secrets (id int primary key, n int not null)`,
      approvers: [no],
      notifyGlass: (glass) => {
        told.push(glass)
      },
      deny: [{ id: 'no-secrets', resource: 'table:public.secrets' }],
      hold: [
        {
          id: 'writes',
          duty: 'write',
          require: [{ stage: 'peer', count: 1, role: 'dba' }],
          ttl: '1m',
          maxAffected: 1,
        },
      ],
      policy: {
        roles: {
          oncall: [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
          dba: [{ target: 'db', duty: 'approve' }],
          auditor: [{ target: 'db', duty: 'audit' }],
        },
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
      },
    })
  })

  beforeEach(async () => {
    await on.owner.query(`truncate orders, secrets; insert into orders values (1, 0), (2, 0);
      insert into secrets values (1, 0)`)
    no.asked = 0
    told.length = 0
  })

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
    await on.close()
  })

  const connect = async (session: Session): Promise<pg.Client> => {
    const client = on.target.client(session)
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }

  /** Somebody on call, of whom no glass is known, with a client. */
  const started = async (subject: string): Promise<{ readonly session: Session; readonly client: pg.Client }> => {
    const session = await on.session(person(subject, 'oncall'))
    return { session, client: await connect(session) }
  }

  const isHeld = async (client: pg.Client, text: string | pg.QueryConfig = update): Promise<void> => {
    const before = no.asked
    await expect(client.query(text)).rejects.toMatchObject({ detail: expect.stringContaining('ERR_APPROVAL_DENIED') })
    expect(no.asked).toBe(before + 1)
  }

  const numbers = async (table = 'orders'): Promise<readonly number[]> =>
    (await on.owner.query<{ n: number }>(`select n from ${table} order by id`)).rows.map(({ n }) => n)

  const review = (id: string, claims: UnverifiedClaims): Promise<GlassReviewReceipt> =>
    on.guard.glass.review(id, { credential: { [unverifiedCredential]: claims }, verdict: 'justified' })

  it('lets a held write of a live connection run once it is broken, and holds the next one when it is given back', async () => {
    const { client, session } = await started('ann')
    await isHeld(client)
    const glass = await session.breakGlass(outage)
    expect(told).toMatchObject([{ id: glass.id, ticket: 'INC-4711', session: session.id }])
    expect((await client.query(update)).rowCount).toBe(1)
    expect([no.asked, await numbers()]).toEqual([1, [1, 0]])
    await glass.close()
    await isHeld(client)
    expect(await numbers()).toEqual([1, 0])
    const intents = on.journal.events.filter((event) => event.session === session.id && event.type === 'action.intent')
    expect(intents.map((event) => [event['glass'], event['approval']])).toEqual([[glass.id, undefined]])
    const types = on.journal.events.filter(({ type }) => type === 'glass.broken' || type === 'action.intent')
    expect(types.map(({ type }) => type).slice(-2)).toEqual(['glass.broken', 'action.intent'])
  })

  it('is lost by a statement that was prepared while it was open', async () => {
    const { client, session } = await started('bob')
    const prepared = { name: 'u', text: 'update orders set n = n + $1 where id = 1', values: [1] }
    const glass = await session.breakGlass(outage)
    await client.query(prepared)
    await client.query(prepared)
    await glass.close()
    await isHeld(client, prepared)
    expect(await numbers()).toEqual([2, 0])
  })

  it('is lost in the middle of a transaction, of which nothing stays then', async () => {
    const { client, session } = await started('cy')
    const glass = await session.breakGlass(outage)
    await client.query('begin')
    await client.query(update)
    await glass.close()
    await expect(client.query(update)).rejects.toMatchObject({ code: '42501' })
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
    expect((await client.query('commit')).command).toBe('ROLLBACK')
    expect(await numbers()).toEqual([0, 0])
  })

  it('is lost when its time is over, by a connection that goes on', async () => {
    const { client, session } = await started('dan')
    const glass = await session.breakGlass({ ...outage, forMs: 500 })
    await expect.poll(() => glass.open).toBe(false)
    await isHeld(client)
    expect((await client.query('select n from orders where id = 1')).rows).toEqual([{ n: 0 }])
  })

  it('is for one session, and lifts neither a denial nor a bound', async () => {
    const { client, session } = await started('eve')
    const other = (await started('eve')).client
    const glass = await session.breakGlass(outage)
    await isHeld(other)
    await expect(client.query('update secrets set n = 9 where id = 1')).rejects.toMatchObject({
      code: '42501',
      detail: expect.stringContaining('no-secrets'),
    })
    await expect(client.query('update orders set n = 9 where id > 0')).rejects.toMatchObject({ code: '42501' })
    expect([await numbers(), await numbers('secrets')]).toEqual([[0, 0], [0]])
    await client.query(update)
    expect(await numbers()).toEqual([1, 0])
    await glass.close()
  })

  it('keeps the next one whole until somebody independent has found it justified', async () => {
    const { client, session } = await started('fay')
    const glass = await session.breakGlass(outage)
    await client.query(update)
    expect(await review(glass.id, person('vera', 'auditor'))).toEqual({ counted: false, reason: 'still-open' })
    await glass.close()
    const again = (await started('fay')).session
    for (const each of [session, again])
      await expect(each.breakGlass(outage)).rejects.toMatchObject({ code: 'ERR_GLASS_UNREVIEWED' })
    expect(await review(glass.id, person('fay', 'auditor'))).toMatchObject({
      counted: false,
      reason: expect.stringContaining('not-independent'),
    })
    await expect(again.breakGlass(outage)).rejects.toMatchObject({ code: 'ERR_GLASS_UNREVIEWED' })
    await isHeld(client)
    expect(told).toHaveLength(1)
    expect(await review(glass.id, person('vera', 'auditor'))).toEqual({ counted: true, verdict: 'justified' })
    const next = await session.breakGlass(outage)
    await client.query(update)
    expect(await numbers()).toEqual([2, 0])
    await next.close()
  })
})
