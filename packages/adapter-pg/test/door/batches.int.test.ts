import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '@bothkeys/core'
import { int32, message } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import {
  bind,
  describe as describeMessage,
  errorField,
  errors,
  execute,
  extended,
  flush,
  int16,
  parse,
  query,
  rows,
  status,
  sync,
  types,
  Wire,
} from './support/wire.js'

const read = 'select a from t order by a'
const insert = (value: number): Buffer => extended(`insert into t values (${String(value)})`)

describe('a batch of the extended protocol', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); create table held (a int)',
      allow: allButDelete,
      hold: [
        {
          id: 'h',
          duty: 'write',
          resource: 'table:public.held',
          require: [{ stage: 'dba', count: 1, role: 'dba' }],
          ttl: '1m',
        },
      ],
    })
  })

  beforeEach(async () => {
    await on.owner.query('truncate t; insert into t values (1), (2), (3)')
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterAll(() => on.close())

  const stored = async (): Promise<number[]> =>
    (await on.owner.query<{ a: number }>('select a from t order by a')).rows.map(({ a }) => a)

  const events = (type: string): readonly Readonly<Record<string, unknown>>[] =>
    on.journal.events.filter((event) => event.type === type && event.session === session.id)

  const outcomes = (): string[] => events('action.outcome').map((event) => String(event['outcome']))

  it('runs what stands before a Sync and refuses what stands behind it', async () => {
    wire.send(insert(7), sync, extended('delete from t'), sync, extended(read), sync)
    expect(types(await wire.ready())).toBe('12CZ')
    expect(errors(await wire.ready())).toEqual(['42501'])
    expect(rows(await wire.ready())).toHaveLength(4)
    expect(await stored()).toEqual([1, 2, 3, 7])
    expect(outcomes()).toEqual(['completed', 'completed'])
  })

  it('undoes what ran when a later statement before the same Sync is refused', async () => {
    const answer = await wire.ask(insert(8), extended('delete from t'), extended(read), sync)
    expect([types(answer), errors(answer)]).toEqual(['12CEZ', ['42501']])
    expect(await stored()).toEqual([1, 2, 3])
    expect(outcomes()).toEqual(['rolled-back'])
  })

  it('skips everything behind a refused Parse up to the Sync, and goes on there', async () => {
    const answer = await wire.ask(parse('x', 'delete from t'), bind('', 'x'), execute(''), insert(9), sync)
    expect([types(answer), errors(answer)]).toEqual(['EZ', ['42501']])
    // One refusal is one event, however many messages of the batch follow it.
    expect(events('action.denied')).toHaveLength(1)
    expect(errors(await wire.ask(bind('', 'x'), sync))).toEqual(['26000'])
    expect(types(await wire.ask(parse('x', read), sync))).toBe('1Z')
    expect(await stored()).toEqual([1, 2, 3])
  })

  it('lets a statement behind one that the server fails pass by without a decision', async () => {
    const answer = await wire.ask(extended('select 1/(a-1) from t'), flush, sync)
    expect([errors(answer), status(answer)]).toEqual([['22012'], 'I'])
    // The second is decided while the first fails: whatever comes first, the connection goes on.
    for (const second of [insert(9), extended('delete from t'), extended('select a from missing')]) {
      wire.send(extended('select 1/(a-1), pg_sleep(0.05) from t'), flush)
      await vi.waitFor(() => {
        expect(types(wire.drain())).toContain('E')
      })
      wire.send(second)
      expect(errors(await wire.ask(sync))).toEqual([])
      expect(rows(await wire.ask(extended(read), sync))).toHaveLength(3)
    }
    expect(await stored()).toEqual([1, 2, 3])
  })

  it('does not wait for a person while its first statement holds locks', async () => {
    const answer = await wire.ask(insert(9), extended('insert into held values (1)'), sync)
    expect(errorField(answer, 'D')).toBe('ERR_HOLD_IN_TRANSACTION (rule h)')
    expect(await stored()).toEqual([1, 2, 3])
  })

  it('decides nothing behind a statement that may change what names mean', async () => {
    for (const first of ["select set_config('search_path', 'public', false)", 'create table other (a int)', 'commit']) {
      const answer = await wire.ask(extended(first), extended(read), sync)
      expect([first, errors(answer), errorField(answer, 'D')]).toEqual([first, ['0A000'], 'ERR_PROTOCOL_REFUSED'])
      const simple = await wire.ask(extended(first), query(read))
      expect([first, errors(simple)]).toEqual([first, ['0A000']])
    }
    expect(rows(await wire.ask(extended(read), sync))).toHaveLength(3)
  })

  it('takes no simple query behind what it ran, because servers differ in whether that ends it', async () => {
    const answer = await wire.ask(insert(4), query(read))
    expect([types(answer), errors(answer)]).toEqual(['12CEZ', ['0A000']])
    expect(await stored()).toEqual([1, 2, 3])
    expect(outcomes()).toEqual(['rolled-back'])
    expect(types(await wire.ask(parse('', read), query(read)))).toBe('1TDDDCZ')
    expect(errors(await wire.ask(bind('', ''), sync))).toEqual(['26000'])
  })

  it('keeps a simple query and a function call from being heard after an error, as the server does', async () => {
    const call = message('F', Buffer.concat([int32(1598), int16(0), int16(0), int16(0)]))
    const answer = await wire.ask(
      extended('delete from t'),
      query('delete from t'),
      call,
      query('insert into t values (6)'),
      sync,
    )
    expect([types(answer), errors(answer)]).toEqual(['EZ', ['42501']])
    expect(types(await wire.ask(insert(4), call))).toBe('12CEZ')
    expect(await stored()).toEqual([1, 2, 3])
  })

  it('answers a client that only flushes', async () => {
    wire.send(parse('', read), bind('c', ''), describeMessage('P', 'c'), execute('c', 2), flush)
    expect(types(await wire.until('s'))).toBe('12TDDs')
    wire.send(execute('c', 2), flush)
    expect(types(await wire.until('C'))).toBe('DC')
    expect(types(await wire.ask(sync))).toBe('Z')
  })

  it('is undone when the client vanishes before its Sync, and its outcome is not known', async () => {
    wire.send(insert(4), flush)
    expect(types(await wire.until('C'))).toBe('12C')
    await wire.end()
    await vi.waitFor(() => {
      expect(outcomes()).toEqual(['unknown'])
    })
    expect(await stored()).toEqual([1, 2, 3])
  })
})
