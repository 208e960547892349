import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import type { Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { lent } from './admitted.js'
import type { LoopbackClientsContext, LoopbackLimits } from './loopback-clients.js'
import { LoopbackClients } from './loopback-clients.js'
import type { LoopbackOptions } from './loopback-options.js'
import { connectionCap, loopbackAddress } from './loopback-options.js'
import { LoopbackServer } from './loopback-server.js'
import { ScramAuthentication } from './scram-authentication.js'
import { scramVerifier } from './scram.js'

export type { LoopbackOptions } from './loopback-options.js'

/**
 * The door of one session for programs that speak PostgreSQL's protocol: `psql`, any driver.
 *
 * @example
 * const door = await orders.listen(session)
 * spawn('psql', [door.url], { env: { ...process.env, PGPASSFILE: door.passfile }, stdio: 'inherit' })
 */
export interface LoopbackDoor {
  /** The connection URL. It holds no secret. */
  readonly url: string
  /** A password file of libpq with mode 0600, for PGPASSFILE. It is the key to this session: hand it to nobody else. */
  readonly passfile: string
  /**
   * Resolves when the door is closed: by `close`, because the session ended, or because nobody logged in during the
   * first minute.
   */
  readonly closed: Promise<void>
  /** Ends every connection and removes the files. Idempotent. */
  close(): Promise<void>
}

/** What a loopback door needs from its target. */
export interface LoopbackContext extends Pick<LoopbackClientsContext, 'login'> {
  readonly database: string
  readonly options: LoopbackOptions
  /** Whoever knows the password is let in as this. */
  readonly session: Session
  /** Aborted when the session ends, and the door with it. */
  readonly signal: AbortSignal
  readonly limits?: Partial<LoopbackLimits & { readonly firstUseMs: number }>
}

/**
 * Opens a loopback door (RULES 31). Its password is random, good for this target and this session, kept only as a SCRAM
 * verifier, and in clear only in the password file. Throws ERR_CONFIG_INVALID on bad options or an address that cannot
 * be had, ERR_SESSION_CLOSED when the session ended.
 */
export async function openLoopback(context: LoopbackContext): Promise<LoopbackDoor> {
  const { database, options, signal } = context
  const address = loopbackAddress('a loopback door', options, optionNames)
  const limits = {
    ...loopbackLimits,
    maxConnections: connectionCap('maxConnections', options.maxConnections, 20),
    maxPerAccount: Number.POSITIVE_INFINITY,
    firstUseMs: 60_000,
    ...context.limits,
  }
  if (/[\r\n]/.test(database)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a password file cannot name a database with a line break')
  }
  const password = randomBytes(32).toString('base64url')
  const verifier = await scramVerifier(password)
  const clients = new LoopbackClients({
    login: context.login,
    limits,
    authentication: () => new ScramAuthentication(verifier, lent(context.session)),
  })
  refuseEnded(signal)
  const server = await LoopbackServer.open(address, database, clients)
  try {
    server.folder.writePassfile(server.location, password)
    refuseEnded(signal)
    return new Loopback({ server, clients, signal, firstUseMs: limits.firstUseMs })
  } catch (error) {
    void server.close()
    throw error
  }
}

const optionNames: readonly string[] = ['path', 'port', 'host', 'maxConnections'] satisfies (keyof LoopbackOptions)[]

/** What both kinds of doors on loopback allow whoever is not logged in. */
export const loopbackLimits = {
  maxPending: 20,
  maxChecked: 0,
  loginMs: 10_000,
  maxFailures: 20,
  delayMs: 1_000,
} as const

interface LoopbackParts {
  readonly server: LoopbackServer
  readonly clients: LoopbackClients
  readonly signal: AbortSignal
  readonly firstUseMs: number
}

class Loopback implements LoopbackDoor {
  readonly url: string
  readonly passfile: string
  readonly closed: Promise<void>
  readonly #server: LoopbackServer

  constructor({ server, clients, signal, firstUseMs }: LoopbackParts) {
    this.#server = server
    this.url = server.url('bothkeys')
    this.passfile = server.folder.passfile
    this.closed = server.closed
    const end = (): void => void server.close()
    const firstUse = setTimeout(end, firstUseMs)
    clients.onFirstLogin = () => {
      clearTimeout(firstUse)
    }
    signal.addEventListener('abort', end, { once: true })
    void server.closed.then(() => {
      clearTimeout(firstUse)
      signal.removeEventListener('abort', end)
    })
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a door cannot be serialised', { hint: 'store its url at most' })
  }

  [inspect.custom](): string {
    return `LoopbackDoor { ${this.#server.closing ? 'closed' : 'open'} }`
  }
}

function refuseEnded(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed', {
    hint: 'open a new one',
    cause: signal.reason,
  })
}
