import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorField, errors, query, types, whole, Wire } from '../door/support/wire.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { excepted } from './support/excepted.js'

/** A number that the detector of credit cards finds. */
const card = '4111 1111 1111 1111'

const seed = `
create table notes (id integer primary key, body text check (body <> ''));
insert into notes values (1, 'paid with ${card}');
create table cards (number text primary key, uses integer check (uses > 0));
insert into cards values ('${card}', 1);
create function says() returns trigger language plpgsql as $$ begin raise notice 'was %', old.body; return new; end $$;
create table told (id integer, body text);
insert into told values (1, '${card}');
create trigger t after update on told for each row execute function says();
`

const policy = { mask: [{ id: 'found', target: 'db', detect: ['credit-card'], with: 'redact', except: ['fraud'] }] }

describe('what a detector finds in errors and notices', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: '*' }], policy })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    ['22P02', 'M', 'select body::integer from notes'],
    ['23514', 'D', 'update cards set uses = 0'],
    ['23505', 'D', 'insert into cards select number, 2 from cards'],
  ])('is masked as in results: %s', async (sqlState, field, text) => {
    const answers = await wire.ask(query(text))
    expect(errors(answers)).toEqual([sqlState])
    expect(whole(answers)).not.toContain('4111')
    expect(errorField(answers, field)).toMatch(/\[/)
  })

  it('is masked in what functions raise', async () => {
    const answers = await wire.ask(query('update told set id = 2'))
    expect(types(answers)).toContain('N')
    expect(whole(answers)).toContain('was [')
    expect(whole(answers)).not.toContain('4111')
  })

  it('is nothing in most of them, which stay as they are', async () => {
    await wire.ask(query('begin'))
    await wire.ask(query('select id from notes'))
    const answers = await wire.ask(query('select 1 / (id - id) from notes'))
    expect(errorField(answers, 'M')).toBe('division by zero')
    await wire.ask(query('rollback'))
  })

  it('is told to whom the mask does not hold for', async () => {
    const other = await Wire.open(on.target, await on.session(excepted))
    expect(whole(await other.ask(query('select body::integer from notes')))).toContain(card)
    await other.end()
  })
})
