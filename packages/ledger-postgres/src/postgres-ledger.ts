import type { Ledger, LedgerChange, LedgerEntry, SnapshotValue } from '@bothkeys/core'
import { BothKeysError, ledgerRoom } from '@bothkeys/core'
import { ForwardFloor } from './forward-floor.js'
import { install } from './install.js'
import type { PostgresLedgerOptions, Settings } from './options.js'
import { settingsOf } from './options.js'
import { Reads } from './reads.js'
import type { Row } from './store.js'
import { Store } from './store.js'

/** How far the time that the ledger notes may lag behind a time that it merely told. */
const toleranceMs = 1_000

/** The longest key: one that the index of PostgreSQL holds (about 2,700 bytes) in any script. */
const maxKeyBytes = 2_000

/**
 * Opens the ledger that several processes share: pending approvals, duties, limits and revocations in one schema of a
 * PostgreSQL database. It must not be a database that agents reach.
 *
 * Every step is one round trip and fails closed: what is not answered within `timeoutMs` throws ERR_LEDGER_UNAVAILABLE, or
 * ERR_LEDGER_UNKNOWN where the server may have committed, and nothing runs. Throws ERR_CONFIG_INVALID for wrong options or a schema of another version.
 *
 * @example
 * const ledger = await postgresLedger({ connection: { connectionString: process.env.LEDGER_URL } })
 * const guard = await createGuard({ …, ledger })
 */
export async function postgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const settings = settingsOf(options)
  const store = new Store(settings)
  try {
    await install(store, settings)
    return new PostgresLedger(store, settings)
  } catch (error) {
    await store.close()
    throw error
  }
}

class PostgresLedger implements Ledger {
  readonly #store: Store
  readonly #schema: string
  readonly #floor: ForwardFloor
  readonly #maxEntries: number
  readonly #reads: Reads

  constructor(store: Store, { clock, maxEntries, schema }: Settings) {
    this.#store = store
    this.#schema = schema
    this.#floor = new ForwardFloor(clock)
    this.#maxEntries = maxEntries
    this.#reads = new Reads((keys) => this.#entries(keys))
  }

  async get(key: string): Promise<LedgerEntry> {
    return this.#reads.get(checked(key))
  }

  async commit(changes: readonly LedgerChange[]): Promise<boolean> {
    const own = changes.map(({ key, expectedVersion, value, expiresAtMs }) => ({
      key: checked(key),
      expectedVersion,
      content: value === undefined ? null : JSON.stringify(value),
      expiresAtMs: finite(expiresAtMs),
    }))
    if (new Set(own.map(({ key }) => key)).size !== own.length) throw broken('a commit names a ledger key twice')
    const added = own.filter(({ content, expectedVersion }) => content !== null && expectedVersion === 0)
    const removed = own.filter(({ content, expectedVersion }) => content === null && expectedVersion !== 0)
    const room = ledgerRoom(
      this.#maxEntries,
      added.map(({ key }) => key),
    )
    const values = [
      own.map(({ key }) => key),
      own.map(({ expectedVersion }) => expectedVersion),
      own.map(({ content }) => content),
      own.map(({ expiresAtMs }) => expiresAtMs),
      added.length - removed.length,
      room,
    ]
    // Counting takes long where there is much: only where the places that were taken since may be all that were left.
    for (const recount of [false, true]) {
      const rows = await this.#store.write(
        `select applied, fits, now_ms from ${this.#schema}.commit($1, $2, $3, $4, $7, $5, $6, $8)`,
        [...values, this.#floor.nowMs(), recount],
      )
      const row = this.#told(rows)
      if (row['fits'] === true) return row['applied'] === true
    }
    throw new BothKeysError('ERR_LIMIT_EXCEEDED', `the ledger holds its ${String(room)} entries, so nothing ran`, {
      hint: 'wait until entries expire, or raise postgresLedger({ maxEntries })',
    })
  }

  async nowMs(): Promise<number> {
    await this.#one(`select ${this.#schema}.now_ms($1, $2) as now_ms`, [this.#floor.nowMs(), toleranceMs])
    return this.#floor.nowMs()
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #entries(keys: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    const schema = this.#schema
    const rows = await this.#store.rows(
      `select at.ms as now_ms, entry.key, entry.version, entry.value
      from (select ${schema}.now_ms($2, $3) as ms) as at left join ${schema}.entry
      on entry.key = any($1) and (entry.expires_at_ms is null or entry.expires_at_ms >= at.ms)`,
      [keys, this.#floor.nowMs(), toleranceMs],
    )
    this.#told(rows)
    return new Map(rows.filter(({ version }) => version !== null).map(entryOf))
  }

  /** The only row of an answer. */
  async #one(text: string, values: readonly unknown[]): Promise<Row> {
    return this.#told(await this.#store.rows(text, values))
  }

  #told([row]: readonly Row[]): Row {
    if (row === undefined || typeof row['now_ms'] !== 'number') throw nonsense()
    this.#floor.told(row['now_ms'])
    return row
  }
}

/** A key that PostgreSQL stores as it is, so that two keys never become one. */
function checked(key: string): string {
  if (!key.isWellFormed() || key.includes('\0') || Buffer.byteLength(key) > maxKeyBytes) {
    throw broken('a ledger key cannot be stored')
  }
  return key
}

function finite(expiresAtMs: number | undefined): number | null {
  if (expiresAtMs === undefined) return null
  if (Number.isFinite(expiresAtMs)) return expiresAtMs
  throw broken('a ledger key must expire at a finite time')
}

/** One entry that is there, by its key. */
function entryOf({ key, value, version }: Row): readonly [string, LedgerEntry] {
  if (typeof key !== 'string') throw nonsense()
  return [key, { value: parsed(value), version: versionOf(version) }]
}

/** What a commit stored. Anything else was not written by a ledger. */
function parsed(stored: unknown): SnapshotValue {
  try {
    if (typeof stored === 'string') return JSON.parse(stored) as SnapshotValue
  } catch {
    // As for everything that is no text.
  }
  throw nonsense()
}

/** A bigint of PostgreSQL, which the driver gives as text. */
function versionOf(value: unknown): number {
  const version = Number(value)
  if (Number.isSafeInteger(version) && version >= 0) return version
  throw nonsense()
}

function broken(what: string): BothKeysError {
  return new BothKeysError('ERR_INTERNAL', `${what}, so nothing ran`)
}

function nonsense(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger in PostgreSQL answered nonsense, so nothing ran', {
    hint: 'look at the schema of the ledger: somebody changed it',
  })
}
