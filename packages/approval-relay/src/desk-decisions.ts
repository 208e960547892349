import { limited, requestFor, untilAborted } from '@bothkeys/core/relay'
import { askDirectory } from './ask-directory.js'
import { isAbove } from './checked-decision.js'
import type { DeskDecision, DeskRefusal } from './desk.js'
import { type DeskParts, keepingMs } from './desk-parts.js'
import type { Shown } from './desk-record.js'
import { answerBody } from './desk-record.js'
import type { PendingEntry } from './pending-entry.js'
import { RatePerMinute } from './rate.js'
import type { KeptAnswer } from './store/kept-answer.js'

/** What a decision needs of the requests. */
interface DecidedRequests {
  /** One that waits for people. */
  readonly waiting: (id: string) => PendingEntry | undefined
  /** Why nothing can be decided about it, if so. */
  readonly whyNotPending: (id: string) => DeskRefusal | undefined
  /** An answer came. */
  readonly changed: (id: string) => void
}

/** Takes what people decide: looks at who they are and what they were shown, has it signed, and keeps it. */
export class DeskDecisions {
  readonly #parts: DeskParts
  readonly #requests: DecidedRequests
  readonly #ofAccount: RatePerMinute
  readonly #ofPerson: RatePerMinute

  constructor(parts: DeskParts, requests: DecidedRequests) {
    this.#parts = parts
    this.#requests = requests
    const { decisionsPerPersonPerMinute } = parts.limits
    this.#ofAccount = new RatePerMinute(decisionsPerPersonPerMinute, parts.monotonicMs)
    this.#ofPerson = new RatePerMinute(decisionsPerPersonPerMinute, parts.monotonicMs)
  }

  /** Signs a decision and keeps it, or says why not. Rejects when disk, record or key fail. */
  async take(id: string, decision: DeskDecision, signal: AbortSignal): Promise<KeptAnswer | DeskRefusal> {
    const { nowMs, sign, viewOf } = this.#parts
    const refusal = this.#requests.whyNotPending(id)
    if (refusal !== undefined) return refusal
    const { id: account, issuer } = decision.person.subject
    if (this.#ofAccount.take(`${issuer}#${account}`) > 0) return 'too-many'
    const known = await askDirectory(this.#parts, decision.person.subject, signal)
    signal.throwIfAborted()
    if (typeof known === 'string') return known
    if (this.#ofPerson.take(known.person) > 0) return 'too-many'
    const entry = this.#requests.waiting(id)
    if (entry === undefined) return 'over'
    const views = [viewOf(entry.request, known.roles)]
    // In a channel everybody is shown the same, also whoever may see more: they can say no to it.
    if (decision.via.kind === 'channel' && decision.decision === 'deny') views.push(viewOf(entry.request, []))
    const view = views.find(({ digest }) => digest === decision.viewDigest)
    if (view === undefined) return 'other-view'
    if (decision.decision === 'allow' && isAbove(decision.level, view.allowUpTo)) return 'partial-view'
    const atMs = nowMs()
    const outside = entry.enter(known.person, atMs)
    if (outside !== undefined) return outside
    try {
      // Signed is what they were shown: the view may be one in which nothing is hidden.
      const clear = requestFor(entry.request, known.roles)
      const seen = clear.view.digest === view.digest ? clear : entry.request
      const evidence = await untilAborted(sign(seen, decision, decision.level, atMs), signal, 'signing')
      const { level, person, reason, via } = decision
      const answer = {
        decision: decision.decision,
        by: person,
        level,
        via,
        atMs,
        reason,
        evidence,
        person: known.person,
      }
      return await this.#keepAnswer(entry, answer, { seen, masked: view.masked }, signal)
    } finally {
      entry.leave(known.person)
    }
  }

  /**
   * Recorded, then on disk, then handed out: an answer that a person was told of is never lost, and none that failed is handed out,
   * now or after a restart.
   */
  async #keepAnswer(
    entry: PendingEntry,
    answer: Omit<KeptAnswer, 'n'>,
    shown: Shown,
    signal: AbortSignal,
  ): Promise<KeptAnswer | DeskRefusal> {
    const { id } = entry.request
    // Behind an end, it would wait for what it does not need.
    const why = this.#requests.whyNotPending(id)
    if (why !== undefined) return why
    return limited(keepingMs, signal, (until) =>
      entry.inTurn(async () => {
        until.throwIfAborted()
        const whyNot = this.#requests.whyNotPending(id)
        if (whyNot !== undefined) return whyNot
        const numbered = { ...answer, n: ++entry.lastN }
        await this.#store(shown, numbered, until)
        // What ended meanwhile goes from disk with its request, next.
        if (entry.isOver) return 'over'
        entry.add(numbered)
        this.#requests.changed(id)
        return numbered
      }),
    )
  }

  async #store({ masked, seen: request }: Shown, answer: KeptAnswer, signal: AbortSignal): Promise<void> {
    const { record, store } = this.#parts
    try {
      await untilAborted(record.happened('relay.answered', answerBody(request, answer, masked)), signal, 'the record')
      await store.answer(request.id, answer, signal)
    } catch (error) {
      // The record has it already, or may have it yet where it took too long.
      record.refused({ what: 'decision', reason: 'not-kept', request: request.id, n: answer.n })
      throw error
    }
  }
}
