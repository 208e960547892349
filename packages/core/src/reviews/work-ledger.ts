import type { UnreviewedWork } from '../duties/work.js'
import { waitingIn, withLate, withoutWork, workIn, workKey, workQueueKey } from '../duties/work-queue.js'
import type { Ledger } from '../ledger/ledger.js'
import { updateLedger } from '../ledger/update.js'
import { within } from '../ledger/within.js'

/** The work that waits for a review, as all processes on a ledger see it. Every method throws as the ledger does. */
export class WorkLedger {
  readonly #ledger: Ledger
  readonly #deadlineMs: number

  constructor(ledger: Ledger, deadlineMs: number) {
    this.#ledger = ledger
    this.#deadlineMs = deadlineMs
  }

  /** Everything that waits, oldest first. */
  async all(): Promise<readonly UnreviewedWork[]> {
    const ids = waitingIn(await this.#value(workQueueKey))
    const works = await Promise.all(ids.map((id) => this.find(id)))
    return works.filter((work) => work !== undefined)
  }

  /** One piece of it; undefined when it does not wait. */
  async find(id: string): Promise<UnreviewedWork | undefined> {
    return workIn(await this.#value(workKey(id)))
  }

  /** Takes work away that was found justified, unless there is more of it by now. Answers whether it did. */
  justified({ actions, firstAt, id }: UnreviewedWork): Promise<boolean> {
    const key = workKey(id)
    return updateLedger<boolean>(this.#ledger, this.#deadlineMs, [workQueueKey, key], (entries) => {
      const now = workIn(entries.get(key)?.value)
      if (now?.actions !== actions || now.firstAt !== firstAt) return { write: [], result: false }
      const queue = withoutWork(entries.get(workQueueKey)?.value, id)
      const write = [
        { key, value: undefined },
        { key: workQueueKey, value: queue },
      ]
      return { write, result: true }
    })
  }

  /** Notes that work was found unjustified: whoever did it does no more. */
  async unjustified({ id }: UnreviewedWork): Promise<void> {
    await updateLedger<void>(this.#ledger, this.#deadlineMs, [workQueueKey], (entries) => {
      const value = withLate(entries.get(workQueueKey)?.value, id)
      return { write: value === undefined ? [] : [{ key: workQueueKey, value }], result: undefined }
    })
  }

  async #value(key: string) {
    const entry = await within(this.#deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => this.#ledger.get(key))
    return entry.value
  }
}
