import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import {
  bind,
  close,
  errors,
  execute,
  extended,
  parse,
  query,
  rows,
  status,
  sync,
  types,
  Wire,
} from './support/wire.js'

const read = 'select a from t order by a'

describe('portals and prepared statements', () => {
  let on: Governed
  let session: Session

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); insert into t select generate_series(1, 100)',
      allow: allButDelete,
    })
  })

  beforeEach(async () => {
    session = await on.session()
  })

  afterAll(() => on.close())

  const events = (type: string): string[] =>
    on.journal.events
      .filter((event) => event.type === type && event.session === session.id)
      .map((event) => String(type === 'action.outcome' ? event['outcome'] : event['id']))

  /** Every intent of the session has one outcome. */
  const expectAllSettled = (): Promise<void> =>
    vi.waitFor(() => {
      expect(events('action.outcome')).toHaveLength(events('action.intent').length)
    })

  const connected = async (): Promise<pg.Client> => {
    const client = on.target.client(session)
    await client.connect()
    return client
  }

  it('go on over several Syncs inside a transaction, with one decision', async () => {
    const wire = await Wire.open(on.target, session)
    await wire.ask(query('begin'))
    expect(types(await wire.ask(parse('', read), bind('c', ''), execute('c', 3), sync))).toBe('12DDDsZ')
    expect(rows(await wire.ask(query('select count(*) from t')))).toEqual([['100']])
    const next = await wire.ask(execute('c', 2), sync)
    expect([rows(next), status(next)]).toEqual([[['4'], ['5']], 'T'])
    expect(types(await wire.ask(close('P', 'c'), sync))).toBe('3Z')
    expect(errors(await wire.ask(execute('c'), sync))).toEqual(['34000'])
    await wire.ask(query('rollback'))
    expect(events('action.intent')).toHaveLength(4)
    await expectAllSettled()
    await wire.end()
  })

  it('end with a savepoint that they were made behind, so that their names are free', async () => {
    const wire = await Wire.open(on.target, session)
    const begun = (name: string) => wire.ask(parse('', read), bind(name, ''), execute(name, 2), sync)
    await wire.ask(query('begin'))
    await begun('before')
    await wire.ask(query('savepoint s'))
    for (const name of ['behind', 'x']) expect(types(await begun(name))).toBe('12DDsZ')
    await wire.ask(query('declare c cursor for select a from t'))
    await wire.ask(query('rollback to s'))
    for (const name of ['behind', 'c']) {
      const answer = await wire.ask(parse('', read), bind(name, ''), execute(name, 3), sync)
      expect([types(answer), rows(answer)]).toEqual(['12DDDsZ', [['1'], ['2'], ['3']]])
    }
    // What was made before the savepoint goes on, and its name is taken.
    expect(rows(await wire.ask(execute('before', 2), sync))).toEqual([['3'], ['4']])
    await wire.ask(query('savepoint s2'))
    expect(errors(await begun('before'))).toEqual(['42P03'])
    expect(errors(await begun('x'))).toEqual(['42P03'])
    await wire.ask(query('rollback to s2'))
    expect(rows(await wire.ask(execute('before', 1), sync))).toEqual([['5']])
    await wire.ask(query('rollback'))
    await expectAllSettled()
    await wire.end()
  })

  it('end with their transaction', async () => {
    const wire = await Wire.open(on.target, session)
    for (const end of ['commit', 'rollback']) {
      await wire.ask(query('begin'))
      await wire.ask(parse('', read), bind('c', ''), execute('c', 3), sync)
      await wire.ask(query(end))
      expect(errors(await wire.ask(execute('c', 3), sync))).toEqual(['34000'])
      await expectAllSettled()
    }
    expect(types(await wire.ask(parse('', read), bind('c', ''), execute('c', 3), sync))).toBe('12DDDsZ')
    expect(errors(await wire.ask(execute('c', 3), sync))).toEqual(['34000'])
    await expectAllSettled()
    await wire.end()
  })

  it('leave no intent without an outcome when something replaces or drops them', async () => {
    const wire = await Wire.open(on.target, session)
    await wire.ask(query('begin'))
    for (const drop of [
      query('select 1'),
      Buffer.concat([extended('select 2'), sync]),
      query('close all'),
      Buffer.concat([close('P', ''), sync]),
    ]) {
      await wire.ask(parse('', read), bind('', ''), execute('', 3), sync)
      await wire.ask(drop)
      await expectAllSettled()
    }
    await wire.ask(parse('', read), bind('n', ''), execute('n', 3), sync)
    await wire.ask(query('close all'))
    await expectAllSettled()
    await wire.ask(parse('', read), bind('never-run', ''), sync)
    await wire.end()
    await expectAllSettled()
    expect(events('action.outcome').at(-1)).toBe('unknown')
  })

  it('serve pg-cursor, read to the end and closed early', async () => {
    const client = await connected()
    const cursor = client.query(new Cursor<{ a: number }>('select a from t where a > $1 order by a', [10]))
    expect((await cursor.read(3)).map(({ a }) => a)).toEqual([11, 12, 13])
    expect((await cursor.read(1000)).length).toBe(87)
    expect(await cursor.read(5)).toEqual([])
    await cursor.close()
    const early = client.query(new Cursor(read))
    await early.read(1)
    await early.close()
    expect((await client.query(read)).rowCount).toBe(100)
    const refused = client.query(new Cursor('delete from t returning a'))
    await expect(refused.read(1)).rejects.toMatchObject({ code: '42501' })
    expect((await client.query(read)).rowCount).toBe(100)
    await client.end()
    await expectAllSettled()
  })

  it('serve pg-query-stream, also when it is destroyed half way', async () => {
    const client = await connected()
    const seen: number[] = []
    for await (const row of client.query(new QueryStream(read, [], { batchSize: 7 }))) {
      seen.push((row as { a: number }).a)
    }
    expect(seen).toHaveLength(100)
    const stream = client.query(new QueryStream(read, [], { batchSize: 2, highWaterMark: 1 }))
    for await (const _row of stream) break
    expect((await client.query(read)).rowCount).toBe(100)
    await client.end()
    await expectAllSettled()
  })

  it('serve a row limit of the driver', async () => {
    const client = await connected()
    const limited = { text: read, rows: 9 } as pg.QueryConfig
    expect((await client.query(limited)).rows).toHaveLength(100)
    await client.end()
    await expectAllSettled()
  })

  it('let a prepared name be used again after it was refused', async () => {
    const client = await connected()
    await expect(client.query({ name: 'n', text: 'delete from t' })).rejects.toMatchObject({ code: '42501' })
    expect((await client.query({ name: 'n', text: read })).rowCount).toBe(100)
    expect((await client.query({ name: 'n', text: read })).rowCount).toBe(100)
    expect(events('action.intent')).toHaveLength(2)
    await client.end()
  })

  it('survive the looks of the door that come between', async () => {
    const wire = await Wire.open(on.target, session)
    await wire.ask(parse('', read), sync)
    await wire.ask(parse('named', read), sync)
    await sleep(1_200)
    expect(rows(await wire.ask(bind('', ''), execute(''), sync))).toHaveLength(100)
    await wire.ask(query('begin'))
    await wire.ask(parse('', 'select 1'), bind('', ''), execute('', 1), sync)
    await sleep(1_200)
    expect(rows(await wire.ask(bind('p', 'named'), execute('p', 5), sync))).toHaveLength(5)
    expect(errors(await wire.ask(execute(''), sync))).toEqual([])
    await wire.ask(query('rollback'))
    await wire.end()
    await expectAllSettled()
  })

  it('of the door itself come back after DISCARD ALL and DEALLOCATE ALL', async () => {
    const wire = await Wire.open(on.target, session)
    for (const forget of ['discard all', 'deallocate all', 'begin; deallocate all; select 1/0', 'rollback']) {
      await wire.ask(query(forget))
      await sleep(10)
      expect([forget, errors(await wire.ask(query('select 1 as a')))]).toEqual([
        forget,
        forget.includes('1/0') ? ['25P02'] : [],
      ])
    }
    expect(rows(await wire.ask(extended(read), sync))).toHaveLength(100)
    await wire.end()
  })

  it.each([
    ['a change that is executed again', 'update t set a = a where a <= 3 returning a', [0, 0], 'UPDATE 3', 3],
    ['a result in parts', read, [40, 40, 0], 'SELECT 20', 100],
    ['a part of a result', read, [40, 40], undefined, 80],
  ])('puts every row on record of %s', async (_what, text, executes, result, rowCount) => {
    const wire = await Wire.open(on.target, session)
    await wire.ask(parse('', text), bind('', ''), ...executes.map((limit) => execute('', limit)), sync)
    const outcome = on.journal.events.findLast(({ type }) => type === 'action.outcome')
    expect([outcome?.['outcome'], outcome?.['result'], outcome?.['rows']]).toEqual(['completed', result, rowCount])
    await wire.end()
  })
})
