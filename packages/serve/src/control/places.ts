import type { Socket } from 'node:net'

/**
 * The connections of a listener, and how many requests are answered at the same time. When all places are taken, a newcomer gets
 * that of the connection that is there the longest without a whole request that is being answered. So whoever fills the places
 * with connections that say nothing, or half of it, keeps nobody out who asks.
 */
export class ControlPlaces {
  readonly #max: number
  readonly #maxAnswering: number
  /** How many requests of each connection are being answered, in the order in which the connections came. */
  readonly #answering = new Map<Socket, number>()
  #running = 0

  constructor(max: number, maxAnswering: number) {
    this.#max = max
    this.#maxAnswering = maxAnswering
  }

  /** Takes a newcomer in, or ends its connection when everybody else is being answered. */
  take(newcomer: Socket): void {
    if (this.#answering.size >= this.#max) {
      const leaves = this.#longestIdle() ?? newcomer
      this.#answering.delete(leaves)
      leaves.destroy()
      if (leaves === newcomer) return
    }
    this.#answering.set(newcomer, 0)
    newcomer.once('close', () => this.#answering.delete(newcomer))
  }

  /** Answers undefined, without having asked, when as many are being answered as may be. */
  async whileAnswering<Result>(socket: Socket, answer: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#running >= this.#maxAnswering) return undefined
    this.#running++
    this.#count(socket, 1)
    try {
      return await answer()
    } finally {
      this.#running--
      this.#count(socket, -1)
    }
  }

  #count(socket: Socket, by: number): void {
    const before = this.#answering.get(socket)
    if (before !== undefined) this.#answering.set(socket, before + by)
  }

  #longestIdle(): Socket | undefined {
    for (const [socket, answering] of this.#answering) if (answering === 0) return socket
    return undefined
  }
}
