/** Every stable error code of bothkeys, with what it means. docs/errors.md is kept equal to this table by a test. */
export const errorCodes = Object.freeze({
  ERR_ABORTED: 'the caller aborted the action before it ran',
  ERR_AFFECTED_EXCEEDED: 'the action changed more rows than the policy lets it, so it was undone',
  ERR_AFFECTED_UNCOUNTED: 'the policy bounds the rows that the action may change, and they cannot be counted',
  ERR_APPROVAL_DENIED: 'an eligible approver denied the request',
  ERR_APPROVAL_EXPIRED: 'nobody decided the request before it expired',
  ERR_APPROVAL_INELIGIBLE: 'the answer came from somebody who may not decide this request',
  ERR_APPROVAL_UNAVAILABLE: 'no approver could be asked',
  ERR_APPROVAL_VOID: 'the action, the policy or the requester changed after the request was made',
  ERR_APPROVAL_WITHDRAWN: 'the request was withdrawn before it was decided',
  ERR_CONFIG_INVALID: 'an option given to bothkeys is wrong',
  ERR_DEADLINE: 'a step did not finish before its deadline, so nothing ran',
  ERR_DELEGATION_REFUSED: 'a session cannot give away what was asked of it',
  ERR_DENIED: 'the policy denies the action',
  ERR_DIRECTORY_INVALID: 'the directory file is wrong; the message names file, line and key',
  ERR_DIRECTORY_REFUSED: 'the directory does not know the principal, has it disabled or contradicts its token',
  ERR_DIRECTORY_UNAVAILABLE: 'the directory could not be asked, so nobody was let through',
  ERR_DUTY_CONFLICT: 'duties or roles would come together that the policy keeps apart',
  ERR_GLASS_REFUSED: 'the policy does not let this session break glass as it asked to',
  ERR_GLASS_UNNOTIFIED: 'nobody could be told of broken glass, so it stayed whole',
  ERR_GLASS_UNREVIEWED: 'glass that was broken before has to be reviewed first',
  ERR_GRANT_REFUSED: 'the policy does not let people grant what the session asked for',
  ERR_HOLD_IN_TRANSACTION: 'the action needs approval, which is refused inside an open transaction',
  ERR_INTERNAL: 'bothkeys itself failed, so nothing ran',
  ERR_JOURNAL_BEHIND: 'part of the journal is missing, so what counts on what happened before is refused',
  ERR_JOURNAL_CORRUPT: 'the journal on disk does not verify',
  ERR_JOURNAL_LOCKED: 'another process owns the folder of the journal, or of the relay',
  ERR_JOURNAL_UNAVAILABLE: 'the journal could not record the intent, so nothing ran',
  ERR_LEDGER_UNAVAILABLE: 'the ledger could not be reached, so nothing ran',
  ERR_LEDGER_UNKNOWN: 'the ledger was lost while it was written to: what was written may count, and nothing ran',
  ERR_LIMIT_EXCEEDED: 'a cap was reached',
  ERR_LIMIT_UNMEASURED: 'a limit counts what the action is handed out, and the adapter cannot measure it',
  ERR_OUTCOME_UNRECORDED: 'the outcome of an action could not be recorded, so its session was ended',
  ERR_PERMIT_SPENT: 'the permit was used already',
  ERR_PERMIT_VOID: 'the permit no longer matches the action, the policy or the principal',
  ERR_POLICY_INVALID: 'the policy is wrong; the message names file, line and key',
  ERR_POLICY_UNSIGNED: 'the policy is not signed by its authority, or an older one than was in force',
  ERR_POLICY_UNSUPPORTED: 'the policy uses a key whose enforcement has not landed yet',
  ERR_POLICY_WIDENING: 'a reload would widen the policy, which needs a signature or a restart',
  ERR_PROOF_INVALID: 'the proof of possession was refused',
  ERR_PROOF_NONCE: 'the proof of possession needs the nonce that the error holds',
  ERR_PROOF_UNAVAILABLE: 'every action of the session needs a proof, and none came',
  ERR_PROTOCOL_REFUSED: 'the client used a part of the protocol that the door refuses',
  ERR_REQUEST_INVALID:
    'a request for approval from another process is not whole or has two readings, so nobody is asked',
  ERR_REVOKED: 'the session, whom it belongs to or the target was revoked',
  ERR_SESSION_CLOSED: 'the session is closed or expired',
  ERR_SINK_UNAVAILABLE: 'a sink did not take events of the journal: they stay there and are sent again',
  ERR_SNAPSHOT_INVALID: 'a value cannot be frozen into a snapshot',
  ERR_STATEMENT_INVALID: 'the statement could not be understood, so it was not sent',
  ERR_TARGET_UNKNOWN: 'the policy and the registered targets do not agree',
  ERR_TARGET_UNSAFE: 'the target is set up in a way that the door cannot hold',
  ERR_TOKEN_INVALID: 'the token was refused',
  ERR_WORK_UNREVIEWED: 'what was done before has to be reviewed first',
} as const)

/** A stable error code. */
export type ErrorCode = keyof typeof errorCodes

/** What an error carries besides its message. */
export interface BothKeysErrorDetails {
  /** The policy rules that led to the refusal. */
  readonly rules?: readonly string[]
  /** What the reader can do next, in one sentence. */
  readonly hint?: string
  /** With ERR_PROOF_NONCE: what the next proof must hold as its `nonce` (RFC 9449 section 9). */
  readonly nonce?: string
  /** What caused it. Never shown to an agent. */
  readonly cause?: unknown
}

/**
 * The one error class of bothkeys. The message says what was refused, by which rule and what to do next;
 * it never contains a row value, a parameter, a token or a secret.
 */
export class BothKeysError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'BothKeysError'
  /** Stable: what to branch on. docs/errors.md has every one with its meaning and its SQLSTATE. */
  readonly code: ErrorCode
  /** The policy's rules that spoke, by their ids. Empty: none did. */
  readonly rules: readonly string[]
  /** What to do next, where something can be done. */
  readonly hint: string | undefined
  /** With `ERR_PROOF_NONCE`: what the next proof has to hold. */
  readonly nonce: string | undefined

  constructor(code: ErrorCode, message: string, details: BothKeysErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.rules = Object.freeze([...(details.rules ?? [])])
    this.hint = details.hint
    this.nonce = details.nonce
  }
}
