import { setTimeout as sleep } from 'node:timers/promises'

/** Whether something happened since it was last asked. */
export class News {
  #hasCome = true
  #wake: AbortController | undefined

  /** Something happened. */
  readonly hear = (): void => {
    this.#hasCome = true
    this.#wake?.abort()
  }

  /** Whether something happened; from then on, nothing has. */
  take(): boolean {
    const hadCome = this.#hasCome
    this.#hasCome = false
    return hadCome
  }

  /** Resolves when something has happened or the time is over. Rejects when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#hasCome) return
    this.#wake = new AbortController()
    try {
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, this.#wake.signal]) })
    } catch (error) {
      if (signal.aborted) throw error
    } finally {
      this.#wake = undefined
    }
  }
}
