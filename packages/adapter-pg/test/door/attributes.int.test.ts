import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, parse, query, sync, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create function public.spend(v text) returns text language plpgsql as $$ begin perform hidden.hit(v); return v; end $$;
create function public.spend_number(v integer) returns integer language plpgsql as
  $$ begin perform hidden.hit('n'); return v; end $$;
create domain public.dom as text check (hidden.hit(value));
create domain public.number as integer check (hidden.hit('n'));
create domain public.doms as public.dom[];
create type public.rng as range (subtype = public.dom);
create sequence public.numbers;
create table public.plain (id integer, name text);
insert into public.plain values (1, 'x');
`

let on: Governed
let wire: Wire

async function last(sequence: string): Promise<string> {
  const { rows } = await on.owner.query<{ at: string }>(`select last_value || ' ' || is_called as at from ${sequence}`)
  return rows[0]?.at ?? ''
}

describe('an attribute of what is no row', () => {
  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: 'read' }] })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `select g.spend from unnest(array['x']) as g`,
    `select g.spend_number from generate_series(1, 2) as g`,
    `select x.spend from coalesce('x') as x`,
    `select unnest.spend from unnest(array['x'])`,
    `select generate_series.spend_number from generate_series(1, 2)`,
    `select x.spend from cast('x' as text) as x`,
    `select u.spend from current_user as u`,
    `select r.spend from rows from (unnest(array['x'])) as r`,
    `select 1 from unnest(array['x']) as g where g.spend = 'x'`,
    `select (select g.spend) from unnest(array['x']) as g`,
    `select q.g from (select g.spend as g from unnest(array['x']) as g) as q`,
    `select l.spend from public.plain, lateral unnest(array[plain.name]) as l`,
  ])('calls a function: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(query(text))
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    `select g.nextval from cast('public.numbers' as regclass) as g`,
    `select g.nextval from unnest(array['public.numbers'::regclass]) as g`,
  ])('calls one of the server: %s', async (text) => {
    const before = await last('public.numbers')
    const answers = await wire.ask(query(text))
    expect(await last('public.numbers')).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    `select (name).dom from public.plain`,
    `select (id).number from public.plain`,
    `select (array[name])[1].dom from public.plain`,
    `select (select name from public.plain).dom`,
    `select ('{x}'::text).doms`,
    `select ('{x}').doms`,
    `select ('[a,b]'::text).rng`,
    `select g.number from generate_series(1, 2) as g`,
    `select 1 from public.plain where (name).dom = 'x'`,
    `declare c cursor for select (name).dom from public.plain`,
    `prepare p as select ('{x}').doms`,
  ])('makes a value of a type: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(query(text))
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it('makes none in a Parse that nobody allowed', async () => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(parse('s', `select ('{x}').doms`), sync)
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    `select g.ordinality, g.x from unnest(array['x']) with ordinality as g(x, ordinality)`,
    `select k.key, k.value from jsonb_each('{"a":1}') as k`,
    `select q.name from (select name from public.plain) as q`,
    `select (plain).name, (plain.*).id from public.plain`,
    `with q as (select name as date from public.plain) select q.date from q`,
  ])('is a plain read where it is a column: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
  })

  it('is no way to the validator of a function, which analyses its body', async () => {
    const owner = new pg.Client(on.superuserUrl)
    await owner.connect()
    await owner.query(`set check_function_bodies = off`)
    await owner.query(
      `create function public.body() returns text[] language sql as $$ select '{x}'::public.dom[]::text[] $$`,
    )
    await owner.end()
    const before = await hiddenCalls(on.owner)
    for (const text of [
      `select fmgr_sql_validator('public.body'::regproc)`,
      `select g.fmgr_sql_validator from cast('public.body' as regproc) as g`,
    ])
      expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
    expect(await hiddenCalls(on.owner)).toBe(before)
  })
})
