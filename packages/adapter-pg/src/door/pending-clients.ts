import type { SocketEnd } from './socket-end.js'

/** How far a client is that is not logged in. A later one of the list gives its place up later. */
export type Standing = (typeof leaving)[number] | 'checked'

/** In the order in which they have to. */
const leaving = ['refused', 'silent', 'greeted'] as const

/**
 * The clients of a door that are not logged in. When their places are taken, a newcomer gets that of the one who is the
 * least on its way: who was refused already, who has said nothing, who has not sent its password; of several the one that
 * is there the longest. So whoever fills the places with connections that go nowhere keeps nobody out who logs in. A
 * client whose password is being looked at, or waits for that, is not sent away for a newcomer, and takes no place of
 * those that have still to send theirs: how many of them there are is for the authentication to bound.
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

  /** Takes a newcomer in. Answers who has to leave for it. */
  roomFor(newcomer: SocketEnd): readonly SocketEnd[] {
    const others = this.#leastOnTheirWay()
    const evicted = others.slice(0, Math.max(0, others.length + 1 - this.#max))
    for (const end of evicted) this.#standings.delete(end)
    this.#standings.set(newcomer, 'silent')
    return evicted
  }

  /** Notes how far a client is. One that left is not heard of again. */
  set(end: SocketEnd, standing: Standing): void {
    if (this.#standings.has(end)) this.#standings.set(end, standing)
  }

  delete(end: SocketEnd): void {
    this.#standings.delete(end)
  }

  /** Who has to go first comes first. A map keeps the order in which they came, also when one of them gets further. */
  #leastOnTheirWay(): readonly SocketEnd[] {
    return leaving.flatMap((standing) =>
      [...this.#standings].flatMap(([end, each]) => (each === standing ? [end] : [])),
    )
  }
}
