import { hash } from 'node:crypto'
import { BothKeysError } from '../errors.js'

/** How much is remembered, and for how long. */
interface ReplayWindowOptions {
  /** How long a proof could be accepted again: it is remembered for so long. */
  readonly windowMs: number
  /** The most proofs in all. */
  readonly capacity: number
  /** The most proofs of one key, so that one client cannot keep all others out. */
  readonly perKey: number
  readonly monotonicMs: () => number
}

/**
 * Remembers which proofs were used, by key and `jti`, for as long as they could be accepted again, on the monotonic clock.
 * When it is full it refuses what is new and forgets nothing early (RFC 9449 section 11.1).
 */
export class ReplayWindow {
  readonly #options: ReplayWindowOptions
  /** In the order in which they end, because each is kept for the same time. */
  readonly #used = new Map<string, { readonly key: string; readonly endsAtMs: number }>()
  readonly #ofKey = new Map<string, number>()

  constructor(options: ReplayWindowOptions) {
    this.#options = options
  }

  /** True the first time; false when the proof was used before. Throws ERR_LIMIT_EXCEEDED when there is no room. */
  use(key: string, id: string): boolean {
    const nowMs = this.#options.monotonicMs()
    this.#forget(nowMs)
    const name = hash('sha256', `${key} ${id}`, 'base64url')
    if (this.#used.has(name)) return false
    const ofKey = this.#ofKey.get(key) ?? 0
    if (this.#used.size >= this.#options.capacity || ofKey >= this.#options.perKey) throw full()
    this.#used.set(name, { key, endsAtMs: nowMs + this.#options.windowMs })
    this.#ofKey.set(key, ofKey + 1)
    return true
  }

  #forget(nowMs: number): void {
    for (const [name, { endsAtMs, key }] of this.#used) {
      if (!(endsAtMs < nowMs)) return
      this.#used.delete(name)
      const left = (this.#ofKey.get(key) ?? 0) - 1
      if (left > 0) this.#ofKey.set(key, left)
      else this.#ofKey.delete(key)
    }
  }
}

function full(): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', 'too many proofs of possession were used in a short time', {
    hint: 'wait until the proofs that were used are too old to be accepted again',
  })
}
