import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { writing } from './support/policy.js'
import { errors, query, types, Wire } from './support/wire.js'

describe('row triggers that a partition has from above', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: `create table called (what text);
        create function told() returns trigger language plpgsql as
          $$ begin insert into called values (tg_op); return coalesce(new, old); end $$;
        create table parts (id integer, a integer) partition by list (id);
        create table first_part partition of parts for values in (1);
        create table second_part partition of parts for values in (2);
        create trigger watched after insert or delete on parts for each row execute function told();
        create table keys (id integer primary key);
        create table refers (id integer references keys deferrable, unique (id) deferrable);
        insert into keys values (1);
        insert into parts values (1, 1);
        delete from called`,
      allow: writing,
    })
    // As PostgreSQL 13 and 14 mark them.
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(
      `update pg_trigger set tgisinternal = true where tgname = 'watched' and tgrelid <> 'parts'::regclass`,
    )
    await superuser.end()
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it.each([
    'insert into first_part values (1, 2)',
    'update parts set id = 2 where id = 1',
    'delete from first_part where id = 1',
  ])('run no function without leave, marked as internal or not: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
    expect((await on.owner.query('select from called')).rowCount).toBe(0)
  })

  it('are not mixed up with those by which the server keeps foreign keys and unique columns', async () => {
    expect(types(await wire.ask(query('insert into refers values (1)')))).toBe('CZ')
    expect(types(await wire.ask(query('delete from keys where id = 9')))).toBe('CZ')
  })
})
