import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import {
  bind,
  close,
  errorField,
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

describe('transactions', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); create schema other; create table other.t (a int)',
      allow: allButDelete,
    })
  })

  beforeEach(async () => {
    await on.owner.query('truncate t; insert into t values (1), (2), (3)')
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterAll(() => on.close())

  const stored = async (): Promise<number> => (await on.owner.query('select a from t')).rowCount ?? 0

  it('are aborted by a refusal until ROLLBACK, in both protocols, and the connection goes on', async () => {
    for (const refused of [query('delete from t'), Buffer.concat([extended('delete from t'), sync])]) {
      await wire.ask(query('begin'))
      expect(status(await wire.ask(query('insert into t values (9)')))).toBe('T')
      const answer = await wire.ask(refused)
      expect([errors(answer), status(answer)]).toEqual([['42501'], 'E'])
      for (const next of [query(read), Buffer.concat([extended(read), sync])]) {
        const failed = await wire.ask(next)
        expect([errors(failed), status(failed)]).toEqual([['25P02'], 'E'])
      }
      // A refusal stays a refusal in a failed transaction.
      expect(errors(await wire.ask(query('delete from t')))).toEqual(['42501'])
      const end = await wire.ask(query('commit'))
      expect([types(end), status(end)]).toEqual(['CZ', 'I'])
      expect(rows(await wire.ask(query(read)))).toHaveLength(3)
    }
    expect(await stored()).toBe(3)
    await wire.end()
  })

  it('that have failed say so to names that nobody can look up any more, and the connection goes on', async () => {
    for (const text of ['select a from nowhere', 'insert into nowhere values (1)']) {
      for (const unknown of [query(text), Buffer.concat([extended(text), sync])]) {
        await wire.ask(query('begin'))
        await wire.ask(query('savepoint s'))
        await wire.ask(query('select 1 / 0'))
        const answer = await wire.ask(unknown)
        expect([errors(answer), status(answer)]).toEqual([['25P02'], 'E'])
        expect(status(await wire.ask(query('rollback to s')))).toBe('T')
        expect(errors(await wire.ask(unknown))).toEqual(['42P01'])
        await wire.ask(query('rollback'))
      }
    }
    expect(rows(await wire.ask(query(read)))).toHaveLength(3)
    await wire.end()
  })

  it('come back to a savepoint after a refusal', async () => {
    await wire.ask(query('begin'))
    await wire.ask(query('insert into t values (9)'))
    await wire.ask(query('savepoint s'))
    expect(status(await wire.ask(query('delete from t')))).toBe('E')
    expect(status(await wire.ask(query('rollback to savepoint s')))).toBe('T')
    expect(rows(await wire.ask(query(read)))).toHaveLength(4)
    expect(status(await wire.ask(query('commit')))).toBe('I')
    expect(await stored()).toBe(4)
    await wire.end()
  })

  it('let a text of several statements run whole or not at all', async () => {
    expect(types(await wire.ask(query('insert into t values (7); select a from t where a = 7')))).toBe('CTDCZ')
    const refused = await wire.ask(query('insert into t values (8); delete from t; select 1'))
    expect([types(refused), errors(refused)]).toEqual(['EZ', ['42501']])
    const failed = await wire.ask(query('insert into t values (8); select 1/0'))
    expect([types(failed), errors(failed)]).toEqual(['CEZ', ['22012']])
    expect(await stored()).toBe(4)
    const outcomes = on.journal.events.filter(({ type, session: id }) => type === 'action.outcome' && id === session.id)
    expect(outcomes.map((event) => event['outcome'])).toEqual(['completed', 'failed'])
    await wire.end()
  })

  it('can be given their isolation level after BEGIN, although the door looks at the server in between', async () => {
    for (const set of [
      query('set transaction isolation level serializable'),
      Buffer.concat([extended('set transaction isolation level serializable'), sync]),
    ]) {
      await wire.ask(query('begin'))
      expect(errors(await wire.ask(set))).toEqual([])
      expect(rows(await wire.ask(query('show transaction_isolation')))).toEqual([['serializable']])
      expect(rows(await wire.ask(query(read)))).toHaveLength(3)
      await wire.ask(query('commit'))
    }
    await wire.end()
  })

  it('resolve names as the server does after a setting changed, was kept or was undone', async () => {
    const denied = await governed({
      seed: 'create table t (a int); create schema other; create table other.t (a int)',
      allow: [
        { target: 'db', duty: 'read', resource: 'table:public.*' },
        { target: 'db', duty: 'session' },
      ],
    })
    const one = await Wire.open(denied.target, await denied.session())
    const allowed = async (): Promise<boolean> => errors(await one.ask(query('select a from t'))).length === 0
    expect(await allowed()).toBe(true)
    await one.ask(query('set search_path = other'))
    expect(await allowed()).toBe(false)
    await one.ask(query('reset search_path'))
    expect(await allowed()).toBe(true)
    await one.ask(query('begin'))
    await one.ask(query('set search_path = other'))
    expect(await allowed()).toBe(false)
    await one.ask(query('rollback'))
    expect(await allowed()).toBe(true)
    await one.ask(query('begin'))
    await one.ask(query('savepoint s'))
    await one.ask(query('set local search_path = other'))
    await one.ask(query('rollback to s'))
    expect(await allowed()).toBe(true)
    await one.ask(query('set local search_path = other'))
    await one.ask(query('commit'))
    expect(await allowed()).toBe(true)
    await one.ask(query('begin'))
    await one.ask(query('set search_path = other'))
    await one.ask(query('commit'))
    expect(await allowed()).toBe(false)
    expect(errorField(await one.ask(query('reset search_path')), 'M')).toBeUndefined()
    expect(await allowed()).toBe(true)
    await one.end()
    await denied.close()
  })

  it('are failed, although the portal of an earlier ROLLBACK TO is closed in the batch', async () => {
    for (const text of ['begin', 'savepoint s']) await wire.ask(query(text))
    await wire.ask(parse('r', 'rollback to s'), bind('r', 'r'), execute('r'), sync)
    await wire.ask(query('select 1 / 0'))
    const answer = await wire.ask(close('P', 'r'), extended('select a from nowhere'), sync)
    expect([errors(answer), status(answer)]).toEqual([['25P02'], 'E'])
    expect(status(await wire.ask(query('rollback')))).toBe('I')
  })

  it('take names behind the portal of an earlier text that made some', async () => {
    await wire.ask(query('begin'))
    await wire.ask(extended('declare c cursor for select a from t'), sync)
    const answer = await wire.ask(extended(read), parse('named', read), bind('p', 'named'), execute('p'), sync)
    expect(types(answer)).toBe('12DDDC12DDDCZ')
    await wire.ask(query('rollback'))
  })
})

describe('transactions of a session that only reads', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int); insert into t values (1), (2), (3)',
      allow: [{ target: 'db', duty: 'read' }],
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  const show = async (name: string): Promise<string | null | undefined> =>
    rows(await wire.ask(query(`show ${name}`)))[0]?.[0]

  it('are READ ONLY, explicit or not', async () => {
    expect(await show('default_transaction_read_only')).toBe('on')
    expect(await show('transaction_read_only')).toBe('on')
    for (const begin of ['begin', 'start transaction isolation level repeatable read', 'begin read only']) {
      for (const message of [query(begin), Buffer.concat([extended(begin), sync])]) {
        expect([begin, status(await wire.ask(message))]).toEqual([begin, 'T'])
        expect(await show('transaction_read_only')).toBe('on')
        expect(rows(await wire.ask(query(read)))).toHaveLength(3)
        await wire.ask(query('commit and chain'))
        expect(await show('transaction_read_only')).toBe('on')
        await wire.ask(query('rollback'))
      }
    }
    await wire.ask(query('start transaction isolation level repeatable read'))
    expect(await show('transaction_isolation')).toBe('repeatable read')
    await wire.ask(query('rollback'))
  })

  it.each([
    'begin read write',
    'start transaction read write',
    'begin isolation level serializable, read write',
    'begin read only, read write',
    'begin read write; select a from t',
    'commit; begin read write; select a from t',
    'select a from t; begin read write',
    'set default_transaction_read_only = off',
    'set session characteristics as transaction read write',
    "select set_config('transaction_read_only', 'off', false)",
  ])('are not made READ WRITE by %s', async (text) => {
    for (const message of [query(text), Buffer.concat([extended(text), sync])]) {
      expect(errors(await wire.ask(message))).toEqual(['42501'])
    }
    await wire.ask(query('rollback'))
    expect(await show('transaction_read_only')).toBe('on')
  })

  it('stay READ ONLY once they are open', async () => {
    await wire.ask(query('begin'))
    for (const text of ['set transaction read write', 'set local transaction_read_only = off']) {
      const answer = await wire.ask(query(text))
      expect([errors(answer), errorField(answer, 'D')]).toEqual([['42501'], 'ERR_DENIED'])
    }
    await wire.ask(query('rollback'))
  })
})
