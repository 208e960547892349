import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errors, query, Wire } from '../door/support/wire.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

const seed = `
create table parted (id integer, secret text, open text) partition by list (secret);
create table parted_a partition of parted for values in ('a') partition by list (open);
create table parted_rest partition of parted default;
insert into parted values (1, 'b', 'x');
create table plain_parted (id integer, secret text) partition by list (id);
create table plain_rest partition of plain_parted default;
create table users (id integer primary key, email text, name text);
create index users_email on users (email);
create index users_name_email on users (name, lower(email));
create index users_some on users (name) where email > 'k';
create index users_name on users (name) include (id);
create table kids (email text) inherits (users);
create index kids_email on kids (email);
insert into users values (1, 'z', 'a'), (2, 'y', 'b');
create table open (id integer primary key, v text);
`

let on: Governed
let wire: Wire

beforeAll(async () => {
  const columns = ['public.parted.secret', 'public.plain_parted.secret', 'public.users.email']
  const mask = [{ id: 'm', target: 'db', columns, with: 'redact' }]
  on = await governed({ seed, allow: [{ target: 'db', duty: '*' }], policy: { mask } })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

/** SQLSTATEs of what the statement is answered with. */
async function answered(text: string): Promise<readonly string[]> {
  await wire.ask(query('begin'))
  const found = errors(await wire.ask(query(text)))
  await wire.ask(query('rollback'))
  return found
}

describe('definitions that look at rows', () => {
  it.each([
    // The server holds the rows of the default partition against the new bounds.
    `create table next partition of parted for values in ('b')`,
    `create table next partition of parted for values in ('c')`,
    `create table next (id integer, secret text, open text); alter table parted attach partition next for values in ('b')`,
    // Whoever reads another column afterwards sees the order.
    'cluster users using users_email',
    'cluster users using users_name_email',
    'cluster users using users_some',
    'cluster kids using kids_email',
    'cluster kids',
    'cluster users',
    'cluster',
  ])('tell nothing of a masked column: %s', async (text) => {
    expect(await answered(text)).toEqual(['42501'])
  })

  it.each([
    'create table next partition of plain_parted for values in (3)',
    'cluster users using users_pkey',
    'cluster users using users_name',
    'cluster open using open_pkey',
  ])('are allowed where none takes part: %s', async (text) => {
    expect(await answered(text)).toEqual([])
  })
})
