import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, extended, query, sync, Wire } from './support/wire.js'

/** Everybody may run what stands behind the operators; what their families add draws from a sequence and is nobody's. */
const setUp = `${hiddenSchema('immutable')}
grant usage on schema hidden to public;
grant select on hidden.calls to public;
create function hidden.less(text, text) returns boolean language plpgsql immutable as 'begin return $1 < $2; end';
create function hidden.most(text, text) returns boolean language plpgsql immutable as 'begin return $1 <= $2; end';
create function hidden.same(text, text) returns boolean language plpgsql immutable as 'begin return $1 = $2; end';
create function hidden.other(text, text) returns boolean language plpgsql immutable as 'begin return $1 <> $2; end';
create function hidden.least(text, text) returns boolean language plpgsql immutable as 'begin return $1 >= $2; end';
create function hidden.more(text, text) returns boolean language plpgsql immutable as 'begin return $1 > $2; end';
create operator public.<~ (leftarg = text, rightarg = text, function = hidden.less, commutator = operator(public.>~));
create operator public.<=~ (leftarg = text, rightarg = text, function = hidden.most);
create operator public.<>~ (leftarg = text, rightarg = text, function = hidden.other);
create operator public.==~ (leftarg = text, rightarg = text, function = hidden.same, commutator = operator(public.==~),
  negator = operator(public.<>~), hashes, merges);
create operator public.>=~ (leftarg = text, rightarg = text, function = hidden.least);
create operator public.>~ (leftarg = text, rightarg = text, function = hidden.more);
create function hidden.ordered(a text, b text) returns integer language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return case when a < b then -1 when a > b then 1 else 0 end; end $$;
create function hidden.hashed(a text) returns integer language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return 1; end $$;
create operator class public.sorted for type text using btree as operator 1 <~, operator 2 <=~, operator 3 ==~,
  operator 4 >=~, operator 5 >~, function 1 hidden.ordered(text, text);
create operator class public.scattered for type text using hash as operator 1 ==~, function 1 hidden.hashed(text);

create function hidden.backwards(a integer, b integer) returns integer language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return case when a < b then 1 when a > b then -1 else 0 end; end $$;
create operator class public.turned for type integer using btree as operator 1 >, operator 2 >=, operator 3 =,
  operator 4 <=, operator 5 <, function 1 hidden.backwards(integer, integer);

create function hidden.unlike(a text, b text) returns boolean language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return not starts_with(a, b); end $$;
create operator public.!^@ (leftarg = text, rightarg = text, function = hidden.unlike, negator = operator(pg_catalog.^@));

create function hidden.alike(a bigint, b bigint) returns integer language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return case when a < b then -1 when a > b then 1 else 0 end; end $$;
create function hidden.scattered(a bigint) returns integer language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return 1; end $$;
create operator class public.alike for type bigint using btree as operator 1 <, operator 2 <=, operator 3 =,
  operator 4 >=, operator 5 >, function 1 hidden.alike(bigint, bigint);
create operator class public.alike for type bigint using hash as operator 1 =, function 1 hidden.scattered(bigint);

create type public.mark as (v text);
create function hidden.mark_less(a public.mark, b public.mark) returns boolean language sql immutable as 'select a.v < b.v';
create function hidden.mark_same(a public.mark, b public.mark) returns boolean language sql immutable as 'select a.v = b.v';
create function hidden.mark_order(a public.mark, b public.mark) returns integer language sql immutable as 'select 0';
create function hidden.mark_other(a public.mark, b public.mark) returns boolean language plpgsql immutable security definer as
  $$ begin perform nextval('hidden.calls'); return a.v <> b.v; end $$;
create operator public.<< (leftarg = public.mark, rightarg = public.mark, function = hidden.mark_less);
create operator public.!= (leftarg = public.mark, rightarg = public.mark, function = hidden.mark_other);
create operator public.== (leftarg = public.mark, rightarg = public.mark, function = hidden.mark_same,
  negator = operator(public.!=));
create operator class public.marks default for type public.mark using btree as operator 1 <<, operator 3 ==,
  function 1 hidden.mark_order(public.mark, public.mark);

create table public.words (id integer, t text);
insert into public.words select g, 'w' || g from generate_series(1, 20) as g;
create view public.ordered as select t from public.words order by t using <~;
create view public.compared as select t from public.words where (t, t) <~ ('w2', 'w');
create table public.kept (id integer, t text);
create index on public.kept (id) where (t, t) <~ ('w2', 'w');
create table public.plain (id bigint, t text, d date);
insert into public.plain values (1, 'a', '2026-01-01');
grant all on all tables in schema public to public;
`

const many = "array['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']"

const cycle = `with recursive t(n) as (select false union all select true from t where not n)
  cycle n set m to public.mark '(x)' default public.mark '(y)' using path select n from t`

/** Each runs a function that stands behind no operator in it: of a family, or of a negator that users gave the server's. */
const texts = [
  `select t from public.words order by t using <~`,
  `select t as x from public.words order by x using operator(public.>~)`,
  `select array_agg(t order by t using <~) from public.words`,
  `select rank() over (order by t using <~) from public.words`,
  `select (t, t) <~ ('w2', 'w') from public.words`,
  `select 1 from public.words where (t, t) <~ all (select t, t from public.words)`,
  `select t ==~ any (${many}) from public.words`,
  `select t <>~ all (${many}) from public.words`,
  `select 1 from public.words as a join public.words as b on a.t ==~ b.t`,
  `select 1 from public.words where t ==~ any (select t from public.words)`,
  `select (id, id) > (1, 1) from public.words`,
  `select 1 from public.words where not t ^@ 'w1'`,
  cycle,
]

let on: Governed
let wire: Wire

beforeAll(async () => {
  on = await governed({
    allow: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      ...['less', 'most', 'same', 'other', 'least', 'more', 'mark_less', 'mark_same', 'mark_order'].map((name) => ({
        target: 'db',
        duty: 'execute',
        resource: `function:hidden.${name}`,
      })),
    ],
  })
  // What came with the server is read once: users change it afterwards.
  wire = await Wire.open(on.target, await on.session())
  expect(errors(await wire.ask(query('select 1')))).toEqual([])
  const superuser = new pg.Client(on.superuserUrl)
  await superuser.connect()
  await superuser.query(setUp)
  await superuser.query(`create view public.cycled as ${cycle}; grant select on public.cycled to public`)
  await superuser.end()
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('what an operator runs besides its own function', () => {
  it.each(texts)('runs on the server: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    await on.owner.query(text)
    expect(await hiddenCalls(on.owner)).not.toBe(before)
  })

  it.each([
    ...texts,
    `select t from public.ordered`,
    `select t from public.compared`,
    `select n from public.cycled`,
    `insert into public.kept values (1, 'w')`,
  ])('does not run unseen: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(query(text))
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each(texts)('does not run unseen when it is prepared: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    const answers = await wire.ask(extended(text), sync)
    expect(await hiddenCalls(on.owner)).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    `select id from public.plain where id = 1 and t in ('a', 'b') and d >= '2026-01-01' order by d desc`,
    `select distinct t from public.plain group by t having (t, t) < ('x', 'y')`,
    `select 1 from public.plain as a join public.plain as b using (id) where a.t like 'a%'`,
    `select (id, id) > (1, 1) from public.plain order by id using >`,
    `select 1 from public.plain where id = any ('{1,2,3,4,5,6,7,8,9,10,11,12}'::bigint[])`,
    `select 1 from public.plain where id in (select id from public.plain)`,
  ])('is nothing where the server takes a family of its own: %s', async (text) => {
    const before = await hiddenCalls(on.owner)
    expect(errors(await wire.ask(query(text)))).toEqual([])
    expect(await hiddenCalls(on.owner)).toBe(before)
  })
})
