import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `
create schema extensions;
create extension "uuid-ossp" schema extensions;
create extension pgcrypto schema extensions;
create extension pg_trgm schema extensions;
create table orders (id uuid primary key default extensions.uuid_generate_v4(), note text);
create table users (id integer, email text);
insert into users values (1, 'a@example.test');
create function public.uuid_generate_v4() returns uuid language sql as 'select null::uuid';
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

/** SQLSTATEs of what the statement is answered with. */
async function answered(text: string): Promise<readonly string[]> {
  return errors(await wire.ask(query(text)))
}

describe('volatile functions of reviewed extensions', () => {
  it.each([
    `insert into orders (note) values ('x')`,
    'select extensions.uuid_generate_v1(), extensions.uuid_generate_v4()',
    `select extensions.gen_random_bytes(4), extensions.gen_salt('bf'), extensions.pgp_sym_encrypt('x', 'y')`,
  ])('draw values, and need no rule: %s', async (text) => {
    expect(await answered(text)).toEqual([])
  })

  it.each([
    // It changes a setting.
    'select extensions.set_limit(0.5)',
    'select public.uuid_generate_v4()',
    `select extensions.pgp_sym_encrypt(email, 'y') from users`,
  ])('are refused where they do more: %s', async (text) => {
    expect(await answered(text)).toEqual(['42501'])
  })
})
