import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { Subject } from '../model/principal.js'

/** What a cache of lookups needs. */
export interface LookupCacheOptions<Answer> {
  /** Asks. Must end by itself. */
  readonly ask: (subject: Subject) => Promise<Answer>
  /** How old an answer may be, counted from when it was asked for. */
  readonly maxAgeMs: number
  readonly nowMs: () => number
  readonly maxEntries: number
  /** How many questions may be open at the same time. */
  readonly maxOpen: number
}

/**
 * Keeps answers about accounts for a short time. However many ask about one account at the same time, one question goes
 * out. A failure is not kept, and no answer outlives `maxAgeMs` because asking fails. Both the answers and the questions
 * are bounded in number: the oldest answer goes, and a question too many throws ERR_DIRECTORY_UNAVAILABLE.
 */
export class LookupCache<Answer> {
  readonly #options: LookupCacheOptions<Answer>
  readonly #answers = new Map<string, { readonly answer: Answer; readonly askedAtMs: number }>()
  readonly #open = new Map<string, Promise<Answer>>()

  constructor(options: LookupCacheOptions<Answer>) {
    this.#options = options
  }

  /** The answer about an account. `fresh`: one that was asked for after this was called. */
  async find(subject: Subject, fresh: boolean): Promise<Answer> {
    const key = personKey(subject.issuer, subject.id)
    if (fresh) {
      // A question that is open was asked before.
      await this.#open.get(key)?.catch(() => undefined)
    } else {
      const kept = this.#answers.get(key)
      if (kept !== undefined && this.#options.nowMs() - kept.askedAtMs < this.#options.maxAgeMs) return kept.answer
    }
    return this.#open.get(key) ?? this.#ask(key, subject)
  }

  #ask(key: string, subject: Subject): Promise<Answer> {
    if (this.#open.size >= this.#options.maxOpen) {
      throw new BothKeysError('ERR_DIRECTORY_UNAVAILABLE', 'too many lookups are open at the same time', {
        hint: 'try again in a moment',
      })
    }
    const askedAtMs = this.#options.nowMs()
    const asked = this.#options
      .ask(subject)
      .then((answer) => {
        this.#keep(key, answer, askedAtMs)
        return answer
      })
      .finally(() => {
        this.#open.delete(key)
      })
    this.#open.set(key, asked)
    return asked
  }

  #keep(key: string, answer: Answer, askedAtMs: number): void {
    this.#answers.delete(key)
    this.#answers.set(key, { answer, askedAtMs })
    if (this.#answers.size <= this.#options.maxEntries) return
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest)
      return
    }
  }
}
