import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errors, query, Wire } from './support/wire.js'

const secret = 'SSN123'

const seed = `
create domain public.short as text;
create domain public.shorter as public.short;
create table public.users (id integer primary key, ssn text, login text default 'l', code public.shorter, check (id > 0));
insert into public.users values (1, '${secret}', 'a', '${secret}'), (2, '${secret}', 'b', '${secret}');
create table public.kid () inherits (public.users);
create table public.guesses (ssn text);
create table public.par (id integer, ssn text) partition by list (ssn);
create table public.rest partition of public.par default;
insert into public.par values (1, '${secret}');
create table public.mid partition of public.par for values in ('m') partition by list (id);
create table public.loose (id integer, ssn text);
create type public.shape as (id integer, ssn text);
create table public.shaped of public.shape;
alter table public.guesses add constraint later check (ssn <> '') not valid;
create table public.unique_one (ssn text unique, n integer);
create table public.numbered (id integer primary key);
insert into public.numbered values (7);
create table public.cards (ssn integer references public.numbered (id));
insert into public.cards values (7);
grant all on all tables in schema public to public;
`

/** Rules about a column that nobody may see. */
const columns = ['ssn', 'code']
const deny = ['users', 'kid', 'guesses', 'par', 'rest', 'loose', 'shaped', 'unique_one', 'cards'].map((table) => ({
  id: `no-${table}`,
  target: 'db',
  duty: ['read', 'define'],
  resource: `table:public.${table}`,
  when: { columns },
}))

let on: Governed
let wire: Wire

async function answer(text: string): Promise<{ readonly errors: readonly string[]; readonly told: boolean }> {
  const answers = await wire.ask(query(text))
  return { errors: errors(answers), told: answers.some(({ bytes }) => bytes.includes(secret)) }
}

describe('a column that may not be read', () => {
  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: ['read', 'write', 'delete', 'define'] }], deny })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    `create unique index on public.users (ssn)`,
    `create unique index on public.users (id) include (ssn)`,
    `create index on public.users ((ssn::integer))`,
    `create index on public.users (id) where ssn::integer > 0`,
    `alter table public.users add unique (ssn)`,
    `alter table public.users add constraint guessed check (ssn <> '${secret}')`,
    `alter table public.users add exclude using hash (ssn with =)`,
    `alter table public.users add column copy text generated always as (ssn) stored`,
    `alter table public.users add column copy text check (ssn <> 'x')`,
    `alter table public.users alter login type text using ssn`,
    `alter table public.users alter ssn type integer using ssn::integer`,
    `alter table public.users alter ssn set not null`,
    `alter table public.users add foreign key (ssn) references public.unique_one (ssn)`,
    `alter table public.kid add column other text references public.unique_one (ssn)`,
    `create table public.guess (ssn text references public.unique_one (ssn))`,
    `alter table public.guesses validate constraint later`,
    `create statistics on ssn, login from public.users`,
    `create table public.next partition of public.par for values in ('${secret}')`,
    `alter table public.par attach partition public.guesses for values in ('x')`,
    `alter table public.mid attach partition public.loose for values in (3)`,
    `alter domain public.short add check (value <> '${secret}')`,
    `alter type public.shape alter attribute ssn type integer cascade`,
    `alter table public.numbered alter id type bigint using id + 100`,
  ])('is not told by a definition: %s', async (text) => {
    expect(await answer(text)).toEqual({ errors: ['42501'], told: false })
  })

  it.each([
    `alter table public.users rename ssn to other`,
    `alter table public.users rename column id to ssn`,
    `alter type public.shape rename attribute ssn to other cascade`,
  ])('keeps its name where a rule about definitions names it, too: %s', async (text) => {
    expect(await answer(text)).toEqual({ errors: ['42501'], told: false })
  })

  it.each([
    `create index on public.users (login)`,
    `alter table public.users add check (login <> '')`,
    `alter table public.users add column other integer default 1`,
    `alter table public.users alter login type varchar`,
    `alter table public.users rename login to name`,
    `create table public.like_it (like public.users including all)`,
    `create table public.orders (id integer references public.users)`,
    `alter table public.orders add foreign key (id) references public.users`,
  ])('leaves definitions about others alone: %s', async (text) => {
    expect(await answer(text)).toEqual({ errors: [], told: false })
  })
})
