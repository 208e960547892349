import type { RelayedRequest } from '@bothkeys/core/relay'
import type { DeskAnswer, DeskEntry, ShownRequest } from './desk.js'
import type { KeptRequest } from './store/request-store.js'
import { stands } from './standing-answer.js'
import type { KeptAnswer } from './store/kept-answer.js'

/** The most people who answer one request. */
const mostPeople = 16
/** The most answers, with those that were given again: as many as an engine takes at once. */
const mostAnswers = 64
/** Each of them can answer so often, however many answers the others gave: whoever's count for nothing keeps nobody from a no. */
const keptForEach = 2

type Receipt = DeskAnswer['receipt']

/** One request that waits: its answers in order, who gave them, and who waits for them. */
export class PendingEntry {
  readonly request: RelayedRequest
  readonly bytes: number
  readonly receivedAtMs: number
  /** Everybody who is about to answer. */
  readonly #deciding = new Set<string>()
  isOver = false
  lastN: number
  readonly #answers: KeptAnswer[]
  readonly #receipts = new Map<number, Receipt>()
  readonly #waiting = new Set<() => void>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(kept: KeptRequest) {
    this.request = kept.request
    this.bytes = kept.bytes
    this.receivedAtMs = kept.receivedAtMs
    this.lastN = kept.lastN
    this.#answers = [...kept.answers]
    for (const [n, receipt] of kept.receipts) this.receive(n, receipt)
  }

  get expiresAtMs(): number {
    return this.request.expiresAt.getTime()
  }

  /** How many are about to answer. */
  get deciding(): number {
    return this.#deciding.size
  }

  /** Lets a person answer, once at a time; or why not. Whoever was let in has to `leave`. */
  enter(person: string, nowMs: number): 'already-answered' | 'too-many' | undefined {
    const own = this.#answers.filter((answer) => answer.person === person)
    const isStanding = own.some((answer) => stands({ ...answer, receipt: this.#receipts.get(answer.n) }, nowMs))
    if (isStanding || this.#deciding.has(person)) return 'already-answered'
    const people = new Map<string, number>()
    for (const each of [...this.#answers.map((answer) => answer.person), ...this.#deciding, person])
      people.set(each, (people.get(each) ?? 0) + 1)
    if (people.size > mostPeople || placesTaken([...people.values()]) > mostAnswers) return 'too-many'
    this.#deciding.add(person)
    return undefined
  }

  /** The answer of somebody who entered is there, or none comes. */
  leave(person: string): void {
    this.#deciding.delete(person)
  }

  /** How many wait for a change. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** What the engine has not been given yet. */
  evidenceAfter(n: number): readonly { readonly n: number; readonly evidence: string }[] {
    return this.#answers.filter((answer) => answer.n > n).map(({ evidence, n: each }) => ({ n: each, evidence }))
  }

  add(answer: KeptAnswer): void {
    this.#answers.push(answer)
    this.wake()
  }

  /** False when there is no such answer, or the engine said something about it already. */
  receive(n: number, receipt: Receipt): boolean {
    if (this.#receipts.has(n) || !this.#answers.some((answer) => answer.n === n)) return false
    this.#receipts.set(n, receipt)
    return true
  }

  answers(): readonly DeskAnswer[] {
    return this.#answers.map(({ atMs, by, decision, level, n, reason, via }) => ({
      n,
      decision,
      by,
      level,
      via,
      atMs,
      reason,
      receipt: this.#receipts.get(n),
    }))
  }

  shown(request: ShownRequest): DeskEntry {
    return { request, receivedAtMs: this.receivedAtMs, answers: this.answers() }
  }

  /** One after the other, so that what ends a request comes after what was being kept of it. */
  inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(step, step)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves at the next change, at the end, after `ms`, or when `signal` aborts. */
  changed(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted) done()
    })
  }

  wake(): void {
    for (const done of this.#waiting) done()
  }
}

/** Of people who answered so often each, with what is kept for them and for those who have not answered. */
function placesTaken(counts: readonly number[]): number {
  const missing = mostPeople - counts.length
  return counts.reduce((sum, count) => sum + Math.max(count, keptForEach), missing * keptForEach)
}
