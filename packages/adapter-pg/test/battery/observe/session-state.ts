import type pg from 'pg'

/** What the session itself knows: settings, role, names that live on the connection. */
export interface SessionState {
  readonly settings: ReadonlyMap<string, string>
  /** session_user and current_user. */
  readonly roles: string
  readonly prepared: ReadonlySet<string>
  readonly cursors: ReadonlySet<string>
  readonly channels: ReadonlySet<string>
  /** The id of the open transaction, when it has one. */
  readonly transactionId: string | undefined
}

/** Asks the session itself. */
export async function readSession(client: pg.Client): Promise<SessionState> {
  const { rows } = await client.query<Answer>(sql)
  const answer = rows[0] as Answer
  return {
    settings: new Map(Object.entries(answer.settings)),
    roles: answer.roles,
    prepared: new Set(answer.prepared),
    cursors: new Set(answer.cursors),
    channels: new Set(answer.channels),
    transactionId: answer.transaction ?? undefined,
  }
}

interface Answer {
  readonly settings: Readonly<Record<string, string>>
  readonly roles: string
  readonly prepared: readonly string[]
  readonly cursors: readonly string[]
  readonly channels: readonly string[]
  readonly transaction: string | null
}

const sql = `select
  (select pg_catalog.json_object_agg(s.name, s.setting) from pg_catalog.pg_settings s) as settings,
  pg_catalog.concat(session_user, ' ', current_user) as roles,
  array(select pg_catalog.concat(p.name, ' ', p.statement) from pg_catalog.pg_prepared_statements p where p.from_sql) as prepared,
  array(select pg_catalog.concat(c.name, ' ', c.is_holdable) from pg_catalog.pg_cursors c where c.name <> '') as cursors,
  array(select pg_catalog.pg_listening_channels()) as channels,
  pg_catalog.pg_current_xact_id_if_assigned()::text as transaction`
