import { principalFragment } from '../identity/principal-fragment.js'
import { within } from '../ledger/within.js'
import type { Principal } from '../model/principal.js'
import type { EventDraft } from '../record/event.js'
import { engineSession } from '../record/event.js'
import type { Journal } from '../record/journal.js'
import type { NotCounted } from './reviewer.js'

/** How many refusals about one thing go on record; the others are answered all the same. */
const recordedRefusals = 100
/** Of how many things refusals are counted. */
const mostCounted = 10_000

/** Where what people find about something is recorded, and how. */
interface ReviewRecordOptions {
  readonly journal: Journal
  readonly deadlineMs: number
  /** What is on record when something is refused: the event, the name of what it is about, and of who said it. */
  readonly refusal: {
    readonly type: 'glass.refused-review' | 'policy.refused-change' | 'revocation.refused-lift' | 'work.refused-review'
    readonly about: 'change' | 'glass' | 'revocation' | 'work'
    readonly by: 'reviewer' | 'who'
  }
}

/** The record of what people find about things that wait for them: what counts, and what was refused and why. */
export class ReviewRecord {
  readonly #options: ReviewRecordOptions
  readonly #refusals = new Map<string, number>()

  constructor(options: ReviewRecordOptions) {
    this.#options = options
  }

  /** Puts something on disk. Rejects with ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE: it must not count then. */
  async append(event: EventDraft): Promise<void> {
    const { deadlineMs, journal } = this.#options
    await within(deadlineMs, 'recording the review', 'ERR_JOURNAL_UNAVAILABLE', () => journal.append(event, 'synced'))
  }

  /** Answers why something does not count, on record with `facts` unless that is full of it. Rejects as `append` does. */
  async refuse(
    id: string,
    notCounted: NotCounted,
    who: Principal | undefined,
    facts: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const count = (this.#refusals.get(id) ?? 0) + 1
    if (this.#refusals.size >= mostCounted) this.#refusals.clear()
    this.#refusals.set(id, count)
    if (count <= recordedRefusals) {
      const { about, by, type } = this.#options.refusal
      const { detail, reason } = notCounted
      const body = {
        ...facts,
        detail,
        reason,
        [by]: who === undefined ? undefined : principalFragment(who),
        [about]: id,
      }
      await this.append({ type, session: engineSession, body })
    }
    return notCounted.detail === undefined ? notCounted.reason : `${notCounted.reason}: ${notCounted.detail}`
  }

  /** Nothing is to be refused about it any more. */
  forget(id: string): void {
    this.#refusals.delete(id)
  }
}
