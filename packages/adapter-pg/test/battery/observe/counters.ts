import type pg from 'pg'

/** How often functions were called and relations scanned, changed and maintained in one database. */
export interface Counters {
  readonly called: ReadonlyMap<string, number>
  readonly scanned: ReadonlyMap<string, number>
  readonly deleted: ReadonlyMap<string, number>
  readonly maintained: ReadonlyMap<string, number>
  /** Names of all relations by object id. */
  readonly names: ReadonlyMap<number, string>
}

/** A copy of a template in which nothing ran yet. */
export const noCounters: Counters = {
  called: new Map(),
  scanned: new Map(),
  deleted: new Map(),
  maintained: new Map(),
  names: new Map(),
}

/** Makes a session hand in its counters when it is idle next. */
export const flushSql = 'select pg_catalog.pg_stat_force_next_flush()'

/** Reads what sessions have handed in. */
export async function readCounters(client: pg.Client): Promise<Counters> {
  const { rows } = await client.query<CounterRow>(countersSql)
  const relations = rows.filter(({ kind }) => kind === 'relation')
  const counts = (list: readonly CounterRow[], value: (row: CounterRow) => number): ReadonlyMap<string, number> =>
    new Map(list.map((row) => [row.name, value(row)]))
  return {
    called: counts(
      rows.filter(({ kind }) => kind === 'function'),
      ({ used }) => used,
    ),
    scanned: counts(relations, ({ used }) => used),
    deleted: counts(relations, ({ deleted }) => deleted),
    maintained: counts(relations, ({ maintained }) => maintained),
    names: new Map(relations.map(({ id, name }) => [id, name])),
  }
}

/** Names whose counter went up. */
export function newSince(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set([...now].filter(([name, used]) => used > (before.get(name) ?? 0)).map(([name]) => name))
}

interface CounterRow {
  readonly kind: 'function' | 'relation'
  readonly name: string
  readonly id: number
  readonly used: number
  readonly deleted: number
  readonly maintained: number
}

/** A relation's name with its schema; whichever schema is the session's temporary one, it is called `pg_temp`. */
export const qualifiedName = `regexp_replace(n.nspname, '^pg_temp_[0-9]+$', 'pg_temp') || '.' || c.relname`

const countersSql = `
select 'function' as kind, schemaname || '.' || funcname as name, 0 as id, sum(calls)::float8 as used,
  0::float8 as deleted, 0::float8 as maintained
from pg_stat_user_functions where schemaname <> 'pg_catalog' group by 2
union all
select 'relation', ${qualifiedName}, c.oid::int,
  (pg_stat_get_numscans(c.oid)
    + coalesce((select sum(pg_stat_get_numscans(i.indexrelid)) from pg_index i where i.indrelid = c.oid), 0))::float8,
  pg_stat_get_tuples_deleted(c.oid)::float8,
  case when c.relisshared then 0 else pg_stat_get_vacuum_count(c.oid) + pg_stat_get_analyze_count(c.oid) end::float8
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'm', 'v', 'p', 'f', 'S')`
