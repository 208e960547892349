import { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { PostgresTarget } from '../../../src/index.js'

/** Stands between a driver and its door and keeps what the driver sends. */
class Tap extends Duplex {
  readonly sent: Buffer[] = []
  readonly #door: Duplex & { connect(): unknown }

  constructor(door: Duplex & { connect(): unknown }) {
    super()
    this.#door = door
    door.on('data', (chunk: Buffer) => this.push(chunk))
    door.on('close', () => this.push(null))
    door.on('connect', () => this.emit('connect'))
  }

  connect(): this {
    this.#door.connect()
    return this
  }

  setNoDelay(): this {
    return this
  }

  override _read(): void {
    this.#door.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sent.push(Buffer.from(chunk))
    this.#door.write(chunk, encoding, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#door.end(done)
  }
}

/**
 * What `pg` sends in a conversation of all kinds: simple and extended queries, a named statement, a refusal, an error, COPY
 * both ways. Its start-up packet stands apart, its good-bye is left out.
 */
export async function recordConversation(
  target: PostgresTarget,
  session: Session,
): Promise<{ readonly startup: Buffer; readonly rest: Buffer }> {
  const config = target.config(session)
  let tap: Tap | undefined
  const stream = (): Tap => (tap = new Tap(config.stream()))
  const client = new pg.Client({ ...config, stream } as unknown as pg.ClientConfig)
  client.on('error', () => undefined)
  await client.connect()
  const sent = tap?.sent ?? []
  const startup = Buffer.concat(sent.splice(0))
  const failed = (): void => undefined
  await client.query('select a, b from t order by a')
  await client.query('select b from t where a = $1', [2])
  await client.query({ name: 'named', text: 'select $1::int + a as n from t', values: [1] })
  await client.query({ name: 'named', text: 'select $1::int + a as n from t', values: [2] })
  await client.query('drop table t').catch(failed)
  await client.query('select 1 / $1::int', [0]).catch(failed)
  await pipeline(Readable.from(['7\tx\n', '8\ty\n']), client.query(copyFrom('copy u from stdin')))
  for await (const _chunk of client.query(copyTo('copy t to stdout')));
  await client.query('deallocate named')
  const rest = Buffer.concat(sent)
  await client.end()
  return { startup, rest }
}
