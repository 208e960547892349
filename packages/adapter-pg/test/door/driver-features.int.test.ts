import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import { errors, extended, query, sync, types, Wire } from './support/wire.js'

describe('what the driver can do', () => {
  let on: Governed
  let session: Session
  let client: pg.Client

  beforeAll(async () => {
    on = await governed({
      seed: `create table t (a int primary key, b text);
        create function warn() returns int language plpgsql as $$ begin raise notice 'look %', 1; return 1; end $$`,
      allow: allButDelete,
    })
  })

  beforeEach(async () => {
    await on.owner.query("truncate t; insert into t select i, 'row ' || i from generate_series(1, 50) i")
    session = await on.session()
    client = on.target.client(session)
    await client.connect()
  })

  afterAll(() => on.close())

  it('pipelines: fifty in order, one refused and one failed among them', async () => {
    await client.end()
    const piped = on.target.client(session, { pipeline: true })
    await piped.connect()
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        index === 20
          ? piped.query('delete from t where a = $1', [index])
          : index === 30
            ? piped.query('select 1/0')
            : index % 2 === 0
              ? piped.query('select b from t where a = $1', [index + 1])
              : piped.query(`select b from t where a = ${String(index + 1)}`),
      ),
    )
    results.forEach((result, index) => {
      if (index === 20) expect(result).toMatchObject({ status: 'rejected', reason: { code: '42501' } })
      else if (index === 30) expect(result).toMatchObject({ status: 'rejected', reason: { code: '22012' } })
      else expect(result).toMatchObject({ status: 'fulfilled', value: { rows: [{ b: `row ${String(index + 1)}` }] } })
    })
    await piped.end()
  })

  it('listens and is notified, while idle and in the middle of other work', async () => {
    const heard: string[] = []
    client.on('notification', ({ payload }) => heard.push(payload ?? ''))
    const refused = on.target.client(
      await on.session({ kind: 'agent', subject: 'other', roles: [], owners: ['x'], agentClass: 'y' }),
    )
    await refused.connect()
    await expect(refused.query('listen news')).rejects.toMatchObject({ code: '42501' })
    await refused.end()
    await client.query('listen news')
    await on.owner.query("notify news, 'first'")
    await vi.waitFor(() => {
      expect(heard).toEqual(['first'])
    })
    const busy = client.query('select pg_sleep(0.2), a from t where a = 1')
    await on.owner.query("notify news, 'second'")
    expect((await busy).rowCount).toBe(1)
    await vi.waitFor(() => {
      expect(heard).toEqual(['first', 'second'])
    })
    await client.query('unlisten news')
    await client.end()
  })

  it('hears notices and errors with their positions and fields', async () => {
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    await client.query('select warn()')
    expect(notices).toEqual(['look 1'])
    await expect(client.query('insert into t values (1)')).rejects.toMatchObject({
      code: '23505',
      table: 't',
      constraint: 't_pkey',
    })
    await expect(client.query('select a::int from t where b::int = 1')).rejects.toMatchObject({ code: '22P02' })
    await expect(client.query('select 1 frm t')).rejects.toMatchObject({ code: '42601', position: '14' })
    await expect(client.query("select 'é', sum(b) from t")).rejects.toMatchObject({ code: '42883', position: '13' })
    await client.end()
  })

  it('sends an empty query', async () => {
    expect(await client.query('')).toMatchObject({ rows: [] })
    expect(await client.query(' -- nothing\n')).toMatchObject({ rows: [] })
    const wire = await Wire.open(on.target, session)
    expect(types(await wire.ask(query('')))).toBe('IZ')
    expect(types(await wire.ask(extended(''), sync))).toBe('12IZ')
    expect(errors(await wire.ask(query(';;')))).toEqual([])
    await wire.end()
    await client.end()
  })

  it('reads binary results and custom types', async () => {
    await client.end()
    const binary = on.target.client(session, { binary: true })
    await binary.connect()
    expect((await binary.query('select a, b from t where a = $1', [7])).rows).toEqual([{ a: 7, b: 'row 7' }])
    await binary.end()
  })

  it('keeps its own prepared statements apart from those of the door', async () => {
    for (let round = 0; round < 5; round++) {
      const named = { name: 'by-a', text: 'select b from t where a = $1', values: [round + 1] }
      expect((await client.query(named)).rows).toEqual([{ b: `row ${String(round + 1)}` }])
    }
    const { rows } = await client.query<{ name: string }>(
      "select name from pg_prepared_statements where name not like 'bothkeys%'",
    )
    expect(rows).toEqual([{ name: 'by-a' }])
    await client.end()
  })

  it('runs what is queued in order, also when a refused one is among it', async () => {
    const queued = [client.query('select 1 as n'), client.query('delete from t'), client.query('select 2 as n')]
    expect(await Promise.allSettled(queued)).toMatchObject([
      { status: 'fulfilled', value: { rows: [{ n: 1 }] } },
      { status: 'rejected', reason: { code: '42501' } },
      { status: 'fulfilled', value: { rows: [{ n: 2 }] } },
    ])
    await client.end()
  })

  it('throws what a callback of the caller throws to the caller, not into the door', async () => {
    const thrown: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => thrown.push(error))
    const caught = new Error('of the caller')
    const row = client.query('select 1 as n') as unknown as Promise<unknown>
    row.catch(() => undefined)
    ;(client as unknown as { connection: NodeJS.EventEmitter }).connection.once('commandComplete', () => {
      throw caught
    })
    const isThrown = (): void => {
      expect(thrown).toEqual([caught])
    }
    await vi.waitFor(isThrown).finally(() => {
      process.removeAllListeners('uncaughtException')
      for (const listener of listeners) process.on('uncaughtException', listener)
    })
    const wire = await Wire.open(on.target, session)
    expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
    await wire.end()
    client.on('error', () => undefined)
    await client.end()
  })
})
