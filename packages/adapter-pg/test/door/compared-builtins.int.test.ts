import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errors, query, Wire } from './support/wire.js'

const seed = `
create schema hidden;
create sequence hidden.calls;
create table public.plain (id integer, n text);
insert into public.plain select g, g::text from generate_series(1, 10) as g;
`

/** A default operator class for a type of the server: each comparison draws from a sequence that nobody else draws from. */
function operatorClass(type: string): string {
  const drawing = (name: string, result: string, body: string): string =>
    `create function hidden.${type}_${name}(${type}, ${type}) returns ${result} language plpgsql immutable security definer
      as $$ begin perform nextval('hidden.calls'); return ${body}; end $$;`
  const operator = (symbol: string, name: string): string =>
    `create operator hidden.${symbol} (leftarg = ${type}, rightarg = ${type}, function = hidden.${type}_${name});`
  return `${drawing('less', 'boolean', '$1::text < $2::text')} ${drawing('same', 'boolean', '$1::text = $2::text')}
    ${drawing('order', 'integer', '0')} ${operator('<', 'less')} ${operator('>', 'less')} ${operator('=', 'same')}
    create operator class hidden.${type}_order default for type ${type} using btree
      as operator 1 hidden.<, operator 3 hidden.=, operator 5 hidden.>, function 1 hidden.${type}_order(${type}, ${type});`
}

let on: Governed
let wire: Wire

async function calls(): Promise<string> {
  const { rows } = await on.owner.query<{ last: string }>('select last_value::text as last from hidden.calls')
  return rows[0]?.last ?? ''
}

describe("values of the server's own types that users compare", () => {
  beforeAll(async () => {
    on = await governed({
      seed,
      allow: [
        { target: 'db', duty: ['read', 'write', 'define', 'session'], resource: 'table:*.*' },
        { target: 'db', duty: 'session' },
      ],
    })
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(
      `${['xml', 'json', 'xid'].map(operatorClass).join('')} grant usage on schema hidden to public`,
    )
    await superuser.end()
    await on.owner.query(`select setval('hidden.calls', 1000)`)
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(async () => {
    await wire.end()
    await on.close()
  })

  it.each([
    'select distinct xmlelement(name a, n) from public.plain',
    'select xmlparse(content n) from public.plain group by 1',
    'select distinct xmin from public.plain',
    'select min(id) from public.plain group by xmin',
    'select array[xmin] from public.plain order by 1',
    'select row(xmin) from public.plain order by 1',
    'select distinct relfrozenxid from pg_catalog.pg_class',
    `select greatest(xmlelement(name a), xmlelement(name b))`,
    `select array_position(array[xmlelement(name a)], xmlelement(name b))`,
    `select array(select xmin from public.plain) < array(select xmin from public.plain)`,
    `prepare p as select distinct xmin from public.plain; execute p`,
    `create table public.x as select distinct xmlelement(name a, n) from public.plain`,
    `copy (select distinct xmin from public.plain) to stdout`,
    `explain analyze select distinct xmin from public.plain`,
  ])('are compared by nobody who may not run that: %s', async (text) => {
    const before = await calls()
    const answers = await wire.ask(query(text))
    expect(await calls()).toBe(before)
    expect(errors(answers)).toEqual(['42501'])
  })

  it('keep nobody from what compares nothing', async () => {
    for (const text of ['begin', `set statement_timeout = '1min'`, 'show statement_timeout', 'commit'])
      expect(errors(await wire.ask(query(text)))).toEqual([])
  })
})
