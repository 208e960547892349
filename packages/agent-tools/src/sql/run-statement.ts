import type { Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import type { CallContext } from '../agent-tool.js'
import { failureOf } from './sql-failure.js'
import type { SqlTarget } from './sql-target.js'

/** What of a result is shown. */
export interface SqlCaps {
  /** Rows that a model is shown. */
  readonly rows: number
  /** Characters of JSON that they may have together. */
  readonly characters: number
}

export interface StatementResult {
  /** Each row as JSON, the names of its columns with their values. */
  readonly rows: readonly string[]
  /** The first word of what was done, as the server says it. */
  readonly command: string | undefined
  /** How many rows it was about, where all of them were read. */
  readonly count: number | undefined
  /** Why there is more than is shown. */
  readonly cut: 'rows' | 'characters' | undefined
}

/** Calls that wait for people keep their connections: more than may wait, so that others go on. */
const most = 32

/** What leaves a connection as it was, so that the next call may have it. */
const plain: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'EXPLAIN', 'SHOW'])

/** Statements of one session, on connections of their own. */
export class Statements {
  readonly #target: SqlTarget
  readonly #pool: pg.Pool
  readonly #caps: SqlCaps

  constructor(target: SqlTarget, session: Session, { caps, timeoutMs }: { caps: SqlCaps; timeoutMs: number }) {
    this.#target = target
    this.#caps = caps
    // The server's clock: a statement that waits for people was not sent yet.
    this.#pool = target.pool(session, { max: most, allowExitOnIdle: true, statement_timeout: timeoutMs })
  }

  /** Runs one statement. Rejects with a BothKeysError when it is refused, and with a ToolFailure when the server fails. */
  async run(text: string, values: readonly unknown[], context: CallContext): Promise<StatementResult> {
    context.signal.throwIfAborted()
    const client = await this.#pool.connect().catch(rethrow)
    if (context.signal.aborted) {
      client.release()
      throw context.signal.reason
    }
    let isAsItWas = false
    const stop = context.onHeld && this.#target.onHeld(client, context.onHeld)
    // What ran all the same says so.
    const leave = (): void => {
      this.#target.cancel(client)
    }
    context.signal.addEventListener('abort', leave, { once: true })
    try {
      const result = await read(client, text, values, this.#caps)
      isAsItWas = result.command !== undefined && plain.has(result.command)
      return result
    } catch (error) {
      throw failureOf(error)
    } finally {
      context.signal.removeEventListener('abort', leave)
      stop?.()
      client.release(!isAsItWas)
    }
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error)
}

/** As few rows at once as fit into memory however wide they are. */
const batch = 50

async function read(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[],
  caps: SqlCaps,
): Promise<StatementResult> {
  const cursor = client.query(new Cursor<Record<string, unknown>>(text, [...values], { types }))
  const rows: string[] = []
  let left = caps.characters
  let last: Batch = { rows: [], command: undefined, count: undefined }
  do {
    last = await next(cursor, Math.min(batch, caps.rows + 1 - rows.length))
    for (const row of last.rows) {
      const written = JSON.stringify(row)
      if (rows.length >= caps.rows) return cutAt(cursor, rows, 'rows')
      if (written.length > left) return cutAt(cursor, rows, 'characters')
      left -= written.length
      rows.push(written)
    }
  } while (last.command === undefined)
  await cursor.close()
  return { rows, command: last.command, count: last.count ?? rows.length, cut: undefined }
}

async function cutAt(
  cursor: Cursor,
  rows: readonly string[],
  cut: NonNullable<StatementResult['cut']>,
): Promise<StatementResult> {
  await cursor.close()
  return { rows, command: undefined, count: undefined, cut }
}

interface Batch {
  readonly rows: readonly Record<string, unknown>[]
  /** Undefined: there is more. */
  readonly command: string | undefined
  readonly count: number | undefined
}

function next(cursor: Cursor<Record<string, unknown>>, most: number): Promise<Batch> {
  return new Promise((resolve, reject) => {
    cursor.read(most, (error: Error | undefined, rows, result: pg.QueryResult) => {
      if (error) reject(error)
      // The server says what it did behind the last row.
      else
        resolve({
          rows,
          command: rows.length < most ? result.command : undefined,
          count: result.rowCount ?? undefined,
        })
    })
  })
}

/** Object identifiers of types whose texts are JSON as they are (PostgreSQL, pg_type.dat). */
const numbers: ReadonlySet<number> = new Set([21, 23, 26, 700, 701])
const json: ReadonlySet<number> = new Set([114, 3802])
const boolean = 16

/** Everything as the server writes it but what JSON has as well: no number loses digits, and no time its zone. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number) => (text: unknown) => {
    if (typeof text !== 'string') return text
    if (oid === boolean) return text === 't'
    if (numbers.has(oid)) return Number.isFinite(Number(text)) ? Number(text) : text
    return json.has(oid) ? parsed(text) : text
  },
} as pg.CustomTypesConfig

/** What may be a number that loses digits when it is read, or is none any more. */
const tooExact = /\d{16}|\d[eE][+-]?\d{3}/

/** A server may say that anything is JSON. */
function parsed(text: string): unknown {
  if (tooExact.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a model wrote that is no value of a parameter. */
export function assertParameters(values: readonly unknown[]): void {
  if (values.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value))) return
  throw new BothKeysError('ERR_SNAPSHOT_INVALID', 'a parameter is a text, a number, true, false or null', {
    hint: 'write anything else as text, and cast it in the statement',
  })
}
