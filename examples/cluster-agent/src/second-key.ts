import type { ApprovalRequest, ApprovalVote, Approver, Principal, VoteReceipt } from '@bothkeys/core'

/** Somebody who tried to turn the key, and what became of it. */
export interface Turn {
  readonly who: string
  readonly turned: boolean
  readonly why: string
}

/** Stands for the Slack message or the terminal of a real guard: lets one after the other try. */
export class SecondKey implements Approver {
  readonly name = 'story'
  readonly level = 'asserted'
  /** Who tries next, in this order. */
  hands: readonly string[] = []
  readonly turns: Turn[] = []
  /** What they were shown. */
  readonly shown: string[] = []
  readonly #people: ReadonlyMap<string, Principal>

  constructor(people: ReadonlyMap<string, Principal>) {
    this.#people = people
  }

  async ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>): Promise<void> {
    this.shown.push(request.text)
    let turned = false
    for (const who of this.hands) {
      const approver = this.#people.get(who)
      if (approver === undefined) throw new Error(`nobody is called ${who}`)
      const receipt = await vote({ decision: 'allow', approver, digest: request.digest })
      turned ||= receipt.counted
      this.turns.push({ who, turned: receipt.counted, why: receipt.counted ? 'a second person' : receipt.reason })
    }
    if (!turned) throw new Error('nobody whose vote counts has answered')
  }
}
