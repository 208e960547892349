import type { TargetIdentity } from '../model/action.js'
import type { ApprovalLevel, ApprovalStage } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import type { Effect } from '../model/effect.js'
import type { Principal } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** What an approver is asked. Rendered from the frozen snapshot, bound to the digest of the exact action. */
export interface ApprovalRequest {
  readonly id: string
  readonly digest: Digest
  readonly requester: Principal
  readonly target: { readonly name: string; readonly kind: string }
  /** Where the target's connection really ends. */
  readonly identity: TargetIdentity
  readonly operation: string
  readonly text: string
  readonly parameters: readonly SnapshotValue[]
  readonly effects: readonly Effect[]
  /** The most rows that the action may change; if it changes more, it is undone. Undefined: any number. */
  readonly maxAffected: number | undefined
  readonly rules: readonly string[]
  readonly stages: readonly ApprovalStage[]
  readonly expiresAt: Date
}

/**
 * One answer. The approver is a verified principal, never a string or a boolean, and the digest says which action
 * was looked at.
 */
export interface ApprovalVote {
  readonly decision: 'allow' | 'deny'
  readonly approver: Principal
  readonly digest: Digest
  readonly reason?: string
}

/**
 * A way to reach people. `ask` is called once per request and may deliver any number of votes through `vote`
 * until `signal` aborts, also after it returned. What it throws is recorded and means that no more answers come:
 * when every approver threw, the request ends at once.
 * `vote` answers whether the vote was counted, and why not. It never rejects.
 */
export interface Approver {
  readonly name: string
  /** The strongest evidence this approver can give. */
  readonly level: ApprovalLevel
  ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => Promise<VoteReceipt>, signal: AbortSignal): Promise<void>
}

/**
 * Whether a vote was counted. The reason is one of `malformed`, `not-a-principal`, `other-action`, `late`,
 * `principal-expired`, `revoked`, `not-human`, `refused-by-directory`, `not-independent: <dimensions>`, `no-role`, `no-approve-duty`,
 * `does-not-hold`, `already-voted`, `too-many-votes`, `failed`.
 */
export type VoteReceipt = { readonly counted: true } | { readonly counted: false; readonly reason: string }
