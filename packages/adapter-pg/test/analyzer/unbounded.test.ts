import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot, Routine } from '../../src/catalog/snapshot.js'
import { analysisOf, shop } from './support/shop.js'

async function isUnbounded(where: string): Promise<boolean> {
  const { description } = await analysisOf(`delete from lone${where === '' ? '' : ` where ${where}`}`)
  return description.effects.some(({ duty, attributes }) => duty === 'delete' && attributes['unbounded'] === true)
}

describe('a change reaches every row', () => {
  it.each([
    '',
    'true',
    "'t'",
    "'true'::boolean",
    '1::boolean',
    'not false',
    '1 = 1',
    "'a' = 'a'",
    '1 < 2',
    '2 <> 1',
    'a = a',
    'lone.a = lone.a',
    'a >= a',
    'a is not distinct from a',
    'a in (1, a)',
    'a between a and a',
    'a is not null or true',
    'true or a = 1',
    'true and (1 = 1 or a = 1)',
    'not (a = 1 and false)',
    "b like '%'",
    "b ilike '%%'",
    'not (1 = 0)',
    '$1',
    '$1 = 1',
    "now() > '2020-01-01'",
    'coalesce(null, true)',
    'length(current_user) > 0',
    'exists (select 1)',
    'exists (select 1 from orders lone where lone.id = 1)',
    'exists (select 1 from (select 1 as a) as lone where lone.a = 1)',
    'exists (select 1 from orders where id = 1)',
    '(select true)',
    "'a'::char(1) = 'ab'::char(1)",
    "'false'::mood::boolean",
  ])('where %s', async (where) => {
    expect(await isUnbounded(where)).toBe(true)
  })

  it('when a column that cannot be null is not null', async () => {
    const { description } = await analysisOf('delete from customers where id is not null')
    expect(description.effects[0]?.attributes['unbounded']).toBe(true)
  })
})

describe('an action of MERGE reaches every row', () => {
  const merge = (condition: string, action: string): string =>
    `merge into lone as t using orders as s on ${condition} when ${action}`

  async function isWhole(text: string): Promise<boolean> {
    const { description } = await analysisOf(text)
    return description.effects.some(({ attributes }) => attributes['unbounded'] === true)
  }

  it.each([
    merge('true', 'matched then delete'),
    merge('s.id = 1', "matched then update set b = 'x'"),
    merge('true', 'matched and s.id = 1 then delete'),
    merge('t.a = s.id', 'not matched by source then delete'),
  ])('%s', async (text) => {
    expect(await isWhole(text)).toBe(true)
  })

  it.each([
    merge('t.a = s.id', 'matched then delete'),
    merge('true', "matched and t.a = 1 then update set b = 'x'"),
    merge('t.a = s.id', 'not matched by source and t.a = 1 then delete'),
    merge('t.a = s.id', 'not matched then insert values (1)'),
  ])('but not where a condition is about its rows: %s', async (text) => {
    expect(await isWhole(text)).toBe(false)
  })
})

describe('ON CONFLICT DO UPDATE reaches every row', () => {
  const into = (rows: string, where = ''): string =>
    `insert into lone as t (a, b) ${rows} on conflict (a) do update set b = excluded.b ${where}`

  async function isWhole(text: string): Promise<boolean> {
    const { description } = await analysisOf(text)
    return description.effects.some(({ attributes }) => attributes['unbounded'] === true)
  }

  it.each([
    into('select id, note from orders'),
    into('table lone'),
    into('select id, note from orders where id = 1 limit 5'),
    into('select a, b from unnest($1::integer[]) as a, lateral (select note as b from orders) as o'),
    into('values (generate_series(1, 1000000), $1)'),
    into('select numbers(1), $1'),
    into('values (1 ||| 2, $1)'),
    into("select generate_series(1, 9), 'x'"),
    into("select s, 'x' from generate_series(1, $1::integer) as s"),
    into('select * from unnest(array(select a from lone), array(select b from lone))'),
    into("select unnest(array_fill(1, array[1000000])), 'x'"),
    into('with w as (select * from lone) select * from w'),
    into('values (1, $1) union all select * from lone'),
    into('select * from (select a, b from lone) as s'),
    into('select id, note from orders', "where excluded.b <> 'x' and true"),
    into('select id, note from orders', 'where 1 = 1'),
  ])('where rows may be of any number: %s', async (text) => {
    expect(await isWhole(text)).toBe(true)
  })

  it.each([
    into("values (1, 'x'), ($1, lower($2)), (default, now()::text)"),
    into('select $1, $2'),
    into("select 1, 'x' union all select 2, $1"),
    into('values ((select max(id) from orders), array(select unnest($1::text[]))::text)'),
    into('select * from unnest($1::integer[], $2::text[])'),
    into('select * from unnest($1::integer[], $2::text[]) with ordinality'),
    into("select unnest(array[1, 2]), unnest('{a,b}'::text[])"),
    into('select r.a, r.b from jsonb_to_recordset($1) as r(a integer, b text)'),
    into('select r.a, r.b from (values (1, $1), (2, $2)) as r(a, b)'),
    into('select id, note from orders', "where t.b <> 'kept'"),
    into('select id, note from orders', 'where b is distinct from excluded.b'),
    'insert into lone default values on conflict (a) do update set b = excluded.b',
    'insert into lone select id, note from orders',
    'insert into lone select id, note from orders on conflict do nothing',
  ])('but not where they stand in the text, or its condition is about the rows there: %s', async (text) => {
    expect(await isWhole(text)).toBe(false)
  })

  it('where a function of a user may be meant', async () => {
    const [refund] = shop.userRoutinesNamed('refund')
    const mine = { ...refund, name: 'unnest' } as Routine
    const catalog: CatalogSnapshot = {
      ...shop,
      routinesNamed: (name) => [...shop.routinesNamed(name), ...(name === 'unnest' ? [mine] : [])],
    }
    const { description } = await analysisOf(into('select * from unnest($1::integer[], $2::text[])'), { catalog })
    expect(description.effects.some(({ attributes }) => attributes['unbounded'] === true)).toBe(true)
  })
})

describe('a change is bounded', () => {
  it.each([
    'exists (select 1 from orders as o where o.id = lone.a)',
    'a = 1',
    'a = $1',
    'a > 0 and true',
    'false',
    '1 = 0',
    "'a' = 'b'",
    'a <> a',
    'not true',
    'a is null',
    'a is not null',
    'a in (1, 2)',
    "b like 'x%'",
    "b not like '%'",
    'a = 1 or b is null',
    'exists (select 1 from orders where orders.id = lone.a)',
    'a in (select id from orders)',
    'ctid = $1',
    'current of c',
    'lone is not null',
  ])('where %s', async (where) => {
    expect(await isUnbounded(where)).toBe(false)
  })

  it('when a join names it', async () => {
    const { description } = await analysisOf('update lone l set a = 1 from orders o where o.id = l.a')
    expect(description.effects.find(({ duty }) => duty === 'write')?.attributes['unbounded']).toBeUndefined()
  })
})

describe('a join that does not name the target', () => {
  it('is unbounded', async () => {
    const { description } = await analysisOf('update lone set a = 1 from orders o where o.id = 5')
    expect(description.effects.find(({ duty }) => duty === 'write')?.attributes['unbounded']).toBe(true)
  })
})
