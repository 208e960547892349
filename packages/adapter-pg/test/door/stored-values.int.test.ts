import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { hiddenCalls, hiddenSchema } from '../support/hidden.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `${hiddenSchema()}
create domain public.dom as text check (hidden.hit(value));
create type public.comp as (a integer, d public.dom);
create table public.t (id integer, x xml);
insert into public.t values (1, '<r><c>x</c></r>');
create view public.listed as select a from json_to_record('{"a":"x"}') as r(a public.dom);
create view public.records as select a from json_to_recordset('[{"a":"x"}]') as r(a public.dom);
create view public.markup as select q.c from public.t, xmltable('/r' passing t.x columns c public.dom path 'c') as q;
create view public.row_type as select (json_populate_record(null::public.comp, '{"a":1,"d":"x"}')).d as d;
create view public.harmless as select id from public.t;
create table public.proj (id integer, initcap public.comp, md5 public.dom[]);
insert into public.proj (id) values (1);
`

/** What only servers from 17 on can store. */
const later = [
  `create view public.table17 as select q.a from json_table('{"a":"x"}'::jsonb, '$' columns (a public.dom path '$.a')) as q`,
  `create view public.value17 as select json_value('"x"'::jsonb, '$' returning public.dom) as a`,
  `create view public.query17 as select json_query('["x"]'::jsonb, '$' returning public.dom[]) as a`,
]

let on: Governed
let wire: Wire
let has17 = false

async function outcome(text: string): Promise<{ readonly ran: boolean; readonly errors: readonly string[] }> {
  const before = await hiddenCalls(on.owner)
  const answers = await wire.ask(query(text))
  return { ran: (await hiddenCalls(on.owner)) !== before, errors: errors(answers) }
}

const refused = { ran: false, errors: ['42501'] }

describe('a plain read', () => {
  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [
        { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
        { target: 'db', duty: 'session' },
      ],
    })
    const { rows } = await on.owner.query<{ version: number }>(
      `select current_setting('server_version_num')::integer as version`,
    )
    has17 = (rows[0]?.version ?? 0) >= 170_000
    if (has17) for (const statement of later) await on.owner.query(statement)
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each(['listed', 'records', 'markup', 'row_type'])('runs no check that the view %s keeps for it', async (view) => {
    expect(await outcome(`select * from public.${view}`)).toEqual(refused)
  })

  it('nor one that a view of JSON keeps, on servers that can store it', async () => {
    for (const view of ['table17', 'value17', 'query17'])
      expect(await outcome(`select * from public.${view}`)).toEqual({ ...refused, errors: [has17 ? '42501' : '42P01'] })
  })

  it.each([
    `select * from public.proj where md5(proj) = '{bad}'`,
    `select * from public.proj as p where md5(p.*) = '{bad}'`,
    `select coalesce(md5(proj), '{bad}') from public.proj`,
    `select coalesce(initcap(proj), '(1,bad)') from public.proj`,
    `prepare p as select * from public.proj where md5(proj) = '{bad}'`,
    `select * from (select proj as whole from public.proj) as q where md5(q.whole) = '{bad}'`,
  ])('takes a column that is written like a function for what it is: %s', async (text) => {
    expect(await outcome(text)).toEqual(refused)
  })

  it.each([
    `select * from public.harmless`,
    `select id from public.proj where md5(id::text) = 'x' and initcap('x') = 'X'`,
  ])('is one still: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual([])
  })
})
