import type { SocketEnd } from './socket-end.js'

/** How far a client is that is not logged in. A later one of the list gives its place up later. */
export type Standing = (typeof standings)[number]

const standings = ['refused', 'silent', 'greeted', 'checked'] as const

/**
 * The clients of a door that are not logged in. When their places are taken, a newcomer gets that of the one who is the
 * least on its way: who was refused already, who has said nothing, who has not sent its password; of several the one that
 * is there the longest. So whoever fills the places with connections that go nowhere keeps nobody out who logs in. A
 * client whose password is being looked at keeps its place.
 */
export class PendingClients {
  readonly #max: number
  readonly #standings = new Map<SocketEnd, Standing>()

  constructor(max: number) {
    this.#max = max
  }

  get all(): readonly SocketEnd[] {
    return [...this.#standings.keys()]
  }

  has(end: SocketEnd): boolean {
    return this.#standings.has(end)
  }

  /** Takes a newcomer in. Answers who has to leave for it, which is the newcomer itself when nobody does. */
  roomFor(newcomer: SocketEnd): SocketEnd | undefined {
    const evicted = this.#standings.size < this.#max ? undefined : (this.#leastOnItsWay() ?? newcomer)
    if (evicted !== undefined) this.#standings.delete(evicted)
    if (evicted !== newcomer) this.#standings.set(newcomer, 'silent')
    return evicted
  }

  /** Notes how far a client is. One that left is not heard of again. */
  set(end: SocketEnd, standing: Standing): void {
    if (this.#standings.has(end)) this.#standings.set(end, standing)
  }

  delete(end: SocketEnd): void {
    this.#standings.delete(end)
  }

  #leastOnItsWay(): SocketEnd | undefined {
    for (const standing of standings) {
      if (standing === 'checked') return undefined
      // A map keeps the order in which they came, also when one of them gets further.
      for (const [end, each] of this.#standings) if (each === standing) return end
    }
    return undefined
  }
}
