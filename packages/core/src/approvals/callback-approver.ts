import { BothKeysError } from '../errors.js'
import type { ApprovalRequest, ApprovalVote, Approver } from './approver.js'

/** What a callback needs to be an approver. */
export interface CallbackApproverOptions {
  /** Stands in the record beside each vote. */
  readonly name: string
  /**
   * Brings the request before somebody and answers with their vote, or with undefined when there is none.
   * The vote names the request's digest and carries a principal that a verifier made.
   */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalVote | undefined>
}

/**
 * An approver that is your own function. Its evidence is `asserted`: the callback said so, nothing proves it.
 * No vote, or one that is not counted, means that nobody answers here; so does throwing.
 *
 * @example
 * callbackApprover({ name: 'on-call', ask: async (request) => ({ decision: 'allow', approver: ann, digest: request.digest }) })
 */
export function callbackApprover(options: CallbackApproverOptions): Approver {
  const { name } = options
  return Object.freeze({
    name,
    level: 'asserted',
    async ask(request, vote, signal): Promise<void> {
      const answer = await options.ask(request, signal)
      if (answer === undefined) throw noAnswer(`approver ${name} gave no answer`)
      const receipt = await vote(answer)
      if (!receipt.counted) throw noAnswer(`the vote of approver ${name} was not counted (${receipt.reason})`)
    },
  } satisfies Approver)
}

function noAnswer(what: string): BothKeysError {
  return new BothKeysError('ERR_APPROVAL_INELIGIBLE', what, { hint: 'the record says who voted and why not' })
}
