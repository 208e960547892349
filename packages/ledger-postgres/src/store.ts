import { BothKeysError } from '@bothkeys/core'
import pg from 'pg'
import type { Settings } from './options.js'

/** How much later than the server this process gives up, so that the server's own answer comes first where it can. */
const graceMs = 500

export type Row = Readonly<Record<string, unknown>>

/**
 * The connections to the ledger's database. Every failure, and every answer that does not come in time, is
 * ERR_LEDGER_UNAVAILABLE; a connection that failed is not used again. The server undoes what it had not committed. Of what is
 * written, ERR_LEDGER_UNAVAILABLE says that it was not: where the server did not say so it is ERR_LEDGER_UNKNOWN.
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
    // One that breaks while somebody does fails the statement, and says it here as well.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  /** Runs one statement in a transaction of its own, which writes nothing that matters. */
  rows(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#run(text, values, failed)
  }

  /** Runs one statement in a transaction of its own that writes. */
  write(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#run(text, values, failedToWrite)
  }

  async #run(
    text: string,
    values: readonly unknown[],
    refused: (error: unknown) => BothKeysError,
  ): Promise<readonly Row[]> {
    if (this.#closed !== undefined) throw unavailable('is closed')
    const client = await this.#connected()
    try {
      const { rows } = await client.query<Row>(text, [...values])
      client.release()
      return rows
    } catch (error) {
      client.release(true)
      throw refused(error)
    }
  }

  async #connected(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
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
  return unavailable(`could not be reached or did not answer${stateOf(cause)}`, cause)
}

/** After an error of its own, and nothing worse, the server has undone the statement. */
function failedToWrite(cause: unknown): BothKeysError {
  const { severity } = membersOf(cause)
  if (severity === 'ERROR') return failed(cause)
  return new BothKeysError(
    'ERR_LEDGER_UNKNOWN',
    `the ledger in PostgreSQL was lost while it was written to${stateOf(cause)}, so nothing ran`,
    { hint: 'look at what the ledger holds before doing it again', cause },
  )
}

/** The SQLSTATE of an error, to be shown. */
function stateOf(cause: unknown): string {
  const { code } = membersOf(cause)
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : ''
}

function membersOf(cause: unknown): { readonly code?: unknown; readonly severity?: unknown } {
  return typeof cause === 'object' && cause !== null ? cause : {}
}

function unavailable(what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', `the ledger in PostgreSQL ${what}, so nothing ran`, {
    hint: 'look at the database of the ledger and its log',
    cause,
  })
}
