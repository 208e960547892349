import type { ApprovalPorts } from './approval-ports.js'
import type { Ending } from './ending.js'
import { failedEnding } from './ending.js'
import type { Expiry } from './expiry.js'
import type { RequestLedger } from './request-ledger.js'

/** How often a pending request looks at the clock and the policy. */
const tickMs = 1_000
/** How often it does where other processes may take evidence in or wait for a sign of life. */
const lookMs = 250

/** What is looked at of a request. */
interface WatchedRequest {
  readonly ledger: Pick<RequestLedger, 'renew'>
  readonly expiry: Expiry
  /** Whether other processes may have to do with it. */
  readonly isShared: () => boolean
  readonly hasEnded: () => boolean
  /** What has to end it now, whether or not it ended already. */
  readonly endingNow: () => Ending | undefined
  /** Takes over what other processes left in the ledger. */
  readonly collect: () => Promise<void>
  readonly end: (ending: Ending) => Promise<void>
}

/** Looks at the clock, the policy and the ledger while a request waits, and gives signs of life. */
export class Lookout {
  readonly #on: Pick<ApprovalPorts, 'clock' | 'leaseMs'>
  readonly #request: WatchedRequest
  #timer: NodeJS.Timeout | undefined
  #aliveAtMs = 0

  constructor(on: Pick<ApprovalPorts, 'clock' | 'leaseMs'>, request: WatchedRequest) {
    this.#on = on
    this.#request = request
  }

  /** A sign of life is about to be given. */
  alive(): void {
    this.#aliveAtMs = this.#on.clock.monotonicMs()
  }

  start(): void {
    this.#tick()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #tick(): void {
    try {
      const ending = this.#request.endingNow()
      if (ending !== undefined) return void this.#request.end(ending)
      this.#timer = setTimeout(
        () => {
          void this.#look()
        },
        Math.min(this.#request.isShared() ? lookMs : tickMs, this.#request.expiry.remainingMs()),
      )
    } catch (error) {
      void this.#request.end(failedEnding(error))
    }
  }

  /** Looks for what other processes left, and at the clock again. Never rejects: a ledger that fails ends the request. */
  async #look(): Promise<void> {
    try {
      await this.#stayHolder()
      await this.#request.collect()
      this.#tick()
    } catch (error) {
      await this.#request.end(failedEnding(error))
    }
  }

  /** A sign of life, before anybody could think that there is none. */
  async #stayHolder(): Promise<void> {
    const { clock, leaseMs } = this.#on
    if (leaseMs === undefined || this.#request.hasEnded()) return
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#aliveAtMs < leaseMs / 3) return
    await this.#request.ledger.renew(leaseMs)
    this.#aliveAtMs = nowMs
  }
}
