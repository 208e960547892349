import { Fifo } from './fifo.js'
import type { Slot } from './slots.js'
import { endsWithReady } from './slots.js'

/** What was sent to the server and is not answered yet, first in first out. */
export class OwedAnswers {
  readonly #slots = new Fifo<Slot>()
  /** How many answers are owed to the client, not to the door itself. */
  #working = 0
  /** How many ReadyForQuery are owed to the client. */
  #readies = 0

  /** What the server answers at the moment. */
  get head(): Slot | undefined {
    return this.#slots.peek()
  }

  /** How many messages the server has answered so far, and how many it was sent. */
  get answered(): number {
    return this.#slots.taken
  }

  get sent(): number {
    return this.#slots.taken + this.#slots.length
  }

  /** Whether the server owes nothing. */
  get idle(): boolean {
    return this.#slots.length === 0
  }

  /** Whether the server works for the client. */
  get working(): boolean {
    return this.#working > 0
  }

  /** Whether what the server works on ends without another message of the client. */
  get owesReady(): boolean {
    return this.#readies > 0
  }

  expect(slot: Slot): void {
    this.#slots.push(slot)
    if (slot.kind === 'internal') return
    this.#working += 1
    if (endsWithReady(slot)) this.#readies += 1
  }

  /** The first of them is answered. */
  take(): void {
    const slot = this.#slots.shift()
    if (slot === undefined || slot.kind === 'internal') return
    this.#working -= 1
    if (endsWithReady(slot)) this.#readies -= 1
  }
}
