import type { ApprovalRequest, Approver, Principal, VoteReceipt } from '@bothkeys/core'
import { dba, principalOf } from '../../support/governed.js'

/** A request on the desk: the test decides when, and whether, it is answered. */
export interface Asked {
  readonly request: ApprovalRequest
  /** Aborted when nobody waits for an answer any more. */
  readonly signal: AbortSignal
  approve(): Promise<VoteReceipt>
}

/** An approver whose answers the test gives by hand. */
export class Desk implements Approver {
  readonly name = 'desk'
  readonly level = 'asserted'
  readonly asked: Asked[] = []
  readonly #person: Principal
  #arrived: (() => void) | undefined

  constructor(person: Principal) {
    this.#person = person
  }

  static async open(): Promise<Desk> {
    return new Desk(await principalOf(dba))
  }

  ask: Approver['ask'] = (request, vote, signal) => {
    this.asked.push({
      request,
      signal,
      approve: () => vote({ decision: 'allow', approver: this.#person, digest: request.digest }),
    })
    this.#arrived?.()
    return Promise.resolve()
  }

  /** The next request that nobody has taken from the desk yet. */
  async next(): Promise<Asked> {
    while (this.asked.length === 0) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
    // The loop ends only when there is one.
    return this.asked.shift() as Asked
  }
}

/** A hold rule over everything that the others do not mention. */
export function holdOn(duty: string | readonly string[], more: object = {}): object {
  return {
    id: 'h',
    target: 'db',
    duty,
    require: [{ stage: 'dba', count: 1, role: 'dba' }],
    ttl: '1m',
    ...more,
  }
}
