import type { ContractClient } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'

/** A client that is not connected yet, for a session. */
export type ConnectAs<S> = (session: S) => pg.Client

/** A fresh database for one case, and its owner past the door. */
export async function contractDatabase(): Promise<{ readonly url: string; readonly owner: pg.Client }> {
  const { url } = await freshDatabase()
  const owner = new pg.Client(url)
  await owner.connect()
  await owner.query('create table t (n int); insert into t values (0); create table doomed (n int)')
  return { url, owner }
}

/** What the cases do by SQL, each on a connection of its own. */
export function contractClient<S>(owner: pg.Client, connectAs: ConnectAs<S>): ContractClient<S> {
  async function through(session: S, text: string, signal?: AbortSignal): Promise<unknown> {
    const client = connectAs(session)
    await client.connect()
    const giveUp = (): void => {
      void client.end()
    }
    signal?.addEventListener('abort', giveUp)
    try {
      return await client.query(text)
    } finally {
      await client.end()
    }
  }

  const count = async (query: string): Promise<number> =>
    Number((await owner.query<{ n: number | string }>(query)).rows[0]?.n)

  return {
    read: (session) => through(session, 'select n from t'),
    readMuch: (session) => through(session, 'select n from t, (values (1), (2), (3)) as v'),
    write: (session, signal) => through(session, 'update t set n = n + 1 where n is not null', signal),
    writeTwice: (session) => through(session, 'insert into t values (1), (1)'),
    forbidden: (session) => through(session, 'drop table doomed'),
    opaque: (session) => through(session, "do $$ begin execute 'drop table doomed'; end $$"),
    writesSeen: () => count('select sum(n) as n from t'),
    refusedSeen: () => count("select 1 - count(*) as n from pg_class where relname = 'doomed'"),
    codeOf: (error) => {
      const detail = (error as { readonly detail?: string }).detail
      return detail?.split(' ')[0] ?? (error instanceof Error ? error.message : undefined)
    },
    close: () => owner.end(),
  }
}
