import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errors, query, Wire } from './support/wire.js'

/** `hidden.hit` stands for a write that nobody sees: it notes that it ran. */
const seed = `
create schema hidden;
create table hidden.called (what text);
create function hidden.hit(what text) returns void language sql security definer as
  'insert into hidden.called values (what)';

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
grant usage on schema hidden to public;
`

let on: Governed
let wire: Wire

/** What ran that nobody was asked about. */
async function ranUnseen(): Promise<readonly string[]> {
  const { rows } = await on.owner.query<{ what: string }>('delete from hidden.called returning what')
  return rows.map(({ what }) => what)
}

async function expectRefused(text: string): Promise<void> {
  const answers = await wire.ask(query(text))
  expect(await ranUnseen()).toEqual([])
  expect(errors(answers)).toEqual(['42501'])
}

async function expectAnswered(text: string): Promise<void> {
  const answers = await wire.ask(query(text))
  expect(errors(answers)).toEqual([])
  expect(await ranUnseen()).toEqual([])
}

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [{ target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' }],
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
