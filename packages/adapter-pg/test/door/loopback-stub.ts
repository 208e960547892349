import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { CancelKeys } from '../../src/door/cancel-keys.js'
import type { ClientEnd } from '../../src/door/client-end.js'
import type { DoorConnection } from '../../src/door/connection.js'
import { FrameReader } from '../../src/door/frames.js'
import { Login } from '../../src/door/login.js'
import type { LoopbackContext, LoopbackDoor } from '../../src/door/loopback.js'
import { cString, int32, message, readyForQuery } from '../../src/door/messages.js'

/** What stands behind a real login in the tests: answers each simple query with its own text. */
export class EchoConnection {
  readonly ended: Promise<void>
  readonly #client: ClientEnd
  readonly #reader = new FrameReader(64 * 1024 * 1024, true)
  #resolveEnded: () => void = () => undefined
  cancelled = 0
  drains = 0
  gone = false
  /** Bytes that arrived so far. */
  received = 0
  /** While set, the connection asks its client to wait. */
  hold: Promise<void> | undefined

  constructor(client: ClientEnd) {
    this.#client = client
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
  }

  receive(chunk: Buffer): Promise<void> | undefined {
    if (this.gone) return undefined
    this.received += chunk.length
    this.#reader.push(chunk)
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      if (frame.type === 0x51) this.#client.send(echo(frame.bytes.subarray(5, -1)))
      if (frame.type === 0x58) this.clientGone()
    }
    return this.hold
  }

  send(bytes: Buffer): boolean {
    return this.#client.send(bytes)
  }

  drained(): void {
    this.drains++
  }

  clientGone(): void {
    if (this.gone) return
    this.gone = true
    this.#client.finish()
    this.#resolveEnded()
  }

  cancel(): void {
    this.cancelled++
  }

  drain(): void {
    this.clientGone()
  }

  shutDown(): void {
    this.clientGone()
  }
}

/** A context for `openLoopback` with a real start-up and login, and echoes behind it. */
export function echoContext(
  context: Partial<Omit<LoopbackContext, 'login'>> = {},
  opening: (gone: AbortSignal) => Promise<void> = () => Promise.resolve(),
): LoopbackContext & { readonly connections: EchoConnection[] } {
  const connections: EchoConnection[] = []
  const cancelKeys = new CancelKeys()
  return {
    connections,
    database: 'shop',
    options: {},
    // Nothing here asks a session for anything.
    session: {} as Session,
    signal: new AbortController().signal,
    ...context,
    login: (client, authentication) =>
      new Login(client, {
        database: context.database ?? 'shop',
        cancelKeys,
        entry: { kind: 'unknown', authentication },
        open: async (end, _session, _parameters, gone) => {
          await opening(gone)
          const connection = new EchoConnection(end)
          connections.push(connection)
          return {
            // The login uses only the members that an echo has.
            connection: connection as unknown as DoorConnection,
            parameters: new Map([['server_version', '18.0']]),
          }
        },
      }),
  }
}

/** The password that a door left in its password file. */
export function passwordOf(door: LoopbackDoor): string {
  return readFileSync(door.passfile, 'utf8').trimEnd().split(':').at(-1)!
}

/** A real `pg` client of a loopback door. */
export function clientOf(door: LoopbackDoor, password: string = passwordOf(door)): pg.Client {
  const client = new pg.Client(door.url.replace('@', `:${password}@`))
  client.on('error', () => undefined)
  return client
}

/** A bare socket, and everything that came back on it. */
export interface RawSocket {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly text: () => string
}

export async function rawSocket(door: Pick<LoopbackDoor, 'url'>, allowHalfOpen = false): Promise<RawSocket> {
  const url = new URL(door.url.replace(/(?<=@|\/\/)\//, 'socket/'))
  const folder = url.searchParams.get('host')
  const socket: Socket = connect(
    folder === null
      ? { port: Number(url.port), host: url.hostname, allowHalfOpen }
      : { path: `${folder}/.s.PGSQL.5432`, allowHalfOpen },
  )
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve()
    })
  })
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return { socket, closed, text: () => Buffer.concat(chunks).toString('latin1') }
}

/** An untyped message, as it opens a connection. */
export function untyped(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([int32(body.length + 4), body])
}

export function startup(database = 'shop'): Buffer {
  return untyped(int32(0x0003_0000), ...['user', 'bothkeys', 'database', database, ''].map(cString))
}

function echo(text: Buffer): Buffer {
  const column = Buffer.concat([
    cString('echo'),
    int32(0),
    Buffer.alloc(2),
    int32(25),
    Buffer.from([255, 255]),
    int32(-1),
  ])
  return Buffer.concat([
    message('T', Buffer.concat([Buffer.from([0, 1]), column, Buffer.alloc(2)])),
    message('D', Buffer.concat([Buffer.from([0, 1]), int32(text.length), text])),
    message('C', cString('SELECT 1')),
    readyForQuery('I'),
  ])
}
