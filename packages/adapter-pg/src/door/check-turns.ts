import { BothKeysError } from '@bothkeys/core/adapter'

/** How many logins are looked at, and how long. */
export interface CheckLimits {
  /** At the same time. */
  readonly maxChecks: number
  /** How many more may wait for that. */
  readonly maxWaiting: number
  /** After this time a check that goes on and on counts no more, in milliseconds. */
  readonly checkMs: number
}

/**
 * Who is looked at, and who waits for its turn: in the order in which they came, except that nobody waits for those of
 * another claim. A claim is whom a client says it is, the wider before the narrower: its issuer, its account. The widest
 * may have half of all turns and half of the line, each narrower one half of that, so that slow checks of one account, or
 * of an issuer that does not answer, leave turns to everybody else. A false claim is no way to take those of somebody
 * else: it is what a check finds first.
 */
export class CheckTurns {
  readonly #checkMs: number
  readonly #checks: Shares
  readonly #line: Shares
  readonly #waiting = new Set<Waiting>()

  constructor({ checkMs, maxChecks, maxWaiting }: CheckLimits) {
    this.#checkMs = checkMs
    this.#checks = new Shares(maxChecks)
    this.#line = new Shares(maxWaiting)
  }

  /**
   * Waits for a turn. Resolves to what gives it back, which may be called twice. Throws ERR_LIMIT_EXCEEDED when too many
   * wait, and ERR_ABORTED when `gone` is aborted before its turn has come.
   */
  async take(claims: readonly string[], gone: AbortSignal): Promise<() => void> {
    if (gone.aborted) throw left()
    const keys = keysOf(claims)
    // Whoever waits has no turn to take just now, so that nobody is overtaken who could go.
    if (this.#checks.fit(keys)) return this.#begin(keys)
    if (!this.#line.fit(keys)) throw tooMany()
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#leave(waiting)
        reject(left())
      }
      const waiting: Waiting = {
        keys,
        begin: () => {
          gone.removeEventListener('abort', leave)
          this.#leave(waiting)
          resolve(this.#begin(keys))
        },
      }
      this.#line.take(keys)
      this.#waiting.add(waiting)
      gone.addEventListener('abort', leave, { once: true })
    })
  }

  #begin(keys: readonly string[]): () => void {
    this.#checks.take(keys)
    let isOver = false
    const over = (): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      this.#checks.giveBack(keys)
      for (const waiting of this.#waiting) if (this.#checks.fit(waiting.keys)) waiting.begin()
    }
    const timer = setTimeout(over, this.#checkMs)
    timer.unref()
    return over
  }

  #leave(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) this.#line.giveBack(waiting.keys)
  }
}

interface Waiting {
  readonly keys: readonly string[]
  readonly begin: () => void
}

/** So many of something, of which each claim may have its share. */
class Shares {
  readonly #max: number
  readonly #taken = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  fit(keys: readonly string[]): boolean {
    return keys.every((key, depth) => {
      const share = Math.floor(this.#max / 2 ** depth)
      return (this.#taken.get(key) ?? 0) < (this.#max > 0 ? Math.max(1, share) : 0)
    })
  }

  take(keys: readonly string[]): void {
    for (const key of keys) this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1)
  }

  giveBack(keys: readonly string[]): void {
    for (const key of keys) {
      const rest = (this.#taken.get(key) ?? 0) - 1
      if (rest > 0) this.#taken.set(key, rest)
      else this.#taken.delete(key)
    }
  }
}

/** Everybody, then each claim within those that are wider. */
function keysOf(claims: readonly string[]): readonly string[] {
  return [[], ...claims.map((_, index) => claims.slice(0, index + 1))].map((each) => JSON.stringify(each))
}

function tooMany(): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', 'too many log in at the same time', {
    hint: 'connect again in a while',
  })
}

function left(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the client went while it waited for its turn', { hint: 'connect again' })
}
