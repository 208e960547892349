import { fc } from '../support/properties.js'
import { describe, expect, it } from 'vitest'
import { analyseText } from './support/shop.js'

/** Every way in which an expression can hold another one, or a query another query; any of them around any other. */
const expressionsAround: readonly ((inner: string) => string)[] = [
  (inner) => `(${inner})`,
  (inner) => `coalesce(null, ${inner})`,
  (inner) => `case when true then ${inner} end`,
  (inner) => `case ${inner} when null then null end`,
  (inner) => `(array[${inner}])[1]`,
  (inner) => `nullif(${inner}, null)`,
  (inner) => `(select ${inner})`,
  (inner) => `(select max(x) from (values (${inner}), (null)) v(x))`,
  (inner) => `(with w as (select ${inner} as x) select x from w)`,
  (inner) => `(select x from (select ${inner} as x) q order by ${inner} limit 1)`,
  (inner) => `(select x from lateral (select ${inner} as x) q where ${inner} is null)`,
  (inner) => `(select 1 from items group by sku having ${inner} is null)`,
  (inner) => `(select count(*) filter (where ${inner} is null) over (partition by ${inner}) from items limit 1)`,
  (inner) => `(select 1 from items join orders on ${inner} is null limit 1)`,
  (inner) => `(select null union all select ${inner} limit 1)`,
  (inner) => `greatest(${inner}, ${inner})`,
  (inner) => `(row(${inner}, 1)).f1`,
  (inner) => `(${inner} is null and not (${inner} is null))`,
  (inner) => `(${inner} between ${inner} and ${inner})`,
  (inner) => `(${inner} in (1, ${inner}))`,
  (inner) => `(1 = any (array[${inner}]))`,
  (inner) => `xmlforest(${inner} as a)`,
  (inner) => `json_array(${inner})`,
]

const statementsAround: readonly ((inner: string) => string)[] = [
  (inner) => `select ${inner}`,
  (inner) => `values (1, ${inner})`,
  (inner) => `insert into items (sku) values (${inner})`,
  (inner) => `insert into items (sku) select ${inner} returning ${inner}`,
  (inner) => `update items set sku = ${inner} where order_id = ${inner} returning 1`,
  (inner) => `delete from items where ${inner} is null`,
  (inner) => `merge into items i using lone l on ${inner} is null when matched and ${inner} is null then do nothing`,
  (inner) => `copy (select ${inner}) to stdout`,
  (inner) => `explain select ${inner}`,
  (inner) => `declare c cursor for select ${inner}`,
  (inner) => `create temp table made as select ${inner}`,
  (inner) => `select 1 offset ${inner}`,
  (inner) => `select * from generate_series(1, ${inner})`,
  (inner) => `select 1; select ${inner}`,
  (inner) => `insert into customers (email) values ('x') on conflict (id) do update set name = ${inner}`,
]

/** What must be found wherever it is, and the start of its effect. */
const payloads: readonly (readonly [string, string])[] = [
  ['refund(1)', 'execute function:shop.refund'],
  ["nextval('tickets')", 'write sequence:shop.tickets'],
  ['pg_sleep(1)', 'execute function:pg_catalog.pg_sleep'],
  ["set_config('role', 'x', true)", 'session setting:role'],
  ["query_to_xml('select 1', true, true, '')", 'opaque statement:function'],
  ['(select max(amount) from hr.salaries)', 'read table:hr.salaries'],
  ['(3::quantity)', 'execute function:shop.checked'],
  ['(select label from (select c.label from customers c) q)', 'execute function:shop.label'],
  ['(with gone as (delete from hr.salaries returning 1) select 1)', 'delete table:hr.salaries'],
]

describe('an effect is found', () => {
  it('in any statement, in containers inside containers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...payloads),
        fc.array(fc.constantFrom(...expressionsAround), { maxLength: 4 }),
        fc.constantFrom(...statementsAround),
        async ([payload, effect], around, statement) => {
          const text = statement(around.reduce((inner, wrap) => wrap(inner), payload))
          const { analysis } = await analyseText(text)
          const found = analysis.description.effects.map(({ duty, resource }) => `${duty} ${resource}`)
          // EXPLAIN runs no builtin function; a change that it only plans is a read.
          if (statement('').startsWith('explain') && !/^(execute function:shop|opaque|read)/.test(effect)) return
          expect([text, found]).toEqual([text, expect.arrayContaining([effect])])
        },
      ),
      { numRuns: 1_000 },
    )
  }, 300_000)
})
