import { BothKeysError } from '../errors.js'
import { withTimeLimit } from '../identity/time-limit.js'
import type { Clock } from '../model/clock.js'
import { sha256 } from '../model/digest.js'
import type { ApprovalRequest, ProvenVote, VoteReceipt } from './approver.js'
import { endOf } from './ended-signal.js'
import { limited, pause } from './limited.js'
import type { NumberedAnswer, NumberedReceipt, RelayMessages, RelayTimes, Taken } from './relay-messages.js'
import type { Unanswered } from './signed-exchange.js'

/** The most answers that are taken for one request: more than its people could give. */
export const maxAnswers = 256

/** How far ahead the clock of a relay may be, in milliseconds. */
const clocksApartMs = 5_000

/** How long the parts of a conversation may take, in milliseconds. */
export interface ConversationTimes extends RelayTimes {
  /** Until the relay has to have taken the request. */
  readonly askMs: number
  /** The least from one question for answers to the next when there were none. */
  readonly paceMs: number
  /** The first wait after a failure; each one after it is twice as long, up to the most. */
  readonly backOffMs: number
  readonly mostBackOffMs: number
  /** For telling the last receipts and the end. */
  readonly endMs: number
}

/** What a conversation is about. */
export interface Asked {
  readonly request: Pick<ApprovalRequest, 'expiresAt'>
  readonly vote: (vote: ProvenVote) => Promise<VoteReceipt>
  /** Aborts when the request is over. */
  readonly signal: AbortSignal
}

/**
 * The engine's side of one request at a relay, from asking for it to telling its end. A relay that lies or floods costs
 * bounded time and memory; all that comes back is handed to `vote`, which believes nothing.
 */
export class RelayConversation {
  readonly #relay: RelayMessages
  readonly #times: ConversationTimes
  readonly #clock: Clock
  readonly #asked: Asked
  /** By the digest of the evidence, so that the same one is voted once. */
  readonly #receipts = new Map<string, VoteReceipt>()
  /** Not told yet. */
  #untold: NumberedReceipt[] = []
  #after = 0
  #taken = 0
  #answersAtOnce = false

  constructor(relay: RelayMessages, times: ConversationTimes, clock: Clock, asked: Asked) {
    this.#relay = relay
    this.#times = times
    this.#clock = clock
    this.#asked = asked
  }

  /** Resolves when the request is over and the relay was told. Throws ERR_APPROVAL_UNAVAILABLE when no more answers come. */
  async run(): Promise<void> {
    if (this.#isOver()) return
    try {
      await this.#hold()
    } catch (error) {
      if (!this.#isOver()) throw error
    }
    if (this.#isOver() && !this.#answersAtOnce) await this.#finish()
  }

  #isOver(): boolean {
    return this.#asked.signal.aborted
  }

  async #hold(): Promise<void> {
    const taken = await limited(this.#times.askMs, this.#asked.signal, (signal) => this.#ask(signal))
    if (taken === 'later') return this.#listen()
    this.#answersAtOnce = true
    const receipts: VoteReceipt[] = []
    for (const evidence of taken.evidence) receipts.push(await this.#vote(evidence))
    if (!receipts.some(({ counted }) => counted)) throw unavailable('it answered at once, and nothing that counts')
  }

  /** Asks until the relay has the request. */
  async #ask(signal: AbortSignal): Promise<Taken> {
    let before: Unanswered | undefined
    for (let failures = 0; ; failures++) {
      const reply = await this.#relay.ask(signal)
      if ('got' in reply) return reply.got
      // What is cut off says less than what came before.
      if (signal.aborted) throw failed(before ?? reply)
      if (reply.retryMs === undefined) throw failed(reply)
      before = reply
      if ((await this.#backOff(failures, reply.retryMs, signal)) === 'aborted') throw failed(reply)
    }
  }

  async #listen(): Promise<never> {
    const { signal } = this.#asked
    let failures = 0
    for (;;) {
      const beganAtMs = this.#clock.monotonicMs()
      const reply = await this.#relay.answers(this.#after, signal)
      signal.throwIfAborted()
      if ('failed' in reply) await this.#backOff(failures++, reply.retryMs ?? 0, signal)
      else if (reply.got === 'unknown') {
        await this.#backOff(failures++, 0, signal)
        await this.#askAgain(signal)
      } else {
        failures = 0
        const { answers, state } = reply.got
        for (const answer of answers) {
          await this.#take(answer)
          signal.throwIfAborted()
        }
        await this.#tellReceipts(signal)
        if (state === 'over') await this.#endedThere(signal)
        if (answers.length === 0) {
          await pause(beganAtMs + this.#times.paceMs - this.#clock.monotonicMs(), signal)
        }
      }
      signal.throwIfAborted()
    }
  }

  /** What a relay forgot it numbers anew. */
  async #askAgain(signal: AbortSignal): Promise<void> {
    const taken = await this.#ask(signal)
    if (taken !== 'later') throw unavailable('it forgot the request and answers it in another way')
    this.#after = 0
    this.#untold = []
  }

  async #take({ evidence, n }: NumberedAnswer): Promise<void> {
    if (++this.#taken > maxAnswers) throw unavailable(`it sent more than ${String(maxAnswers)} answers`)
    this.#after = n
    this.#untold.push({ n, ...(await this.#vote(evidence)) })
  }

  async #vote(evidence: string): Promise<VoteReceipt> {
    const key = sha256(evidence)
    const receipt = this.#receipts.get(key) ?? (await this.#asked.vote({ evidence }))
    this.#receipts.set(key, receipt)
    return receipt
  }

  /** What cannot be told now is told with the next one. */
  async #tellReceipts(signal: AbortSignal): Promise<void> {
    if (this.#untold.length === 0) return
    const reply = await this.#relay.tellReceipts(this.#untold, signal)
    if ('got' in reply) this.#untold = []
  }

  /** A relay whose clock is a little ahead is not the one to say that a request expired. */
  async #endedThere(signal: AbortSignal): Promise<never> {
    const leftMs = this.#asked.request.expiresAt.getTime() - this.#clock.wallMs()
    if (leftMs < clocksApartMs) await pause(Math.max(leftMs, 0) + clocksApartMs, signal)
    signal.throwIfAborted()
    throw unavailable('it asks nobody any more')
  }

  /** As well as it can be told in a short time. */
  async #finish(): Promise<void> {
    const end = endOf(this.#asked.signal)
    await withTimeLimit(this.#times.endMs, async (signal) => {
      await this.#tellReceipts(signal)
      for (let failures = 0; end !== undefined && !signal.aborted; failures++) {
        const reply = await this.#relay.tellEnd(end, signal)
        if ('got' in reply || reply.retryMs === undefined) return
        await this.#backOff(failures, reply.retryMs, signal)
      }
    })
  }

  #backOff(failures: number, leastMs: number, signal: AbortSignal): ReturnType<typeof pause> {
    const { backOffMs, mostBackOffMs } = this.#times
    return pause(Math.max(leastMs, Math.min(mostBackOffMs, backOffMs * 2 ** failures)), signal)
  }
}

function failed({ cause, failed: why }: Unanswered): BothKeysError {
  return unavailable(why, cause)
}

function unavailable(why: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_APPROVAL_UNAVAILABLE', `no answers come from the relay: ${why}`, {
    hint: 'see docs/approvals.md for what it has to answer',
    ...(cause === undefined ? {} : { cause }),
  })
}
