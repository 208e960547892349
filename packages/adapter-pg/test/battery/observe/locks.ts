import type pg from 'pg'
import { qualifiedName } from './counters.js'

/** A lock that a session holds. */
export interface HeldLock {
  readonly kind: string
  /** Name of the relation, or what the advisory lock is on. */
  readonly on: string
  readonly mode: string
}

/** The locks of a session, and how far the write-ahead log has got, in bytes. */
export interface LocksAndLog {
  readonly locks: readonly HeldLock[]
  readonly logPosition: number
}

/** Asks another session about the one with this process id. */
export async function readLocks(client: pg.Client, pid: number): Promise<LocksAndLog> {
  const { rows } = await client.query<LocksAndLog>(locksSql, [pid])
  return rows[0] ?? { locks: [], logPosition: 0 }
}

const locksSql = `
select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::float8 as "logPosition",
  coalesce(json_agg(json_build_object('kind', l.locktype, 'mode', l.mode, 'on', case when l.locktype = 'relation'
    then coalesce((select ${qualifiedName} from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = l.relation), '#' || l.relation)
    else concat_ws(',', l.classid, l.objid) end)) filter (where l.pid is not null), '[]') as locks
from (values (1)) as one left join pg_locks l
  on l.pid = $1 and l.granted and l.locktype in ('relation', 'advisory', 'object')`
