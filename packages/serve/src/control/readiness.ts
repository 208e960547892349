/** What has to be well for the process to be of use. Answers why it is not, in words that hold no secret, or undefined. */
export type Check = (signal: AbortSignal) => Promise<string | undefined>

/** Whether the process can do its work, and if not, what is missing. */
export interface Readiness {
  /** Whether nothing is missing. */
  readonly ready: boolean
  /** By name of the check: `policy`, `journal`, `ledger`, `target:<name>`, `draining`. */
  readonly reasons: Readonly<Record<string, string>>
}

const ending: Readiness = Object.freeze({
  ready: false,
  reasons: Object.freeze({ draining: 'the process is ending' }),
})

/** How long an answer is good for and how long a check may take, in milliseconds. */
const freshMs = 5_000
const checkMs = 4_000

/**
 * Asks all checks at the same time, one time for however many ask, and at most every five seconds. A check that throws or takes
 * too long says no. That the process is ending is said at once.
 */
export class ReadinessChecks {
  readonly #checks: ReadonlyMap<string, Check>
  readonly #monotonicMs: () => number
  #draining = false
  #asking: Promise<Readiness> | undefined
  #last: { readonly atMs: number; readonly readiness: Readiness } | undefined

  constructor(checks: ReadonlyMap<string, Check>, monotonicMs: () => number) {
    this.#checks = checks
    this.#monotonicMs = monotonicMs
  }

  /** From now on the answer is no. */
  drain(): void {
    this.#draining = true
  }

  async now(): Promise<Readiness> {
    const readiness = await this.#known()
    // It may have begun to end while the checks were under way.
    return this.#draining ? ending : readiness
  }

  async #known(): Promise<Readiness> {
    if (this.#draining) return ending
    if (this.#last !== undefined && this.#monotonicMs() - this.#last.atMs < freshMs) return this.#last.readiness
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<Readiness> {
    const answers = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await answerOf(check)] as const),
    )
    const reasons = Object.fromEntries(
      answers.flatMap(([name, why]) => (why === undefined ? [] : [[name, why] as const])),
    )
    const readiness = { ready: Object.keys(reasons).length === 0, reasons }
    this.#last = { atMs: this.#monotonicMs(), readiness }
    return readiness
  }
}

async function answerOf(check: Check): Promise<string | undefined> {
  const signal = AbortSignal.timeout(checkMs)
  const late = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve('it did not answer in time'), { once: true })
  })
  // The words of what failed may hold what it was about.
  return Promise.race([check(signal).catch(() => 'it failed'), late])
}
