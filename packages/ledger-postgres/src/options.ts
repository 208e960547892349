import type { Clock } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { PoolConfig } from 'pg'

/** What the ledger sets for its connections, and nobody else: it would hang, or lose what it committed. */
const ledgersOwn = [
  'options',
  'query_timeout',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
] as const

/** What a ledger in PostgreSQL is built from. */
export interface PostgresLedgerOptions {
  /**
   * How to connect, as for `pg`: `connectionString`, or `host`, `user` and the others. `options` and the timeouts are the
   * ledger's own, also in the string.
   */
  readonly connection: Omit<PoolConfig, (typeof ledgersOwn)[number] | 'max' | 'Client'>
  /** The schema that holds the ledger: a plain lower case name. One ledger in each. Default: `bothkeys`. */
  readonly schema?: string
  /** Whether to make the schema when it is not there. Default: true. */
  readonly create?: boolean
  /** How long one step may take, in milliseconds, before it is refused. Default: 5,000. */
  readonly timeoutMs?: number
  /** The most connections of this process. Default: 4. */
  readonly maxConnections?: number
  /**
   * The most entries that have not expired. New keys beyond it are refused with ERR_LIMIT_EXCEEDED, whichever process adds
   * them. The last eighth, 10,000 at most, is not for what rules count, so that approvals and revocations find room whatever
   * was counted. Default: 100,000.
   */
  readonly maxEntries?: number
  /** Carries the ledger's time on when the server's clock is set back. Default: the clock of this process. */
  readonly clock?: Pick<Clock, 'monotonicMs'>
}

/** The options with their defaults. */
export interface Settings {
  readonly connection: PostgresLedgerOptions['connection']
  readonly schema: string
  readonly create: boolean
  readonly timeoutMs: number
  readonly maxConnections: number
  readonly maxEntries: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** Checks options. Throws ERR_CONFIG_INVALID. */
export function settingsOf(options: PostgresLedgerOptions): Settings {
  const { connection, schema = 'bothkeys', create = true } = options
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_')) {
    throw wrong('the schema of the ledger must be a plain lower case name of at most 63 characters')
  }
  const inString = queryOf(connection.connectionString ?? '')
  if (ledgersOwn.some((name) => inString.has(name) || Object.hasOwn(connection, name))) {
    throw wrong('the connection of the ledger must leave options and timeouts to the ledger')
  }
  return {
    connection,
    schema,
    create,
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs ?? 5_000),
    maxConnections: wholeNumber('maxConnections', options.maxConnections ?? 4),
    maxEntries: wholeNumber('maxEntries', options.maxEntries ?? 100_000),
    clock: options.clock ?? { monotonicMs: () => performance.now() },
  }
}

/** The parameters of a connection string, which win over all others in `pg`. Its parser skips tabs and line ends. */
function queryOf(connectionString: string): URLSearchParams {
  const [, ...query] = connectionString.replace(/[\t\n\r]/g, '').split('?')
  return new URLSearchParams(query.join('?'))
}

function wholeNumber(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw wrong(`${name} of the ledger must be a positive whole number`)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint: 'see postgresLedger({ … })' })
}
