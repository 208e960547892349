import { randomBytes } from 'node:crypto'
import { testServer } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import type { Governed, GovernedOptions } from '../support/governed.js'
import { governed } from '../support/governed.js'

let on: Governed | undefined

async function start(options: GovernedOptions): Promise<Governed> {
  on = await governed(options)
  return on
}

afterEach(async () => {
  await on?.close()
  on = undefined
})

describe('backstops', () => {
  it('refuse a role that may create objects when the policy switches no-create on', async () => {
    const { target, session } = await start({ backstops: ['no-create'] })
    const client = target.client(await session())
    await expect(client.connect()).rejects.toMatchObject({ code: '42501', detail: 'ERR_TARGET_UNSAFE' })
  })

  it('are warnings of the doctor otherwise', async () => {
    const { target } = await start({})
    expect((await target.doctor()).findings).toContainEqual(
      expect.objectContaining({ id: 'schema-create', refuses: false }),
    )
  })

  it('set time limits at start-up that the client may still choose itself', async () => {
    const { target, session } = await start({ backstops: ['timeouts'] })
    const agent = await session()
    const [limited, chosen] = [target.client(agent), target.client(agent, { statement_timeout: 5_000 })]
    await Promise.all([limited.connect(), chosen.connect()])
    expect((await limited.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '1min' }])
    expect((await chosen.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '5s' }])
    await Promise.all([limited.end(), chosen.end()])
  })
})

describe('a role that others can confuse', () => {
  it('is refused while anybody may create objects on its search path', async () => {
    const { target, session, owner } = await start({})
    await owner.query('grant create on schema public to public')
    const client = target.client(await session())
    await expect(client.connect()).rejects.toMatchObject({
      detail: 'ERR_TARGET_UNSAFE',
      message: expect.stringContaining('everybody'),
    })
  })
})

describe('a database in which names are other bytes than the door reads', () => {
  it('is refused', async () => {
    const admin = new pg.Client(testServer().superuserUrl)
    await admin.connect()
    const name = `bothkeys_${randomBytes(6).toString('hex')}`
    await admin.query(`create database ${name} encoding 'LATIN1' locale 'C' template template0`)
    const reach = async (url: string): Promise<string> => url.replace(/[^/]+$/, name)
    try {
      const { target, session } = await start({ reach, config: { schemaWriters: ['pg_database_owner', 'postgres'] } })
      await expect(target.client(await session()).connect()).rejects.toMatchObject({
        detail: 'ERR_TARGET_UNSAFE',
        message: expect.stringContaining('LATIN1'),
      })
    } finally {
      await on?.close()
      on = undefined
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    }
  })
})

describe('the catalog', () => {
  const allow = [{ target: 'db', duty: ['read', 'write', 'define'], resource: 'table:public.*' }]

  it('that one connection changes is seen by another at its next statement', async () => {
    const { target, session } = await start({ allow })
    const agent = await session()
    const [one, other] = [target.client(agent), target.client(agent)]
    await Promise.all([one.connect(), other.connect()])
    await expect(other.query('select a from fresh')).rejects.toMatchObject({ code: '42P01' })
    await one.query('create table fresh (a int)')
    expect((await other.query('select a from fresh')).rowCount).toBe(0)
    await Promise.all([one.end(), other.end()])
  })

  it('of an open transaction counts for its own statements', async () => {
    const { target, session } = await start({ allow })
    const client = target.client(await session())
    await client.connect()
    await client.query('begin')
    await client.query('create table mine (a int)')
    await client.query('insert into mine values (1)')
    await client.query('rollback')
    await expect(client.query('select a from mine')).rejects.toMatchObject({ code: '42P01' })
    await client.end()
  })

  it('that somebody changes past the door voids what was understood before a write runs', async () => {
    const { target, session, owner } = await start({
      allow,
      seed: `create table t (a int); create table hidden (a int); insert into hidden values (1);
        create function hide() returns trigger language plpgsql as $$ begin delete from hidden; return new; end $$`,
    })
    const client = target.client(await session())
    await client.connect()
    await client.query('insert into t values (1)')
    await owner.query('create trigger hide before insert on t for each row execute function hide()')
    await expect(client.query('insert into t values (2)')).rejects.toMatchObject({
      code: '42501',
      message: expect.stringContaining('execute function:public.hide'),
    })
    expect((await owner.query('select a from hidden')).rowCount).toBe(1)
    await client.end()
  })

  it('may be a second old for a read: the window that SECURITY.md states', async () => {
    const { target, session, owner } = await start({
      allow,
      seed: 'create table t (a int); create view v as select a from t',
    })
    const client = target.client(await session())
    await client.connect()
    await client.query('select a from v')
    await owner.query('create table secret (a int); create or replace view v as select a from secret')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const [intent] = (await client.query('select a from v').then(() => on?.journal.events ?? [])).slice(-2)
    expect(JSON.stringify(intent)).toContain('table:public.secret')
    await client.end()
  })
})
