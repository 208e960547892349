import { createHash, randomBytes } from 'node:crypto'
import type { RelayClock } from '../ports.js'

/** A login that a browser began and has not finished. */
export interface BegunLogin {
  readonly method: string
  /** What the login method wants back. */
  readonly state: string
  /** The page that the person wanted. */
  readonly to: string
}

const lifetimeMs = 600_000
const maxBegun = 10_000

/**
 * Logins that were begun, by a random id that only the browser has that began it, so that nobody is logged in by an answer that
 * another one got. Each is taken once. A flood of them pushes out the oldest, whose people have to begin again.
 */
export class BegunLogins {
  readonly #clock: RelayClock
  readonly #begun = new Map<string, BegunLogin & { readonly untilMs: number }>()

  constructor(clock: RelayClock) {
    this.#clock = clock
  }

  static newId(): string {
    return randomBytes(32).toString('base64url')
  }

  keep(id: string, login: BegunLogin): void {
    const now = this.#clock.monotonicMs()
    for (const [hash, { untilMs }] of this.#begun) {
      if (untilMs > now && this.#begun.size < maxBegun) break
      this.#begun.delete(hash)
    }
    this.#begun.set(hashOf(id), { ...login, untilMs: now + lifetimeMs })
  }

  take(id: string | undefined): BegunLogin | undefined {
    if (id === undefined) return undefined
    const hash = hashOf(id)
    const found = this.#begun.get(hash)
    this.#begun.delete(hash)
    return found !== undefined && this.#clock.monotonicMs() < found.untilMs ? found : undefined
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
