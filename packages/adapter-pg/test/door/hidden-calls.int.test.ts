import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}

create domain public.word as text;
create function hidden.same(a public.word, b public.word) returns boolean language plpgsql as
  $$ begin perform hidden.hit('same'); return true; end $$;
create operator public.= (leftarg = public.word, rightarg = public.word, function = hidden.same);
create function hidden.alike(a public.word, b text) returns boolean language plpgsql as
  $$ begin perform hidden.hit('alike'); return true; end $$;
create operator public.= (leftarg = public.word, rightarg = text, function = hidden.alike);
create function hidden.counts(a text, b integer) returns boolean language plpgsql as
  $$ begin perform hidden.hit('counts'); return true; end $$;
create operator public.= (leftarg = text, rightarg = integer, function = hidden.counts, commutator = operator(public.=));
create function hidden.counted(a integer, b text) returns boolean language plpgsql as
  $$ begin perform hidden.hit('counted'); return true; end $$;
create operator public.= (leftarg = integer, rightarg = text, function = hidden.counted);
create table public.words (w public.word, t text);
insert into public.words values ('a', 'a');

create function public.lower(a integer default 0, b text default '') returns text language plpgsql security definer as
  $$ begin perform hidden.hit('lower'); return 'x'; end $$;
create function public.upper(b text, a integer default 0) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('upper'); return 'x'; end $$;
create function public.jsonb_extract_path(a jsonb, b text[]) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('path'); return 'x'; end $$;

create type public.color as enum ('r', 'g');
create function hidden.truth(a public.color) returns boolean language plpgsql as
  $$ begin perform hidden.hit('boolean'); return true; end $$;
create cast (public.color as boolean) with function hidden.truth(public.color) as assignment;
create function hidden.big(a public.color) returns bigint language plpgsql as
  $$ begin perform hidden.hit('bigint'); return 1; end $$;
create cast (public.color as bigint) with function hidden.big(public.color) as assignment;
create function hidden.number(a public.color) returns integer language plpgsql as
  $$ begin perform hidden.hit('integer'); return 1; end $$;
create cast (public.color as integer) with function hidden.number(public.color) as assignment;
create function hidden.share(a public.color) returns real language plpgsql as
  $$ begin perform hidden.hit('real'); return 1; end $$;
create cast (public.color as real) with function hidden.share(public.color) as assignment;
create function hidden.written(a public.color) returns text language plpgsql as
  $$ begin perform hidden.hit('text'); return '<a/>'; end $$;
create cast (public.color as text) with function hidden.written(public.color) as assignment;
create function hidden.marked(a public.color) returns xml language plpgsql as
  $$ begin perform hidden.hit('xml'); return '<a/>'; end $$;
create cast (public.color as xml) with function hidden.marked(public.color) as assignment;
create table public.colors (id integer primary key, c public.color, a integer[], v boolean);
insert into public.colors values (1, 'r', '{1,2}', true);
create table public.notes (id integer primary key, a text);
insert into public.notes values (1, 'a');

create table public.counts (id bigint, w public.word, n integer);
insert into public.counts values (1, 'a', 1);
create function public.chr(a bigint) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('chr'); return 'x'; end $$;

create function public.oid(public.notes) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('oid'); return 'x'; end $$;
create view public.notes_seen as select * from public.notes;
create function public.xmin(public.notes_seen) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('xmin'); return 'x'; end $$;
create function public.ctid(public.notes) returns text language plpgsql security definer as
  $$ begin perform hidden.hit('ctid'); return 'x'; end $$;
create table public.watched (id integer, a text);
create function hidden.changed() returns trigger language plpgsql as 'begin return new; end';
create function hidden.changed(a text) returns boolean language plpgsql immutable as
  $$ begin perform hidden.hit('changed'); return true; end $$;
create trigger watched before update on public.watched for each row execute function hidden.changed();
create index on public.watched (id) where hidden.changed('x');

create table public.amounts (id integer);
insert into public.amounts select 1 from generate_series(1, 100);
create function hidden.seen(a text, b integer) returns boolean language plpgsql immutable as
  $$ begin return true; end $$;
create function hidden.unseen(a text, b integer) returns boolean language plpgsql as
  $$ begin perform hidden.hit('negator'); return true; end $$;
create function hidden.turned(a integer, b text) returns boolean language plpgsql as
  $$ begin perform hidden.hit('commutator'); return true; end $$;
create operator public.>>>> (leftarg = integer, rightarg = text, function = hidden.turned);
create operator public.<<<< (leftarg = text, rightarg = integer, function = hidden.seen, restrict = scalarltsel,
  commutator = operator(public.>>>>));
create operator public.!@@@@ (leftarg = text, rightarg = integer, function = hidden.unseen);
create operator public.@@@@ (leftarg = text, rightarg = integer, function = hidden.seen, negator = operator(public.!@@@@));
analyze public.amounts;
grant usage on schema hidden to public;
`

let on: Governed
let wire: Wire

async function expectRefused(text: string): Promise<void> {
  const before = await hiddenCalls(on.owner)
  const answers = await wire.ask(query(text))
  expect(await hiddenCalls(on.owner)).toBe(before)
  expect(errors(answers)).toEqual(['42501'])
}

async function expectAnswered(text: string): Promise<void> {
  const before = await hiddenCalls(on.owner)
  const answers = await wire.ask(query(text))
  expect(errors(answers)).toEqual([])
  expect(await hiddenCalls(on.owner)).toBe(before)
}

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [
      { target: 'db', duty: ['read', 'write', 'delete', 'define'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:hidden.seen' },
    ],
  })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('an operator of a user', () => {
  it.each([
    `select w = w from public.words`,
    `select w = 'x' from public.words`,
    `select 1 from public.words as a join public.words as b using (w)`,
    `select nullif(w, 'x') from public.words`,
    `select 'a'::public.word = 'b'::public.word`,
    `select w = any (array['a']::public.word[]) from public.words`,
    `select w in ('a'::public.word, 'b') from public.words`,
    `select nullif('a', 'b') = 5`,
    `select 5 = any (select 'x')`,
    `select 5 in (select 'x')`,
  ])('is not called unseen: %s', expectRefused)

  it.each([
    `select not ('x'::text @@@@ id) from public.amounts`,
    `select 1 from public.amounts where not 'x'::text @@@@ id`,
    `select 1 from public.amounts where 'x'::text <<<< id`,
  ])('is not turned unseen into its negator or its commutator: %s', expectRefused)

  it.each([
    `select t = t, t = 'x', t in ('x', 'y') from public.words`,
    `select 5 = any (select 6), nullif(1, 2) = 1`,
    `select w from public.words where t = any (select t from public.words)`,
  ])('is not where the server has its own: %s', expectAnswered)
})

describe('a function of a user that has the name of one of the server', () => {
  it.each([
    `select lower(b => 'x'::text)`,
    `select lower(b := t) from public.words`,
    `select lower(b => t, a => 1) from public.words`,
    `select upper(b => 'x'::text)`,
    `select upper(b => t) from public.words`,
    `select jsonb_extract_path('{}'::jsonb, array['a'::text])`,
  ])('is not called unseen by names for its arguments, or as an array: %s', expectRefused)

  it.each([
    `select lower(t), upper(t) from public.words`,
    `select make_interval(days => 1), make_date(2026, 1, 1)`,
    `select jsonb_extract_path('{}'::jsonb, variadic array['a'::text])`,
  ])('is not where the server has one of exactly these types: %s', expectAnswered)
})

describe('a cast for assignment', () => {
  it.each([
    `select 1 from public.colors where c`,
    `select c and true from public.colors`,
    `select not c from public.colors`,
    `select case when c then 1 end from public.colors`,
    `select c is true from public.colors`,
    `select count(*) filter (where c) from public.colors`,
    `select 1 from public.colors as a join public.colors as b on a.c`,
    `select 1 from public.colors group by c having c`,
    `select public.color 'r' and true`,
    `select ('r'::public.color) or false`,
    `select 1 from (public.notes join public.colors on true) as j(b, x, y, c) where c`,
    `select 1 limit (select c from public.colors)`,
    `select 1 offset (select c from public.colors)`,
    `select a[c] from public.colors`,
    `select a[c:c] from public.colors`,
    `select (array[1, 2])[c] from public.colors`,
    `select 1 from public.notes tablesample system ((select c from public.colors))`,
    `select xmlpi(name foo, c) from public.colors`,
    `select xmlparse(content c) from public.colors`,
    `select xmlconcat(c) from public.colors`,
    `select c is document from public.colors`,
    `select xmlroot(c, version '1.0') from public.colors`,
    `select xmlserialize(content c as text) from public.colors`,
    `select x.* from public.colors, xmltable(c passing '<r/>' columns a text path 'a') as x`,
    `delete from public.notes using public.colors where c`,
    `update public.notes set a = 'x' from public.colors where c`,
    `merge into public.notes as n using public.colors as k on n.id = k.id when matched and c then delete`,
    `insert into public.colors (id) values (1) on conflict (id) do update set v = true where colors.c`,
    `alter table public.colors add check (c)`,
  ])('is not run unseen where SQL wants a type: %s', expectRefused)

  it.each([
    `select id, c from public.colors where v and c is not null and c = 'r' and not (id = 2) limit 5 offset 0`,
    `select a[1], a[id], a[1:id], case when id = 1 then c end from public.colors where id in (1, 2) or v is true`,
    `select count(*) filter (where v) from public.colors as k join public.notes as n on n.id = k.id having true`,
    `select xmlelement(name foo, xmlattributes(c as z)) from public.colors`,
    `update public.notes set a = 'a' where id = 1`,
  ])('is not there where SQL finds what it wants: %s', expectAnswered)
})

describe('a function of a user that is written as a column', () => {
  it.each([
    `select notes.oid from public.notes`,
    `select n.oid from public.notes as n where n.oid = 'x'`,
    `select notes_seen.xmin from public.notes_seen`,
    `insert into public.notes values (1, 'a') on conflict (id) do update set a = excluded.ctid`,
  ])('is not called unseen by the name of a system column: %s', expectRefused)

  it('is not where that is a column', async () => {
    await expectAnswered('select notes.xmin, notes.ctid, tableoid from public.notes')
  })
})

describe('a function of a user that has the name of the function of a trigger', () => {
  it('is not run unseen in planning', async () => {
    await expectRefused(`explain update public.watched set a = 'b'`)
  })
})

describe('a column that is not where it seems to be', () => {
  it.each([
    'select chr(id) from public.notes join public.counts using (id)',
    'select chr(id) from public.notes natural full join public.counts',
    'select chr(column2) from public.amounts, lateral (values (amounts.*, 65::bigint, 65)) v',
    'select chr(v.column1) from public.counts, lateral (values (counts.*, 65)) v',
    `select chr(column2) from (values ((row(1)::public.amounts).*, 65::bigint, 1), (1, 2, 3)) v`,
    `select row(1, c.id, c.w) is distinct from row(counts.n, counts.*) from public.counts as c, public.counts`,
    `select row(1, x.*) is distinct from row(x.*, 1) from (select n, w, n from public.counts) as x`,
  ])('does not call a function of a user unseen: %s', expectRefused)

  it.each([
    'select chr(notes.id) from public.notes join public.counts using (id)',
    'select chr(id) from public.notes join public.amounts using (id)',
    'select chr(column1) from (values (65), (66)) v order by 1',
  ])('calls none where the server has its own: %s', expectAnswered)
})
