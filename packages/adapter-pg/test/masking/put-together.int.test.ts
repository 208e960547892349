import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errors, query, Wire } from '../door/support/wire.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'

const seed = `
create extension hstore;
create extension ltree;
create table users (id integer primary key, email text, name text);
insert into users values (1, 'sekret', 'a');
create type code as enum ('a');
create function joined(text, code) returns integer language sql immutable as 'select 1 / (ascii($1) - 115)';
create operator || (leftarg = text, rightarg = code, function = joined);
`

let on: Governed
let wire: Wire

beforeAll(async () => {
  const mask = [{ id: 'm', target: 'db', columns: ['public.users.email'], with: 'redact' }]
  on = await governed({ seed, policy: { mask } })
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

describe('what is put together with a masked value', () => {
  it.each([
    // Extensions have operators of this name for types of their own.
    `select email || ' ' || name from users`,
    `select 'x' || name || ' <' || email || '>' from users`,
    `select upper(case when id > 3 then email else name end) from users`,
    `select (case when id > 3 then '' else email end) || 'x' from users`,
    `select greatest(email, name) || 'x' from users`,
  ])('is masked whole: %s', async (text) => {
    const answers = await wire.ask(query(text))
    expect(errors(answers)).toEqual([])
    expect(answers.filter(({ type, bytes }) => type === 'D' && bytes.includes('[m]'))).toHaveLength(1)
  })

  it.each([
    `select email || 'a'::code from users`,
    `select (case when id > 3 then 'a'::code end)::text || (email::integer) from users`,
  ])('is refused where that may fail: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })
})
