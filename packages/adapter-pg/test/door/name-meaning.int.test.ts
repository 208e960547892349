import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '@bothkeys/core'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import {
  bind,
  close,
  describe as describeMessage,
  errors,
  execute,
  extended,
  parse,
  query,
  sync,
  types,
  Wire,
} from './support/wire.js'

const held = 'delete from t'

describe('what a name means when it is decided and when it runs', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: `create schema app; create table t (a int); create table other (a int); create table pk (a int primary key);
        do $$ begin execute format('alter database %I set search_path = app, public', current_database()); end $$`,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define', 'session'] }],
      // Nobody can approve: a held statement that runs has gone around the hold.
      hold: [holdOn('delete', { resource: 'table:public.t', ttl: '1s' })],
    })
  })

  beforeEach(async () => {
    await on.owner.query('drop table if exists app.t; truncate t, other, pk; insert into t values (1), (2), (3)')
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterAll(() => on.close())

  const expectUntouched = async (): Promise<void> => {
    expect((await on.owner.query('select count(*)::int as n from public.t')).rows).toEqual([{ n: 3 }])
    await wire.end()
  }

  const outcomes = (): string[] =>
    on.journal.events
      .filter((event) => event.type === 'action.outcome' && event.session === session.id)
      .map((event) => String(event['outcome']))

  it('is seen by another connection when a transaction that first changed rows alone defines it', async () => {
    const other = await Wire.open(on.target, await on.session())
    expect(errors(await other.ask(query('update public.other set a = 1; select 1')))).toEqual([])
    for (const text of ['begin', 'insert into public.other values (1)', 'create table app.t (a int)']) {
      expect(errors(await wire.ask(query(text)))).toEqual([])
    }
    expect(errors(await other.ask(extended('insert into other values (2)'), sync))).toEqual([])
    expect(errors(await wire.ask(query('commit')))).toEqual([])
    // Without the schema it means the new table, which nobody has to be asked about.
    expect(errors(await other.ask(extended(held), sync))).toEqual([])
    await other.end()
    await expectUntouched()
  })

  it('runs a prepared statement on the table that it was decided for when a temporary one came before it', async () => {
    await wire.ask(query('create temp table x (a int)'))
    expect(types(await wire.ask(parse('s', held), describeMessage('S', 's'), sync))).toBe('1tnZ')
    await wire.ask(query('create temp table t (a int)'))
    expect(types(await wire.ask(bind('', 's'), execute(''), sync))).toBe('2CZ')
    await expectUntouched()
  })

  it('runs EXECUTE on the table that it was decided for when another one came before it', async () => {
    await wire.ask(query(`prepare s as ${held}`))
    await wire.ask(query('create table app.t (a int)'))
    expect(types(await wire.ask(query('execute s')))).toBe('CZ')
    await expectUntouched()
  })

  it('refuses to make or drop a name behind a text of the same batch that does', async () => {
    const answer = await wire.ask(extended('prepare x as select 1'), close('S', 'x'), parse('x', held), sync)
    expect(errors(answer)).toEqual(['0A000'])
    expect(types(await wire.ask(bind('', 'x'), execute(''), sync))).toBe('2DCZ')
    await expectUntouched()
  })

  it('refuses EXECUTE of a command that changes names by itself', async () => {
    await wire.ask(query('prepare x as select 1'))
    await wire.ask(parse('d', 'deallocate x'), parse('p', `prepare x as ${held}`), describeMessage('S', 'p'), sync)
    expect(errors(await wire.ask(query('execute d')))).toEqual(['42501'])
    expect(errors(await wire.ask(query('execute p')))).toEqual(['42501'])
    expect(types(await wire.ask(query('execute x')))).toBe('TDCZ')
    await expectUntouched()
  })

  it('refuses a bound EXECUTE whose name stands for something else since', async () => {
    await wire.ask(query('prepare x as select 1'))
    await wire.ask(query('begin'))
    await wire.ask(parse('', 'execute x'), bind('p', ''), sync)
    const again = [close('S', 'x'), parse('x', held), describeMessage('S', 'x'), execute('p'), sync]
    expect(errors(await wire.ask(...again))).toEqual(['0A000'])
    await wire.ask(query('rollback'))
    await expectUntouched()
  })

  it('runs a bound EXECUTE whose name stands for the same', async () => {
    await wire.ask(query('prepare x as select 1'))
    expect(
      types(await wire.ask(parse('', 'execute x'), bind('p', ''), parse('', 'select 2'), execute('p'), sync)),
    ).toBe('121DCZ')
    await expectUntouched()
  })

  it('shows people the prepared text that an EXECUTE runs', async () => {
    const desk = await Desk.open()
    const asking = await governed({
      seed: 'create table t (a int); insert into t values (1), (2)',
      allow: [{ target: 'db', duty: ['read', 'delete'] }],
      hold: [holdOn('delete')],
      approvers: [desk],
    })
    const one = await Wire.open(asking.target, await asking.session())
    await one.ask(query('prepare s(int) as delete from t where a <> $1'))
    one.send(query('execute s(1)'))
    const asked = await desk.next()
    expect(asked.request.text).toBe('execute s(1)\n-- prepared as "s":\ndelete from t where a <> $1')
    await asked.approve()
    expect(types(await one.ready())).toBe('CZ')
    expect((await asking.owner.query('select a from t')).rows).toEqual([{ a: 1 }])
    await one.end()
    await asking.close()
  })

  it.each(['repeatable read', 'serializable'])('refuses %s behind a change that its snapshot hides', async (level) => {
    const migration = await Wire.open(on.target, session)
    await migration.ask(query('create table app.t (a int)'))
    await wire.ask(query(`begin isolation level ${level}`))
    await wire.ask(query('select * from other'))
    await migration.ask(query('drop table app.t'))
    expect(errors(await wire.ask(query(held)))).toEqual(['40001'])
    expect(types(await wire.ask(query('rollback')))).toBe('CZ')
    await migration.end()
    await expectUntouched()
  })

  it('lets a snapshot see what its own transaction changed', async () => {
    await wire.ask(query('begin isolation level repeatable read'))
    expect(types(await wire.ask(query('create table app.t (a int)')))).toBe('CZ')
    expect(types(await wire.ask(query(held)))).toBe('CZ')
    expect(types(await wire.ask(query('commit')))).toBe('CZ')
    await expectUntouched()
  })

  it('does not say of what a COMMIT in the batch kept that it was undone', async () => {
    const answer = await wire.ask(
      extended('insert into other values (1)'),
      extended('commit'),
      describeMessage('S', 'nope'),
      sync,
    )
    expect(errors(answer)).toEqual(['26000'])
    expect((await on.owner.query('select a from other')).rows).toEqual([{ a: 1 }])
    expect(outcomes()).toEqual(['completed', 'completed'])
    await wire.end()
  })

  it('does not say of what commits by itself that it was undone', async () => {
    await wire.ask(extended('create index concurrently i on public.other (a)'), describeMessage('S', 'nope'), sync)
    expect(outcomes()).toEqual(['unknown'])
    await wire.end()
  })

  it('says of what the server skipped in a transaction that it did not run', async () => {
    await wire.ask(query('begin'))
    const insert = parse('i', 'insert into pk values ($1::int)')
    const portals = [bind('a', 'i', ['1']), bind('b', 'i', ['1']), bind('c', 'i', ['2'])]
    await wire.ask(insert, ...portals, execute('a'), execute('b'), execute('c'), sync)
    await wire.ask(query('rollback'))
    expect(outcomes()).toEqual(['completed', 'completed', 'failed', 'completed', 'not-run'])
    await wire.end()
  })
})
