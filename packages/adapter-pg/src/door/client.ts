import type { OnHeld } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import pg from 'pg'
import { DoorStream } from './door-stream.js'

/** Options of a governed pool or client: those of `pg` that cannot lead around the door. */
export interface GovernedOptions {
  readonly max?: number
  readonly min?: number
  readonly idleTimeoutMillis?: number
  readonly connectionTimeoutMillis?: number
  readonly maxUses?: number
  readonly maxLifetimeSeconds?: number
  readonly allowExitOnIdle?: boolean
  readonly application_name?: string
  readonly statement_timeout?: number
  readonly lock_timeout?: number
  readonly idle_in_transaction_session_timeout?: number
  readonly query_timeout?: number
  readonly binary?: boolean
  readonly pipeline?: boolean
  readonly types?: pg.CustomTypesConfig
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
  readonly stream: () => DoorStream
  readonly user: string
  readonly database: string
  readonly host: string
  readonly port: number
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
