import type { ApprovalRequest, ApprovalVote, Approver, Principal, VoteReceipt } from '@bothkeys/core'

/** Somebody who tries to turn a key, and what became of it. */
export interface Turn {
  readonly who: string
  readonly turned: boolean
  readonly why: string
}

/** Stands for the Slack message or the terminal of a real guard, and lets the story choose who tries. */
export class Keys implements Approver {
  readonly name = 'story'
  readonly level = 'asserted'
  /** Who tries to turn a key for the next request, in this order. */
  hands: readonly string[] = []
  readonly turns: Turn[] = []
  readonly #people: Readonly<Record<string, Principal>>
  /** What each of them voted last: kept, to be shown again. */
  readonly #votes = new Map<string, ApprovalVote>()

  constructor(people: Readonly<Record<string, Principal>>) {
    this.#people = people
  }

  async ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>): Promise<void> {
    let turned = 0
    for (const who of this.hands) {
      const receipt = await vote(this.#ballot(who, request))
      if (receipt.counted) turned += 1
      this.turns.push({ who, turned: receipt.counted, why: receipt.counted ? `key ${String(turned)}` : receipt.reason })
    }
    if (turned < 2) throw new Error('not enough people whose vote counts have answered')
  }

  #ballot(who: string, request: ApprovalRequest): ApprovalVote {
    const again = /^(.*): the same vote again$/.exec(who)?.[1]
    if (again !== undefined) return this.#votes.get(again) ?? fail(`${again} has not voted before`)
    const approver = this.#people[who] ?? fail(`nobody is called ${who}`)
    const ballot: ApprovalVote = { decision: 'allow', approver, digest: request.digest }
    this.#votes.set(who, ballot)
    return ballot
  }
}

function fail(what: string): never {
  throw new Error(what)
}
