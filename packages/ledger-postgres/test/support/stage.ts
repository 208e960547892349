import type { Ledger } from '@bothkeys/core'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import type { PostgresLedgerOptions } from '../../src/index.js'
import { postgresLedger } from '../../src/index.js'

/** A database for the ledgers of one test file, each in a schema of its own. */
export interface Stage {
  readonly url: string
  readonly superuserUrl: string
  /** The owner of the database, past the ledger. */
  readonly owner: pg.Client
  /** A schema that is not there yet. */
  schema(): string
  /** Ledgers on one schema, as several processes have them. They and `owner` are closed with the stage. */
  open(schema: string, options?: Partial<PostgresLedgerOptions>): Promise<Ledger>
  /** How many wait for an advisory lock. Other databases of the server, which other test files have, are none of it. */
  waiting(): Promise<number>
  close(): Promise<void>
}

export async function stage(): Promise<Stage> {
  const { url, superuserUrl } = await freshDatabase()
  const owner = new pg.Client(url)
  await owner.connect()
  const opened: Ledger[] = []
  let schemas = 0
  return {
    url,
    superuserUrl,
    owner,
    schema: () => `ledger_${String(++schemas)}`,
    open: async (schema, options = {}) => {
      const ledger = await postgresLedger({ connection: { connectionString: url }, schema, ...options })
      opened.push(ledger)
      return ledger
    },
    waiting: async () => {
      const { rows } = await owner.query(
        `select from pg_locks join pg_database as d on d.oid = pg_locks.database
        where locktype = 'advisory' and not granted and datname = current_database()`,
      )
      return rows.length
    },
    close: async () => {
      await Promise.all(opened.map((ledger) => ledger.close()))
      await owner.end()
    },
  }
}

/** A clock that the tests turn: the server's for one schema, and the monotonic one of the processes. */
export class TurnedClock {
  readonly #owner: pg.Client
  readonly #schema: string
  #offsetMs = 0
  #passedMs = 0

  constructor(owner: pg.Client, schema: string) {
    this.#owner = owner
    this.#schema = schema
  }

  monotonicMs(): number {
    return this.#passedMs
  }

  advance(ms: number): Promise<void> {
    this.#passedMs += ms
    return this.#turn(ms)
  }

  setBack(ms: number): Promise<void> {
    return this.#turn(-ms)
  }

  /** The server's clock stands still between turns, so that tests know what time it is. */
  async #turn(ms: number): Promise<void> {
    this.#offsetMs += ms
    await this.#owner.query(
      `create or replace function ${this.#schema}.wall_ms() returns double precision
      language sql volatile set search_path = pg_catalog
      as $$ select ${String(Date.UTC(2026, 0, 1) + this.#offsetMs)}::double precision $$`,
    )
  }

  start(): Promise<void> {
    return this.#turn(0)
  }
}
