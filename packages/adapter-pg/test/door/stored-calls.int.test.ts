import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, Wire } from './support/wire.js'

const seed = `
create sequence public.known;
create sequence public.other;
create operator public.## (rightarg = regclass, function = nextval);
create operator public.### (rightarg = text, function = current_setting);
create table public.t (id integer primary key, a text);
insert into public.t values (1, 'a');
create view public.two as select nextval('known') as a, nextval('other') as b;
create view public.hidden_name as select nextval('known') as a, nextval('other'::text) as b;
create view public.by_operator as select nextval('known') as a, ## 'other'::regclass as b;
create table public.defaulted (a text, n bigint default nextval('known') + nextval('other'::text));
create table public.ruled (a text);
create rule also as on insert to public.ruled do also select nextval('known'), nextval('other'::text);
create table public.guarded (a text);
insert into public.guarded values ('a');
create policy drawn on public.guarded using (nextval('known') + nextval('other'::text) > 0);
alter table public.guarded enable row level security;
alter table public.guarded force row level security;
create view public.own as select id, nextval('known') as a from public.t;

create view public.told as select current_setting('app.key') as s;
create view public.told_twice as select current_setting('work_mem') as w, current_setting('app.key', true) as s;
create view public.told_unnamed as select current_setting(a) as s from (values ('app.key')) as v(a);
create view public.told_by_operator as select ### 'app.key'::text as s;
create view public.told_all as select setting from pg_show_all_settings() where name like 'app%';
create table public.keeps (a text, s text default current_setting('app.key'));
create table public.tells (a text);
create rule tells as on insert to public.tells do instead select current_setting('app.key');
create view public.harmless as select current_setting('work_mem') as w;
create table public.tenants (a text);
create policy own on public.tenants using (current_setting('app.tenant', true) is null);
alter table public.tenants enable row level security;
alter table public.tenants force row level security;
`

let on: Governed
let wire: Wire

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      { target: 'db', duty: 'write', resource: 'sequence:public.known' },
      { target: 'db', duty: 'session', resource: 'setting:app.key' },
    ],
  })
  wire = await Wire.open(on.target, await on.session())
  expect(errors(await wire.ask(query(`set app.key = 'secret'`)))).toEqual([])
})

afterAll(async () => {
  await wire.end()
  await on.close()
})

async function drawn(): Promise<boolean> {
  const { rows } = await on.owner.query<{ drawn: boolean }>('select is_called as drawn from public.other')
  return rows[0]?.drawn === true
}

describe('a sequence that a stored expression draws from', () => {
  it.each([
    'select * from two',
    'select * from hidden_name',
    'select * from by_operator',
    `insert into defaulted (a) values ('a')`,
    `insert into ruled values ('a')`,
    'select * from guarded',
  ])('is not hidden by another one: %s', async (text) => {
    const answers = await wire.ask(query(text))
    expect(await drawn()).toBe(false)
    expect(errors(answers)).toEqual(['42501'])
    // The server draws from it where nobody is in between.
    await on.owner.query(text)
    expect(await drawn()).toBe(true)
    await on.owner.query('alter sequence public.other restart')
  })

  it('is alone what has to be allowed where all have a name', async () => {
    expect(errors(await wire.ask(query('select * from own')))).toEqual([])
  })
})

describe('a setting that a stored expression tells', () => {
  it.each([
    'select * from told',
    'select * from told_twice',
    'select * from told_unnamed',
    'select * from told_by_operator',
    'select * from told_all',
    `select ### 'app.key'::text`,
    `insert into keeps (a) values ('a') returning s`,
    `insert into tells values ('a')`,
  ])('is read as if the text said so: %s', async (text) => {
    const direct = await wire.ask(query(`select current_setting('app.key')`))
    const answers = await wire.ask(query(text))
    expect(answers.map(({ bytes }) => bytes.toString()).join('')).not.toContain('secret')
    expect(errors(answers)).toEqual(errors(direct))
    expect(errorField(answers, 'M')).toContain('setting:')
  })

  it.each(['select * from harmless', 'select * from tenants'])(
    'is no matter where it is harmless, or only decides: %s',
    async (text) => {
      expect(errors(await wire.ask(query(text)))).toEqual([])
    },
  )
})
