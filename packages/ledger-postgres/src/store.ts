import { BothKeysError } from '@bothkeys/core'
import pg from 'pg'
import type { Settings } from './options.js'

/** How much later than the server this process gives up, so that the server's own answer comes first where it can. */
const graceMs = 500

export type Row = Readonly<Record<string, unknown>>

/**
 * The connections to the ledger's database. Every failure, and every answer that does not come in time, is
 * ERR_LEDGER_UNAVAILABLE; a connection that failed is not used again. The server undoes what it had not committed.
 */
export class Store {
  readonly #pool: pg.Pool
  #closed: Promise<void> | undefined

  constructor({ connection, maxConnections, timeoutMs }: Settings) {
    const limit = String(timeoutMs)
    this.#pool = new pg.Pool({
      application_name: 'bothkeys-ledger',
      ...connection,
      max: maxConnections,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs + graceMs,
      options: [
        'search_path=pg_catalog',
        'default_transaction_isolation=read\\ committed',
        'default_transaction_read_only=off',
        'synchronous_commit=on',
        `statement_timeout=${limit}`,
        `lock_timeout=${limit}`,
        `idle_in_transaction_session_timeout=${limit}`,
      ]
        .map((setting) => `-c ${setting}`)
        .join(' '),
    })
    // A connection that breaks while nobody uses it is replaced when somebody does.
    this.#pool.on('error', () => undefined)
  }

  /** Runs one statement in a transaction of its own. */
  async rows(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    if (this.#closed !== undefined) throw unavailable('is closed')
    try {
      const { rows } = await this.#pool.query<Row>(text, [...values])
      return rows
    } catch (error) {
      throw failed(error)
    }
  }

  /** Runs several steps in one transaction. */
  async transaction<Result>(
    steps: (run: (text: string) => Promise<readonly Row[]>) => Promise<Result>,
  ): Promise<Result> {
    let client: pg.PoolClient | undefined
    try {
      client = await this.#pool.connect()
      const on = client
      await on.query('begin')
      const result = await steps(async (text) => (await on.query<Row>(text)).rows)
      await on.query('commit')
      on.release()
      return result
    } catch (error) {
      client?.release(true)
      throw failed(error)
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end()
    return this.#closed
  }
}

function failed(cause: unknown): BothKeysError {
  if (cause instanceof BothKeysError) return cause
  const state = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  const code = typeof state === 'string' && /^[A-Z0-9_]{1,40}$/.test(state) ? ` (${state})` : ''
  return unavailable(`could not be reached or did not answer${code}`, cause)
}

function unavailable(what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', `the ledger in PostgreSQL ${what}, so nothing ran`, {
    hint: 'look at the database of the ledger and its log',
    cause,
  })
}
