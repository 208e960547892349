import { inspect } from 'node:util'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { CheckLimits } from './check-turns.js'
import { CheckTurns } from './check-turns.js'
import type { LoopbackClientsContext, LoopbackLimits } from './loopback-clients.js'
import { LoopbackClients } from './loopback-clients.js'
import { loopbackLimits } from './loopback.js'
import type { LoopbackOptions } from './loopback-options.js'
import { connectionCap, loopbackAddress } from './loopback-options.js'
import { LoopbackServer } from './loopback-server.js'
import type { Admit, Claims } from './password-authentication.js'
import { PasswordAuthentication } from './password-authentication.js'

/** Where a served door listens, for how many, and who gets in. */
export interface ServedOptions extends LoopbackOptions {
  /** An existing folder for the unix socket: yours, and closed to everybody whom `socketMode` keeps out. One for each door. */
  readonly path?: string
  /**
   * The mode of the unix socket. Default 0o600: programs of this user alone. With 0o660 those of the group of the folder's
   * socket may connect, and the folder may be open to its group (0750); it needs a `path`.
   */
  readonly socketMode?: number
  /** How many clients may be logged in at the same time. Default 500. */
  readonly maxConnections?: number
  /**
   * How many of them may be of one account, by `session.principal.subject`. Default: a fifth of `maxConnections`, and at
   * least 20, so that no agent keeps the others out.
   */
  readonly maxConnectionsPerAccount?: number
  /**
   * Turns what a client sent as its user and password into a session. What it throws refuses the login: the client is told
   * the code of a BothKeysError and nothing else. `signal` aborts when the client is gone, or the time for its login over;
   * what is admitted all the same is released.
   */
  readonly admit: Admit
  /**
   * Whom a client says it is before `admit` looks, the wider before the narrower: the issuer and the subject that its token
   * names. At most 100 logins are looked at at the same time, and 400 wait for that in order; of each the widest claim may
   * have half, a narrower one half of that, so that slow checks of one account keep nobody else out. Default: nobody says.
   */
  readonly claims?: Claims
  /** Told how many clients are logged in, whenever that changes. */
  readonly onConnections?: (open: number) => void
}

/**
 * The door of everybody who can log in: each client sends its own token or capability as the password and gets a session
 * of its own. For a process that owns the credential and runs apart from the agents (RULES 33).
 *
 * @example
 * const door = await orders.serve({
 *   path: '/run/bothkeys/orders',
 *   socketMode: 0o660,
 *   admit: async ({ password }) => {
 *     const session = await guard.openSession({ token: password })
 *     return { session, release: () => void session.close() }
 *   },
 * })
 */
export interface ServedDoor {
  /** The connection URL. It names no user and holds no secret. */
  readonly url: string
  /** 127.0.0.1, or the folder of the unix socket: for drivers that take no URL, or none without a password. */
  readonly host: string
  /** On 127.0.0.1, or the number in the name of the unix socket. */
  readonly port: number
  /** What clients have to ask for: the target's database. */
  readonly database: string
  /** How many clients are logged in. A client counts until its connection has ended and the outcomes are recorded. */
  readonly connections: number
  /** Resolves when the door is closed. */
  readonly closed: Promise<void>
  /**
   * Closes in an orderly way: nobody new gets in, a connection on which nothing is under way ends at once (57P01), any other
   * one when its statement, batch or transaction is over. After `deadlineMs`, or when `signal` aborts, what still waits for
   * people is withdrawn and what runs is cancelled. Resolves when the door is closed. Throws ERR_CONFIG_INVALID when the
   * deadline is none.
   */
  drain(deadlineMs: number, signal?: AbortSignal): Promise<void>
  /** Ends every connection now and removes the socket. Idempotent. */
  close(): Promise<void>
}

/** What a served door needs from its target. */
export interface ServedContext extends Pick<LoopbackClientsContext, 'login'> {
  readonly database: string
  readonly options: ServedOptions
  readonly limits?: Partial<LoopbackLimits & CheckLimits>
}

/** Opens a served door. Throws ERR_CONFIG_INVALID on bad options or an address that cannot be had. */
export async function openServed(context: ServedContext): Promise<ServedDoor> {
  const { admit, claims = () => [], onConnections, ...rest } = context.options
  const address = loopbackAddress('a served door', rest, optionNames)
  if (typeof admit !== 'function') {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a served door needs admit', {
      hint: 'give a function that opens a session',
    })
  }
  const checks = { maxChecks: 100, maxWaiting: 400, checkMs: 30_000, ...context.limits }
  const check = { admit, claims, turns: new CheckTurns(checks) }
  const maxChecked = checks.maxChecks + checks.maxWaiting
  const clients = new LoopbackClients({
    login: context.login,
    limits: { ...loopbackLimits, maxPending: 100, maxChecked, ...connectionCaps(rest), ...context.limits },
    authentication: () => new PasswordAuthentication(check),
    ...(onConnections === undefined ? {} : { onConnections }),
  })
  return new Served(await LoopbackServer.open(address, context.database, clients), clients)
}

const optionNames: readonly string[] = [
  'path',
  'socketMode',
  'port',
  'host',
  'maxConnections',
  'maxConnectionsPerAccount',
  'admit',
  'claims',
  'onConnections',
] satisfies (keyof ServedOptions)[]

/** How many clients there may be, and how many of them of one account. Throws ERR_CONFIG_INVALID. */
function connectionCaps(
  options: Pick<ServedOptions, 'maxConnections' | 'maxConnectionsPerAccount'>,
): Pick<LoopbackLimits, 'maxConnections' | 'maxPerAccount'> {
  const maxConnections = connectionCap('maxConnections', options.maxConnections, 500)
  const aFifth = Math.max(20, Math.floor(maxConnections / 5))
  return {
    maxConnections,
    maxPerAccount: connectionCap('maxConnectionsPerAccount', options.maxConnectionsPerAccount, aFifth),
  }
}

/** The longest time that a timer of Node takes. */
const maxDeadlineMs = 2 ** 31 - 1

class Served implements ServedDoor {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly closed: Promise<void>
  readonly #server: LoopbackServer
  readonly #clients: LoopbackClients

  constructor(server: LoopbackServer, clients: LoopbackClients) {
    this.#server = server
    this.#clients = clients
    const { database, host, port } = server.location
    this.url = server.url(undefined)
    this.host = host
    this.port = port
    this.database = database
    this.closed = server.closed
  }

  get connections(): number {
    return this.#clients.connections
  }

  async drain(deadlineMs: number, signal?: AbortSignal): Promise<void> {
    if (!Number.isInteger(deadlineMs) || deadlineMs < 0 || deadlineMs > maxDeadlineMs) {
      throw new BothKeysError('ERR_CONFIG_INVALID', 'the deadline of drain is out of range', {
        hint: 'give whole milliseconds from 0',
      })
    }
    await this.#server.drain(deadlineMs, signal)
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a door cannot be serialised', { hint: 'store its url at most' })
  }

  [inspect.custom](): string {
    return `ServedDoor { ${this.#server.closing ? 'closed' : 'open'} }`
  }
}
