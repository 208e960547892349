import { qualifiedEquals as eq } from './qualified-sql.js'

/** Object ids below this one were given out by initdb. */
const firstUserId = "'16384'::pg_catalog.oid"

/**
 * One row version is known by its place and the transaction that wrote it: every insert, update and delete of a catalog
 * row changes the count or the sum. Rows rewritten in place (row estimates of VACUUM) do not count. The number of the
 * catalog is a part of it, so that the same place in another one is another version.
 */
type RowHash = (number: number) => string

const seedOf: RowHash = (number) =>
  `x.xmin::pg_catalog.text::pg_catalog.int8 OPERATOR(pg_catalog.+) '${String(number * 2 ** 32)}'::pg_catalog.int8`

const rowHash: RowHash = (number) => `pg_catalog.hashtidextended(x.ctid, ${seedOf(number)})`

/** As `rowHash`, before PostgreSQL 14, which has no hash function for row places. */
const rowHash13: RowHash = (number) => `pg_catalog.hashtextextended(x.ctid::pg_catalog.text, ${seedOf(number)})`

const catalogs: readonly (readonly [catalog: string, id: string | undefined, also?: string])[] = [
  ['pg_class', 'oid'],
  ['pg_attribute', 'attrelid', ' AND x.attnum OPERATOR(pg_catalog.>) 0'],
  ['pg_proc', 'oid'],
  ['pg_operator', 'oid'],
  ['pg_cast', 'oid'],
  ['pg_type', 'oid'],
  ['pg_opclass', 'oid'],
  ['pg_amproc', 'oid'],
  ['pg_amop', 'oid'],
  ['pg_statistic_ext', 'oid'],
  ['pg_partitioned_table', 'partrelid'],
  ['pg_range', 'rngtypid'],
  ['pg_trigger', 'oid'],
  ['pg_rewrite', 'oid'],
  ['pg_namespace', undefined],
  ['pg_inherits', undefined],
  ['pg_constraint', 'oid'],
  ['pg_attrdef', 'oid'],
  ['pg_policy', undefined],
  ['pg_index', 'indexrelid'],
  ['pg_event_trigger', undefined],
  ['pg_extension', undefined],
  // ALTER SEQUENCE OWNED BY changes this row, too, and no other that counts.
  ['pg_sequence', 'seqrelid'],
  // Which extension a function belongs to stands nowhere else.
  [
    'pg_depend',
    'objid',
    " AND x.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AND x.deptype OPERATOR(pg_catalog.=) 'e'",
  ],
]

/**
 * Settings by which the server reads and writes values: they change neither names nor rights, but what a literal stands
 * for (`'01/02/2026'`), so that a text under one of them is another action than under the other.
 */
export const readingSettings = Object.freeze([
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'timezone_abbreviations',
  'bytea_output',
  'extra_float_digits',
  'xmlbinary',
  'xmloption',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'default_text_search_config',
  'gin_fuzzy_search_limit',
] as const)

export type ReadingSetting = (typeof readingSettings)[number]

/** Settings that change what a text means or what it may do. */
export type ProbedSetting =
  | 'search_path'
  | 'role'
  | 'session_authorization'
  | 'is_superuser'
  | 'transaction_read_only'
  | 'default_transaction_read_only'
  | 'transaction_isolation'
  | 'standard_conforming_strings'
  | 'backslash_quote'
  | 'client_encoding'
  | 'server_version_num'
  | 'transform_null_equals'
  | 'array_nulls'
  | 'row_security'
  | 'session_replication_role'
  | 'lo_compat_privileges'
  | 'default_with_oids'
  | 'allow_system_table_mods'
  | ReadingSetting

/** In the order of the answer. */
export const probedSettings: readonly ProbedSetting[] = Object.freeze([
  'search_path',
  'role',
  'session_authorization',
  'is_superuser',
  'transaction_read_only',
  'default_transaction_read_only',
  'transaction_isolation',
  'standard_conforming_strings',
  'backslash_quote',
  'client_encoding',
  'server_version_num',
  'transform_null_equals',
  'array_nulls',
  'row_security',
  'session_replication_role',
  'lo_compat_privileges',
  'default_with_oids',
  'allow_system_table_mods',
  ...readingSettings,
])

const setting = (name: string): string => `pg_catalog.current_setting('${name}', true)`

const snapshotText = 'pg_catalog.pg_current_snapshot()::pg_catalog.text'

/** Everything in the catalog that users can make, in one number. One list of rows is cheaper than a sum of each. */
const fingerprint = (hash: RowHash): string => {
  const rows = catalogs.map(
    ([name, id, also = ''], number) =>
      `SELECT ${hash(number)} AS h FROM pg_catalog.${name} AS x${
        id === undefined ? '' : ` WHERE x.${id} OPERATOR(pg_catalog.>=) ${firstUserId}${also}`
      }`,
  )
  return `(SELECT pg_catalog.concat(pg_catalog.count(*), '.', pg_catalog.sum(v.h)) FROM (${rows.join(' UNION ALL ')}) AS v)`
}

/** Effective schemas, temporary schema, users and settings as one JSON text: a single column costs the least. */
const session = `pg_catalog.array_to_json(ARRAY[${[
  // Only schemas that exist and may be used, in the order in which names are looked up.
  'pg_catalog.array_to_json(pg_catalog.current_schemas(true))::pg_catalog.text',
  `(SELECT n.nspname::pg_catalog.text FROM pg_catalog.pg_namespace AS n WHERE ${eq('n.oid', 'pg_catalog.pg_my_temp_schema()')})`,
  'CURRENT_USER::pg_catalog.text',
  'SESSION_USER::pg_catalog.text',
  ...probedSettings.map(setting),
].join(', ')}])::pg_catalog.text`

const ownTransaction = 'pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.text'

const full = (hash: RowHash): string =>
  `SELECT ${[snapshotText, fingerprint(hash), session, ownTransaction].join(', ')}`

/**
 * What a connection's texts mean right now, in one row of texts for `readState`: snapshot, fingerprint of everything in
 * the catalog that users can make, the state of the session, and the id of this transaction if it has one. One fixed text
 * per server generation; names everything with its schema, so that no object of a user can take part. Prepare it once per
 * connection: most of its cost on a small database is planning.
 *
 * It sees what its transaction sees. Under REPEATABLE READ and SERIALIZABLE that is the catalog at the start of the
 * transaction, while the server itself always looks names up in the newest one.
 */
export const stateProbe: string = full(rowHash)

/** The same for PostgreSQL 13. */
export const stateProbe13: string = full(rowHash13)

const short = (transaction: string): string =>
  `SELECT ${[snapshotText, `pg_catalog.${transaction}()::pg_catalog.text`, session].join(', ')}`

/**
 * Snapshot, the id of this transaction if it has one, and the state of the session, for `stateSince`: the catalog is the
 * same when no transaction that may have changed it has ended since an earlier answer. Costs the same on a large database
 * as on a small.
 */
export const stateProbeSince: string = short('pg_current_xact_id_if_assigned')

/**
 * The same right before a change: has the server give the transaction its id now, so that it is known which one it is.
 * Fails during recovery.
 */
export const stateProbeOwning: string = short('pg_current_xact_id')

/**
 * The number that initdb gave to the cluster: it is the same after a failover to a standby of it, and another one in every
 * other cluster, whatever host and port lead there.
 */
export const systemProbe: string =
  'SELECT c.system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system() AS c'
