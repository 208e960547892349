import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { Desk, holdOn } from './support/desk.js'
import type { Answer } from './support/wire.js'
import { bind, close, errors, execute, extended, flush, parse, query, rows, sync, types, Wire } from './support/wire.js'

const seed = `create schema hidden; create table public.t (a text); create table hidden.t (a text);
insert into public.t values ('shown'); insert into hidden.t values ('hidden')`

/** The types of the answers to it. PostgreSQL 18 reports the search path, too. */
const told = (answers: readonly Answer[]): string => types(answers).replaceAll('S', '')

/** What the session may not touch is where the same name leads later. */
describe('a portal that is executed after others had their turn', () => {
  let on: Governed
  let desk: Desk
  let wire: Wire

  beforeAll(async () => {
    desk = await Desk.open()
    on = await governed({
      seed,
      allow: [
        { target: 'db', duty: ['read', 'write', 'delete', 'define'], resource: 'table:public.*' },
        { target: 'db', duty: ['session', 'transfer'] },
      ],
      hold: [holdOn('delete')],
      approvers: [desk],
    })
  })

  beforeEach(async () => {
    wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('set search_path to public'))
  })

  afterAll(() => on.close())

  const everything = async (): Promise<unknown> =>
    (
      await on.owner.query(
        `select (select string_agg(a, ',') from public.t), (select string_agg(a, ',') from hidden.t)`,
      )
    ).rows

  it.each([
    'copy t to stdout',
    'copy (select a from t) to stdout',
    'lock table t in share mode',
    'alter table t add column b int',
    'comment on table t is null',
    'create table t as select 1 as a',
    'create index on t (a)',
    'select a into made from t',
  ])('is refused where its names may lead elsewhere by then: %s', async (text) => {
    const before = await everything()
    await wire.ask(query('begin'))
    expect(types(await wire.ask(parse('s', text), bind('p', 's'), sync))).toBe('12Z')
    await wire.ask(query('set local search_path to hidden'))
    const answer = await wire.ask(execute('p'), sync)
    expect([told(answer), errors(answer)]).toEqual(['EZ', ['0A000']])
    await wire.ask(query('commit'))
    expect(await everything()).toEqual(before)
    await wire.end()
  })

  it('is refused in the batch that changes the setting', async () => {
    wire.send(parse('s', 'copy t to stdout'), bind('p', 's'))
    const answer = await wire.ask(extended('set search_path to hidden'), execute('p'), sync)
    expect([told(answer), errors(answer)]).toEqual(['1212CEZ', ['0A000']])
    await wire.end()
  })

  it('is refused when somebody else gave the name to another table', async () => {
    await on.owner.query('create table hidden.moved (a text); create table public.moved (a text)')
    await wire.ask(query('begin'))
    await wire.ask(parse('s', 'copy moved to stdout'), bind('p', 's'), sync)
    await on.owner.query('drop table public.moved; alter table hidden.moved set schema public')
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('is refused when somebody else does so while the client waits behind its Bind', async () => {
    await on.owner.query('create table hidden.waited (a text); create table public.waited (a text)')
    wire.send(parse('', 'copy waited to stdout'), bind('', ''), flush)
    await wire.until('2')
    await on.owner.query('drop table public.waited; alter table hidden.waited set schema public')
    expect(errors(await wire.ask(execute(''), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('is refused behind another one that changes the setting between', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('x', 'set local search_path to hidden'), bind('q', 'x'), sync)
    const answer = await wire.ask(parse('s', 'copy t to stdout'), bind('p', 's'), execute('q'), execute('p'), sync)
    expect([told(answer), errors(answer)]).toEqual(['12CEZ', ['0A000']])
    await wire.end()
  })

  it('is refused behind a simple query that changes the setting between', async () => {
    await wire.ask(query('begin'))
    wire.send(
      parse('s', 'copy t to stdout'),
      bind('p', 's'),
      query('set local search_path to hidden'),
      execute('p'),
      sync,
    )
    expect(errors(await wire.ready())).toEqual([])
    expect(errors(await wire.ready())).toEqual(['0A000'])
    await wire.end()
  })

  it.each(['execute e', 'explain execute e'])('runs what %s names as it was decided, or not at all', async (text) => {
    await wire.ask(query('begin'))
    await wire.ask(parse('e', 'select a from t'), parse('s', text), bind('p', 's'), sync)
    await wire.ask(query('set local search_path to hidden'))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('is refused when its values are read in another way by then', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', "select ('01/02/' || 2026)::date from t"), bind('p', 's'), sync)
    await wire.ask(query("set local datestyle to 'SQL, DMY'"))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('goes on where nothing that matters changed', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', 'copy t to stdout'), bind('p', 's'), parse('r', 'select a from t'), bind('q', 'r'), sync)
    await wire.ask(query("set local statement_timeout to '1min'"))
    expect(types(await wire.ask(execute('p'), sync))).toBe('HdcCZ')
    expect(errors(await wire.ask(query('create table made_meanwhile (a int)')))).toEqual([])
    expect(rows(await wire.ask(execute('q'), sync))).toEqual([['shown']])
    await wire.end()
  })

  it('goes on where it was begun before', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', 'select generate_series(1, 4)::text'), bind('p', 's'), execute('p', 2), sync)
    await wire.ask(query("set local datestyle to 'SQL, DMY'"))
    expect(rows(await wire.ask(execute('p'), sync))).toEqual([['3'], ['4']])
    await wire.end()
  })

  it('is refused behind a ROLLBACK TO that ends the failure in the same batch', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', 'copy t to stdout'), bind('p', 's'), sync)
    for (const text of ['set local search_path to hidden', 'savepoint s', 'select 1 / 0']) await wire.ask(query(text))
    const answer = await wire.ask(extended('rollback to s'), execute('p'), sync)
    expect([told(answer), errors(answer)]).toEqual(['12CEZ', ['0A000']])
    await wire.end()
  })

  it('is refused when the server skipped it before', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', "select ('01/02/' || 2026)::date from t"), bind('p', 's'), sync)
    await wire.ask(query('savepoint s'))
    expect(errors(await wire.ask(extended('select 1 / (count(*) - 1) from t'), execute('p'), sync))).toEqual(['22012'])
    for (const text of ['rollback to s', "set local datestyle to 'SQL, DMY'"]) await wire.ask(query(text))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('answers as the server does in a failed transaction', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('s', 'copy t to stdout'), bind('p', 's'), sync)
    await wire.ask(query('select 1/0'))
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['25P02'])
    await wire.end()
  })

  it.each(['fetch all from p', 'move all in p'])(
    'is nothing that %s runs when it runs something by its name',
    async (text) => {
      await wire.ask(query('begin'))
      await wire.ask(parse('e', 'select a from t'), parse('s', 'execute e'), bind('p', 's'), sync)
      await wire.ask(close('S', 'e'), parse('e', 'delete from t returning a'), sync)
      expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
      await wire.ask(query('commit'))
      expect(desk.asked).toEqual([])
      expect((await on.owner.query('select a from public.t')).rows).toEqual([{ a: 'shown' }])
      await wire.end()
    },
  )

  it('is not what FETCH was decided with once it was replaced', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('r', 'select a from t'), bind('c', 'r'), parse('s', 'fetch all from c'), bind('p', 's'), sync)
    await wire.ask(close('P', 'c'), bind('c', 'r'), sync)
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    await wire.end()
  })

  it('serves FETCH as long as it is the same', async () => {
    await wire.ask(query('begin'))
    await wire.ask(parse('r', 'select a from t'), bind('c', 'r'), sync)
    expect(rows(await wire.ask(query('fetch all from c')))).toEqual([['shown']])
    await wire.end()
  })

  it('runs right behind its Bind, and after a wait', async () => {
    expect(types(await wire.ask(extended('copy t to stdout'), sync))).toBe('12HdcCZ')
    wire.send(parse('', 'copy t to stdout'), bind('', ''), flush)
    expect(types(await wire.until('2'))).toBe('12')
    expect(types(await wire.ask(execute(''), sync))).toBe('HdcCZ')
    await wire.end()
  })
})

/** A trigger, or what a view shows, may be another one by then, and no lock keeps a session from changing its own tables. */
describe('a portal that the server begins only when it is executed', () => {
  let on: Governed
  let wire: Wire
  const trigger = 'create trigger x before insert on t for each row execute function hidden.fire()'
  const insert = "insert into t values ('made')"
  const explain = 'explain (analyze, costs off, timing off, summary off) select a from v'
  const replaced = "create or replace view v as select 'replaced' as a"

  beforeAll(async () => {
    on = await governed({
      seed: `${hiddenSchema()} create table public.t (a text); create view public.v as select a from public.t;
create function hidden.fire() returns trigger language plpgsql as $$ begin perform hidden.hit(); return new; end $$`,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define'] }],
    })
  })

  beforeEach(async () => {
    wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
  })

  afterEach(() => wire.end())

  afterAll(() => on.close())

  it.each([
    [insert, trigger],
    [`${insert} returning a`, trigger],
    [`with made as (${insert} returning a) select a from made`, trigger],
    [explain, replaced],
    ['declare c cursor for select a from v', replaced],
  ])('is refused where something else would run by then: %s', async (text, change) => {
    expect(types(await wire.ask(parse('s', text), bind('p', 's'), sync))).toBe('12Z')
    expect(errors(await wire.ask(query(change)))).toEqual([])
    expect(errors(await wire.ask(execute('p'), sync))).toEqual(['0A000'])
    expect(await hiddenCalls(on.owner)).toBe(0)
  })

  it('is nothing that FETCH knows', async () => {
    await wire.ask(parse('s', `${insert} returning a`), bind('p', 's'), sync)
    await wire.ask(query(trigger))
    expect(errors(await wire.ask(query('fetch all from p')))).toEqual(['42501'])
    expect(await hiddenCalls(on.owner)).toBe(0)
  })

  it.each([insert, explain, 'declare c cursor for select a from v'])(
    'goes on where nothing that matters changed: %s',
    async (text) => {
      await wire.ask(parse('s', text), bind('p', 's'), sync)
      await wire.ask(query('select a from t'))
      expect(errors(await wire.ask(execute('p'), sync))).toEqual([])
    },
  )

  it('is refused behind one of the same batch that may have put another one in its place', async () => {
    await wire.ask(parse('s', 'select 1'), bind('p', 's'), sync)
    await wire.ask(parse('c', 'close p'), bind('closes', 'c'), sync)
    await wire.ask(parse('d', 'declare p cursor for select a from v'), bind('', 'd'), sync)
    const answer = await wire.ask(execute('closes'), execute(''), execute('p'), sync)
    expect([told(answer), errors(answer)]).toEqual(['CCEZ', ['0A000']])
  })
})
