import type { Socket } from 'node:net'

/** The bounds of the connections to one door. */
export interface ConnectionLimits {
  /** Connections that showed the token. */
  readonly maxConnections: number
  /** Connections that have still to show it. They take no place of those that have. */
  readonly maxPending: number
  /** How long that may take, in milliseconds. */
  readonly pendingMs: number
}

/**
 * Who is connected, and who of them showed the token. When too many have not, the oldest of these goes: whoever can merely reach
 * the door keeps nobody out.
 */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #all = new Set<Socket>()
  /** By the address of the client, which is what a connection and the TLS on it have in common. */
  readonly #pending = new Map<string, Socket>()
  readonly #known = new Map<string, Socket>()

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Takes a new connection, before anything is said on it. */
  accept(socket: Socket): void {
    const client = clientOf(socket)
    if (client === undefined) {
      socket.destroy()
      return
    }
    this.#all.add(socket)
    if (this.#pending.size >= this.#limits.maxPending) this.#makeRoom()
    this.#pending.set(client, socket)
    const timer = setTimeout(() => {
      if (this.#pending.get(client) === socket) socket.destroy()
    }, this.#limits.pendingMs)
    socket.once('close', () => {
      clearTimeout(timer)
      this.#all.delete(socket)
      for (const sockets of [this.#pending, this.#known]) if (sockets.get(client) === socket) sockets.delete(client)
    })
  }

  /** The client of this connection showed the token. Answers whether there is room for it. */
  admit(secured: Socket): boolean {
    const client = clientOf(secured)
    if (client === undefined) return false
    if (this.#known.has(client)) return true
    const socket = this.#pending.get(client)
    if (socket === undefined || this.#known.size >= this.#limits.maxConnections) return false
    this.#pending.delete(client)
    this.#known.set(client, socket)
    return true
  }

  /** At once: several may come before one of them has gone. */
  #makeRoom(): void {
    for (const [client, oldest] of this.#pending) {
      this.#pending.delete(client)
      oldest.destroy()
      return
    }
  }

  /** Ends every connection. */
  close(): void {
    for (const socket of this.#all) socket.destroy()
  }
}

/** The port alone is not enough: all of 127.0.0.0/8 is this machine, and each of its addresses has every port. */
function clientOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined || remotePort === undefined ? undefined : `${remoteAddress}:${String(remotePort)}`
}
