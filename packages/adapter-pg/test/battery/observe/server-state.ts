import { createHash } from 'node:crypto'
import { readdir, readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'

/** What belongs to the whole server: roles, databases, slots, configuration. One text per part. */
export type ServerState = ReadonlyMap<string, string>

/** Reads the parts of the server's state that are no table. */
export async function readServer(client: pg.Client): Promise<ServerState> {
  const { rows } = await client.query<Readonly<Record<string, unknown>>>(serverSql)
  return new Map(Object.entries(rows[0] ?? {}).map(([part, value]) => [part, JSON.stringify(value)]))
}

const allOf = (relation: string, without = ''): string =>
  `(select jsonb_agg(to_jsonb(t) ${without} order by t::text) from ${relation} t)`

const serverSql = `select
  ${allOf('pg_authid')} as roles,
  ${allOf('pg_auth_members')} as memberships,
  ${allOf(`(select oid, datname, datdba, datallowconn, datconnlimit, datacl from pg_database where datname !~ '^run_')`)} as databases,
  (select datacl::text || datdba || datconnlimit || datallowconn from pg_database where datname = current_database()) as this_database,
  ${allOf('pg_tablespace')} as tablespaces,
  (select jsonb_agg(to_jsonb(t) order by t::text) from pg_db_role_setting t) as stored_settings,
  ${allOf('pg_parameter_acl')} as parameter_privileges,
  ${allOf('pg_subscription')} as subscriptions,
  ${allOf('pg_replication_origin')} as origins,
  (select jsonb_agg(concat(slot_name, ' ', slot_type, ' ', plugin) order by slot_name) from pg_replication_slots) as slots,
  (select jsonb_agg(gid order by gid) from pg_prepared_xacts) as prepared_transactions,
  (select jsonb_agg(to_jsonb(t) order by t::text) from pg_shdescription t) as shared_comments,
  (select jsonb_agg(to_jsonb(t) order by t::text) from pg_shseclabel t) as shared_labels,
  pg_conf_load_time() as configuration_loaded,
  (select concat_ws(' ', (select stats_reset from pg_stat_bgwriter), (select stats_reset from pg_stat_wal),
    (select stats_reset from pg_stat_archiver), (select stats_reset from pg_stat_database where datname = current_database()))) as statistics_reset,
  pg_walfile_name(pg_current_wal_insert_lsn()) as log_file,
  (select checkpoint_lsn from pg_control_checkpoint()) as checkpoint`

/** Files in the data directory that hold no relation, each with its size and, where it is text, a digest. */
export type FileState = ReadonlyMap<string, string>

const internalFolders = new Set(
  [
    'base',
    'global',
    'pg_wal',
    'pg_xact',
    'pg_subtrans',
    'pg_multixact',
    'pg_stat',
    'pg_stat_tmp',
    'pg_commit_ts',
  ].concat(['pg_serial', 'pg_notify', 'pg_dynshmem', 'pg_logical', 'pg_tblspc', 'pg_replslot', 'pg_twophase']),
)
const internalFiles = new Set(['postmaster.pid', 'postmaster.opts', 'PG_VERSION', 'current_logfiles'])

/** Reads which files there are. */
export async function readFiles(folder: string): Promise<FileState> {
  const files = new Map<string, string>()
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !internalFolders.has(entry.name)) {
      for (const [name, state] of await readFiles(path)) files.set(`${entry.name}/${name}`, state)
    } else if (entry.isFile() && !internalFiles.has(entry.name) && !entry.name.startsWith('pg_internal.init')) {
      const content = await readFile(path).catch(() => Buffer.alloc(0))
      files.set(entry.name, `${String(content.length)} ${createHash('sha256').update(content).digest('hex')}`)
    }
  }
  return files
}

/**
 * Watches whether files are read: sets the time of the last access far back, which the operating system corrects at the
 * next access (`relatime`, the default of Linux, does that once).
 */
export class AccessWatch {
  readonly #paths: readonly string[]

  private constructor(paths: readonly string[]) {
    this.#paths = paths
  }

  static async on(paths: readonly string[]): Promise<AccessWatch> {
    for (const path of paths) await utimes(path, new Date(0), new Date())
    return new AccessWatch(paths)
  }

  /** Those that were read since. */
  async accessed(): Promise<readonly string[]> {
    const times = await Promise.all(this.#paths.map((path) => stat(path)))
    return this.#paths.filter((_, index) => times[index]?.atimeMs !== 0)
  }
}
