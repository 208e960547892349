import type { PrincipalName } from './load-policy.js'

/** What a client was told about a write. `refused` means that it never ran, `unknown` that it may have run. */
export type Fate = 'done' | 'refused' | 'failed' | 'rolled-back' | 'unknown'

export interface Attempt {
  readonly n: number
  readonly principal: PrincipalName
  readonly kind: string
  /** Whether its text may never reach the server, whatever the client is told. */
  readonly mustNotRun: boolean
  fate: Fate
}

/** Everything that the crowd tried to write, by its unique number. */
export class Attempts {
  readonly all: Map<number, Attempt> = new Map()
  /** How often clients were told what. */
  readonly errors: Map<string, number> = new Map()
  #next = 1_000_000

  begin(principal: PrincipalName, kind: string, mustNotRun = false): Attempt {
    const attempt: Attempt = { n: this.#next++, principal, kind, mustNotRun, fate: 'unknown' }
    this.all.set(attempt.n, attempt)
    return attempt
  }

  /** Takes down what became of an attempt. */
  async settle(attempt: Attempt, work: Promise<unknown>): Promise<void> {
    attempt.fate = await work.then(
      () => 'done' as const,
      (error: unknown) => this.#fateOf(error),
    )
  }

  /** Takes down an error that belongs to no attempt. */
  note(error: unknown): void {
    this.#fateOf(error)
  }

  #fateOf(error: unknown): Fate {
    const { code, detail, message, routine, severity } = error as {
      readonly code?: string
      readonly detail?: string
      readonly message: string
      readonly routine?: string
      readonly severity?: string
    }
    const said = `${routine === 'bothkeys' ? `${severity ?? ''} ${detail ?? ''}` : (code ?? '')} ${message}`
    this.errors.set(said, (this.errors.get(said) ?? 0) + 1)
    // The door's own ERROR says that the statement did not run; its FATAL that the connection is over.
    if (routine === 'bothkeys') return severity === 'ERROR' ? 'refused' : 'unknown'
    // An error of the server undoes its statement; without a code the connection was lost or the driver gave up.
    return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? 'failed' : 'unknown'
  }

  /** The most frequent errors, without what is particular to one of them. */
  mostFrequent(count: number): string {
    const found = [...this.errors].toSorted(([, a], [, b]) => b - a).slice(0, count)
    return found.map(([said, times]) => `${String(times)} × ${said.slice(0, 160)}`).join('\n  ')
  }

  /** How often each kind ended how. */
  summary(): string {
    const counts = new Map<string, Map<Fate, number>>()
    for (const { kind, fate } of this.all.values()) {
      const fates = counts.get(kind) ?? new Map<Fate, number>()
      fates.set(fate, (fates.get(fate) ?? 0) + 1)
      counts.set(kind, fates)
    }
    return [...counts]
      .map(([kind, fates]) => `${kind}: ${[...fates].map(([fate, count]) => `${String(count)} ${fate}`).join(', ')}`)
      .join('; ')
  }
}
