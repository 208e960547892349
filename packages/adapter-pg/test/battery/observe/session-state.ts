import type pg from 'pg'

/** What the session itself knows: settings, role, names that live on the connection. */
export interface SessionState {
  readonly settings: ReadonlyMap<string, string>
  /** session_user and current_user. */
  readonly roles: string
  readonly prepared: ReadonlySet<string>
  readonly cursors: ReadonlySet<string>
  readonly channels: ReadonlySet<string>
  readonly pid: number
  readonly hasTemporarySchema: boolean
  /** The id of the open transaction, when it has one. */
  readonly transactionId: string | undefined
}

/** Asks the session itself. `first` is run before, in the same message. */
export async function readSession(client: pg.Client, first?: string): Promise<SessionState> {
  // Two statements give two results, which the types do not say.
  const results = (await client.query(first === undefined ? sql : `${first}; ${sql}`)) as unknown
  const { rows } = (Array.isArray(results) ? results.at(-1) : results) as { readonly rows: readonly Answer[] }
  const answer = rows[0] as Answer
  return {
    settings: new Map(Object.entries(answer.settings)),
    roles: answer.roles,
    prepared: new Set(answer.prepared),
    cursors: new Set(answer.cursors),
    channels: new Set(answer.channels),
    pid: answer.pid,
    hasTemporarySchema: answer.temporary,
    transactionId: answer.transaction ?? undefined,
  }
}

interface Answer {
  readonly settings: Readonly<Record<string, string>>
  readonly roles: string
  readonly prepared: readonly string[]
  readonly cursors: readonly string[]
  readonly channels: readonly string[]
  readonly pid: number
  readonly temporary: boolean
  readonly transaction: string | null
}

const sql = `select
  (select pg_catalog.json_object_agg(s.name, s.setting) from pg_catalog.pg_settings s) as settings,
  pg_catalog.concat(session_user, ' ', current_user) as roles,
  array(select pg_catalog.concat(p.name, ' ', p.statement) from pg_catalog.pg_prepared_statements p where p.from_sql) as prepared,
  array(select pg_catalog.concat(c.name, ' ', c.is_holdable) from pg_catalog.pg_cursors c where c.name <> '') as cursors,
  array(select pg_catalog.pg_listening_channels()) as channels,
  pg_catalog.pg_backend_pid() as pid, pg_catalog.pg_my_temp_schema() <> 0 as temporary,
  pg_catalog.pg_current_xact_id_if_assigned()::text as transaction`
