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
    // Two of which one always holds, and a query of the table itself.
    'ctid is not null',
    'ctid is distinct from null',
    'a is null or a is not null',
    'a is not null or b is null or a is null',
    'a = 1 or a <> 1',
    'a != 1 or a = 1',
    'a < 1 or a >= 1',
    'a <= 1 or b is null or a > 1',
    'a = 1 or not a = 1',
    'not (a = 1 and a <> 1)',
    'array[a] = array[a]',
    'not a in (1, 2) or a in (1, 2)',
    'a in (1, 2) or a not in (1, 2)',
    'a = any ($1) or a <> all ($1)',
    'a between 1 and 2 or a not between 1 and 2',
    'a between symmetric 1 and 2 or a not between symmetric 1 and 2',
    "b like 'x%' or b not like 'x%'",
    "b ilike 'x%' or b not ilike 'x%'",
    "b ~ '^x' or b !~ '^x'",
    "b ~* '^x' or b !~* '^x'",
    'b::boolean is true or b::boolean is not true',
    'b::boolean or not b::boolean',
    'a = 1 or a is distinct from 1',
    'a is not distinct from 1 or a <> 1',
    'a = 1 or 1 <> a',
    'a > 1 or 1 >= a',
    'a <= 1 or a >= 1',
    "a = 1 or (b = 'x' or a <> 1)",
    "not (a = 1 and (b = 'x' and a <> 1))",
    "a <> 1 or not (b = 'x' and a <> 1)",
    '(a, b) in (($1, $2)) or not (a, b) in (($1, $2))',
    'a in (select a from lone)',
    'lone.a in (select l.a from lone as l)',
    'a = any (select a from shop.lone where 1 = 1)',
    // Values that are always there.
    '(a = 1) is not null',
    '(a = 1) is not unknown',
    '(a = null) is not true',
    '(a = 1 or a <> 1) is not false',
    'coalesce(a = 1, true)',
    'coalesce(1, a) = 1',
    'coalesce(a, 0) is not null',
    'case when a = 1 then true else true end',
    'b is null or b is not null or true',
    // The row's own values.
    'a + 0 = a',
    'a - a = 0',
    'a * 0 = 0',
    'a < a + 1',
    'a::bigint = a',
    'lower(b) = lower(lone.b)',
    'length(b) >= 0',
    'left(b, 0) = $1',
    'a = coalesce(a, 1)',
    'a = (select lone.a)',
    'a = (select a)',
    'lone.tableoid = $1',
    '(a, 1) = (a, 1)',
    '(1, a) > (0, $1)',
    '(a, b) = (lone.a, b)',
    "b ~ ''",
    "b ~ '.*'",
    "b ~ 'x*'",
    "b ~ 'x|'",
    "b similar to '%'",
    "b ~~ '%'",
    "b like '%_%'",
    "b like '%' escape 'x'",
    "b like '%' || '' || '%'",
    'lone is distinct from null',
    'lone.* is distinct from $1',
    'b not like all (array[]::text[])',
    'a <> all (array[]::integer[])',
    "a <> all ('{}')",
    'not (a = any (array[]::integer[]))',
    "string_to_array(b, ',') @> '{}'",
    "b::jsonb @> '{}'",
    "'{}' <@ b::jsonb",
    "not (b::text[] && '{}')",
    'b::text[] @> array[]::text[]',
    "'{}' <@ string_to_array(b, ',')",
    // Subqueries.
    'a in (select a)',
    'a in (select lone.a from orders)',
    'a in (select a from orders)',
    'a in (select a from lone)',
    'a in (select x.a from lone as x where true)',
    'a in (select x.a from lone as x where x.a = x.a)',
    'a in (select x.a from lone as x limit null)',
    'a in (select x.a from lone as x where x.a = lone.a)',
    'a in (select max(a) from lone group by a)',
    'a = any (array(select a from lone))',
    'a >= (select min(a) from lone)',
    'a not in (select id from orders where false)',
    'exists (select 1 from orders where lone.a is null or true)',
    'exists (select count(*) from orders as o where o.id = lone.a)',
    'exists (select 1 from lone as x where x.a = lone.a)',
    'exists (select 1 from lone as x where x.a <= lone.a)',
    'not exists (select 1 from orders as o where o.id = lone.a and false)',
    'not exists (select 1 from orders as o where o.id = lone.a limit 0)',
  ])('where %s', async (where) => {
    expect(await isUnbounded(where)).toBe(true)
  })

  it('when a column of a view is not null, which may be one that cannot be null', async () => {
    const of = async (where: string): Promise<unknown> => {
      const { description } = await analysisOf(`delete from by_trigger where ${where}`)
      return description.effects.find(({ duty }) => duty === 'delete')?.attributes['unbounded']
    }
    expect([await of('b is not null'), await of('not b is null'), await of('b is null')]).toEqual([
      true,
      true,
      undefined,
    ])
  })

  it('when a column that cannot be null is distinct from what may be null, or known', async () => {
    for (const where of [
      'id::boolean is not unknown',
      'id is distinct from $1',
      'id is distinct from null',
      'not (id is not distinct from $1)',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      const { description } = await analysisOf(`delete from customers where ${where}`)
      expect(description.effects[0]?.attributes['unbounded']).toBe(true)
    }
    const { description } = await analysisOf('delete from customers where id is distinct from 7')
    expect(description.effects[0]?.attributes['unbounded']).toBeUndefined()
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
    'a = 1 or a = 2',
    'a = 1 or b <> 1',
    'a < 1 or a > 1',
    'not (a <= 1 and a >= 1)',
    'a <= 1 or a >= 2',
    'b::boolean or not a::boolean',
    'a = any ($1) or a = all ($1)',
    'a <= 1 or 1 >= a',
    'a is null or b is not null',
    'not (a = 1 and b <> 1)',
    'a = 1 and a <> 1',
    'a in (select id from orders)',
    'b in (select b from lone where a = 1)',
    'a in (select a from lone limit 1)',
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
    "b like 'x%' escape '!'",
    "b like '%' || 'x' || '%'",
    "b like '%' || $1",
    "lone is distinct from row(1, 'x')",
    "b not like '%'",
    'a = 1 or b is null',
    'exists (select 1 from orders where orders.id = lone.a)',
    'a in (select id from orders)',
    'ctid = $1',
    'current of c',
    'lone is not null',
    // As programs and frameworks write them.
    '("lone"."a" = $1)',
    '"lone"."a" in ($1, $2, $3)',
    'lone.a = any ($1)',
    'lone.a = any ($1::integer[])',
    "lone.a = any ('{1,2}')",
    'a <> all ($1)',
    'not (a = 1)',
    'not (a in (1, 2))',
    'a not in (1, 2)',
    '((a = $1) and (b = $2))',
    '(a = 1 and b = $1) or (a = 2 and b = $2)',
    '(a, b) = ($1, $2)',
    '(a, b) in (($1, $2), ($3, $4))',
    '(a, b) > ($1, $2)',
    'a between $1 and $2',
    '$1 between a and $2',
    'b is distinct from $1',
    'b is not distinct from $1',
    'lower(b) = $1',
    'lower(b) like lower($1)',
    'b ilike $1',
    "b ~ '^tmp'",
    'b ~ $1',
    "b !~ '.*'",
    "coalesce(b, '') = ''",
    "b::date < now() - interval '30 days'",
    "b::timestamptz + interval '1 day' < now()",
    "date_trunc('day', b::timestamptz) = $1",
    'extract(epoch from now() - b::timestamptz) > 3600',
    "b::timestamptz at time zone 'UTC' < $1",
    "b::jsonb ->> 'kind' = $1",
    "b::jsonb -> 'a' ->> 'b' is not null",
    'b::jsonb @> $1',
    `b::jsonb @> '{"a": 1}'`,
    "b::jsonb ? 'gone'",
    'b is null and true',
    'b <> lone.a',
    'b::boolean',
    'b::boolean is true or a = 1',
    'a in (values (1), (2))',
    'a in (select id from orders where note = $1)',
    'a in (select x.a from lone as x where x.b = $1)',
    'a in (select x.a from lone as x order by x.a limit 100)',
    'a not in (select min(x.a) from lone as x group by x.b)',
    'a = (select max(x.a) from lone as x)',
    'ctid in (select x.ctid from lone as x where x.b = $1 limit 10)',
    'ctid = any (array(select o.ctid from orders as o))',
    'not exists (select 1 from orders as o where o.id = lone.a)',
    'not exists (select * from orders where orders.id = lone.a and orders.note is null)',
    'exists (select 1 from lone as x where x.b = lone.b and x.a < lone.a)',
  ])('where %s', async (where) => {
    expect(await isUnbounded(where)).toBe(false)
  })

  it.each([
    'update lone set b = o.note from orders as o where lone.a = o.id',
    'delete from lone using lone as x where lone.b = x.b and lone.a < x.a',
    'with gone as (select id from orders limit 10) delete from lone using gone where lone.a = gone.id',
    'with lone as (select id from orders) delete from shop.lone as t where t.a in (select id from lone)',
  ])('as it is written with a join: %s', async (text) => {
    const { description } = await analysisOf(text)
    expect(description.effects.some(({ attributes }) => attributes['unbounded'] === true)).toBe(false)
  })

  it('when a join names it', async () => {
    const { description } = await analysisOf('update lone l set a = 1 from orders o where o.id = l.a')
    expect(description.effects.find(({ duty }) => duty === 'write')?.attributes['unbounded']).toBeUndefined()
  })
})

describe('a join that does not name the target', () => {
  it.each([
    'delete from lone using lone as x where lone.a = x.a',
    'update lone set b = $1 from lone as x where x.a = lone.a and true',
    'delete from lone using orders as o where o.id = 5 and lone.a is not null or true',
  ])('is unbounded, as is one that joins each row with itself: %s', async (text) => {
    const { description } = await analysisOf(text)
    expect(description.effects.some(({ attributes }) => attributes['unbounded'] === true)).toBe(true)
  })

  it('is unbounded', async () => {
    const { description } = await analysisOf('update lone set a = 1 from orders o where o.id = 5')
    expect(description.effects.find(({ duty }) => duty === 'write')?.attributes['unbounded']).toBe(true)
  })
})
