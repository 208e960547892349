import type { EventEmitter } from 'node:events'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { cString, message } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { copying, writing } from './support/policy.js'
import { bind, errorField, errors, execute, flush, parse, query, sync, types, Wire } from './support/wire.js'

const data = (text: string): Buffer => message('d', Buffer.from(text))
const done = message('c', Buffer.alloc(0))
const fail = message('f', cString('enough'))

describe('COPY', () => {
  let on: Governed
  let session: Session

  beforeAll(async () => {
    on = await governed({
      seed: `create table t (a int primary key, b text); create table u (a int); create table slow (a int, b text);
        create function nap() returns trigger language plpgsql as 'begin perform pg_sleep(0.02); return new; end';
        create trigger nap before insert on slow for each row execute function nap()`,
      allow: [...writing, ...copying, { target: 'db', duty: 'execute', resource: 'function:public.nap' }],
    })
  })

  beforeEach(async () => {
    await on.owner.query("truncate t, u; insert into t select i, 'x' from generate_series(1, 3) i")
    session = await on.session()
  })

  afterAll(() => on.close())

  const connected = async (): Promise<pg.Client> => {
    const client = on.target.client(session)
    await client.connect()
    return client
  }

  const count = async (table = 't'): Promise<number> => (await on.owner.query(`select a from ${table}`)).rowCount ?? 0

  const outcomes = (): object[] =>
    on.journal.events
      .filter((event) => event.type === 'action.outcome' && event.session === session.id)
      .map(({ outcome, result, rows, error }) => ({ outcome, result, rows, error }))

  it('brings rows in and out through pg-copy-streams', async () => {
    const client = await connected()
    const lines = Array.from({ length: 20_000 }, (_, index) => `${String(index + 10)}\tline ${String(index)}\n`)
    await pipeline(Readable.from(lines), client.query(copyFrom('copy t from stdin')))
    expect(await count()).toBe(20_003)
    let bytes = ''
    for await (const chunk of client.query(copyTo('copy (select a from t where a < 12 order by a) to stdout'))) {
      bytes += String(chunk)
    }
    expect(bytes).toBe('1\n2\n3\n10\n11\n')
    expect((await client.query('select a from t')).rowCount).toBe(20_003)
    await client.end()
    expect(outcomes()).toMatchObject([
      { outcome: 'completed', result: 'COPY 20000', rows: 20_000 },
      { outcome: 'completed', result: 'COPY 5' },
      { outcome: 'completed' },
    ])
  })

  it('is refused with an error that the streams hand on, and the connection goes on', async () => {
    const client = await connected()
    for (const text of ['copy other from stdin', "copy t from '/etc/passwd'", "copy t to program 'cat'"]) {
      await expect(pipeline(Readable.from(['1\n']), client.query(copyFrom(text)))).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|42P01)$/),
      })
    }
    expect((await client.query('select a from t')).rowCount).toBe(3)
    await client.end()
  })

  it('writes nothing when the client fails it, the server does, or the stream is destroyed', async () => {
    const wire = await Wire.open(on.target, session)
    wire.send(query('copy t from stdin'))
    await wire.until('G')
    expect(errors(await wire.ask(data('7\tx\n'), fail))).toEqual(['57014'])
    wire.send(query('copy t from stdin'))
    await wire.until('G')
    // More than the server reads before its error is heard.
    const more = Array.from({ length: 500 }, () => data('9\tx\n'.repeat(1_000)))
    const answer = await wire.ask(data('no number\tx\n'), ...more, done, query('select a from t'))
    expect([types(answer), errors(answer)]).toEqual(['EZ', ['22P02']])
    expect(types(await wire.ask())).toBe('TDDDCZ')
    expect(outcomes()).toMatchObject([
      { outcome: 'failed', error: '57014' },
      { outcome: 'failed', error: '22P02' },
      { outcome: 'completed' },
    ])
    await wire.end()
    const client = await connected()
    client.on('error', () => undefined)
    const into = client.query(copyFrom('copy t from stdin'))
    into.on('error', () => undefined)
    into.write('7\tx\n')
    const { connection } = client as unknown as { connection: EventEmitter & { stream: { destroy(): void } } }
    await once(connection, 'copyInResponse')
    into.destroy()
    connection.stream.destroy()
    await vi.waitFor(() => {
      expect(outcomes().at(-1)).toMatchObject({ outcome: 'failed' })
    })
    expect(await count()).toBe(3)
  })

  it('may stand several times in one text', async () => {
    const wire = await Wire.open(on.target, session)
    wire.send(query('copy u from stdin; copy t from stdin; select a from t'))
    expect(types(await wire.until('G'))).toBe('G')
    wire.send(data('1\n2\n'), done)
    expect(types(await wire.until('G'))).toBe('CG')
    expect(types(await wire.ask(data('8\ty\n'), done))).toBe('CTDDDDCZ')
    expect([await count('u'), await count()]).toEqual([2, 4])
    await wire.end()
  })

  it('takes Flush and Sync for nothing while it reads rows, as the server does', async () => {
    const wire = await Wire.open(on.target, session)
    wire.send(query('copy u from stdin'))
    await wire.until('G')
    expect(types(await wire.ask(data('1\n'), flush, sync, data('2\n'), done))).toBe('CZ')
    expect(await count('u')).toBe(2)
    await wire.end()
  })

  it('from the client is for the simple protocol alone; to the client, for both', async () => {
    const wire = await Wire.open(on.target, session)
    const answer = await wire.ask(parse('', 'copy u from stdin'), bind('', ''), execute(''), sync)
    expect([types(answer), errors(answer), errorField(answer, 'H')]).toEqual([
      'EZ',
      ['0A000'],
      'send it as a simple query',
    ])
    expect(outcomes()).toEqual([])
    expect(on.intents(session)).toEqual([])
    expect(types(await wire.ask(parse('', 'copy t to stdout'), bind('', ''), execute(''), sync))).toBe('12HdddcCZ')
    await wire.end()
  })

  it('keeps little of it in memory when the server is slower than the client', async () => {
    const client = await connected()
    client.on('error', () => undefined)
    const stream = client.query(copyFrom('copy slow from stdin'))
    stream.on('error', () => undefined)
    const row = `1\t${'x'.repeat(1_000)}\n`
    let written = 0
    const push = (): void => {
      while (written < 200_000_000 && stream.write(row)) written += row.length
    }
    stream.on('drain', push)
    push()
    await vi.waitFor(() => {
      expect(written).toBeGreaterThan(1_000_000)
    })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(written).toBeLessThan(30_000_000)
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    await vi.waitFor(() => {
      expect(outcomes().at(-1)).toMatchObject({ outcome: 'failed' })
    })
  })
})
