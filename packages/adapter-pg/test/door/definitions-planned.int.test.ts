import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create function hidden.ok(v text) returns boolean language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return true; end $$;
create function hidden.imm(v text) returns text language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return v; end $$;
create domain public.dom as text check (hidden.hit(value));

create table public.plain (id integer, n text);
insert into public.plain values (1, 'x');
create table public.indexed (id integer, n text);
create index on public.indexed ((hidden.imm('q') || n));
create table public.measured (id integer primary key, n text);
create statistics public.measured_s on (hidden.imm('q') || n), id from public.measured;
create table public.checked (id integer, n text, check (hidden.ok('q') and id = 1));

create table public.par (id integer, n text) partition by list (id);
create table public.attached (id integer, n text) partition by list (id);
create table public.attached_below partition of public.attached for values in (1);
alter table public.attached_below add check (hidden.ok('q') and id = 1);
create table public.rested (id integer, n text) partition by list (id);
create table public.rested_rest partition of public.rested default;
insert into public.rested values (5, 'x');
alter table public.rested_rest add check (hidden.ok('q') or id > 0);

create table public.pk (id integer primary key, n text);
insert into public.pk values (1, 'x');
create statistics public.pk_s on (hidden.imm('q') || n), id from public.pk;
create table public.fk (id integer, n text);
insert into public.fk values (1, 'x');
alter table public.fk add constraint later foreign key (id) references public.pk not valid;
create table public.pk2 (id integer primary key, n text);
insert into public.pk2 values (1, 'x');
create table public.fk2 (id integer references public.pk2, n text);
insert into public.fk2 values (1, 'x');
create statistics public.fk2_s on (hidden.imm('q') || n), id from public.fk2;
create table public.pk3 (id integer primary key, n text);
create table public.fk3 (id integer references public.pk3, n text);
create index on public.fk3 ((hidden.imm('q') || n));

create type public.shape as (a integer, b text);
create table public.typed of public.shape;
insert into public.typed values (1, 'x');
create type public.shape2 as (a integer, b text);
create table public.typed2 of public.shape2;
insert into public.typed2 values (1, 'x');
create index on public.typed2 ((hidden.imm(b)));

create materialized view public.mv as select id, n from public.plain;
create unique index on public.mv (id);
create statistics public.mv_s on (hidden.imm('q') || n), id from public.mv;

create type public.free_shape as (a integer, b text);
create table public.free_typed of public.free_shape;
create table public.free_par (id integer, n text) partition by list (id);
create table public.free_rest partition of public.free_par default;
create table public.free_att (id integer, n text);
create table public.free_pk (id integer primary key, n text, check (id > 0));
create table public.free_fk (id integer, n text);
create materialized view public.free_mv as select id, n from public.plain;
create schema own;
grant all on schema own to public;
`

const duties = ['read', 'write', 'delete', 'define']

let on: Governed
let wire: Wire

/** What became of a text, and whether a function of `hidden` ran on the way. */
async function outcome(text: string): Promise<{ readonly errors: readonly string[]; readonly ran: boolean }> {
  const before = await hiddenCalls(on.owner)
  const answers = await wire.ask(query(text))
  return { errors: errors(answers), ran: (await hiddenCalls(on.owner)) !== before }
}

const refused = { errors: ['42501'], ran: false }
const done = { errors: [], ran: false }

describe('a definition without `execute`', () => {
  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: duties }] })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `alter table public.par attach partition public.checked for values in (1)`,
    `alter table public.par attach partition public.attached for values in (1)`,
    `alter table public.plain inherit public.indexed`,
    `create table public.next partition of public.rested for values in (7)`,
    `alter table public.rested attach partition public.plain for values in (7)`,
  ])('has the server look at no other part of a table: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `alter table public.plain add foreign key (id) references public.pk`,
    `alter table public.plain add column other integer references public.pk`,
    `alter table public.fk validate constraint later`,
    `alter table public.pk2 alter id type bigint`,
    `alter table public.fk2 alter id type bigint`,
  ])('nor at the other side of a foreign key: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `create index on public.measured (id)`,
    `create index concurrently on public.measured (id)`,
    `create index on public.indexed (id)`,
    `create index on public.attached (n)`,
    `alter table public.measured set unlogged`,
    `alter table public.measured add unique (n)`,
    `alter table public.indexed alter id type bigint`,
    `reindex table public.measured`,
    `cluster public.measured using measured_pkey`,
    `vacuum full public.measured`,
    `analyze public.measured`,
    `refresh materialized view public.mv`,
    `refresh materialized view concurrently public.mv`,
  ])('nor at what the table itself keeps: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `truncate public.indexed`,
    `truncate public.measured`,
    `truncate public.attached`,
    `truncate public.plain, public.pk, public.fk`,
    `truncate public.pk3 cascade`,
  ])('and emptying a table builds its indexes anew: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `alter type public.shape add attribute z public.dom cascade`,
    `alter type public.shape2 alter attribute a type bigint cascade`,
  ])('rewrites no table of a type: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `create table public.n1 (n text) partition by list ((hidden.imm('q') || n))`,
    `create table public.n2 (n text, g text generated always as (hidden.imm('q') || n) stored)`,
    `create temp table n2 (n text, g text generated always as (hidden.imm('q')) stored)`,
    `create table public.n3 (n text, exclude using hash ((hidden.imm('q') || n) with =))`,
    `create table public.n4 (n text, exclude using hash (n with =) where (hidden.ok('q')))`,
    `create table public.n5 (like public.indexed including indexes)`,
    `create table public.n6 (like public.measured including all)`,
    `create schema fresh create table n7 (n text, g text generated always as (hidden.imm('q')) stored)`,
    `create table public.n8 partition of public.par for values in (3) partition by list ((hidden.imm('q') || n))`,
  ])('computes nothing of a new table at once: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })
})

describe('a definition of tables without functions of users', () => {
  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: duties }] })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `create table public.f1 (id integer primary key, n text not null default current_user check (n <> current_user))`,
    `create table public.f2 (n text, m text generated always as (n || n) stored, exclude using hash ((n || n) with =))`,
    `create table public.f3 (like public.free_pk including all)`,
    `create table public.f4 partition of public.free_par for values in (3)`,
    `create table public.f5 (id integer references public.free_pk)`,
    `alter table public.free_par attach partition public.free_att for values in (4)`,
    `alter table public.free_fk add foreign key (id) references public.free_pk`,
    `create index on public.free_fk (n)`,
    `alter table public.free_pk alter id type bigint`,
    `alter type public.free_shape add attribute c integer cascade`,
    `refresh materialized view public.free_mv`,
    `truncate public.free_pk cascade`,
    `vacuum public.free_pk`,
    `comment on table public.indexed is 'x'`,
  ])('needs no `execute`: %s', async (text) => {
    expect(await outcome(text)).toEqual(done)
  })

  it.each([
    `create table public.w1 (n text check (hidden.ok(chr(113))), d text default hidden.imm(chr(113)), check (hidden.ok(chr(113))))`,
    `create table public.w2 partition of public.free_par (n default hidden.imm(chr(113))) for values in (9)`,
    `create table public.w3 () inherits (public.indexed, public.checked)`,
    `create table public.w4 (id integer references public.pk)`,
  ])('runs functions in defaults and checks of a new table only when rows come: %s', async (text) => {
    expect(await outcome(text)).toEqual(done)
  })
})
