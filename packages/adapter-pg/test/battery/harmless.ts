import { readFileSync } from 'node:fs'
import { asc, count, desc, eq, gt, inArray, like, sql as drizzleSql } from 'drizzle-orm'
import { integer, pgTable, QueryBuilder, text as textColumn } from 'drizzle-orm/pg-core'
import knexOf from 'knex'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely'

/** A statement that only reads, however it looks. */
export interface Harmless {
  /** Why it could be taken for something else, or who sends it. */
  readonly group: string
  readonly text: string
  readonly parameters?: readonly unknown[]
  /** Server versions that know it: from this one on, and below that one. */
  readonly since?: number
  readonly until?: number
}

const written: Readonly<Record<string, readonly string[]>> = {
  'words that are names': [
    `select 1 as delete`,
    `select 1 as "drop table plain"`,
    `select id as update, a as insert from plain as truncate`,
    `with delete as (select 1 as insert) select insert from delete`,
    `with "update" as (select id from plain) select count(*) from "update"`,
    `select "select" from "Odd ""Name"`,
    `select p.a as grant from plain as p order by "grant"`,
    `select id from plain as "; drop table plain; --"`,
    `select 1 as notify, 2 as listen, 3 as lock, 4 as vacuum, 5 as call, 6 as copy`,
    `select set.id from plain as set`,
    `select (select 1 as delete) as commit`,
    `select row_to_json(x) from (select 1 as "delete from plain") as x`,
  ],
  'names of columns': [
    `select j.x, j.z from (plain p join second s on p.id = s.id) as j (x, y, z)`,
    `select j.id from (plain p join generate_series(1, 3) g on true) as j`,
    `select j.b from (plain join second using (id, a, b)) as j`,
    `select count(*) from plain natural join second`,
    `select count(*) from plain natural join unnest(array[1, 2]) as id`,
    `select count(*) from second natural join (select * from json_each('{}') as f(k)) as q`,
    `select id, (select v.n as b from generate_series(1, 2) v(n) order by b desc limit 1) from plain`,
    `select lower(b) as low, count(*) from plain group by rollup (low) having count(*) > 0 order by low`,
    `select distinct on (c) a as c, b from plain order by c, b`,
    `with recursive t(n) as (select 1 union all select n + 1 from t where n < 3) search depth first by n set o select * from t order by o`,
    `select (select x.b from (second x cross join generate_series(1, 1)) as j limit 1) from plain x`,
  ],
  'words in strings and comments': [
    `select 'delete from plain'`,
    `select 'it''s; drop table plain; --'`,
    `select e'\\'; drop table plain; --'`,
    `select $$delete from plain$$`,
    `select $tag$; drop table plain; $tag$`,
    `select U&'dele\\0074e from plain'`,
    `/* delete from plain */ select 1`,
    `select 1 /* outer /* drop table plain */ still */`,
    `select 1 -- drop table plain`,
    `-- truncate plain;\nselect id from plain`,
    `select 1;`,
    `;;select 1;;`,
    `select b from plain where b = 'update plain set a = 1'`,
    `select b from plain where b like '%drop%' or b ~ '^delete'`,
    `select format('delete from %I where id = %s', 'plain', 1)`,
    `select quote_ident('drop') || quote_literal('delete')`,
    `select b'101', x'DEADBEEF', 'f_write(1)'`,
  ],
  'questions about rights and objects': [
    `select has_table_privilege('plain', 'delete')`,
    `select has_table_privilege('agent', 'plain', 'insert, update, truncate')`,
    `select has_column_privilege('plain', 'a', 'update')`,
    `select has_function_privilege('f_write(integer)', 'execute')`,
    `select has_schema_privilege('public', 'create'), has_database_privilege(current_database(), 'create')`,
    `select has_sequence_privilege('tickets', 'usage')`,
    `select pg_has_role('agent', 'helper', 'member')`,
    `select to_regclass('plain'), 'f_write(integer)'::regprocedure, 'plain'::regclass::oid > 0`,
    `select pg_get_functiondef('f_write(integer)'::regprocedure)`,
    `select pg_get_viewdef('calling_view'::regclass), pg_get_ruledef(oid) from pg_rewrite limit 3`,
    `select pg_get_triggerdef(oid) from pg_trigger limit 3`,
    `select obj_description('plain'::regclass), col_description('plain'::regclass, 1)`,
    `select pg_table_size('plain'), pg_total_relation_size('plain'::regclass), pg_size_pretty(pg_relation_size('plain'))`,
    `select table_name from information_schema.tables where table_schema = 'public'`,
    `select column_name, data_type from information_schema.columns where table_name = 'plain' order by ordinal_position`,
    `select conname, contype from pg_constraint where conrelid = 'children'::regclass`,
    `select currval_name from (select pg_get_serial_sequence('serials', 'id') as currval_name) as x`,
    `select current_user, session_user, current_database(), current_schema, version()`,
    `select current_schemas(true), current_setting('server_version_num')`,
    `show server_version`,
    `show transaction isolation level`,
    `select name, setting from pg_settings where name like 'enable%'`,
    `select last_value from tickets`,
  ],
  expressions: [
    `select distinct a from plain`,
    `select distinct on (b) b, a from plain order by b, a desc`,
    `select a, count(*), sum(a) filter (where a > 10), array_agg(b order by b desc) from plain group by a having count(*) > 0`,
    `select grouping(a), a, count(*) from plain group by rollup (a)`,
    `select id, rank() over (partition by a order by id), lag(a, 1, 0) over w from plain window w as (order by id rows between 1 preceding and 1 following)`,
    `select percentile_cont(0.5) within group (order by a), mode() within group (order by b) from plain`,
    `select body -> 'a', body ->> 'a', body #> '{list,0}', body @> '{"a": 1}', jsonb_path_query_array(body, '$.list[*] ? (@ > 1)') from documents`,
    `select jsonb_build_object('delete', 1, 'k', array[1, 2]), json_agg(p) from plain p`,
    `select tags[1], array_length(tags, 1), 'x' = any (tags), tags || 'z'::text, tags && array['x'] from documents`,
    `select unnest(array[1, 2, 3]) as n, generate_series(1, 3)`,
    `select d::date, d + interval '1 day' from generate_series('2024-01-01'::timestamptz, '2024-01-03', '1 day') as d`,
    `select stamp at time zone 'UTC', extract(epoch from stamp), date_trunc('month', stamp), age(stamp), stamp - interval '2 hours' from documents`,
    `select now(), current_timestamp, localtime, clock_timestamp() > now() - interval '1 hour', random() < 2, gen_random_uuid() is not null`,
    `select b ~* '^O', regexp_replace(b, 'o', '0', 'g'), regexp_split_to_array(b, ''), substring(b from 1 for 2), position('n' in b) from plain`,
    `select words @@ to_tsquery('english', 'cat & dog'), ts_rank(words, plainto_tsquery('cats')), ts_headline('english', 'cats and dogs', to_tsquery('cat')) from documents`,
    `select span @> 3, lower(span), span * int4range(2, 9), isempty(span) from documents`,
    `select case when a > 10 then 'big' else 'small' end, coalesce(b, ''), nullif(a, 0), greatest(a, 1, 2), least(a, 5) from plain`,
    `select id from plain where (a, b) > (10, 'a') and id in (1, 2, 3) and a between 1 and 50 and b is not null and b not like 'x%'`,
    `select p.id from plain p where exists (select from second s where s.id = p.id) and p.a > all (select 1)`,
    `select * from plain left join second using (id) full join empty_table e on e.id = plain.id cross join lateral (select plain.a + 1 as n) l`,
    `with recursive n (v) as (select 1 union all select v + 1 from n where v < 5) select sum(v) from n`,
    `with recursive walk (id, parent) as (select id, a from plain where id = 1 union select p.id, p.a from plain p join walk w on p.id = w.parent) cycle id set is_cycle using path select * from walk`,
    `select id from plain union select id from second intersect select 1 except select 9 order by id limit 5 offset 0`,
    `values (1, 'a'), (2, 'b') order by 1 desc`,
    `table plain`,
    `select * from only animals tablesample bernoulli (100) repeatable (1)`,
    `select xmlelement(name a, xmlattributes(id as id), b), xmlforest(a as x) from plain`,
    `select xpath('/a/text()', xmlparse(document '<a>x</a>'))`,
    `select * from xmltable('/r/i' passing xmlparse(document '<r><i>1</i></r>') columns n integer path '.', k for ordinality)`,
    `select row(1, 'x')`,
    `select (p).b, p.* from plain as p fetch first 2 rows only`,
    `select cast('5' as integer) + '6'::int, '1e3'::float8, 'happy'::mood`,
    `select array(select id from plain order by id), exists (select 1), 1 = any (values (1), (2))`,
    `select collation for (b), b collate "C" from plain order by b collate "C" nulls first`,
    `select md5(b), encode(sha256('x'), 'hex'), to_char(1234.5, '9999.9'), lpad(b, 5, '.'), 10 % 3, 2 ^ 3, @ -5, |/ 4.0 from plain`,
    `select string_agg(b, ', ' order by id), bool_and(a > 0), json_object_agg(id, b), count(distinct a) from plain`,
    `select id, m from moods where m = 'sad' order by m`,
    `select * from measures where k < 100`,
    `select * from plain_view join nested_view using (id)`,
    `select * from totals`,
    `explain select * from plain join second using (id) where plain.a > 5`,
    `explain (format json, costs off) select count(*) from plain`,
    `explain (analyze, timing off) select * from plain where id = 1`,
    `select pg_typeof(a), pg_column_size(b) from plain`,
    `select substr(b, 1, 1), overlay(b placing 'x' from 1), trim(both 'o' from b), b similar to '(o|t)%' from plain`,
    `select (date '2024-01-01', interval '1 month') overlaps (date '2024-01-15', date '2024-02-01'), make_date(2024, 1, 1)`,
    `select inet '10.0.0.1' << inet '10.0.0.0/8', point(1, 2) <-> point(3, 4), '550e8400-e29b-41d4-a716-446655440000'::uuid`,
    `copy (select 'delete', id from plain) to stdout`,
    `declare harmless_cursor cursor for select * from plain`,
  ],
}

/** As typeorm 1.1.1 sends them, recorded from `find`, `count`, `exists` and a query builder. */
const typeorm: readonly (readonly [string, readonly unknown[]])[] = [
  [`SELECT * FROM current_schema()`, []],
  [
    `SELECT "Plain"."id" AS "Plain_id", "Plain"."a" AS "Plain_a", "Plain"."b" AS "Plain_b" FROM "plain" "Plain" WHERE (("Plain"."id" = $1)) LIMIT 1`,
    [1],
  ],
  [
    `SELECT DISTINCT "distinctAlias"."Plain_id" AS "ids_Plain_id", "distinctAlias"."Plain_a" FROM (SELECT "Plain"."id" AS "Plain_id", "Plain"."a" AS "Plain_a", "Plain"."b" AS "Plain_b", "Plain__Plain_seconds"."id" AS "Plain__Plain_seconds_id" FROM "plain" "Plain" LEFT JOIN "second" "Plain__Plain_seconds" ON "Plain__Plain_seconds"."id"="Plain"."id" WHERE (("Plain"."a" IN ($1, $2)) AND ("Plain"."b" LIKE $3))) "distinctAlias" ORDER BY "distinctAlias"."Plain_a" DESC, "Plain_id" ASC LIMIT 2 OFFSET 1`,
    [10, 20, 'o%'],
  ],
  [`SELECT COUNT(1) AS "cnt" FROM "plain" "Plain" WHERE (("Plain"."a" BETWEEN $1 AND $2))`, [1, 50]],
  [
    `SELECT 1 AS "row_exists" FROM (SELECT 1 AS dummy_column) "dummy_table" WHERE EXISTS (SELECT 1 FROM "plain" "Plain" WHERE ((NOT("Plain"."b" IS NULL)))) LIMIT 1`,
    [],
  ],
  [
    `SELECT "p"."id" AS "p_id", "p"."a" AS "p_a", "s"."id" AS "s_id" FROM "plain" "p" LEFT JOIN "second" "s" ON "s"."id"="p"."id" WHERE "p"."a" > $1 AND "s"."b" IS NOT NULL GROUP BY "p"."id", "s"."id" HAVING count(*) > 0 ORDER BY "p"."id" ASC LIMIT 3`,
    [5],
  ],
  [`SELECT SUM("p"."a") AS "sum", COUNT(DISTINCT "p"."b") AS "n" FROM "plain" "p"`, []],
]

/** In the form in which the query engines of Prisma and Sequelize write them. */
const engines: readonly (readonly [string, string, readonly unknown[]])[] = [
  [
    'prisma',
    `SELECT "public"."plain"."id", "public"."plain"."a", "public"."plain"."b" FROM "public"."plain" WHERE ("public"."plain"."id" = $1 AND 1=1) LIMIT $2 OFFSET $3`,
    [1, 1, 0],
  ],
  [
    'prisma',
    `SELECT "public"."plain"."id" FROM "public"."plain" LEFT JOIN "public"."second" AS "j1" ON ("j1"."id") = ("public"."plain"."id") WHERE ("j1"."a" > $1 AND ("j1"."id" IS NOT NULL)) ORDER BY "public"."plain"."a" DESC OFFSET $2`,
    [5, 0],
  ],
  [
    'prisma',
    `SELECT COUNT(*) AS "_count$_all", SUM("a") AS "_sum$a" FROM (SELECT "public"."plain"."id", "public"."plain"."a" FROM "public"."plain" WHERE 1=1 OFFSET $1) AS "sub"`,
    [0],
  ],
  [
    'prisma',
    `SELECT "t0"."id", "t0"."b", "plain_second"."__prisma_data__" AS "second" FROM "public"."plain" AS "t0" LEFT JOIN LATERAL (SELECT COALESCE(JSONB_AGG("__prisma_data__"), '[]') AS "__prisma_data__" FROM (SELECT "t2"."__prisma_data__" FROM (SELECT JSONB_BUILD_OBJECT('id', "t1"."id", 'a', "t1"."a") AS "__prisma_data__" FROM (SELECT "s".* FROM "public"."second" AS "s" WHERE "t0"."id" = "s"."id") AS "t1") AS "t2") AS "t3") AS "plain_second" ON TRUE WHERE "t0"."b" ILIKE $1`,
    ['%o%'],
  ],
  [
    'sequelize',
    `SELECT "id", "a", "b" FROM "plain" AS "plain" WHERE "plain"."a" IN (10, 20) AND "plain"."b" ILIKE '%o%' ORDER BY "plain"."a" DESC LIMIT 10 OFFSET 0;`,
    [],
  ],
  [
    'sequelize',
    `SELECT count(*) AS "count" FROM "plain" AS "plain" WHERE ("plain"."a" > 5 AND "plain"."b" IS NOT NULL);`,
    [],
  ],
  [
    'sequelize',
    `SELECT "plain"."id", "second"."id" AS "second.id", "second"."b" AS "second.b" FROM "plain" AS "plain" LEFT OUTER JOIN "second" AS "second" ON "plain"."id" = "second"."id" WHERE "plain"."id" = 1;`,
    [],
  ],
  [
    'sequelize',
    `SELECT i.relname AS name, ix.indisprimary AS primary, ix.indisunique AS unique, ix.indkey AS indkey, array_agg(a.attnum) as column_indexes, array_agg(a.attname) AS column_names, pg_get_indexdef(ix.indexrelid) AS definition FROM pg_class t, pg_class i, pg_index ix, pg_attribute a WHERE t.oid = ix.indrelid AND i.oid = ix.indexrelid AND a.attrelid = t.oid AND t.relkind = 'r' and t.relname = 'plain' GROUP BY i.relname, ix.indexrelid, ix.indisprimary, ix.indisunique, ix.indkey ORDER BY i.relname;`,
    [],
  ],
]

/** All statements that must be seen as plain reads. */
export function harmless(): readonly Harmless[] {
  const looks = Object.entries(written).flatMap(([group, texts]) => texts.map((text): Harmless => ({ group, text })))
  return [
    ...looks,
    { group: 'expressions', text: `select merge.id from plain as merge where merge.id = 1` },
    { group: 'expressions', text: `select json_object('delete': 1), json_array(1, 2), '[]' is json array`, since: 16 },
    {
      group: 'expressions',
      text: `select * from json_table('[{"a": 1}]'::jsonb, '$[*]' columns (a integer path '$.a'))`,
      since: 17,
    },
    {
      group: 'expressions',
      text: `select json_exists('{"a": 1}'::jsonb, '$.a'), json_query('[1]'::jsonb, '$')`,
      since: 17,
    },
    ...typeorm.map(([text, parameters]): Harmless => ({ group: 'typeorm', text, parameters })),
    ...engines.map(([group, text, parameters]): Harmless => ({ group, text, parameters })),
    ...knexStatements(),
    ...kyselyStatements(),
    ...drizzleStatements(),
    ...psqlStatements(),
  ]
}

function knexStatements(): Harmless[] {
  const knex = knexOf({ client: 'pg' })
  const queries = [
    knex('plain').where({ id: 1 }).first(),
    knex('plain').select('id', 'b').whereIn('a', [10, 20]).orderBy('a', 'desc').limit(2).offset(1),
    knex('plain')
      .join('second', 'plain.id', 'second.id')
      .count('* as n')
      .groupBy('plain.a')
      .havingRaw('count(*) > ?', [0]),
    knex
      .with('recent', knex('plain').where('a', '>', 5))
      .select('*')
      .from('recent')
      .whereExists(knex('second').whereRaw('second.id = recent.id')),
    knex('plain').distinct('b').whereNotNull('b').unionAll(knex('second').select('b')),
    knex.raw('select ?? from ?? where ?? @> ?::jsonb', ['id', 'documents', 'body', '{"a": 1}']),
    knex('information_schema.tables')
      .where({ table_schema: knex.raw('current_schema()'), table_name: 'plain' })
      .select('table_name'),
  ]
  return queries.map((query) => {
    const { sql: text, bindings } = query.toSQL().toNative()
    return { group: 'knex', text, parameters: bindings }
  })
}

interface Tables {
  plain: { id: number; a: number; b: string }
  second: { id: number; a: number; b: string }
}

function kyselyStatements(): Harmless[] {
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (instance) => new PostgresIntrospector(instance),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  const queries = [
    db.selectFrom('plain').selectAll().where('id', '=', 1),
    db
      .selectFrom('plain')
      .innerJoin('second', 'second.id', 'plain.id')
      .select(['plain.id', 'second.b as other'])
      .orderBy('plain.a', 'desc')
      .limit(5),
    db
      .with('big', (cte) => cte.selectFrom('plain').selectAll().where('a', '>', 10))
      .selectFrom('big')
      .select(({ fn }) => [fn.countAll().as('n'), fn.sum('a').as('total')]),
    db
      .selectFrom('plain')
      .select((eb) => [
        eb.case().when('a', '>', 10).then('big').else('small').end().as('size'),
        sql<string>`upper(${eb.ref('b')})`.as('loud'),
      ]),
    db
      .selectFrom('plain')
      .select('id')
      .where((eb) =>
        eb.or([
          eb('a', 'in', [10, 20]),
          eb.exists(eb.selectFrom('second').select('second.id').whereRef('second.id', '=', 'plain.id')),
        ]),
      ),
    db.selectFrom('plain').select('b').union(db.selectFrom('second').select('b')).orderBy('b'),
  ]
  return queries.map((query) => {
    const { sql: text, parameters } = query.compile()
    return { group: 'kysely', text, parameters }
  })
}

function drizzleStatements(): Harmless[] {
  const plain = pgTable('plain', { id: integer('id').primaryKey(), a: integer('a'), b: textColumn('b') })
  const second = pgTable('second', { id: integer('id').primaryKey(), a: integer('a'), b: textColumn('b') })
  const build = new QueryBuilder()
  const recent = build.$with('recent').as(build.select().from(plain).where(gt(plain.a, 5)))
  const queries = [
    build.select().from(plain).where(eq(plain.id, 1)).limit(1),
    build
      .select({ id: plain.id, other: second.b })
      .from(plain)
      .leftJoin(second, eq(plain.id, second.id))
      .orderBy(desc(plain.a), asc(plain.id)),
    build
      .select({ n: count(), total: drizzleSql<number>`sum(${plain.a})` })
      .from(plain)
      .where(inArray(plain.a, [10, 20]))
      .groupBy(plain.b),
    build.with(recent).select().from(recent).where(like(recent.b, 'o%')),
    build.selectDistinct({ b: plain.b }).from(plain).offset(0),
  ]
  return queries.map((query) => {
    const { sql: text, params } = query.toSQL()
    return { group: 'drizzle', text, parameters: params }
  })
}

/** What `psql` 15 sends for its commands, as `psql -E` prints it. */
function psqlStatements(): Harmless[] {
  const file = new URL('fixtures/psql-15-queries.json', import.meta.url)
  // The file was written from the output of psql, with these two members.
  const queries = JSON.parse(readFileSync(file, 'utf8')) as { readonly command: string; readonly text: string }[]
  return queries.map(({ command, text }) => ({
    group: `psql ${command}`,
    text,
    // PostgreSQL 17 renamed the columns with the locale.
    ...(text.includes('iculocale') && { until: 17 }),
  }))
}
