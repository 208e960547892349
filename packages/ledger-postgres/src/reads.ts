import type { LedgerEntry } from '@bothkeys/core'

const absent: LedgerEntry = Object.freeze({ value: undefined, version: 0 })

/** Reads that wait to go out together. */
interface Batch {
  readonly keys: Set<string>
  readonly found: Promise<ReadonlyMap<string, LedgerEntry>>
}

/**
 * Reads of one turn of the event loop, as one question: an action that is about many things asks for many keys, and nobody
 * waits behind each of them. All of them see the same moment, and all fail when it fails.
 */
export class Reads {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, LedgerEntry>>
  #open: Batch | undefined

  /** `ask` answers the entries that are there. */
  constructor(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, LedgerEntry>>) {
    this.#ask = ask
  }

  async get(key: string): Promise<LedgerEntry> {
    this.#open ??= this.#begin()
    const { found, keys } = this.#open
    keys.add(key)
    return (await found).get(key) ?? absent
  }

  #begin(): Batch {
    const keys = new Set<string>()
    // Behind whatever else this turn asks for.
    const found = Promise.resolve().then(() => {
      this.#open = undefined
      return this.#ask([...keys])
    })
    return { keys, found }
  }
}
