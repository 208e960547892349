import { setMaxListeners } from 'node:events'
import { inspect } from 'node:util'
import type { Estimate, GuardedTarget, OnHeld, Session, SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError, sessionAccess } from '@bothkeys/core/adapter'
import type pg from 'pg'
import { lent } from './door/admitted.js'
import type { Authentication } from './door/authentication.js'
import { backstops } from './door/backstops.js'
import { CancelKeys } from './door/cancel-keys.js'
import { CheckedServer } from './door/checked-server.js'
import { StatementParser, defaultParserLimits } from './analyzer/parse.js'
import type { ClientDoor, GovernedConfig, GovernedOptions } from './door/client.js'
import {
  governedClientClass,
  governedConfig,
  doorStreamOf,
  governedPool,
  refuseUnknown,
  watchHolds,
} from './door/client.js'
import type { ClientEnd } from './door/client-end.js'
import { DoorConnection } from './door/connection.js'
import { DoorStream } from './door/door-stream.js'
import type { LoginContext, OpenedConnection } from './door/login.js'
import { Login } from './door/login.js'
import type { LoopbackDoor, LoopbackOptions } from './door/loopback.js'
import { openLoopback } from './door/loopback.js'
import type { ServedDoor, ServedOptions } from './door/served.js'
import { openServed } from './door/served.js'
import type { ServerCheck } from './door/server-check.js'
import { checkServer } from './door/server-check.js'
import { StateCache } from './door/state-cache.js'
import { StatementFlow } from './door/statement-flow.js'
import { reportedParameters } from './door/settings.js'
import { unlessAborted } from './door/unless-aborted.js'
import { openUpstream } from './door/upstream.js'
import type { ResolvedConfig } from './door/upstream-config.js'
import { resolveConfig, upstreamConfig } from './door/upstream-config.js'
import type { PlanRequest } from './door/plan-request.js'
import { Planner } from './estimate/planner.js'

/** How the door reaches a PostgreSQL server: everything that `pg.Client` takes, and what the door adds. */
export interface PostgresConfig extends pg.ClientConfig {
  /** Upper bound of one protocol message of a client in bytes. Default 64 MiB. */
  readonly maxMessageBytes?: number
  /** Upper bound of one statement's text in bytes. Default 256 KiB. */
  readonly maxStatementBytes?: number
  /**
   * Roles besides the door's own that may create objects in a schema on the search path. Any other such role is a
   * reason to refuse the target: it could change what a name means between the decision and the run.
   */
  readonly schemaWriters?: readonly string[]
  /** Appends the action id as a comment to each statement, so that the server's log can be joined with the record. */
  readonly statementComments?: boolean
}

/** A PostgreSQL server behind a door. The credential stays in here. */
export interface PostgresTarget extends GuardedTarget {
  /** A real `pg.Pool` for one session. */
  pool(session: Session, options?: GovernedOptions): pg.Pool
  /** A real `pg.Client` for one session. */
  client(session: Session, options?: GovernedOptions): pg.Client
  /**
   * Tells who listens of each statement of a client about which people are asked, while it waits for them; answers how to stop. What
   * the listener answers is called once they allowed it, and waited for. One listener per client. Throws ERR_CONFIG_INVALID for a client that is not of this package.
   */
  onHeld(client: pg.ClientBase, listener: OnHeld): () => void
  /**
   * Withdraws what a client's statement waits for, or has the server cancel it: its promise says which it came to. Throws
   * ERR_CONFIG_INVALID for a client that is not of this package.
   */
  cancel(client: pg.ClientBase): void
  /** Settings for a library that builds its own `pg` client. They hold no credential. */
  config(session: Session): GovernedConfig
  /** The same door on a unix socket or on 127.0.0.1, for programs that are not written in JavaScript. */
  listen(session: Session, options?: LoopbackOptions): Promise<LoopbackDoor>
  /**
   * The same door for everybody whom `admit` lets in: each client sends its own token or capability as the password. For a
   * process that runs apart from the agents. Throws ERR_CONFIG_INVALID on bad options or an address that cannot be had,
   * ERR_SESSION_CLOSED when the target is closed.
   */
  serve(options: ServedOptions): Promise<ServedDoor>
  /** What is weak about the server's role and what the agent process can reach around the door. */
  doctor(): Promise<ServerCheck>
}

/** A PostgreSQL server that is only reachable through its door. Throws ERR_CONFIG_INVALID on a bad configuration. */
export function postgres(name: string, config: PostgresConfig): PostgresTarget {
  return new Postgres(name, config)
}

type SocketDoor = Pick<LoopbackDoor, 'closed' | 'close'>

class Postgres implements PostgresTarget {
  readonly kind = 'postgres'
  readonly knownBackstops: readonly string[] = backstops
  readonly name: string
  readonly #config: PostgresConfig
  readonly #resolved: ResolvedConfig
  readonly #cancelKeys = new CancelKeys()
  readonly #states = new StateCache()
  readonly #planner = new Planner(this.#states)
  readonly #parser: StatementParser
  readonly #connections = new Set<DoorConnection>()
  readonly #socketDoors = new Set<SocketDoor>()
  readonly #server: CheckedServer
  readonly #openings = new Set<Promise<OpenedConnection>>()
  readonly #closing = new AbortController()

  constructor(name: string, config: PostgresConfig) {
    if (!/^[A-Za-z][\w-]{0,62}$/.test(name)) {
      throw new BothKeysError('ERR_CONFIG_INVALID', 'a target name is a letter followed by letters, digits, - or _', {
        hint: 'use the name that the policy file uses',
      })
    }
    this.name = name
    this.#config = config
    this.#resolved = resolveConfig(config)
    this.#server = new CheckedServer(name, () => this.doctor())
    // Every connection that opens listens.
    setMaxListeners(0, this.#closing.signal)
    this.#parser = new StatementParser({ maxBytes: config.maxStatementBytes ?? defaultParserLimits.maxBytes })
  }

  pool(session: Session, options: GovernedOptions = {}): pg.Pool {
    const pool = governedPool(this.#door(session), options)
    // A pool without a listener would take the process down when an idle connection ends, as session close does.
    pool.on('error', () => undefined)
    return pool
  }

  client(session: Session, options: GovernedOptions = {}): pg.Client {
    refuseUnknown(options)
    const Client = governedClientClass(this.#door(session))
    return new Client(options as pg.ClientConfig)
  }

  onHeld(client: pg.ClientBase, listener: OnHeld): () => void {
    return watchHolds(client, listener)
  }

  cancel(client: pg.ClientBase): void {
    doorStreamOf(client).withdraw()
  }

  config(session: Session): GovernedConfig {
    return governedConfig(this.#door(session))
  }

  async listen(session: Session, options: LoopbackOptions = {}): Promise<LoopbackDoor> {
    const access = sessionAccess(session, this)
    const door = await openLoopback({
      database: this.#resolved.database,
      options,
      session,
      signal: access.signal,
      login: this.#loginUnknown,
    })
    return this.#keepDoor(door)
  }

  async serve(options: ServedOptions): Promise<ServedDoor> {
    this.#assertOpen()
    return this.#keepDoor(await openServed({ database: this.#resolved.database, options, login: this.#loginUnknown }))
  }

  doctor(): Promise<ServerCheck> {
    return checkServer(this.#resolved, this.#config.schemaWriters ?? [], this.#closing.signal)
  }

  async close(): Promise<void> {
    this.#closing.abort(this.#closedError())
    await Promise.allSettled(this.#openings)
    await this.#planner.idle()
    const ended = [...this.#connections].map((connection) => {
      connection.clientGone()
      return connection.ended
    })
    await Promise.all([...ended, ...[...this.#socketDoors].map((door) => door.close()), this.#parser.close()])
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a target cannot be serialised', { hint: 'store its name at most' })
  }

  [inspect.custom](): string {
    return `PostgresTarget { ${this.name} }`
  }

  #door(session: Session): ClientDoor {
    // Refuses a session of another guard now, not at the first query.
    sessionAccess(session, this)
    return {
      user: this.#resolved.user,
      database: this.#resolved.database,
      openStream: () => new DoorStream((client) => this.#login(client, { kind: 'known', admitted: lent(session) })),
    }
  }

  /** A door on a socket ends with its target. */
  async #keepDoor<Door extends SocketDoor>(door: Door): Promise<Door> {
    this.#socketDoors.add(door)
    void door.closed.then(() => this.#socketDoors.delete(door))
    if (!this.#closing.signal.aborted) return door
    await door.close()
    throw this.#closedError()
  }

  readonly #loginUnknown = (client: ClientEnd, authentication: Authentication): Login =>
    this.#login(client, { kind: 'unknown', authentication })

  #login(client: ClientEnd, entry: LoginContext['entry']): Login {
    return new Login(client, {
      database: this.#resolved.database,
      cancelKeys: this.#cancelKeys,
      entry,
      open: (end, session, parameters, gone) => this.#track(this.#open(end, session, parameters, gone)),
    })
  }

  /** `close` waits for it. */
  async #track(opening: Promise<OpenedConnection>): Promise<OpenedConnection> {
    this.#openings.add(opening)
    try {
      return await opening
    } finally {
      this.#openings.delete(opening)
    }
  }

  async #open(
    client: ClientEnd,
    session: Session,
    parameters: ReadonlyMap<string, string>,
    gone: AbortSignal,
  ): Promise<OpenedConnection> {
    this.#assertOpen()
    const access = sessionAccess(session, this)
    const signals = [gone, access.signal, this.#closing.signal]
    // The check goes on without this connection: others wait for it too.
    await unlessAborted(
      signals,
      () => this.#server.assertSafe(access.backstops()),
      () => undefined,
    )
    const readOnly = [...access.duties()].every((duty) => duty === 'read' || duty === 'approve' || duty === 'audit')
    const upstream = await openUpstream(
      upstreamConfig(this.#resolved, access.shortId, parameters, readOnly, access.backstops()),
      signals,
    )
    let reported: ReadonlyMap<string, string>
    try {
      reported = reportedParameters(upstream.parameters)
      this.#assertOpen()
    } catch (error) {
      upstream.socket.destroy()
      throw error
    }
    const connection = new DoorConnection(access, client, upstream, {
      maxMessageBytes: this.#config.maxMessageBytes ?? 64 * 1024 * 1024,
      maxQueuedBytes: 4 * 1024 * 1024,
      flow: (door) =>
        new StatementFlow(door, {
          access,
          readOnly,
          states: this.#states,
          parser: this.#parser,
          statementComments: this.#config.statementComments ?? false,
          upstream,
          plan: (request, signal) => this.#plan(access, parameters, request, signal),
        }),
    })
    this.#connections.add(connection)
    void connection.ended.then(() => this.#connections.delete(connection))
    return { connection, parameters: reported }
  }

  /** On a connection that logs in as the statement's own does, read-only, under a name that tells what it is for. */
  #plan(
    access: SessionAccess,
    parameters: ReadonlyMap<string, string>,
    request: PlanRequest,
    signal: AbortSignal,
  ): Promise<Estimate> {
    const named = new Map([...parameters, ['application_name', 'estimate'] as const])
    const config = upstreamConfig(this.#resolved, access.shortId, named, true, access.backstops())
    return this.#planner.plan((signals) => openUpstream(config, signals), request, [signal, this.#closing.signal])
  }

  #assertOpen(): void {
    this.#closing.signal.throwIfAborted()
  }

  #closedError(): BothKeysError {
    return new BothKeysError('ERR_SESSION_CLOSED', `target ${this.name} is closed`)
  }
}
