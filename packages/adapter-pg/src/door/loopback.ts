import { randomBytes } from 'node:crypto'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { LoopbackClientsContext, LoopbackLimits } from './loopback-clients.js'
import { LoopbackClients } from './loopback-clients.js'
import type { LoopbackLocation } from './loopback-folder.js'
import { LoopbackFolder } from './loopback-folder.js'
import { listenOnLoopback, loopbackUrl } from './loopback-listen.js'
import type { LoopbackAddress, LoopbackOptions } from './loopback-options.js'
import { connectionCap, loopbackAddress } from './loopback-options.js'
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
  /** Aborted when the session ends, and the door with it. */
  readonly signal: AbortSignal
  readonly limits?: Partial<LoopbackLimits>
}

/**
 * Opens a loopback door (RULES 31). Its password is random, good for this target and this session, kept only as a SCRAM
 * verifier, and in clear only in the password file. Throws ERR_CONFIG_INVALID on bad options or an address that cannot
 * be had, ERR_SESSION_CLOSED when the session ended.
 */
export async function openLoopback(context: LoopbackContext): Promise<LoopbackDoor> {
  const { database, options, signal } = context
  const address = loopbackAddress(options)
  const limits = { ...defaultLimits, maxConnections: connectionCap(options), ...context.limits }
  if (/[\r\n]/.test(database)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a password file cannot name a database with a line break')
  }
  const password = randomBytes(32).toString('base64url')
  const clients = new LoopbackClients({ login: context.login, limits, verifier: await scramVerifier(password) })
  const server = createServer({ noDelay: true }, (socket) => {
    clients.accept(socket)
  })
  server.maxConnections = clients.maxSockets
  // A connection that could not be accepted is gone; the door goes on.
  server.on('error', () => undefined)
  refuseEnded(signal)
  const folder = LoopbackFolder.open(address.kind === 'unix' ? address.path : undefined)
  try {
    const location = { ...(await listenOnLoopback(server, address, folder)), database }
    folder.writePassfile(location, password)
    refuseEnded(signal)
    return new Loopback({ address, location, folder, server, clients, signal, firstUseMs: limits.firstUseMs })
  } catch (error) {
    server.close()
    folder.remove()
    throw error
  }
}

const defaultLimits = {
  maxPending: 20,
  loginMs: 10_000,
  firstUseMs: 60_000,
  maxFailures: 20,
  delayMs: 1_000,
} as const

interface LoopbackParts {
  readonly address: LoopbackAddress
  readonly location: LoopbackLocation
  readonly folder: LoopbackFolder
  readonly server: Server
  readonly clients: LoopbackClients
  readonly signal: AbortSignal
  readonly firstUseMs: number
}

class Loopback implements LoopbackDoor {
  readonly url: string
  readonly passfile: string
  readonly closed: Promise<void>
  readonly #parts: LoopbackParts
  readonly #firstUse: NodeJS.Timeout
  #resolveClosed: () => void = () => undefined
  #closing = false

  constructor(parts: LoopbackParts) {
    this.#parts = parts
    this.url = loopbackUrl(parts.address, parts.location)
    this.passfile = parts.folder.passfile
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#firstUse = setTimeout(() => void this.close(), parts.firstUseMs)
    parts.clients.onFirstLogin = () => {
      clearTimeout(this.#firstUse)
    }
    parts.signal.addEventListener('abort', this.#onSessionEnd, { once: true })
  }

  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      void this.#close()
    }
    return this.closed
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a door cannot be serialised', { hint: 'store its url at most' })
  }

  [inspect.custom](): string {
    return `LoopbackDoor { ${this.#closing ? 'closed' : 'open'} }`
  }

  readonly #onSessionEnd = (): void => {
    void this.close()
  }

  async #close(): Promise<void> {
    const { folder, server, clients, signal } = this.#parts
    clearTimeout(this.#firstUse)
    signal.removeEventListener('abort', this.#onSessionEnd)
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
    folder.remove()
    // When the session ends, each connection tells its client why in this turn of the event loop.
    await turn()
    clients.close()
    await closed
    this.#resolveClosed()
  }
}

function refuseEnded(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed', {
    hint: 'open a new one',
    cause: signal.reason,
  })
}
