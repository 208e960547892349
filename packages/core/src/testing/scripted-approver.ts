import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalRequest, Approver, VoteReceipt } from '../approvals/approver.js'
import { BothKeysError } from '../errors.js'
import type { ApprovalLevel } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import type { Principal } from '../model/principal.js'

/** One vote of a script. */
export interface ScriptedVote {
  /** What is voted. */
  readonly decision: 'allow' | 'deny'
  /** Who votes. A principal that a verifier made. */
  readonly approver: Principal
  /** How long to wait before it, in milliseconds. */
  readonly delayMs?: number
  /** Goes with the vote. */
  readonly reason?: string
  /** Default: the digest of the request. */
  readonly digest?: Digest
}

/** An approver that plays a script and remembers what it was asked. */
export interface ScriptedApprover extends Approver {
  /** Every request so far, the oldest first. */
  readonly requests: readonly ApprovalRequest[]
  /** What each vote was answered. */
  readonly receipts: readonly VoteReceipt[]
}

/** Options of `scriptedApprover`. */
export interface ScriptedApproverOptions {
  /** Default: `scripted`. */
  readonly name?: string
  /** How strongly its votes are proven. Default: `asserted`. */
  readonly level?: ApprovalLevel
}

/**
 * An approver for tests: gives the votes of the script, one after the other, for each request. When none of them was
 * counted it throws, so that a request which nobody can decide ends at once instead of waiting.
 *
 * @example
 * scriptedApprover([{ decision: 'allow', approver: ann }])
 */
export function scriptedApprover(
  script: readonly ScriptedVote[] | ((request: ApprovalRequest) => readonly ScriptedVote[]),
  options: ScriptedApproverOptions = {},
): ScriptedApprover {
  const requests: ApprovalRequest[] = []
  const receipts: VoteReceipt[] = []
  const name = options.name ?? 'scripted'
  return Object.freeze({
    name,
    level: options.level ?? 'asserted',
    requests,
    receipts,
    async ask(request, vote, signal): Promise<void> {
      requests.push(request)
      let counted = false
      for (const step of typeof script === 'function' ? script(request) : script) {
        if (step.delayMs !== undefined) await sleep(step.delayMs, undefined, { signal })
        const { approver, decision, digest = request.digest, reason } = step
        const receipt = await vote({ decision, approver, digest, ...(reason === undefined ? {} : { reason }) })
        receipts.push(receipt)
        counted ||= receipt.counted
      }
      if (!counted) throw new BothKeysError('ERR_APPROVAL_INELIGIBLE', `no vote of ${name} was counted`)
    },
  } satisfies ScriptedApprover)
}
