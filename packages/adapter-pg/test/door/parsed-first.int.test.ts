import type { Session } from '@bothkeys/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import { bind, errors, execute, extended, parse, query, rows, status, sync, types, Wire } from './support/wire.js'

const duties = ['read', 'write', 'delete', 'define', 'session', 'execute']

describe('a statement that the server parses first', () => {
  let on: Governed
  let desk: Desk
  let session: Session
  let wire: Wire

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed: `create table t (a int);
        create table late (a int primary key deferrable initially deferred);
        create function one() returns int language plpgsql as $$ begin raise notice 'one'; return 1; end $$;
        create function takes_the_name() returns void language plpgsql as $$ begin
          execute 'prepare bothkeys_lock as select 1'; end $$`,
      allow: [{ target: 'db', duty: duties }],
      hold: [holdOn('delete', { holdInTransaction: 'allow' })],
      approvers: [desk],
    })
  })

  beforeEach(async () => {
    await on.owner.query('truncate public.t, late; insert into public.t values (1), (2), (3)')
    session = await on.session()
    wire = await Wire.open(on.target, session)
  })

  afterEach(() => wire.end())

  afterAll(() => on.close())

  const outcomes = (): string[] =>
    on.journal.events
      .filter(({ type, session: of }) => type === 'action.outcome' && of === session.id)
      .map((event) => String(event['outcome']))

  it.each([
    ['select one()', 'TNDCZ'],
    ['insert into t values (4)', 'CZ'],
    ['insert into t values (4) returning a', 'TDCZ'],
    ['select one() into temp x', 'NCZ'],
    ['explain delete from t', 'TDDCZ'],
    // The server runs it when it commits.
    ['declare c cursor with hold for select one()', 'NCZ'],
    ['insert into t values (nothing)', 'EZ'],
    // Not outside a transaction.
    ['declare c cursor for select one()', 'EZ'],
  ])('is answered like any simple query: %s', async (text, expected) => {
    const answer = await wire.ask(query(text))
    expect([types(answer), status(answer)]).toEqual([expected, 'I'])
  })

  it('is not answered as complete when it could not be committed', async () => {
    const answer = await wire.ask(query('insert into late values (1), (1)'))
    expect([types(answer), errors(answer)]).toEqual(['EZ', ['23505']])
    expect(outcomes()).toEqual(['rolled-back'])
    await wire.ask(query('begin'))
    expect(types(await wire.ask(query('insert into late values (1), (1)')))).toBe('CZ')
    expect(types(await wire.ask(query('commit')))).toBe('EZ')
  })

  it('is not taken for a broken connection when it has parameters without values', async () => {
    expect(errors(await wire.ask(query('insert into t values ($1)')))).toEqual(['42P02'])
    expect(outcomes()).toEqual(['failed'])
    expect(types(await wire.ask(query('select 1')))).toBe('TDCZ')
  })

  it('finds the name of the door free whatever functions prepared', async () => {
    await wire.ask(query('select takes_the_name()'))
    await wire.ask(query('prepare s as insert into t values (4)'))
    expect(errors(await wire.ask(query('execute s')))).toEqual([])
  })

  it('does not wait for a server that failed an earlier one meanwhile', async () => {
    // On a slow machine the first may fail before the second is decided. Then nobody is asked, and it proves nothing.
    for (let attempt = 0; attempt < 50; attempt++) {
      wire.send(extended('select 1 / (a - a) from t, pg_sleep(0.3)'))
      wire.send(parse('', 'delete from t'), bind('', ''), execute(''), sync)
      const failed = wire.until('E')
      const ended = failed.then(() => wire.ready())
      const asked = await Promise.race([desk.next(), ended.then(() => undefined)])
      if (asked === undefined) continue
      expect((await failed).at(-1)?.type).toBe('E')
      await asked.approve()
      expect(types(await ended)).toBe('Z')
      break
    }
    expect(outcomes()).toContain('not-run')
    expect(rows(await wire.ask(query('select count(*) from t')))).toEqual([['3']])
  })
})
