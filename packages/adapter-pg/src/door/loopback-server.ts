import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { LoopbackClients } from './loopback-clients.js'
import type { LoopbackLocation } from './loopback-folder.js'
import { LoopbackFolder } from './loopback-folder.js'
import { listenOnLoopback, loopbackUrl } from './loopback-listen.js'
import type { LoopbackAddress } from './loopback-options.js'

/** Where a door on loopback stands, and how it is left. */
export class LoopbackServer {
  readonly location: LoopbackLocation
  readonly folder: LoopbackFolder
  readonly closed: Promise<void>
  readonly #server: Server
  readonly #clients: LoopbackClients
  /** Every socket is closed. */
  readonly #left: Promise<void>
  #resolveClosed: () => void = () => undefined
  #resolveLeft: () => void = () => undefined
  #listens = true
  #closing = false

  private constructor(server: Server, clients: LoopbackClients, folder: LoopbackFolder, location: LoopbackLocation) {
    this.#server = server
    this.#clients = clients
    this.folder = folder
    this.location = location
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#left = new Promise((resolve) => {
      this.#resolveLeft = resolve
    })
  }

  /** Starts to listen. Throws ERR_CONFIG_INVALID when the address is not to be had; then nothing is left behind. */
  static async open(address: LoopbackAddress, database: string, clients: LoopbackClients): Promise<LoopbackServer> {
    const server = createServer({ noDelay: true }, (socket) => {
      clients.accept(socket)
    })
    server.maxConnections = clients.maxSockets
    // A connection that could not be accepted is gone; the door goes on.
    server.on('error', () => undefined)
    const folder = LoopbackFolder.open(address)
    try {
      const location = { ...(await listenOnLoopback(server, address, folder)), database }
      return new LoopbackServer(server, clients, folder, location)
    } catch (error) {
      server.close()
      folder.remove()
      throw error
    }
  }

  /** The connection URL for a user, if one is named. */
  url(user: string | undefined): string {
    return loopbackUrl(this.location, user)
  }

  /** Whether it is closed, or about to be. */
  get closing(): boolean {
    return this.#closing
  }

  /** Ends every connection and removes the files. Idempotent. */
  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      void this.#close()
    }
    return this.closed
  }

  /**
   * Accepts nobody any more and ends each connection as soon as nothing is under way on it, after `deadlineMs` or when
   * `signal` aborts at once. Resolves when the door is closed.
   */
  async drain(deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.#stopListening()
    this.#clients.drain()
    const shutDown = (): void => {
      this.#clients.shutDown()
    }
    const timer = setTimeout(shutDown, deadlineMs)
    if (signal?.aborted === true) shutDown()
    else signal?.addEventListener('abort', shutDown, { once: true })
    await Promise.race([this.#emptied(), this.closed])
    clearTimeout(timer)
    signal?.removeEventListener('abort', shutDown)
    await this.close()
  }

  async #close(): Promise<void> {
    this.#stopListening()
    this.folder.remove()
    // When a session ends, each of its connections tells its client why in this turn of the event loop.
    await turn()
    this.#clients.close()
    await this.#emptied()
    this.#resolveClosed()
  }

  #stopListening(): void {
    if (!this.#listens) return
    this.#listens = false
    this.#server.close(() => {
      this.#resolveLeft()
    })
  }

  async #emptied(): Promise<void> {
    await Promise.all([this.#left, this.#clients.empty()])
  }
}
