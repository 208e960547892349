import { setTimeout as sleep } from 'node:timers/promises'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { JournalHead } from './noted-head.js'

/** Where heads are noted. */
export interface NoteStore<Head> {
  note(head: Head): MaybePromise<void>
}

/** How often a head is noted at most, and how long closing waits for the last note. */
const everyMs = 1_000
const closeMs = 5_000

/**
 * Notes the head of a journal after durable writes, once a second at most, or how far a reader of it is. A store that fails is
 * reported; the journal goes on.
 */
export class HeadNotes<Head = JournalHead> {
  readonly #store: NoteStore<Head>
  readonly #head: () => Head | undefined
  readonly #onFailure: (cause: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #noting: Promise<void> | undefined
  #isDue = false
  #nextAtMs = 0

  /** `head` answers the last event that is on disk. */
  constructor(store: NoteStore<Head>, head: () => Head | undefined, onFailure: (cause: unknown) => void) {
    this.#store = store
    this.#head = head
    this.#onFailure = onFailure
  }

  /** More of the journal is on disk. */
  durable(): void {
    this.#isDue = true
    if (this.#noting !== undefined) return
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.#note()
      },
      Math.max(0, this.#nextAtMs - performance.now()),
    ).unref()
  }

  /** Notes what is left. Never throws, and ends whatever the store does. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    const limit = new AbortController()
    const done = (async () => {
      await this.#noting
      if (this.#isDue) await this.#note()
      clearTimeout(this.#timer)
    })()
    await Promise.race([done, sleep(closeMs, undefined, { signal: limit.signal }).catch(() => undefined)])
    limit.abort()
  }

  #note(): Promise<void> {
    this.#isDue = false
    this.#noting = this.#write().finally(() => {
      this.#noting = undefined
      this.#nextAtMs = performance.now() + everyMs
      if (this.#isDue) this.durable()
    })
    return this.#noting
  }

  async #write(): Promise<void> {
    try {
      const head = this.#head()
      if (head !== undefined) await this.#store.note(head)
    } catch (cause) {
      this.#onFailure(cause)
    }
  }
}
