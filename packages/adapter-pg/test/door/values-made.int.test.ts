import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { Desk } from './support/desk.js'
import {
  bind,
  describe as describeStatement,
  errorField,
  errors,
  execute,
  parse,
  query,
  sync,
  types,
  Wire,
} from './support/wire.js'

const seed = `${hiddenSchema()}
create domain public.dom as text check (hidden.hit(value));
create domain public.dom2 as text check ((value::public.dom) is not null);
create type public.comp as (a integer, d public.dom);
create type public.rng as range (subtype = public.dom);
create type public.color as enum ('r', 'g');
create function hidden.mk(v text) returns public.color language plpgsql security definer as
  $$ begin perform hidden.hit('cast'); return 'r'; end $$;
create cast (text as public.color) with function hidden.mk(text);
create function public.give() returns public.comp language sql as 'select null::public.comp';
create table public.x (n integer);
create table public.t (id integer primary key, name text, at date, d public.dom, ds public.dom[], c public.comp,
  cs public.comp[], r public.rng);
insert into public.x values (1);
insert into public.t values (1, '123', '2026-01-01', 'a', '{a}', '(1,a)', array['(1,a)'::public.comp], '[a,b]');
`

/** Where users have an operator of the name, more is refused than runs. */
const operator = `
create function hidden.same(a text, b integer) returns boolean language plpgsql security definer as
  $$ begin perform hidden.hit('operator'); return true; end $$;
create operator public.= (leftarg = text, rightarg = integer, function = hidden.same);
`

let on: Governed
let wire: Wire

/** How often it ran since this was asked last. */
let counted = 0
async function ranUnseen(): Promise<number> {
  const before = counted
  counted = await hiddenCalls(on.owner)
  return counted - before
}

async function idOf(type: string): Promise<number> {
  const { rows } = await on.owner.query<{ id: number }>('select $1::regtype::oid::integer as id', [type])
  return rows[0]?.id ?? 0
}

describe('a value that a statement makes of a literal', () => {
  beforeAll(async () => {
    on = await governed({
      seed: seed + operator,
      allow: [
        { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
        { target: 'db', duty: 'define', resource: ['table:pg_temp.*', 'function:pg_temp.*'] },
      ],
    })
    wire = await Wire.open(on.target, await on.session())
    await ranUnseen()
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `select coalesce(c, '(1,bad)') from public.t`,
    `select case when id = 1 then '(1,bad)' else c end from public.t`,
    `select greatest(c, '(1,bad)') from public.t`,
    `select array[c, '(1,bad)'] from public.t`,
    `select c from public.t union all select '(1,bad)'`,
    `values ((select c from public.t)), ('(1,bad)')`,
    `select * from public.t where ds = '{bad}'`,
    `select * from public.t where cs = '{"(1,bad)"}'`,
    `select * from public.x where n in (select 1 from public.t where ds = '{bad}')`,
    `select c in ('(1,bad)') from public.t`,
    `select nullif(c, '(1,bad)') from public.t`,
    `select '(1,bad)' = any(cs) from public.t`,
    `select cs || '{"(2,bad)"}' from public.t`,
    `select array_append(ds, 'bad') from public.t`,
    `select array_position(cs, '(1,bad)') from public.t`,
    `select lag(d, 1, 'bad') over () from public.t`,
    `select * from public.t where r = '[a,b]'`,
    `select r * '[a,bb]' from public.t`,
    `select range_merge(r, '[q,z]') from public.t`,
    `select '[a,b]'::public.rng`,
    `select '{bad}'::public.dom[]`,
    `select public.comp '(1,bad)'`,
    `select 'x'::public.dom2`,
    `explain select * from public.t where ds = '{bad}'`,
    `copy (select * from public.t where ds = '{bad}') to stdout`,
    `declare c cursor with hold for select * from public.t where ds = '{bad}'`,
    `prepare p as select '{bad}'::public.dom[]`,
    `prepare p(text) as select '(1,bad)'::public.comp`,
    `prepare p(integer) as insert into public.t (ds) values ('{bad}')`,
    `prepare p as select '[a,b]'::public.rng`,
    `create temp view v as select '{bad}'::public.dom[]`,
    `create temp view v as select * from public.t where ds = '{bad}'`,
    `create temp view v as select coalesce(public.give(), '(1,bad)')`,
    `create temp table tt (a public.dom[] default '{bad}')`,
    `create temp table tt (a text check ('{bad}'::public.dom[] is not null))`,
    `create function pg_temp.f() returns public.dom[] language sql as $$ select '{bad}'::public.dom[] $$`,
  ])('runs no function unseen: %s', async (text) => {
    const answers = await wire.ask(query(text))
    expect(await ranUnseen()).toBe(0)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    ['a cast', `select $1::text, $1::public.color, $2`, ['r', null]],
    ['a cast, from a subquery', `select $1::public.color, $2 from (select $1::text) as q`, ['r', null]],
    ['an operator', `select $1::text, $1 = 5, $2`, ['r', null]],
  ] as const)('nor does a parameter to which another place gave its type: %s', async (_what, text, values) => {
    const row = await idOf('public.x')
    const answers = await wire.ask(parse('', text, [0, row]), bind('', '', values), execute(''), sync)
    expect(await ranUnseen()).toBe(0)
    expect(errors(answers)).toEqual(['42501'])
  })

  it('nor the comparison of its bounds, where it becomes a range', async () => {
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(`
      create type public.pair as (a integer);
      create function hidden.compare(a public.pair, b public.pair) returns integer language plpgsql immutable as
        $$ begin perform hidden.hit('compare'); return 0; end $$;
      create operator class hidden.compared default for type public.pair using btree as function 1 hidden.compare(public.pair, public.pair);
      create type public.span as range (subtype = public.pair);`)
    await superuser.end()
    const answers = await wire.ask(query(`prepare s as select '[(1),(2)]'::public.span`))
    expect(await ranUnseen()).toBe(0)
    expect(errors(answers)).toEqual(['42501'])
  })

  it('nor does a parameter of PREPARE that is of unknown type', async () => {
    await wire.ask(query('prepare u(unknown) as select $1::text, $1::public.color'))
    expect(errors(await wire.ask(query(`execute u('r')`)))).toEqual(['42501'])
    expect(await ranUnseen()).toBe(0)
  })

  it.each([
    `select * from public.t`,
    `select id from public.t where name = '123' and at > '2025-01-01' and name like '1%' and id in ('1', '2') limit '5'`,
    `select coalesce(name, ''), case when id = 1 then 'one' else name end, greatest(name, 'a') from public.t`,
    `select to_char(at, 'YYYY'), format('%s', 'x'), name || '' from public.t`,
    `select array[name, 'x'] from public.t where id between '1' and '2'`,
    `select d, ds, c from public.t where d = d and id = 1`,
    `prepare plain as select * from public.t where name = $1`,
    `create temp view plain as select id from public.t`,
  ])('is one of the server where it meets nothing else: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
    expect(await ranUnseen()).toBe(0)
  })
})

describe('a held statement whose literals run functions in Parse', () => {
  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'execute'] }],
      hold: [
        {
          id: 'writes',
          target: 'db',
          duty: ['write', 'execute'],
          require: [{ stage: 'one', count: 1, role: 'dba' }],
          ttl: '15m',
        },
      ],
      approvers: [await Desk.open()],
    })
    wire = await Wire.open(on.target, await on.session())
    await ranUnseen()
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `select '{bad}'::public.dom[]`,
    `select public.comp '(1,bad)'`,
    `update public.t set ds = '{bad}'`,
    `insert into public.t (id, cs) values (2, '{"(1,bad)"}')`,
    `select '[a,b]'::public.rng`,
  ])('does not leave before it is decided, and says what to do: %s', async (text) => {
    const answers = await wire.ask(parse('s', text), describeStatement('S', 's'), sync)
    expect(await ranUnseen()).toBe(0)
    expect(errors(answers)).toEqual(['0A000'])
    expect(errorField(answers, 'H')).toContain('Bind right behind Parse')
    expect(on.journal.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_STATEMENT_INVALID' })
  })

  it('leaves with Describe when it only has parameters', async () => {
    const text = 'update public.t set ds = $1'
    expect(types(await wire.ask(parse('u', text), describeStatement('S', 'u'), sync))).toBe('1tnZ')
    expect(await ranUnseen()).toBe(0)
  })

  it('nor is one held whose parameters meet nothing but values of the server', async () => {
    const text = `select id from public.t where name = $1 and at > $2 and id = any($3) limit $4`
    const answers = await wire.ask(parse('', text), bind('', '', ['123', '2025-01-01', '{1}', '5']), execute(''), sync)
    expect(errors(answers)).toEqual([])
  })
})

describe('a statement whose literals run functions in Parse, and whose intent cannot be recorded', () => {
  let isDown = false

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: ['read', 'write', 'execute'] }],
      journal: (memory) => ({
        open: async (context) => {
          const journal = await memory.open(context)
          const gone = async (): Promise<never> => {
            await new Promise((resolve) => setTimeout(resolve, 100))
            throw new Error('disk full')
          }
          return {
            append: (event, durability) =>
              isDown && event.type === 'action.intent' ? gone() : journal.append(event, durability),
            read: () => journal.read(),
            close: () => journal.close(),
          }
        },
      }),
    })
    wire = await Wire.open(on.target, await on.session())
    await ranUnseen()
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    ['a simple query', query(`update public.t set ds = '{bad}'`)],
    [
      'an extended one',
      Buffer.concat([parse('', `update public.t set ds = '{bad}'`), bind('', ''), execute(''), sync]),
    ],
  ])('runs none of them: %s', async (_what, message) => {
    isDown = true
    const answers = await wire.ask(message)
    isDown = false
    expect(errors(answers)).toHaveLength(1)
    expect(await ranUnseen()).toBe(0)
    expect(errors(await wire.ask(message))).toEqual([])
    expect(await ranUnseen()).toBe(1)
  })
})
