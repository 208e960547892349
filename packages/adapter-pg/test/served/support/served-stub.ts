import type { Session } from '@bothkeys/core'
import pg from 'pg'
import type { Admitted, ServedDoor, ServedLogin, ServedOptions } from '../../../src/index.js'
import type { ServedContext } from '../../../src/door/served.js'
import { openServed } from '../../../src/door/served.js'
import type { EchoConnection } from '../../door/loopback-stub.js'
import { echoContext } from '../../door/loopback-stub.js'

/** A served door with a real login and echoes behind it. Counts what is lent and what is given back. */
export interface Stub {
  readonly door: ServedDoor
  readonly connections: readonly EchoConnection[]
  readonly logins: readonly ServedLogin[]
  /** The users whose connection was open. */
  readonly opened: readonly string[]
  /** How often each session that was lent came back. */
  readonly released: readonly { readonly times: number }[]
  /** How many clients were logged in, each time that it changed. */
  readonly counts: readonly number[]
}

export interface StubOptions {
  readonly options?: Partial<ServedOptions>
  readonly limits?: ServedContext['limits']
  /** Before a client is let in whose password is "good". */
  readonly checks?: (login: ServedLogin, signal: AbortSignal) => unknown
  /** Before the connection to the server is open. */
  readonly opening?: (gone: AbortSignal) => Promise<void>
  /** What giving a session back does. */
  readonly release?: () => void
}

export async function served(stub: StubOptions = {}): Promise<Stub> {
  const { login, connections } = echoContext({}, stub.opening)
  const logins: ServedLogin[] = []
  const released: { times: number }[] = []
  const counts: number[] = []
  const opened: string[] = []
  const door = await openServed({
    database: 'shop',
    login,
    ...(stub.limits === undefined ? {} : { limits: stub.limits }),
    options: {
      admit: async (each, signal): Promise<Admitted> => {
        logins.push(each)
        await stub.checks?.(each, signal)
        if (each.password !== 'good') throw new Error(`not ${each.password}`)
        const lent = { times: 0 }
        released.push(lent)
        const release = (): void => {
          lent.times++
          stub.release?.()
        }
        const subject = { issuer: 'https://idp.test', id: each.user }
        // Nothing here asks a session for anything but whose it is.
        return { session: { principal: { subject } } as Session, opened: () => opened.push(each.user), release }
      },
      onConnections: (open) => counts.push(open),
      ...stub.options,
    },
  })
  return { door, connections, logins, opened, released, counts }
}

/** A real `pg` client of a served door. */
export function clientOf(door: ServedDoor, password = 'good', user = 'agent'): pg.Client {
  const { database, host, port } = door
  const client = new pg.Client({ database, host, port, user, password })
  client.on('error', () => undefined)
  return client
}
