import { readFile } from 'node:fs/promises'
import type { Guard, Session } from '@bothkeys/core'
import { createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { expect, vi } from 'vitest'
import type { PostgresTarget } from '../../src/index.js'
import { postgres } from '../../src/index.js'

/** A server of its own, whose log tells which statements really arrived, and a guard in front of it. */
export interface Workshop {
  readonly target: PostgresTarget
  readonly session: Session
  readonly owner: pg.Client
  /** Fails unless every statement that the server logged for the session has an intent, and at least `atLeast` did. */
  expectEverythingRecorded(atLeast: number): Promise<void>
  close(): Promise<void>
}

const allow = [
  { target: 'db', duty: '*' },
  // COPY FROM STDIN: the rows come after the decision.
  { target: 'db', duty: ['write', 'transfer'], when: { payload: 'unbound' } },
  { target: 'db', duty: 'read', resource: ['table:pg_catalog.**', 'table:information_schema.**'] },
]

export async function openWorkshop(server: LocalPostgres, seed: string): Promise<Workshop> {
  const database = await server.createDatabase()
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  await owner.query(seed)
  const target = postgres('db', { connectionString: database.url, statementComments: true })
  const journal = memoryJournal()
  const guard: Guard = await createGuard({
    policy: {
      load: () =>
        Promise.resolve({
          name: 'ecosystem',
          content: { version: 1, targets: { db: { kind: 'postgres' } }, roles: { agent: allow } },
        }),
    },
    identity: unverifiedIdentity(),
    targets: [target],
    journal,
  })
  const session = await guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'a', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })
  return {
    target,
    session,
    owner,
    expectEverythingRecorded: async (atLeast) => {
      // The server's log is written by a process of its own.
      const logged = await vi.waitFor(async () => {
        const seen = await statementsOf(server, session)
        expect(new Set(seen.map(actionId)).size).toBeGreaterThanOrEqual(atLeast)
        return seen
      })
      const intents = journal.events.filter((event) => event.type === 'action.intent')
      const ids = new Set(intents.map((event) => event['id']))
      expect(logged.filter((text) => !ids.has(actionId(text)))).toEqual([])
    },
    close: async () => {
      await guard.close()
      await owner.end()
    },
  }
}

export function startLoggingServer(): Promise<LocalPostgres> {
  return startPostgres({ jsonlog: true, settings: { log_statement: 'all' } })
}

function actionId(text: string): string | undefined {
  return /\/\* bothkeys:(\S+) \*\//.exec(text)?.[1]
}

/** What the server logged for one session, without the statements of the door's own. */
async function statementsOf(server: LocalPostgres, session: Session): Promise<string[]> {
  const lines = (await readFile(server.jsonLogFile ?? fail(), 'utf8')).split('\n').filter((line) => line !== '')
  return lines
    .map((line) => JSON.parse(line) as { readonly application_name?: string; readonly message?: string })
    .filter((entry) => entry.application_name?.startsWith(`bothkeys:${session.id.slice(0, 8)}`) === true)
    .map((entry) => entry.message ?? '')
    .filter((message) => /^(statement|execute [^:]*): /.test(message) && !message.startsWith('execute bothkeys_'))
}

function fail(): never {
  throw new Error('the server keeps no JSON log')
}
