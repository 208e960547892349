import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** What a connection answers to a cancel request. */
export interface Cancellable {
  cancel(): void
}

/** A backend pid and key that the door mints itself: the server's own never reach a client (RULES 26). */
export interface BackendKey {
  readonly pid: number
  readonly key: Buffer
}

/** Maps the keys that a door gave out to its connections. */
export class CancelKeys {
  readonly #connections = new Map<number, { readonly key: Buffer; readonly connection: Cancellable }>()

  /** A new pid and key for a connection. */
  issue(connection: Cancellable): BackendKey {
    let pid: number
    do pid = randomInt(1, 2 ** 31 - 1)
    while (this.#connections.has(pid))
    const key = randomBytes(4)
    this.#connections.set(pid, { key, connection })
    return { pid, key }
  }

  forget(pid: number): void {
    this.#connections.delete(pid)
  }

  /** Cancels what the connection with this pid and key runs. A wrong key does nothing and says nothing. */
  cancel(pid: number, key: Buffer): void {
    const known = this.#connections.get(pid)
    if (known === undefined || known.key.length !== key.length || !timingSafeEqual(known.key, key)) return
    known.connection.cancel()
  }
}
