import type { Cleanup } from '../entry.js'
import type { World } from '../fixture/worlds.js'

/** An expression of type integer that does more than it shows. */
export interface Payload {
  readonly name: string
  /** The hiding family. */
  readonly family: string
  readonly expression: string
  /** Whether it is nothing but a function call. */
  readonly isCall?: boolean
  readonly world?: World
  readonly setup?: readonly string[]
  readonly opening?: readonly string[]
  readonly cleanup?: readonly Cleanup[]
  readonly since?: number
  readonly needs?: readonly string[]
  /** False where it cannot run inside a transaction block. */
  readonly inTransaction?: boolean
}

const call = (family: string, expression: string, more: Partial<Payload> = {}): Payload => ({
  name: expression,
  family,
  expression,
  isCall: true,
  ...more,
})

const form = (family: string, expression: string, more: Partial<Payload> = {}): Payload => ({
  name: more.setup === undefined ? expression : `${expression} (${family})`,
  family,
  expression,
  ...more,
})

/** Wraps what gives another type into an integer expression that still evaluates it. */
const counted = (inner: string): string => `(select count(q)::integer from (select ${inner}) as q)`

/** Functions that users defined, in every disguise. */
export const userCalls: readonly Payload[] = [
  call('user function', 'public.f_write(1)'),
  call('user function', 'f_write(1)'),
  call('user function', 'other.f_hidden(1)'),
  call('SECURITY DEFINER', 'f_definer(1)'),
  call('misdeclared volatility', 'f_immutable(1)'),
  call('misdeclared volatility', 'f_stable(1)'),
  call('user function', 'f_sql(1)'),
  call('user function', 'f_strict(1)'),
  call('user function', 'f_optional()'),
  call('user function', 'f_variadic(1, 2)'),
  call('user function', 'f_any(1)'),
  call('user function', 'f_delete(1)'),
  call('user function', 'f_update(1)'),
  call('user function', 'f_notify(1)'),
  call('user function', 'f_sequence(1)'),
  call('user function', 'f_setting(1)'),
  call('user function', 'f_lock(1)'),
  call('user function', 'f_ddl(1)'),
  call('user function', 'f_dynamic(1)'),
  call('user function', 'f_read(1)'),
  form('user function', 'f_optional(a => 1)'),
  form('user function', counted('f_text(b) from second')),
  form('aggregate', '(select trap_sum(id) from plain)'),
  form('aggregate', '(select trap_final(id) from plain)'),
  form('aggregate', '(select trap_sum(id) over (order by id) from plain limit 1)'),
  form('aggregate', '(select trap_ordered() within group (order by id) from plain)'),
  form('attribute notation', '(select p.attribute from plain p where id = 1)'),
  form('attribute notation', '(select plain.attribute from plain where id = 1)'),
  form('attribute notation', '(select attribute(p) from plain p where id = 1)'),
  form('attribute notation', '(select (p).attribute from plain p where id = 1)'),
  form('attribute notation', '(select (p.p).pair_sum from pairs p where id = 1)'),
  form('attribute notation', `(select (row(1, 2)::pair).pair_sum)`),
  form('attribute notation', `(select (q).attribute from (select p from plain p limit 1) as s (q))`),
  form('attribute notation', `(select length(s.on_record) from second s where id = 1)`),
]

/** Operators, casts, domains and orders that users defined. */
export const userForms: readonly Payload[] = [
  form('operator', '(1 <+> 2)'),
  form('operator', '(!!! 5)'),
  form('operator', '(1 operator(public.<+>) 2)'),
  form('operator', counted(`1 from pairs where p = 1`)),
  form('operator', counted(`1 from pairs where p in (1, 2)`)),
  form('operator', counted(`1 from pairs where p = any (array[1, 2])`)),
  form('operator', counted(`case p when 1 then 'x' end from pairs`)),
  form('operator', counted(`nullif(p, 1) from pairs`)),
  form('operator', counted(`1 from pairs where p is distinct from 1`)),
  form('operator', counted(`1 from pairs where p like 'x%'`)),
  form('operator', counted(`1 from pairs where p @> p`)),
  form('operator', counted(`1 from pairs join plain on pairs.p = plain.id`)),
  form('operator', counted(`1 from ranks a join ranks b using (r)`)),
  form('operator', counted(`1 from ranks a natural join (select r from ranks) b`)),
  form('operator', counted(`1 from ranks where (id, r) >= (1, row(1)::ranked)`)),
  form('operator', counted(`1 from ranks where r between row(0)::ranked and row(5)::ranked`)),
  form('operator', counted(`1 where row(1)::ranked < row(2)::ranked`)),
  form('operator', counted(`1 from ranks where r in (select r from ranks where id > 1)`)),
  form('operator class', counted(`r from ranks order by r`)),
  form('operator class', counted(`distinct r from ranks`)),
  form('operator class', counted(`count(*) from ranks group by r`)),
  form('operator class', counted(`count(distinct r) from ranks`)),
  form('operator class', counted(`rank() over (order by r) from ranks`)),
  form('operator class', counted(`greatest(row(1)::ranked, row(2)::ranked)`)),
  form('operator class', counted(`array[row(1)::ranked] < array[row(2)::ranked]`)),
  form(
    'operator class',
    counted(`row(row(1)::ranked, 1) = row(row(1)::ranked, 1) and row(1, row(1)::ranked)::text <> ''`),
  ),
  form('operator class', counted(`v from (values (row(2)::ranked), (row(1)::ranked)) as t (v) order by v`)),
  form('operator class', counted(`1 from (select row(1)::ranked union select row(2)::ranked) t`)),
  form('operator class', counted(`mode() within group (order by r) from ranks`)),
  form('operator class', counted(`array_position(array_agg(r), row(1)::ranked) from ranks`)),
  form('operator class', counted(`hash_record(r) from ranks`)),
  form('operator class', counted(`hash_record(ranks) from ranks`)),
  form('operator class', counted(`record_eq(s, t) from ranks s, ranks t`)),
  form('operator class', counted(`distinct t from ranks t`)),
  form('cast', counted(`p::integer from pairs`)),
  form('cast', counted(`cast(p as integer) from pairs`)),
  form('cast', counted(`to_json(p) from pairs`)),
  form('cast', counted(`to_jsonb(p) from pairs`)),
  form('cast', counted(`row_to_json(pairs) from pairs`)),
  form('cast', counted(`json_agg(p) from pairs`)),
  form('cast', counted(`json_build_object('k', p) from pairs`)),
  form('cast', counted(`array_agg(p)::integer[] from pairs`)),
  form('cast', counted(`array_to_json(array_agg(p)) from pairs`)),
  form('cast', counted(`json_object_agg('k', p) from pairs`)),
  form('cast', counted('to_json(m) from moods')),
  form('cast', counted('json_build_array(m) from moods')),
  form('cast', counted('jsonb_agg(moods) from moods')),
  form('cast', counted(`m || 'x'::text from moods`)),
  form('cast', counted('row(1, p, p)::pairs from pairs')),
  form('domain', '(1::checked_int)::integer'),
  form('domain', `('1'::public.checked_int)::integer`),
  form('domain', `cast(1 as checked_int) + 0`),
  form('domain', counted(`row(1, 2)::with_checked`)),
  form('domain', counted(`'(1,2)'::with_checked`)),
  form('domain', counted(`array[1, 2]::checked_int[]`)),
  form('domain', counted(`json_populate_record(null::with_domain, '{"id": 1, "d": 1}')`)),
  form('domain', counted(`jsonb_populate_record(null::with_checked, '{"x": 1, "d": 1}')`)),
  form('domain', counted(`* from json_to_record('{"d": 1}') as t (d checked_int)`)),
  form('domain', counted(`* from json_populate_recordset(null::with_domain, '[{"d": 1}]')`)),
  form('domain', counted(`* from xmltable('/r' passing xmlparse(document '<r><d>1</d></r>') columns d checked_int)`)),
  form('domain', counted(`domain_in('1'::cstring, 'checked_int'::regtype, -1)`)),
  form('domain', counted(`record_in('(1,1)'::cstring, 'with_checked'::regtype, -1)`)),
  form('domain', counted(`array_in('{1}'::cstring, 'checked_int'::regtype, -1)`)),
  form('domain', counted(`pg_input_is_valid('1', 'checked_int')`), { since: 16 }),
  form('domain', counted(`json_value('1'::jsonb, '$' returning checked_int)`), { since: 17 }),
  form('domain', counted(`* from json_table('[1]'::jsonb, '$[*]' columns (d checked_int path '$'))`), { since: 17 }),
  form('domain', 'f_domain(1)', { isCall: true }),
  form('domain', counted(`json_populate_record(c, '{"d": 1}') from holders`)),
  form('domain', counted(`jsonb_populate_record(w, '{"d": 5}') from (select 1) o left join with_domain w on true`)),
  form('domain', counted('(1, 1)::with_checked')),
  form('domain', counted('array[row(1, 1)]::with_checked[]')),
  form('operator class', counted(`'["(1)","(2)")'::ranked_range`)),
  form('operator class', counted('ranked_range(row(1)::ranked, row(2)::ranked)')),
  form('operator class', counted('distinct x from f_ranked() as x')),
  form('operator class', counted('greatest(f_ranked(), f_ranked())')),
  form('operator class', counted('distinct o.r from f_outputs() as o')),
  form('operator class', counted('lseg(point(id, 1), point(0, 0)) as s from plain order by s'), { world: 'compared' }),
  form('operator class', counted('* from greatest_view')),
  form('operator class', counted('* from array_view')),
  form('operator class', counted('1 from ranks where r between symmetric row(5)::ranked and row(0)::ranked')),
  form('operator class', counted('r from ranks order by r using operator(public.<)')),
  form('operator class', counted('max(id) over (partition by r) from ranks')),
  form('operator class', counted('r from ranks group by grouping sets ((r), ())')),
  form('attribute notation', '(select public.plain.attribute from public.plain where id = 1)'),
  form('attribute notation', '(select ((array_agg(p))[1]).pair_sum from pairs)'),
  form('partition support', counted(`satisfies_hash_partition('public.hashed'::regclass, 2, 0, 1)`)),
]

/** Functions that PostgreSQL brings along. */
export const builtinCalls: readonly Payload[] = [
  form('sequence', `nextval('tickets')::integer`),
  form('sequence', `nextval('public.tickets'::regclass)::integer`),
  form('sequence', `nextval(('tick' || 'ets')::regclass)::integer`),
  form('sequence', `setval('other.serials', 5)::integer`),
  form('sequence', counted(`* from sequence_view`)),
  form('SQL in a string', counted(`query_to_xml('select f_write(1)', true, true, '')`)),
  form('SQL in a string', counted(`query_to_xml('select f_delete(1)', true, true, '')`)),
  form('SQL in a string', counted(`query_to_xml_and_xmlschema('select word from secrets', true, true, '')`)),
  form('SQL in a string', counted(`table_to_xml('secrets', true, true, '')`)),
  form('SQL in a string', counted(`schema_to_xml('other', true, true, '')`)),
  form('SQL in a string', counted(`database_to_xml(true, true, '')`), {
    setup: ['drop materialized view calling_totals'],
  }),
  form('SQL in a string', counted(`* from ts_stat('select to_tsvector(f_text(b)) from second')`)),
  form('SQL in a string', counted(`ts_rewrite('a & b'::tsquery, 'select ''a''::tsquery, f_text(''c'')::tsquery')`)),
  form('SQL in a string', counted(`cursor_to_xml('open_cursor', 5, true, true, '')`), {
    opening: ['declare open_cursor cursor for select f_write(1)'],
  }),
  form(
    'SQL in a string',
    counted(
      `* from dblink('dbname=postgres host=127.0.0.1 port={{port}} user=postgres password={{password}}', 'select 1') as t (a int)`,
    ),
    { world: 'extended', needs: ['dblink'] },
  ),
  form(
    'SQL in a string',
    counted(`* from crosstab('select id, id, f_write(a) from plain order by 1') as t (a int, b int)`),
    { world: 'extended', needs: ['tablefunc'] },
  ),
  form('SQL in a string', counted(`* from connectby('plain', 'id', 'a', '1', 0) as t (a int, b int, c int)`), {
    world: 'extended',
    needs: ['tablefunc'],
  }),
  form('SQL in a string', counted(`* from xpath_table('id', 'body', 'documents', '/a', 'true') as t (a int, b text)`), {
    world: 'extended',
    needs: ['xml2'],
  }),
  form('SQL in a string', counted(`* from pgrowlocks('plain')`), { world: 'extended', needs: ['pgrowlocks'] }),
  form('setting', counted(`set_config('search_path', 'other', false)`)),
  form('setting', counted(`set_config('role', 'agent', true)`)),
  form('setting', counted(`set_config('default_transaction_read_only', 'on', false)`)),
  form('setting', counted(`set_config('session_' || 'replication_role', 'replica', false)`)),
  form('setting', counted(`set_config('row_security', 'off', false)`)),
  form('advisory lock', counted('pg_advisory_lock(42)')),
  form('advisory lock', counted('pg_advisory_xact_lock(1, 2)')),
  form('advisory lock', counted('pg_try_advisory_lock_shared(43)')),
  form('notification', counted(`pg_notify('traps', 'hello')`)),
  form('notification', counted(`pg_notify('tra' || 'ps', 'hello')`)),
  form('other backend', counted('pg_terminate_backend({{victim}})')),
  form('other backend', counted('pg_cancel_backend({{victim}})')),
  form('large object', 'lo_create(9001)::integer'),
  form('large object', `lo_from_bytea(9002, 'x')::integer`),
  form('large object', counted(`lo_put(4711, 0, 'changed')`)),
  form('large object', 'lo_unlink(4711)'),
  form('large object', counted(`lowrite(lo_open(4711, 131072), 'changed')`)),
  form('server file', counted(`pg_read_file('{{scratch}}/readable.csv')`)),
  form('server file', counted(`pg_read_binary_file('{{scratch}}/readable.csv', 0, 5)`)),
  form('server file', counted(`* from pg_ls_dir('{{scratch}}')`)),
  form('server file', counted(`* from pg_hba_file_rules`)),
  form('server file', `lo_import('{{scratch}}/readable.csv', 9003)::integer`),
  form('server file', `lo_export(4711, '{{scratch}}/exported')`, { cleanup: [{ where: 'scratch', what: 'exported' }] }),
  form('write-ahead log', counted(`pg_logical_emit_message(false, 'a', 'b')`)),
  form('write-ahead log', counted(`pg_logical_emit_message(true, 'a', 'b')`)),
  form('write-ahead log', counted(`pg_create_restore_point('here')`)),
  form('write-ahead log', counted('pg_switch_wal()')),
  form('transaction id', counted('txid_current()')),
  form('transaction id', counted('pg_current_xact_id()')),
  form('snapshot', counted('pg_export_snapshot()')),
  form('replication', counted(`* from pg_create_physical_replication_slot('made_slot')`), {
    cleanup: [{ where: 'server', what: `select pg_drop_replication_slot('made_slot')` }],
  }),
  form('replication', counted(`pg_replication_origin_create('made_origin')`), {
    cleanup: [{ where: 'server', what: `select pg_replication_origin_drop('made_origin')` }],
  }),
  form('server', counted('pg_reload_conf()')),
  form('server', counted('pg_stat_reset()')),
  form('server', counted(`pg_stat_reset_shared('bgwriter')`)),
  form('server', counted('pg_sleep(0.6)')),
  form('server', counted(`pg_import_system_collations('other')`)),
]

/** Things in the session's own temporary schema, which is searched first for tables and types. */
export const temporaryForms: readonly Payload[] = [
  form('temporary schema', 'pg_temp.f_passing(1)', {
    isCall: true,
    setup: [`create function pg_temp.f_passing(integer) returns integer language sql as 'select $1'`],
  }),
  form('temporary schema', counted('1::mood'), {
    setup: ['create domain pg_temp.mood as integer check (public.d_check(value))'],
  }),
  form('temporary schema', counted('5::int4'), {
    setup: ['create domain pg_temp.int4 as integer check (public.d_check(value))'],
  }),
  form('temporary schema', counted('* from pg_class'), {
    setup: ['create temp view pg_class as select public.f_write(1) as x'],
  }),
]

const pathWithCatalogLast = ['set search_path = other, public, pg_catalog']

/** Names and operators of PostgreSQL's own that mean something else in this world. */
export const capturedForms: readonly Payload[] = [
  form('cast', counted(`1 from pairs join second on octet_length(p) = second.id`), { world: 'captured' }),
  form('search path', counted(`lower('X')`), { world: 'captured', setup: pathWithCatalogLast }),
  form('search path', counted('1 where 1 = 1'), { world: 'captured', setup: pathWithCatalogLast }),
  form('search path', counted('5::int4'), { world: 'captured', setup: pathWithCatalogLast }),
  form('search path', counted('relname from pg_class'), { world: 'captured', setup: pathWithCatalogLast }),
  form('search path', counted('upper(name::text) from names'), { world: 'captured' }),
  form('search path', counted('pg_catalog.upper(name) from names'), { world: 'captured' }),
  form('overload capture', counted('upper(name) from names'), { world: 'captured' }),
  form('overload capture', counted(`upper('x'::varchar)`), { world: 'captured' }),
  form('overload capture', counted('length(name) from names'), { world: 'captured' }),
  form('cast', counted('octet_length(p) from pairs'), { world: 'captured' }),
  form('cast', counted(`p::text || 'x' from pairs`), { world: 'captured' }),
  form('cast', counted(`(('a'::text)::pair).x`), { world: 'captured' }),
  form('cast', counted(`b::pair from second`), { world: 'captured' }),
  form('cast', counted(`true::date`), { world: 'captured' }),
  form('cast', counted(`array['a'::text]::pair[]`), { world: 'captured' }),
  form('overload capture', counted(`abs('5'::text)`), { world: 'captured' }),
  form('overload capture', 'now(1)', { world: 'captured' }),
  form('overload capture', counted(`count('x', 1)`), { world: 'captured' }),
  form('overload capture', counted('upper(n.name) from (select name from names) as n'), { world: 'captured' }),
  form('operator capture', counted(`1 from plain where b = 1`), { world: 'captured' }),
  form('operator capture', counted(`1 from names where name = other`), { world: 'captured' }),
  form('operator capture', counted(`1 from names join names_too using (name)`), { world: 'captured' }),
  form('operator capture', counted(`1 from names natural join names_too`), { world: 'captured' }),
  form('operator capture', counted(`1 from names where name in (select name from names_too)`), { world: 'captured' }),
  form('operator capture', counted(`case name when other then 1 else 2 end from names`), { world: 'captured' }),
  form('operator capture', counted(`nullif(name, other) from names`), { world: 'captured' }),
  form('operator capture', counted(`1 from names where name is distinct from other`), { world: 'captured' }),
  form('operator capture', counted(`1 from names where name = any (select name from names_too)`), {
    world: 'captured',
  }),
  form('operator capture', counted(`1 from names where name = any (array[other])`), { world: 'captured' }),
  form('operator capture', counted(`id || a from plain`), { world: 'captured' }),
  form('operator capture', counted(`1 from plain where a like '1%'`), { world: 'captured' }),
  form('operator capture', counted(`1 from plain where b between 1 and 2`), { world: 'captured' }),
]
