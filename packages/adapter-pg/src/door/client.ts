import type { OnHeld } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import pg from 'pg'
import { DoorStream } from './door-stream.js'

/** Options of a governed pool or client: those of `pg` that cannot lead around the door. */
export interface GovernedOptions {
  /** The most connections of the pool, each of which is one to the server. Default: that of `pg`, 10. */
  readonly max?: number
  /** How many idle connections the pool keeps open. Default: that of `pg`, none. */
  readonly min?: number
  /** After how many milliseconds an idle connection is closed. 0: never. Default: that of `pg`, 10,000. */
  readonly idleTimeoutMillis?: number
  /** How many milliseconds a client waits for a connection. 0: for ever, which is the default. */
  readonly connectionTimeoutMillis?: number
  /** After how many uses a connection is closed. Default: never for that. */
  readonly maxUses?: number
  /** After how many seconds a connection is closed once it is idle. 0: never for that, which is the default. */
  readonly maxLifetimeSeconds?: number
  /** Whether the process may end while connections are idle. Default: false. */
  readonly allowExitOnIdle?: boolean
  /** What the server shows behind the name of the session, which stands in front of it. */
  readonly application_name?: string
  /** Milliseconds after which the server stops a statement. It counts what runs, not what waits for people. */
  readonly statement_timeout?: number
  /** Milliseconds that a statement waits for a lock. */
  readonly lock_timeout?: number
  /** Milliseconds after which the server ends a transaction in which nothing runs. */
  readonly idle_in_transaction_session_timeout?: number
  /** Milliseconds after which the client gives a statement up. One that waits for people is withdrawn. */
  readonly query_timeout?: number
  /** Whether results come in binary form. Default: false. */
  readonly binary?: boolean
  /** Whether statements are sent before earlier ones are answered. Each is decided by itself. */
  readonly pipeline?: boolean
  /** How results are parsed. */
  readonly types?: pg.CustomTypesConfig
  /** Called with each new connection, before it is handed out. Its statements are decided like all others. */
  readonly onConnect?: (client: pg.ClientBase) => void | Promise<void>
}

const optionNames: ReadonlySet<string> = new Set([
  'max',
  'min',
  'idleTimeoutMillis',
  'connectionTimeoutMillis',
  'maxUses',
  'maxLifetimeSeconds',
  'allowExitOnIdle',
  'application_name',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
  'binary',
  'pipeline',
  'types',
  'onConnect',
] satisfies readonly (keyof GovernedOptions)[])

/** What a governed client connects to. */
export interface ClientDoor {
  readonly user: string
  readonly database: string
  openStream(): DoorStream
}

/** The connection settings for a library that builds its own `pg` client. They hold no credential. */
export interface GovernedConfig {
  /** Opens the client's end of a connection that ends in the door. Give it to `pg` as `stream`. */
  readonly stream: () => DoorStream
  /** The role that the door logs in as. It is for show: what a client sends does not change it. */
  readonly user: string
  /** The database that the door is connected to. */
  readonly database: string
  /** A name that is never looked up. */
  readonly host: string
  /** A port that nothing is connected to. */
  readonly port: number
  /** Nothing leaves the process on this side of the door. */
  readonly ssl: false
}

export function governedConfig(door: ClientDoor): GovernedConfig {
  return {
    stream: () => door.openStream(),
    user: door.user,
    database: door.database,
    host: 'bothkeys',
    port: 5432,
    ssl: false,
  }
}

/** The members of the driver's client that are not in its public types; a contract test pins them. */
interface DriverInternals {
  /** The native client has none. */
  connection?: { stream: unknown }
  connectionParameters: { password: unknown; query_timeout?: number }
  password: unknown
  _activeQuery: unknown
  _queryQueue: readonly unknown[]
}

/** A client class whose every instance talks to this door and to nothing else. */
export function governedClientClass(door: ClientDoor): typeof pg.Client {
  return class GovernedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      // What a pool or a library passes along is used only as far as it cannot lead around the door. Members that
      // `pg` would otherwise take from the environment are named, so that it does not.
      super({
        ...pickOptions(typeof config === 'object' ? config : {}),
        ...governedConfig(door),
        options: ' ',
        sslnegotiation: 'postgres',
      } as pg.ClientConfig)
      const driver = this as unknown as DriverInternals
      if (!(driver.connection?.stream instanceof DoorStream)) {
        throw new BothKeysError('ERR_CONFIG_INVALID', 'the native bindings of pg cannot be governed', {
          hint: 'unset NODE_PG_FORCE_NATIVE and use the JavaScript client',
        })
      }
      // The end of a session ends its connections; a client that nobody listens to must not take the process down.
      // Whoever uses it next learns of it.
      this.on('error', () => undefined)
      driver.password = null
      driver.connectionParameters.password = null
    }

    // `pg` overloads this method in many ways; whatever is passed goes on unchanged.
    override query(...args: readonly unknown[]): never {
      const forward = super.query.bind(this) as (...rest: readonly unknown[]) => never
      const answer = forward(...args)
      this.#watchTimeout(args[0])
      return answer
    }

    /** `pg` tells nobody when it gives up on a query; the approval that the query waits for is withdrawn here. */
    #watchTimeout(config: unknown): void {
      const driver = this as unknown as DriverInternals
      const timeoutMs = queryTimeout(config) ?? driver.connectionParameters.query_timeout
      if (timeoutMs === undefined || !(timeoutMs > 0)) return
      const submitted = isSubmittable(config) ? config : (driver._queryQueue.at(-1) ?? driver._activeQuery)
      if (typeof submitted !== 'object' || submitted === null) return
      // The timer outlives most queries; it must not keep them and their rows in memory.
      const query = new WeakRef(submitted)
      const timer = setTimeout(() => {
        const stream = driver.connection?.stream
        const late = query.deref()
        if (late !== undefined && driver._activeQuery === late && stream instanceof DoorStream) stream.withdraw()
      }, timeoutMs)
      timer.unref()
    }
  }
}

/** A real `pg.Pool` whose clients all go through this door. */
export function governedPool(door: ClientDoor, options: GovernedOptions): pg.Pool {
  refuseUnknown(options)
  return new pg.Pool({ ...options, Client: governedClientClass(door) } as pg.PoolConfig)
}

/** Listens to what is held of a governed client; answers how to stop. Throws ERR_CONFIG_INVALID for another client. */
export function watchHolds(client: pg.ClientBase, listener: OnHeld): () => void {
  const stream = doorStreamOf(client)
  stream.onHeld = listener
  return () => {
    if (stream.onHeld === listener) stream.onHeld = undefined
  }
}

/** The client's end of its door. Throws ERR_CONFIG_INVALID for a client that has none. */
export function doorStreamOf(client: pg.ClientBase): DoorStream {
  const stream = (client as unknown as DriverInternals).connection?.stream
  if (stream instanceof DoorStream) return stream
  throw new BothKeysError('ERR_CONFIG_INVALID', 'this client does not go through a door', {
    hint: 'take one from pool(session) or client(session)',
  })
}

/** Throws ERR_CONFIG_INVALID when an option is not one of the list. */
export function refuseUnknown(options: GovernedOptions): void {
  for (const name of Object.keys(options)) {
    if (optionNames.has(name)) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `the option ${name} cannot be given to a governed client`, {
      hint: `address and credential belong in postgres(); the options are ${[...optionNames].join(', ')}`,
    })
  }
}

function pickOptions(config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => optionNames.has(name)))
}

function queryTimeout(config: unknown): number | undefined {
  if (typeof config !== 'object' || config === null || !('query_timeout' in config)) return undefined
  return typeof config.query_timeout === 'number' ? config.query_timeout : undefined
}

function isSubmittable(config: unknown): boolean {
  return typeof config === 'object' && config !== null && 'submit' in config && typeof config.submit === 'function'
}
