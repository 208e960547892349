export type { GuardedTarget } from './access.js'
export type {
  ApprovalRequest,
  ApprovalVote,
  Approver,
  ProvenVote,
  RequestView,
  VerifiedVote,
  VoteReceipt,
} from './approvals/approver.js'
export type { TakeoverOptions } from './approvals/coordinator.js'
export { callbackApprover } from './approvals/callback-approver.js'
export type { IdTokenApproverOptions } from './approvals/id-token-approver.js'
export { idTokenApprover } from './approvals/id-token-approver.js'
export type { PeopleLookup, PersonFacts } from './approvals/people.js'
export type { SignedApproverOptions } from './approvals/signed-approver.js'
export { signedApprover } from './approvals/signed-approver.js'
export type { SubmitReceipt } from './approvals/submission.js'
export { terminalApprover } from './approvals/terminal-approver.js'
export type { DelegationOptions } from './delegation.js'
export type { Revocable } from './duties/revoked.js'
export type { BothKeysErrorDetails, ErrorCode } from './errors.js'
export { BothKeysError, errorCodes } from './errors.js'
export type { FileDirectoryOptions } from './file-directory.js'
export { fileDirectory } from './file-directory.js'
export type { FileSourceOptions } from './file-source.js'
export { fileSource } from './file-source.js'
export type { Guard, GuardApprovals, GuardOptions } from './guard.js'
export { createGuard } from './guard.js'
export type { DpopOptions } from './identity/dpop-options.js'
export type {
  Directory,
  DirectoryContext,
  DirectoryEntry,
  DirectoryQuery,
  DirectoryRecord,
} from './identity/directory.js'
export type { HttpDirectoryOptions } from './identity/http-directory.js'
export { httpDirectory } from './identity/http-directory.js'
export type { JwtVerifierOptions } from './identity/jwt-options.js'
export { jwtVerifier } from './identity/jwt-verifier.js'
export { sessionUrl } from './identity/session-url.js'
export { unverifiedIdentity } from './identity/unverified.js'
export type { Credential, UnverifiedClaims, Verifier } from './identity/verifier.js'
export { unverifiedCredential } from './identity/verifier.js'
export type { Ledger, LedgerChange, LedgerEntry } from './ledger/ledger.js'
export { memoryLedger } from './ledger/memory-ledger.js'
export type { Clock } from './model/clock.js'
export type { ApprovalSubject } from './model/approval-statement.js'
export type { ApprovalLevel, ApprovalStage } from './model/decision.js'
export type { Duty, Effect } from './model/effect.js'
export type { DelegationLink, Dimension, Principal, PrincipalKind, Subject } from './model/principal.js'
export type { SnapshotValue } from './model/snapshot.js'
export type { TraceContext } from './model/trace.js'
export type { ObserverEvents } from './observers.js'
export type { Outcome } from './outcome.js'
export type { PolicyInput } from './policy/policy-input.js'
export { definePolicy } from './policy/policy-input.js'
export { inlineSource } from './policy/inline-source.js'
export type { PolicyAuthority } from './identity/policy-token.js'
export { policyDigest } from './policy/load.js'
export type { PolicyDocument, PolicySource } from './policy/source.js'
export type { EventEnvelope, EventType, RecordedEvent } from './record/event.js'
export type { FileJournalOptions } from './record/file-journal.js'
export { fileJournal } from './record/file-journal.js'
export type { Journal, JournalFactory } from './record/journal.js'
export type { HeadStore, JournalBehind, JournalHead } from './record/noted-head.js'
export { memoryJournal } from './record/memory-journal.js'
export { verifyJournal } from './record/verify.js'
export type { Refusal } from './refusal.js'
export type { Revocation, RevocationOptions } from './revocation.js'
export { Session } from './session.js'
export type { SessionOptions } from './session-options.js'
export type { TraceSource } from './session-trace.js'
