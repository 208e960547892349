import type { ApprovalRequest, ApprovalVote, Approver, Principal, VoteReceipt } from '@bothkeys/core'

/** How the next request is answered. */
export type Answer = 'the requester itself' | 'grace' | 'the vote of the last request again'

/** Stands for the Slack message or the terminal of a real guard, and lets the story choose who answers. */
export class Keys implements Approver {
  readonly name = 'story'
  readonly level = 'asserted'
  answers: readonly Answer[] = []
  readonly said: string[] = []
  readonly #requester: Principal
  readonly #grace: Principal
  #lastVote: ApprovalVote | undefined

  constructor(requester: Principal, grace: Principal) {
    this.#requester = requester
    this.#grace = grace
  }

  async ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>): Promise<void> {
    let counted = false
    for (const answer of this.answers) {
      const receipt = await vote(this.#ballot(answer, request))
      counted ||= receipt.counted
      this.said.push(`${answer}: ${receipt.counted ? 'counted' : `not counted, ${receipt.reason}`}`)
    }
    if (!counted) throw new Error('nobody whose vote counts has answered')
  }

  #ballot(answer: Answer, request: ApprovalRequest): ApprovalVote {
    if (answer === 'the vote of the last request again' && this.#lastVote !== undefined) return this.#lastVote
    const approver = answer === 'grace' ? this.#grace : this.#requester
    const ballot: ApprovalVote = { decision: 'allow', approver, digest: request.digest }
    if (answer === 'grace') this.#lastVote = ballot
    return ballot
  }
}
