/** How many closed sessions stay known, so that what they still had running can be recorded. */
const closedKept = 65_536

/**
 * The chain heads of the sessions of a journal, bounded: open sessions, and the last closed ones in the order in which
 * they closed. A session that was forgotten counts as new. Writer and verifier forget by the same rule, so they agree.
 */
export class SessionHeads<Head> {
  readonly #heads = new Map<string, Head>()
  readonly #closed = new Set<string>()
  readonly #kept: number

  constructor(kept: number = closedKept) {
    this.#kept = kept
  }

  get size(): number {
    return this.#heads.size
  }

  get(session: string): Head | undefined {
    return this.#heads.get(session)
  }

  set(session: string, head: Head): void {
    this.#heads.set(session, head)
  }

  /** The session is over: it may be forgotten once enough others are. */
  close(session: string): void {
    this.#closed.delete(session)
    this.#closed.add(session)
    if (this.#closed.size <= this.#kept) return
    for (const oldest of this.#closed) {
      this.#closed.delete(oldest)
      this.#heads.delete(oldest)
      return
    }
  }

  /** A new process begins: no session outlives the one before. `survivor` is not one. */
  closeAllBut(survivor: string): void {
    for (const session of this.#heads.keys())
      if (session !== survivor && !this.#closed.has(session)) this.close(session)
  }

  /** The same sessions, in the same order of forgetting, with other heads. */
  map<Other>(convert: (head: Head, session: string) => Other): SessionHeads<Other> {
    const mapped = new SessionHeads<Other>(this.#kept)
    for (const [session, head] of this.#heads) mapped.#heads.set(session, convert(head, session))
    for (const session of this.#closed) mapped.#closed.add(session)
    return mapped
  }
}
