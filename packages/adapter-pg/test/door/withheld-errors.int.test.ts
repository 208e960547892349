import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorFields } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { holdOn } from './support/desk.js'
import {
  type Answer,
  bind,
  errorField,
  errors,
  execute,
  parse,
  query,
  sync,
  types,
  whole,
  Wire,
} from './support/wire.js'

/** What no session may read. It stands in every row. */
const secret = 'SSN123'

const seed = `
create table users (id integer primary key, ssn text, login text default 'l', tenant integer default 1, check (id > 0));
insert into users values (1, '${secret}', 'l', 1), (2, '${secret}', 'l', 2);
alter table users add constraint once unique (tenant, ssn);
create table late (id integer primary key, ssn text unique deferrable initially deferred, login text);
create statistics numbers on (ssn::integer), tenant from users;
insert into late values (1, '${secret}', 'a'), (2, 'x', 'b');
create table parts (id integer, ssn text) partition by list (id);
create table parts_1 partition of parts for values in (1);
insert into parts values (1, '${secret}');
create table splits (id integer, ssn text) partition by list (id);
create table splits_1 partition of splits for values in (1);
insert into splits values (1, '${secret}');
create view positive as select id, login from users where id < 100 with check option;
create table kids (id integer);
create table kids_1 (ssn text, check (id > 0)) inherits (kids);
insert into kids_1 values (1, '${secret}');
create table x (n integer unique, s text default 'spoken', check (n > 0));
insert into x values (1);
create function spoken() returns trigger language plpgsql as
  $$ begin raise notice 'login of %', old.ssn; return new; end $$;
create trigger speaks before update of login on users for each row execute function spoken();
create function leaves() returns trigger language plpgsql as $$ begin new.ssn := (select ssn from users limit 1); return new; end $$;
create trigger fills before update on late for each row when (new.login = 'copied') execute function leaves();
`

const duties = ['read', 'write', 'delete', 'define', 'execute', 'session']

function notices(answers: readonly Answer[]): (string | undefined)[] {
  return answers.filter(({ type }) => type === 'N').map(({ bytes }) => errorFields(bytes).get('M'))
}

describe('a column that a rule denies', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [{ target: 'db', duty: duties }],
      deny: ['users', 'late', 'parts', 'kids_1', 'splits_1'].map((name) => ({
        id: `no-ssn-${name}`,
        target: 'db',
        duty: 'read',
        resource: `table:public.${name}`,
        when: { columns: ['ssn'] },
      })),
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    ['23514', 'update users set id = -id where id = 1'],
    ['23502', 'update users set id = null'],
    ['23514', `insert into users (id, ssn) values (1, 'a') on conflict (id) do update set id = -1`],
    ['23505', 'update users set tenant = 2 where id = 1'],
    ['44000', 'update positive set id = 200 where id = 1'],
    ['23514', 'update parts set id = 7 where id = 1'],
    ['23514', 'update kids set id = -1'],
    ['23514', 'prepare p as update users set id = -id; execute p'],
    // Of the whole database, whose statistics are of every table.
    ['22P02', 'analyze'],
    ['22P02', 'analyze users'],
  ])('is in no error of the server: %s %s', async (sqlState, text) => {
    const answers = await wire.ask(query(text))
    expect(errors(answers)).toEqual([sqlState])
    expect(whole(answers)).not.toContain(secret)
    expect(errorField(answers, 'D')).toMatch(/withheld.*rule no-ssn-/)
    expect(errorField(answers, 'W')).toBeUndefined()
  })

  it('is in none of MERGE', async () => {
    const answers = await wire.ask(
      query('merge into users u using x on u.id = x.n when matched then update set id = -1'),
    )
    expect(errors(answers)).toEqual(['23514'])
    expect(whole(answers)).not.toContain(secret)
  })

  it('is in no error that comes when the transaction ends', async () => {
    for (const text of ['begin', `update late set login = 'copied' where id = 2`])
      expect(errors(await wire.ask(query(text)))).toEqual([])
    const answers = await wire.ask(query('commit'))
    expect(errors(answers)).toEqual(['23505'])
    expect(whole(answers)).not.toContain(secret)
    const batch = await wire.ask(
      parse('', `update late set login = 'copied' where id = 2`),
      bind('', ''),
      execute(''),
      sync,
    )
    expect([types(batch), errors(batch)]).toEqual(['12CEZ', ['23505']])
    expect(whole(batch)).not.toContain(secret)
  })

  it('is in no notice', async () => {
    const answers = await wire.ask(query(`update users set login = 'm' where id = 1`))
    expect(types(answers)).toBe('NCZ')
    expect(whole(answers)).not.toContain(secret)
    expect(notices(answers)).toEqual([expect.stringContaining('withheld')])
  })

  it('is no reason to withhold names, nor what the text itself is told', async () => {
    const violated = await wire.ask(query('update users set id = -1 where id = 1'))
    expect(errorField(violated, 'M')).toContain('users_id_check')
    expect(['s', 't', 'n'].map((field) => errorField(violated, field))).toEqual(['public', 'users', 'users_id_check'])
    for (const [text, told] of [
      ['select nothing from users', 'column "nothing" does not exist'],
      [`select id from users where id = 'a'`, 'invalid input syntax for type integer: "a"'],
    ] as const)
      expect(errorField(await wire.ask(query(text)), 'M')).toBe(told)
  })

  it('is no reason to withhold anything where it is not', async () => {
    const texts = ['insert into x values (-1)', 'insert into x values (1)', `select 1 / (n - n) from x`]
    const said = []
    for (const text of texts) {
      const answers = await wire.ask(query(text))
      said.push(errorField(answers, 'M'), errorField(answers, 'D'))
    }
    expect(said).toEqual([
      'new row for relation "x" violates check constraint "x_n_check"',
      'Failing row contains (-1, spoken).',
      'duplicate key value violates unique constraint "x_n_key"',
      'Key (n)=(1) already exists.',
      'division by zero',
      undefined,
    ])
  })

  it('is not in the record', () => {
    const written = JSON.stringify(on.journal.events)
    expect(written).toContain('23514')
    expect(written).not.toContain(secret)
  })
})

describe('what the server says', () => {
  const statement = query('update users set id = -id where id = 1')
  const row = `Failing row contains (-1, ${secret}, l, 1).`

  const detail = async (options: object): Promise<string | undefined> => {
    const on = await governed({ seed, allow: [{ target: 'db', duty: duties }], ...options })
    const wire = await Wire.open(on.target, await on.session())
    try {
      return errorField(await wire.ask(statement), 'D')
    } finally {
      await wire.end()
      await on.close()
    }
  }

  it('is handed out where everything may be read', async () => {
    expect(await detail({})).toBe(row)
  })

  it.each([
    [
      'no rule allows to read',
      {
        allow: [
          { target: 'db', duty: ['write', 'execute'] },
          { target: 'db', duty: 'read', when: { columns: ['id'] } },
        ],
      },
    ],
    ['people have to approve', { hold: [holdOn('read', { when: { columns: ['ssn'] } })] }],
    ['a rule about texts denies', { deny: [{ id: 'no-text', target: 'db', duty: 'read', text: '\\bssn\\b' }] }],
  ])('is withheld where %s some column', async (_, options) => {
    expect(await detail(options)).toMatch(/withheld/)
  })
})
