import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `${hiddenSchema('immutable')}
create domain public.dom as text check (hidden.hit(value));
create domain public.num as integer check (hidden.hit(value::text));
create type public.paint as enum ('r', 'g');
create function hidden.painted(v text) returns public.paint language plpgsql immutable as
  $$ begin perform hidden.hit(v); return 'r'::public.paint; end $$;
create cast (text as public.paint) with function hidden.painted(text) as assignment;
create function hidden.truth(v public.paint) returns boolean language plpgsql immutable as
  $$ begin perform hidden.hit(v::text); return true; end $$;
create cast (public.paint as boolean) with function hidden.truth(public.paint) as assignment;
create domain public.hue as public.paint;
create table public.hues (h public.hue, p public.paint);
insert into public.hues values ('r', 'r');
create table public.v (n integer, a text);
create function public.vds(public.v) returns public.dom[] language sql immutable as 'select null::public.dom[]';
create function public.give(v text) returns public.dom[] language sql immutable as 'select null::public.dom[]';
create function public.accum(s public.dom, v text) returns public.dom language sql immutable as 'select s';
create table public.q (id integer, ds public.dom[]);
create table public.parts (k public.num) partition by list (k);
create table public.five (k public.num);
create type public.ct as (a text);
create table public.typed of public.ct;
insert into public.typed values ('r');
create table public.indexed (n integer, a text);
create index on public.indexed (n) where hidden.hit('index');
`

let on: Governed
let wire: Wire

/** The server runs it when nobody is in between: past the door, and rolled back. */
async function runsOnServer(text: string): Promise<boolean> {
  const before = await hiddenCalls(on.owner)
  await on.owner.query('begin')
  try {
    await on.owner.query(text)
  } finally {
    await on.owner.query('rollback')
  }
  return (await hiddenCalls(on.owner)) > before
}

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define', 'grant'] }],
  })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

async function expectUnrun(text: string): Promise<void> {
  expect(await runsOnServer(text), 'the server runs nothing here').toBe(true)
  const before = await hiddenCalls(on.owner)
  const answers = await wire.ask(query(text))
  expect((await hiddenCalls(on.owner)) - before).toBe(0)
  expect(errors(answers)).toEqual(['42501'])
}

describe('a definition', () => {
  it.each([
    `create temp view w as select (v.vds = '{bad}') from v`,
    `create view w as select '{bad}'::public.dom[]`,
    `create policy p on v using (v.vds = '{bad}')`,
    `create rule r as on insert to v do also select new.vds = '{bad}' from v`,
    `create trigger t before insert on v for each row when (new.vds = '{bad}') execute function suppress_redundant_updates_trigger()`,
    `create function f(x v) returns boolean return (x.vds = '{bad}')`,
    `create function f(x v) returns boolean language sql as $$ select x.vds = '{bad}' $$`,
    `create function f(x dom[] default '{bad}') returns integer language sql as 'select 1'`,
    `create aggregate g (text) (sfunc = accum, stype = dom, initcond = bad)`,
    `create aggregate g (basetype = text, sfunc1 = accum, stype1 = dom, initcond1 = 'bad')`,
    `create aggregate g (text) (sfunc = accum, stype = dom, msfunc = accum, minvfunc = accum, mstype = dom, minitcond = 5)`,
    `create domain d as dom[] default '{bad}'`,
    `create statistics s on (give(a) = '{bad}'), n from v`,
    `create index on v ((v.vds = '{bad}'))`,
    `alter table v add check (v.vds = '{bad}')`,
    `alter table q alter column ds set default '{bad}'`,
    `create table c (a text, check (array[a]::dom[] = '{bad}'))`,
    `create schema s create table x (a dom[] default '{bad}')`,
  ])('makes no value of its literals unseen: %s', expectUnrun)

  it.each([
    `create table c (a int, b boolean generated always as (a > 0 and hidden.hit('x')) stored)`,
    `create table c (a int) partition by list ((hidden.hit('x') and a > 0))`,
    `create table c (a text, exclude using btree ((hidden.painted('x')) with =))`,
    `create table c (a text, exclude using btree (a with =) where (hidden.hit('x')))`,
    `create table c (like indexed including all)`,
    `create table c partition of parts for values in (5)`,
    `alter table parts attach partition five for values in (5)`,
    `alter domain hue add check (value)`,
    `create index on hues (h) where p`,
    `alter type ct alter attribute a type dom cascade`,
    `alter type ct alter attribute a type paint cascade`,
    `alter type ct add attribute z num cascade`,
  ])('plans and computes nothing unseen: %s', expectUnrun)

  it.each([
    `create view w1 as select a from v where n > 1`,
    `create table w2 (id serial primary key, a text not null unique, b integer check (b > 0) default 5)`,
    `create table w3 (a int, b int generated always as (a + 1) stored, check (a > 0), exclude using btree (a with =))`,
    `create table w4 (at date, a integer default null) partition by range (at)`,
    `create table w5 (like indexed)`,
    `create index on v (a) where n > 1`,
    `comment on table v is 'a table'`,
    `alter table v add column z text default null`,
    `alter role current_user set search_path to 'public'`,
    `create function w6(x v) returns integer language plpgsql as $$ begin return '1'; end $$`,
  ])('is plain where it can run nothing: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
  })
})
