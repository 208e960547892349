import type { Session } from '@bothkeys/core'
import type { ContractHarness } from '@bothkeys/core/testing'
import { adapterContract } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgres } from '../src/index.js'

/** PostgreSQL under the contract that every adapter must pass. */
async function start(): Promise<ContractHarness> {
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table t (n int); insert into t values (0); create table doomed (n int)')
  const target = postgres('db', { connectionString: database.url })

  async function through(session: Session, text: string, signal?: AbortSignal): Promise<unknown> {
    const client = target.client(session)
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

  return {
    target,
    policy: () => ({
      version: 1,
      targets: { db: { kind: 'postgres' } },
      roles: {
        agent: [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
        dba: [{ target: 'db', duty: 'approve' }],
      },
      deny: [{ id: 'no-drop', target: 'db', duty: 'define' }],
      hold: [{ id: 'h', target: 'db', duty: 'write', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
    }),
    read: (session) => through(session, 'select n from t'),
    readMuch: (session) => through(session, 'select n from t, (values (1), (2), (3)) as v'),
    write: (session, signal) => through(session, 'update t set n = n + 1 where n is not null', signal),
    writeTwice: (session) => through(session, 'insert into t values (1), (1)'),
    forbidden: (session) => through(session, 'drop table doomed'),
    opaque: (session) => through(session, "do $$ begin execute 'drop table doomed'; end $$"),
    writesSeen: async () => Number((await owner.query<{ n: number }>('select sum(n) as n from t')).rows[0]?.n),
    refusedSeen: async () =>
      Number((await owner.query("select count(*) as gone from pg_class where relname = 'doomed'")).rows[0]?.gone) === 1
        ? 0
        : 1,
    codeOf: (error) => {
      const detail = (error as { readonly detail?: string }).detail
      return detail?.split(' ')[0] ?? (error instanceof Error ? error.message : undefined)
    },
    close: () => owner.end(),
  }
}

describe('PostgreSQL keeps the adapter contract', () => {
  it.each([...adapterContract(start)])('$name', async (each) => {
    await expect(each.run()).resolves.toBeUndefined()
  })
})
