import type { ApprovalRequest, ApprovalVote, Approver, Principal, VoteReceipt } from '@bothkeys/core'

/** How the next request is answered. */
export type Answer = 'the agent itself' | 'ada, who owns the agent' | 'grace' | 'the vote of the last request again'

/** Stands for the Slack message or the terminal of a real guard, and lets the story choose who answers. */
export class Keys implements Approver {
  readonly name = 'story'
  readonly level = 'asserted'
  answers: readonly Answer[] = []
  readonly said: string[] = []
  readonly #people: Readonly<Record<'the agent itself' | 'ada, who owns the agent' | 'grace', Principal>>
  #lastVote: ApprovalVote | undefined

  constructor(people: Readonly<Record<'the agent itself' | 'ada, who owns the agent' | 'grace', Principal>>) {
    this.#people = people
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
    if (answer === 'the vote of the last request again') {
      if (this.#lastVote === undefined) throw new Error('there was no vote before')
      return this.#lastVote
    }
    const ballot: ApprovalVote = { decision: 'allow', approver: this.#people[answer], digest: request.digest }
    if (answer === 'grace') this.#lastVote = ballot
    return ballot
  }
}
