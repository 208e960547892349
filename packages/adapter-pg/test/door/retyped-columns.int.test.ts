import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create type public.color as enum ('r', 'g');
create function hidden.same(a public.color, b text) returns boolean language plpgsql immutable as
  $$ begin perform hidden.hit(); return true; end $$;
create operator public.= (leftarg = public.color, rightarg = text, function = hidden.same);
create function public.length(public.color) returns integer language plpgsql as
  $$ begin perform hidden.hit(); return 1; end $$;
create function hidden.number(public.color) returns integer language plpgsql as
  $$ begin perform hidden.hit(); return 1; end $$;
create cast (public.color as integer) with function hidden.number(public.color);
create table public.plain (c text, b text);
create table public.checked (c text, b text, check (c = b));
create table public.indexed (c text, b text);
create index on public.indexed ((c = b));
create table public.partly (c text, b text);
create index on public.partly (b) where c = b;
create table public.called (c text, b text, check (length(c) > 0));
create table public.turned (c smallint, b text, check (c::integer > 0));
create table public.parent (c text);
create table public.child (b text, check (c = b)) inherits (public.parent);
insert into public.plain values ('r', 'r');
insert into public.checked values ('r', 'r');
insert into public.indexed values ('r', 'r');
insert into public.partly values ('r', 'r');
insert into public.called values ('r', 'r');
insert into public.turned values (1, 'r');
insert into public.child values ('r', 'r');
`

let on: Governed
let wire: Wire

beforeAll(async () => {
  on = await governed({ seed, allow: [{ target: 'db', duty: ['read', 'write', 'define'] }] })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('a column that gets another type', () => {
  it.each([
    ['another command of the statement', `alter table plain alter column c type color using null, add check (c = b)`],
    ['one that takes its name', `alter table plain drop column c, add column c color, add check (c = b)`],
    [
      'a generated column',
      `alter table plain alter column c type color using null, add column g boolean generated always as (c = b) stored`,
    ],
    ['a check', 'alter table checked alter column c type color using null'],
    ['an index', 'alter table indexed alter column c type color using null'],
    ['the condition of an index', 'alter table partly alter column c type color using null'],
    ['a call', 'alter table called alter column c type color using null'],
    ['a cast', 'alter table turned alter column c type color using null'],
    ['a child', 'alter table parent alter column c type color using null'],
  ])('gives no operator, function or cast of a user a meaning unseen: %s', async (_what, text) => {
    const start = await hiddenCalls(on.owner)
    await on.owner.query('begin')
    await on.owner.query(text)
    await on.owner.query('rollback')
    const before = await hiddenCalls(on.owner)
    expect(before, 'the server runs nothing here').toBeGreaterThan(start)
    const answers = await wire.ask(query(text))
    expect((await hiddenCalls(on.owner)) - before).toBe(0)
    expect(errors(answers)).toEqual(['42501'])
  })

  it.each([
    `alter table plain alter column c type varchar(20)`,
    `alter table plain add column n integer, add check (n > 0)`,
    `alter table plain add check (c = b)`,
  ])('is plain where nobody made anything of the kind: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
  })
})
