import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { writing } from './support/policy.js'
import { errors, query, rows, types, Wire } from './support/wire.js'

describe('a column that a rule denies', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: `create table users (id integer primary key, ssn text, role text default 'user', login text default 'l');
        insert into users values (1, '123'), (2, '999');
        create table x (n integer);
        insert into x values (1);
        create view roles as select id, role as r, login from users;
        create view logins as select id, login from users;
        create view whole as select u.id, to_json(u) as j from users u;
        create view whole_row as select u.id, u as r from users u;
        create view names as select id from users;
        create view numbers as select ssn from users;
        create view both_of as select n.id, m.ssn from names n, numbers m;
        create view logged as select id, role from users;
        create rule logged_also as on update to logged do also insert into x values (2);
        create table inbox (id integer, r text);
        create rule inbox_insert as on insert to inbox do instead update users set role = new.r where users.id = new.id`,
      allow: writing,
      deny: [
        { id: 'no-ssn', target: 'db', duty: 'read', resource: 'table:public.users', when: { columns: ['ssn'] } },
        { id: 'no-role', target: 'db', duty: 'write', resource: 'table:public.users', when: { columns: ['role'] } },
      ],
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it.each([
    `update users set role = 'admin' where id = 1`,
    `update roles set r = 'admin' where id = 1`,
    `insert into roles (id, r) values (3, 'admin')`,
    `update logged set role = 'admin' where id = 1`,
    `insert into inbox values (2, 'admin')`,
  ])('is not written through a view or a rule: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
    const { rows: written } = await on.owner.query<{ role: string }>('select distinct role from users')
    expect(written).toEqual([{ role: 'user' }])
  })

  it.each([
    'select ssn from users',
    'select j from whole',
    'select r from whole_row',
    'select (r).ssn from whole_row',
    'copy (select * from whole) to stdout',
    'select id from both_of',
  ])('is not read behind a view: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })

  it('takes nothing from views that do not name it', async () => {
    expect(types(await wire.ask(query(`update logins set login = 'm' where id = 1`)))).toBe('CZ')
    expect(rows(await wire.ask(query('select login from logins where id = 1')))).toEqual([['m']])
    expect(rows(await wire.ask(query('select r from roles where id = 2')))).toEqual([['user']])
  })
})
