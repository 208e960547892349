import type { ApprovalSubject } from '../model/approval-statement.js'
import type { TargetIdentity } from '../model/action.js'
import type { ApprovalLevel, ApprovalStage } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import type { Effect } from '../model/effect.js'
import type { Principal } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { Estimate } from './estimate.js'
import type { HiddenValues } from './hidden-values.js'

/** A request as text for a person. */
export interface RequestView {
  /** Lines that are escaped for a terminal. A page escapes them again. */
  readonly text: string
  /** False when something was left out or hidden, so that whoever reads it has not seen what would run. */
  readonly complete: boolean
  /** Whether values that masks hide are all that is missing: it can be approved, but not at `signed` or above (RULES 7). */
  readonly masked?: boolean
  /** SHA-256 over a prefix, whether it is complete, and the text. */
  readonly digest: Digest
}

/** What an approver is asked. Rendered from the frozen snapshot, bound to the digest of the exact action. */
export interface ApprovalRequest {
  /** Names it among those that wait. Somebody who knows it can decide nothing by that. */
  readonly id: string
  /** Of the exact action: a vote names it. */
  readonly digest: Digest
  /** Who wants it. */
  readonly requester: Principal
  /** What it is for. */
  readonly target: { readonly name: string; readonly kind: string }
  /** Where the target's connection really ends. */
  readonly identity: TargetIdentity
  /** The adapter's word for it: `query`. */
  readonly operation: string
  /** What may be shown of the text: masks hide values in it. What runs is in `exact`. */
  readonly text: string
  /** Settings by which the target reads the text, where they are not the usual ones. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** What may be shown of the parameters. */
  readonly parameters: readonly SnapshotValue[]
  /** What masks of the policy hide of text and parameters. Undefined: nothing. */
  readonly hidden?: HiddenValues | undefined
  /** What it would do. */
  readonly effects: readonly Effect[]
  /** The most rows that the action may change; if it changes more, it is undone. Undefined: any number. */
  readonly maxAffected: number | undefined
  /** What the engine claims that the target expects of the action, or why it does not say. Undefined: it cannot. */
  readonly estimate?: Estimate | undefined
  /** The hold rules that want people, by their ids. */
  readonly rules: readonly string[]
  /** Who has to say yes. */
  readonly stages: readonly ApprovalStage[]
  /** When it is over unless it is decided, in the ledger's time. */
  readonly expiresAt: Date
  /**
   * What `digest` is over, as canonical JSON (RFC 8785): with it whoever asks people elsewhere makes the digest anew and takes
   * nobody's word for it (`readRequest`). It holds what keeps the record from being guessed and what masks hide, so it is for them
   * alone, never for a log or a screen; it is not enumerable.
   */
  readonly exact: string
  /** The request as text for a person, escaped; `complete` is false when something did not fit or is masked. */
  readonly view: RequestView
  /** What evidence has to be about: guard, request, action, policy and view. */
  readonly subject: ApprovalSubject
}

/**
 * One answer. The approver is a verified principal, never a string or a boolean, and the digest says which action
 * was looked at.
 */
export interface ApprovalVote {
  /** A deny of somebody eligible ends the request. */
  readonly decision: 'allow' | 'deny'
  /** A principal that a verifier made, or the vote is refused. */
  readonly approver: Principal
  /** That of the request. A vote about another one counts nothing. */
  readonly digest: Digest
  /** What they wrote, for the record. */
  readonly reason?: string
}

/** Evidence instead of a claim: a text that the approver signed. Who decided, and what, stands in it. */
export interface ProvenVote {
  /** A JWS, an ID token, an assertion: what the approver's verifier reads. */
  readonly evidence: string
}

/** What verified evidence says. */
export interface VerifiedVote {
  /** What they signed. */
  readonly decision: 'allow' | 'deny'
  /** Who signed, as the approver's `people` know them. */
  readonly approver: Principal
  /** How well it is proven: never more than both the evidence and its key are good for (RULES 5). */
  readonly level: ApprovalLevel
  /** The one stage that it is for, where it says so. */
  readonly stage: string | undefined
  /** Names the evidence among all of its issuer: it counts once. */
  readonly id: string
  /** The approver's own words. */
  readonly reason?: string | undefined
}

/**
 * A way to reach people. `ask` is called once per request and may deliver any number of votes through `vote`
 * until `signal` aborts, also after it returned. What it throws is recorded and means that no more answers come:
 * when every approver threw, the request ends at once.
 * `vote` answers whether the vote was counted, and why not. It never rejects.
 */
export interface Approver {
  /** Stands in the record beside each of its votes. Approvers have different names. */
  readonly name: string
  /** The strongest evidence this approver can give. */
  readonly level: ApprovalLevel
  /**
   * Asks people and hands in what they say with `vote`. Resolves when it has asked all that it will; a rejection is on record,
   * and others are still asked.
   */
  ask(
    request: ApprovalRequest,
    vote: (vote: ApprovalVote | ProvenVote) => Promise<VoteReceipt>,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Checks evidence about a request: when it comes in and again right before the action runs. Throws when it proves
   * nothing, with ERR_TOKEN_INVALID and a reason that holds nothing of it. An approver without it gives no evidence, so
   * that its answers are `asserted`. What people granted is checked again before each use, when the evidence itself may be
   * over: `asOfMs` is the time in Unix milliseconds at which its times count then, and left out, now. Whose evidence counts is
   * always what counts now: a key that was taken back proves nothing any more.
   */
  verify?(evidence: string, about: ApprovalSubject, signal: AbortSignal, asOfMs?: number): Promise<VerifiedVote>
}

/**
 * Whether a vote was counted. The reason is one of `malformed`, `not-a-principal`, `other-action`, `late`, `principal-expired`,
 * `revoked`, `not-human`, `refused-by-directory`, `not-independent: <dimensions>`, `no-role`, `no-approve-duty`, `may-not-see`,
 * `does-not-hold`, `level-too-low`, `no-evidence: <why>`, `duty-conflict: <rule>`, `already-voted`, `already-used`,
 * `too-many-votes`, `failed`.
 */
export type VoteReceipt = { readonly counted: true } | { readonly counted: false; readonly reason: string }
