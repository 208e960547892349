import { AsyncLocalStorage } from 'node:async_hooks'
import type { Session } from '@bothkeys/core'
import { createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/index.js'
import type { Governed } from '../support/governed.js'
import { agent, governed } from '../support/governed.js'

describe('whose statement it is', () => {
  let on: Governed

  beforeAll(async () => {
    on = await governed({ seed: 'create table t (a int); insert into t values (1)' })
  })

  afterAll(() => on.close())

  it('is told by the connection, whatever the asynchronous context of the caller', async () => {
    const context = new AsyncLocalStorage<string>()
    const sessions = {
      one: await on.session({ ...agent, subject: 'one' }),
      two: await on.session({ ...agent, subject: 'two' }),
    }
    const one = on.target.pool(sessions.one, { max: 1 })
    const two = on.target.pool(sessions.two, { max: 1 })
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) =>
        context.run(name, async () => {
          const pool = index % 2 === 0 ? one : two
          await pool.query(`select a as by_${index % 2 === 0 ? 'one' : 'two'} from t`)
        }),
      ),
    )
    for (const name of ['one', 'two'] as const) {
      expect(on.intents(sessions[name])).toEqual(Array.from({ length: 3 }, () => `select a as by_${name} from t`))
      const actor = on.journal.events.find(
        (event) => event.type === 'action.intent' && event.session === sessions[name].id,
      )
      expect(JSON.stringify(actor?.['actor'])).toContain(`"${name}"`)
    }
    await one.end()
    await two.end()
  })

  it('is shown to the server with the short id of the session', async () => {
    const session = await on.session()
    const pool = on.target.pool(session, { application_name: 'reports' })
    const client = await pool.connect()
    await client.query('select a from t')
    const { rows } = await on.owner.query(
      'select application_name from pg_stat_activity where datname = current_database() and application_name like $1',
      ['bothkeys:%reports'],
    )
    expect(rows).toEqual([{ application_name: `bothkeys:${session.id.slice(0, 8)} reports` }])
    client.release()
    await pool.end()
  })

  describe('by the name of the connection, which', () => {
    const shown = async (client: pg.ClientBase): Promise<unknown> =>
      (await client.query<{ application_name: string }>('show application_name')).rows[0]?.application_name

    const connected = async (
      use: (client: pg.ClientBase, name: string, session: Session) => Promise<void>,
    ): Promise<void> => {
      const session = await on.session()
      const client = on.target.client(session, { application_name: 'start' })
      await client.connect()
      try {
        await use(client, `bothkeys:${session.id.slice(0, 8)}`, session)
      } finally {
        await client.end()
      }
    }

    it.each([
      ["set application_name = 'PostgreSQL JDBC Driver'", ' PostgreSQL JDBC Driver'],
      ['SET SESSION "Application_Name" TO reports;', ' reports'],
      ["/* a */ set application_name to E'a''b\\\\c' -- d", " a'b\\c"],
      ["set application_name to ''", ''],
      ['reset application_name', ' start'],
      ['set application_name to default', ' start'],
    ])('a client may choose behind the session: %s', async (text, rest) => {
      for (const values of [undefined, []])
        await connected(async (client, name) => {
          if (!text.startsWith('set') && !text.startsWith('SET')) await client.query("set application_name = 'other'")
          // With values the driver uses the extended protocol.
          await (values === undefined
            ? client.query(text)
            : client.query({ text, values: [...values], queryMode: 'extended' } as pg.QueryConfig))
          expect(await shown(client)).toBe(`${name}${rest}`)
        })
    })

    it('a client may set to what it was shown', async () => {
      await connected(async (client, name) => {
        await client.query(`set application_name = '${name} again'`)
        expect(await shown(client)).toBe(`${name} again`)
      })
    })

    it('a client may choose for one transaction', async () => {
      await connected(async (client, name) => {
        await client.query('begin')
        await client.query("set local application_name = 'inside'")
        expect(await shown(client)).toBe(`${name} inside`)
        await client.query('commit')
        expect(await shown(client)).toBe(`${name} start`)
      })
    })

    it.each([
      "set application_name = 'bothkeys:other'; select a from t",
      "select 1; set local application_name = 'x'",
      'set application_name = 12',
      "set application_name = 'a', 'b'",
    ])('is never set in a way that could hide the session: %s', async (text) => {
      await connected(async (client, name, session) => {
        await expect(client.query(text)).rejects.toMatchObject({ code: '0A000' })
        expect(await shown(client)).toBe(`${name} start`)
        expect(on.intents(session)).not.toContain(expect.stringContaining('set'))
      })
    })

    it('ends the connection when a function sets it to something else', async () => {
      const session = await on.session()
      const client = on.target.client(session)
      await client.connect()
      await expect(
        client.query("select set_config('application_name', 'bothkeys:other', false)"),
      ).rejects.toMatchObject({
        detail: 'ERR_TARGET_UNSAFE',
        message: expect.stringContaining('application_name') as string,
      })
      await expect(client.query('select a from t')).rejects.toThrow()
    })
  })

  it('is nobody else’s: sessions of another guard and what only looks like a session are refused', async () => {
    const target = postgres('db', { connectionString: on.url })
    const guard = await createGuard({
      policy: {
        load: () =>
          Promise.resolve({
            name: 'other',
            content: {
              version: 1,
              targets: { db: { kind: 'postgres' } },
              roles: { agent: [{ target: 'db', duty: 'read' }] },
            },
          }),
      },
      identity: unverifiedIdentity(),
      targets: [target],
      journal: memoryJournal(),
    })
    const foreign = await guard.openSession({ [unverifiedCredential]: agent })
    const genuine = await on.session()
    const open: ((session: Session) => unknown)[] = [
      (session) => on.target.pool(session),
      (session) => on.target.client(session),
      (session) => on.target.config(session),
    ]
    for (const make of open) {
      expect(() => make(foreign)).toThrow(expect.objectContaining({ code: 'ERR_TARGET_UNKNOWN' }))
      for (const fake of [
        { id: genuine.id, principal: genuine.principal },
        Object.create(genuine),
        { ...genuine },
        null,
      ]) {
        expect(() => make(fake as Session)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
      }
    }
    await expect(on.target.listen(foreign)).rejects.toMatchObject({ code: 'ERR_TARGET_UNKNOWN' })
    await guard.close()
  })

  it('is refused once the session is closed, on connections old and new', async () => {
    const session = await on.session()
    const pool = on.target.pool(session)
    const client = await pool.connect()
    client.on('error', () => undefined)
    await session.close()
    await expect(client.query('select a from t')).rejects.toThrow()
    client.release(true)
    await expect(pool.query('select a from t')).rejects.toMatchObject({ code: '57P01' })
    expect(() => on.target.pool(session)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
    await pool.end()
  })

  it('stays governed however a client of the pool’s class is made', async () => {
    const session = await on.session()
    const pool = on.target.pool(session)
    const { Client } = pool as unknown as { Client: typeof pg.Client }
    const clients = [
      new Client(),
      new Client(on.url),
      new Client({ connectionString: on.url }),
      new Client({
        connectionString: on.url,
        stream: undefined,
        ssl: false,
        host: '127.0.0.1',
      } as unknown as pg.ClientConfig),
    ]
    for (const client of clients) {
      expect(client).toBeInstanceOf(pg.Client)
      await client.connect()
      await expect(client.query('drop table t')).rejects.toMatchObject({ code: '42501' })
      await client.query('select a from t')
      await client.end()
    }
    expect(on.intents(session)).toHaveLength(clients.length)
    expect(pool).toBeInstanceOf(pg.Pool)
    await pool.end()
  })

  it('is not led around the door by options', async () => {
    const session = await on.session()
    for (const option of [
      'host',
      'password',
      'connectionString',
      'stream',
      'ssl',
      'Client',
      'options',
      'replication',
    ]) {
      expect(() => on.target.pool(session, { [option]: 'x' })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(option) }),
      )
      expect(() => on.target.client(session, { [option]: 'x' })).toThrow(/cannot be given/)
    }
  })
})
