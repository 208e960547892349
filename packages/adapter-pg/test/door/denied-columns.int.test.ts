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
        create table copies (s text);
        create view roles as select id, role as r, login from users;
        create view mails as select id, login from users;
        create view logins as select id, login from users;
        create view whole as select u.id, to_json(u) as j from users u;
        create view whole_row as select u.id, u as r from users u;
        create view names as select id from users;
        create view numbers as select ssn from users;
        create view both_of as select n.id, m.ssn from names n, numbers m;
        create view logged as select id, role from users;
        create rule logged_also as on update to logged do also insert into x values (2);
        create view seen as select id, ssn as s from users;
        create rule seen_update as on update to seen do instead insert into copies values (old.s);
        create table audited (id integer, ssn text);
        insert into audited values (1, '123');
        create rule audited_update as on update to audited do also insert into copies values (old.ssn);
        create table inbox (id integer, r text);
        create rule inbox_insert as on insert to inbox do instead update users set role = new.r where users.id = new.id`,
      allow: writing,
      deny: [
        { id: 'no-ssn', target: 'db', duty: 'read', resource: 'table:public.users', when: { columns: ['ssn'] } },
        { id: 'no-audit', target: 'db', duty: 'read', resource: 'table:public.audited', when: { columns: ['ssn'] } },
        { id: 'no-login', target: 'db', duty: 'read', resource: 'table:public.mails', when: { columns: ['login'] } },
        { id: 'no-xmin', target: 'db', duty: 'read', resource: 'table:public.x', when: { columns: ['xmin'] } },
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

  it.each([`update seen set id = 5`, `update audited set id = 5 where id = 1`])(
    'is not copied by a rule: %s',
    async (text) => {
      expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
      expect((await on.owner.query('select s from copies')).rows).toEqual([])
    },
  )

  it.each([
    'select ctid from mails as ctid',
    'select (select to_json(xmin) from mails as xmin limit 1) from (select 1 as n) as q',
    'select (select xmin from x) from (select n as xmin from x) as q',
    'select (select xmin from x) from (select 1) as xmin',
    'select max(n) as xmin from x group by xmin',
  ])('is not read by the name of a system column, nor behind one: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })

  it.each([
    'select (select ctid from names as ctid limit 1) from x',
    'select (select xmin from (select 1) as q) from (select 7 as xmin) as o',
    'select n as xmin from x order by xmin',
  ])('is not taken for one that has the name: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
  })

  it.each([
    'select j.c from (users u join x on true) as j (a, c)',
    `select c from (users u join x on true) as j (a, c) where c like '1%'`,
    'select j.to_json from (users u join generate_series(1, 1) g on true) as j',
    'select (select a.ssn from (x a cross join inbox) as j limit 1) from users a',
    `select id, (select 1 as ssn from x having ssn like '1%') from users`,
    `select id, (select 1 as ssn from x group by (ssn || '') having ssn like '1%') from users`,
    `select id, (select q.n as ssn from (values (1), (2)) q(n) order by (ssn like '1%') = (q.n = 1) desc limit 1) from users`,
    `select id, (select distinct on ((ssn like '1%') = (v.n = 1)) v.n as ssn from (values (1), (2)) v(n) limit 1) from users`,
    'select id, (select v.n as ssn from generate_series(1, 1000) v(n) order by v.n offset ssn::int limit 1) from users',
    'select id, (select 1 as ssn union select 2 offset ssn::int - 123 limit 1) from users',
    `select id, (select first_value(v.n) over w as ssn from (values (1), (2)) v(n) window w as (order by (ssn like '1%') = (v.n = 1) desc) limit 1) from users`,
    `select id, (select count(*) from (select '1' as ssn) v, (x a join x b on ssn like '1%')) from users`,
    `select count(*) from users natural join json_to_record('{"ssn":"123"}') as v(ssn text)`,
    `select count(*) from users natural join unnest(array['123']) ssn`,
    `select count(*) from users natural join xmltable('/r' passing '<r><ssn>123</ssn></r>' columns ssn text) v`,
    `select count(*) from users natural join (select * from json_each_text('{"1":"123"}') as f(k)) as v(n, ssn)`,
    'update inbox set r = r from users old returning old.ssn',
  ])('is not read under another name: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })

  it('is not taken for a column of the same name', async () => {
    const texts = [
      'select id, (select v.n as ssn from generate_series(1, 2) v(n) order by ssn desc limit 1) from users',
      'select id, (select 1 as ssn from x group by ssn) from users',
      'select j.a from (users u join x on true) as j (a, c)',
      `select count(*) from users natural join (values (1, 'l')) v(id, login)`,
    ]
    for (const text of texts) expect(errors(await wire.ask(query(text)))).toEqual([])
  })

  it('takes nothing from views that do not name it', async () => {
    expect(types(await wire.ask(query(`update logins set login = 'm' where id = 1`)))).toBe('CZ')
    expect(rows(await wire.ask(query('select login from logins where id = 1')))).toEqual([['m']])
    expect(rows(await wire.ask(query('select r from roles where id = 2')))).toEqual([['user']])
  })
})
