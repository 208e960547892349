/** A place in a statement where an expression of type integer is evaluated. */
export interface Container {
  readonly name: string
  /** The statement with the expression in its place. */
  readonly around: (expression: string) => string
  /** True where only a function call fits. */
  readonly callOnly?: boolean
  readonly inTransaction?: boolean
  readonly setup?: readonly string[]
  readonly since?: number
}

const query = (name: string, around: Container['around'], more: Partial<Container> = {}): Container => ({
  name,
  around,
  ...more,
})

/** Every place of a query. */
export const queryContainers: readonly Container[] = [
  query('select list', (x) => `select ${x}`),
  query('select list over a table', (x) => `select id, ${x} as v from plain`),
  query('FROM', (x) => `select * from ${x} as f`, { callOnly: true }),
  query('ROWS FROM', (x) => `select * from rows from (${x}, generate_series(1, 2)) with ordinality as f`, {
    callOnly: true,
  }),
  query('LATERAL function', (x) => `select p.id from plain p cross join lateral ${x} as f`, { callOnly: true }),
  query('LATERAL query', (x) => `select p.id, l.v from plain p, lateral (select ${x} as v) l`),
  query('FROM query', (x) => `select v from (select ${x} as v) as q`),
  query('JOIN ON', (x) => `select p.id from plain p join second s on p.id = s.id and ${x} is not null`),
  query('WHERE', (x) => `select id from plain where ${x} is not null`),
  query('GROUP BY', (x) => `select count(*) from plain group by ${x} + 0`),
  query('GROUPING SETS', (x) => `select count(*) from plain group by grouping sets ((id), (${x} + 0))`),
  query('CUBE', (x) => `select count(*) from plain group by cube (id, (${x} + 0))`),
  query('HAVING', (x) => `select count(*) from plain having ${x} is not null`),
  query('ORDER BY', (x) => `select id from plain order by ${x} + 0`),
  query('ORDER BY USING', (x) => `select id from plain order by ${x} + 0 using >`),
  query('LIMIT', (x) => `select id from plain limit ${x}`),
  query('OFFSET', (x) => `select id from plain offset ${x}`),
  query('FETCH FIRST', (x) => `select id from plain order by a fetch first (${x}) rows with ties`),
  query('DISTINCT ON', (x) => `select distinct on (${x} + 0) id from plain`),
  query('PARTITION BY', (x) => `select count(*) over (partition by ${x} + 0) from plain`),
  query('window ORDER BY', (x) => `select rank() over (order by ${x} + 0) from plain`),
  query(
    'window frame',
    (x) => `select sum(a) over (order by id rows between ${x} preceding and current row) from plain`,
  ),
  query('WINDOW clause', (x) => `select sum(a) over w from plain window w as (partition by ${x} + 0)`),
  query('FILTER', (x) => `select count(*) filter (where ${x} is not null) from plain`),
  query('aggregate argument', (x) => `select sum(${x}) from plain`),
  query('aggregate DISTINCT', (x) => `select count(distinct ${x} + a) from plain`),
  query('aggregate ORDER BY', (x) => `select array_agg(a order by ${x} + 0) from plain`),
  query('WITHIN GROUP', (x) => `select percentile_disc(0.5) within group (order by ${x} + 0) from plain`),
  query('WITHIN GROUP argument', (x) => `select rank(${x}) within group (order by a) from plain`),
  query('VALUES', (x) => `values (${x}), (2)`),
  query('VALUES in FROM', (x) => `select v.a from (values (${x})) as v (a)`),
  query('TABLE through CTE', (x) => `with c as (select ${x} as v) table c`),
  query('CASE test', (x) => `select case ${x} when 1 then 'one' else 'other' end`),
  query('CASE arm', (x) => `select case when a > 0 then ${x} end from plain`),
  query('CASE ELSE', (x) => `select case when a < 0 then 0 else ${x} end from plain`),
  query('COALESCE', (x) => `select coalesce(null, ${x})`),
  query('GREATEST', (x) => `select greatest(${x}, 0)`),
  query('NULLIF', (x) => `select nullif(${x}, 0)`),
  query('ARRAY', (x) => `select array[1, ${x}]`),
  query('ROW', (x) => `select row(${x}, 'x')`),
  query('subscript', (x) => `select (array[1, 2, 3])[${x}]`),
  query('slice', (x) => `select (array[1, 2, 3])[${x}:2]`),
  query('scalar subquery', (x) => `select (select ${x})`),
  query('EXISTS', (x) => `select id from plain where exists (select 1 where ${x} > 0)`),
  query('IN subquery', (x) => `select id from plain where id in (select ${x})`),
  query('IN list', (x) => `select id from plain where id in (${x}, 2)`),
  query('ANY subquery', (x) => `select id from plain where id <= any (select ${x})`),
  query('ALL array', (x) => `select id from plain where id <> all (array[${x}])`),
  query('ARRAY subquery', (x) => `select array(select ${x})`),
  query('row comparison', (x) => `select id from plain where (id, a) >= (${x}, 10)`),
  query('CTE', (x) => `with c as (select ${x} as v) select * from c`),
  query('CTE MATERIALIZED', (x) => `with c as materialized (select ${x} as v) select * from c`),
  query(
    'recursive CTE',
    (x) => `with recursive c (n) as (select ${x} union all select n + 1 from c where n < 3) select * from c`,
  ),
  query(
    'CTE SEARCH',
    (x) =>
      `with recursive c (n) as (select ${x} union all select n + 1 from c where n < 3) search depth first by n set o select n from c order by o`,
  ),
  query('CTE in a subquery', (x) => `select * from (with c as (select ${x} as v) select v from c) as q`),
  query('UNION', (x) => `select 5 union select ${x}`),
  query('INTERSECT', (x) => `select 1 intersect all select ${x}`),
  query('EXCEPT', (x) => `select 1 except select ${x}`),
  query('TABLESAMPLE', (x) => `select id from plain tablesample bernoulli (${x} + 98)`),
  query('REPEATABLE', (x) => `select id from plain tablesample system (100) repeatable (${x})`),
  query('set-returning argument', (x) => `select generate_series(1, ${x})`),
  query('named argument', (x) => `select make_interval(days => ${x})`),
  query('VARIADIC argument', (x) => `select concat(variadic array[${x}::text])`),
  query('cast', (x) => `select cast(${x} as bigint)`),
  query('BETWEEN', (x) => `select id from plain where id between ${x} and 3`),
  query('IS DISTINCT FROM', (x) => `select id from plain where id is distinct from ${x}`),
  query('boolean test', (x) => `select id from plain where (${x} > 0) is true and not (id is null or ${x} < 0)`),
  query('SUBSTRING', (x) => `select substring('abc' from ${x} for 1)`),
  query('XMLELEMENT', (x) => `select xmlelement(name a, xmlattributes(${x} as b), 'c')`),
  query(
    'XMLTABLE default',
    (x) => `select * from xmltable('/r' passing xmlparse(document '<r/>') columns v integer path 'q' default ${x})`,
  ),
  query(
    'XMLTABLE input',
    (x) => `select * from xmltable('/r' passing xmlparse(document '<r>' || ${x} || '</r>') columns v text path '.')`,
  ),
  query('XMLSERIALIZE', (x) => `select xmlserialize(content xmlelement(name a, ${x}) as text)`),
  query('JSON_OBJECT', (x) => `select json_object('k': ${x} returning jsonb)`, { since: 16 }),
  query('JSON_ARRAY', (x) => `select json_array(${x}, 2)`, { since: 16 }),
  query('JSON_ARRAY query', (x) => `select json_array(select ${x})`, { since: 16 }),
  query('JSON_OBJECTAGG', (x) => `select json_objectagg(id: ${x}) from plain`, { since: 16 }),
  query('JSON_ARRAYAGG', (x) => `select json_arrayagg(${x} order by id) from plain`, { since: 16 }),
  query('JSON_VALUE PASSING', (x) => `select json_value('{}'::jsonb, '$x' passing ${x} as x)`, { since: 17 }),
  query('JSON_VALUE DEFAULT', (x) => `select json_value('{}'::jsonb, '$.a' returning integer default ${x} on empty)`, {
    since: 17,
  }),
  query(
    'JSON_TABLE',
    (x) =>
      `select * from json_table('[1]'::jsonb, '$[*]' passing ${x} as q columns (v integer path '$', nested path '$' columns (w integer path '$')))`,
    { since: 17 },
  ),
  query('JSON', (x) => `select json('[' || ${x} || ']')`, { since: 17 }),
  query('JSON_SCALAR', (x) => `select json_serialize(json_scalar(${x}))`, { since: 17 }),
]

/** Every place of a statement that changes rows. */
export const changeContainers: readonly Container[] = [
  query('INSERT VALUES', (x) => `insert into empty_table values (${x}, 1)`),
  query('INSERT SELECT', (x) => `insert into empty_table select ${x}, 1`),
  query('INSERT FROM', (x) => `insert into empty_table select 1, f from ${x} as f`, { callOnly: true }),
  query('INSERT WITH', (x) => `with c as (select ${x} as v) insert into empty_table select v, v from c`),
  query('INSERT RETURNING', (x) => `insert into empty_table values (5, 5) returning ${x}`),
  query('ON CONFLICT SET', (x) => `insert into plain values (1, 1, 'x') on conflict (id) do update set a = ${x} + 100`),
  query(
    'ON CONFLICT WHERE',
    (x) => `insert into plain values (1, 1, 'x') on conflict (id) do update set a = 0 where ${x} is not null`,
  ),
  query('UPDATE SET', (x) => `update plain set a = ${x} + 500 where id = 1`),
  query('UPDATE SET row', (x) => `update plain set (a, b) = (select ${x} + 500, 'y') where id = 1`),
  query('UPDATE WHERE', (x) => `update plain set a = 0 where id = ${x}`),
  query('UPDATE FROM', (x) => `update plain set a = 0 from (select ${x} as v) q where plain.id = q.v`),
  query('UPDATE RETURNING', (x) => `update plain set a = 0 where id = 1 returning ${x}`),
  query('UPDATE subscript', (x) => `update documents set tags[${x}] = 'z'`),
  query('DELETE WHERE', (x) => `delete from plain where id = ${x}`),
  query('DELETE USING', (x) => `delete from plain using (select ${x} as v) q where plain.id = q.v`),
  query('DELETE RETURNING', (x) => `delete from plain where id = 1 returning ${x}`),
  query('MERGE USING', (x) => `merge into plain p using (select ${x} as v) q on p.id = q.v when matched then delete`),
  query(
    'MERGE ON',
    (x) => `merge into plain p using second s on p.id = s.id and ${x} > 0 when matched then update set a = 0`,
  ),
  query(
    'MERGE WHEN',
    (x) =>
      `merge into plain p using second s on p.id = s.id when matched and ${x} > 0 then delete when not matched then do nothing`,
  ),
  query(
    'MERGE UPDATE',
    (x) => `merge into plain p using second s on p.id = s.id when matched then update set a = ${x} + 500`,
  ),
  query(
    'MERGE INSERT',
    (x) => `merge into plain p using second s on p.id = s.id when not matched then insert values (s.id, ${x}, s.b)`,
  ),
  query(
    'MERGE RETURNING',
    (x) => `merge into plain p using second s on p.id = s.id when matched then delete returning merge_action(), ${x}`,
    { since: 17 },
  ),
  query('RETURNING WITH', (x) => `update plain set a = 0 where id = 1 returning with (old as was) was.a, new.a, ${x}`, {
    since: 18,
  }),
  query('RETURNING of a CTE', (x) => `with c as (delete from plain where id = 1 returning ${x} as v) select * from c`),
]

/** Statements around a query, and statements that evaluate an expression of their own. */
export const utilityContainers: readonly Container[] = [
  query('EXPLAIN ANALYZE', (x) => `explain (analyze, costs off) select ${x}`),
  query('COPY query TO', (x) => `copy (select ${x}) to stdout`),
  query('DECLARE and FETCH', (x) => `declare c cursor for select ${x}; fetch all from c`),
  query('CREATE TABLE AS', (x) => `create table made as select ${x} as v`),
  query('SELECT INTO', (x) => `select ${x} as v into made`),
  query('CREATE MATERIALIZED VIEW', (x) => `create materialized view made as select ${x} as v`),
  query('PREPARE and EXECUTE', (x) => `prepare s as select ${x}; execute s`),
  query('EXECUTE argument', (x) => `execute known(${x})`, { setup: ['prepare known(integer) as select $1'] }),
  query('CREATE TABLE AS EXECUTE', (x) => `create table made as execute known(${x})`, {
    setup: ['prepare known(integer) as select $1 as v'],
  }),
  query('CALL argument', (x) => `call p_harmless(${x})`),
  query('two statements', (x) => `select 1; select ${x}`),
  query('ADD COLUMN DEFAULT', (x) => `alter table plain add column made integer default ${x}`),
  query('ALTER TYPE USING', (x) => `alter table scratch_table alter column a type integer using ${x} + a`),
  query('ADD CHECK', (x) => `alter table plain add constraint made check (${x} is not null)`),
  query('partition bound', (x) => `create table made partition of measures_by_list for values in (${x} + 900)`, {
    setup: ['create table measures_by_list (id integer) partition by list (id)'],
  }),
  query(
    'COPY FROM WHERE',
    (x) => `copy empty_table from '{{scratch}}/numbers.csv' with (format csv) where ${x} is not null`,
  ),
  query('CREATE VIEW and SELECT', (x) => `create view made as select ${x} as v; select * from made`),
]
