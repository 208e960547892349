import { once, EventEmitter } from 'node:events'
import type { ApprovalRequest, ApprovalVote, Approver, Principal, VoteReceipt } from '@bothkeys/core'

/** Stands for the Slack message or the terminal of a real guard: keeps what waits until somebody turns the key. */
export class SecondKey implements Approver {
  readonly name = 'story'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  readonly #asked = new EventEmitter()
  #vote: ((vote: ApprovalVote) => Promise<VoteReceipt>) | undefined

  ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>): Promise<void> {
    this.requests.push(request)
    this.#vote = vote
    this.#asked.emit('request')
    return Promise.resolve()
  }

  /** Resolves once something waits. Rejects with why not, when it took too long. */
  async somethingWaits(signal: AbortSignal): Promise<void> {
    if (this.#vote === undefined) await once(this.#asked, 'request', { signal })
  }

  /** Has somebody turn the key for what came last. Answers `turned`, or why not. */
  async turn(approver: Principal): Promise<string> {
    const digest = this.requests.at(-1)?.digest
    if (digest === undefined || this.#vote === undefined) return 'nothing waits'
    const receipt = await this.#vote({ decision: 'allow', approver, digest })
    return receipt.counted ? 'turned' : receipt.reason
  }
}
