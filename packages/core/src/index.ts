export type { GuardedTarget } from './access.js'
export type { Estimate, EstimatedStep } from './approvals/estimate.js'
export type { HiddenValues } from './approvals/hidden-values.js'
export type { EstimatedChange, EstimatedChanges } from './approvals/estimated-changes.js'
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
export type { CallbackApproverOptions } from './approvals/callback-approver.js'
export { callbackApprover } from './approvals/callback-approver.js'
export type { IdTokenApproverOptions } from './approvals/id-token-approver.js'
export { idTokenApprover } from './approvals/id-token-approver.js'
export type { PeopleLookup, PersonFacts } from './approvals/people.js'
export type { SignedApproverOptions } from './approvals/signed-approver.js'
export { signedApprover } from './approvals/signed-approver.js'
export type { SubmitReceipt } from './approvals/submission.js'
export type { TerminalApproverOptions } from './approvals/terminal-approver.js'
export { terminalApprover } from './approvals/terminal-approver.js'
export type { WebhookApproverOptions } from './approvals/webhook-approver.js'
export { webhookApprover } from './approvals/webhook-approver.js'
export type { ControlId } from './controls/control.js'
export type {
  ControlMapping,
  ControlMappingOptions,
  ControlStatus,
  MappedConflict,
  MappedControl,
  MappedException,
  MappedRule,
} from './controls/control-mapping.js'
export { controlMapping } from './controls/control-mapping.js'
export type { Evidence, EvidenceOptions } from './controls/evidence.js'
export { evidenceFor } from './controls/evidence.js'
export type { EvidenceQuery, MemberCondition, MemberConditions } from './controls/evidence-query.js'
export { controlMappingCsv } from './controls/mapping-csv.js'
export type { FeatureKind } from './controls/policy-feature.js'
export type { DelegationOptions } from './delegation.js'
export type { Revocable } from './duties/revoked.js'
export type { BothKeysErrorDetails, ErrorCode } from './errors.js'
export { BothKeysError, errorCodes } from './errors.js'
export type { FileDirectoryOptions, ListingDirectory } from './file-directory.js'
export { fileDirectory } from './file-directory.js'
export type { FileSourceOptions } from './file-source.js'
export { fileSource } from './file-source.js'
export type { BreakGlassOptions } from './glass/break-glass-options.js'
export type { BrokenGlass } from './glass/broken-glass.js'
export type { GlassReview, GlassReviewReceipt, GlassVerdict } from './glass/glass-review.js'
export type { GlassNotifier } from './glass/notify-glass.js'
export type { GlassEnd, OpenGlass } from './glass/open-glass.js'
export type { GrantOptions, GrantRevocation } from './grants/grant-options.js'
export type { Grant, GrantEnd, OpenGrant } from './grants/open-grant.js'
export type { GuardGlass } from './guard-glass.js'
export type { GuardPolicyChange, PolicyChangeReceipt } from './guard-policy-change.js'
export type { GuardRevocations, LiftReceipt } from './guard-revocations.js'
export type { GuardReviews } from './guard-reviews.js'
export type { GuardGrants } from './guard-grants.js'
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
export type { JwtAlgorithm } from './identity/algorithms.js'
export type { JwtVerifierOptions } from './identity/jwt-options.js'
export { jwtVerifier } from './identity/jwt-verifier.js'
export type { ClaimValue, RequiredClaims } from './identity/required-claims.js'
export { sessionUrl } from './identity/session-url.js'
export { unverifiedIdentity } from './identity/unverified.js'
export type {
  AcceptedCredentials,
  Credential,
  CredentialForm,
  UnverifiedClaims,
  Verifier,
} from './identity/verifier.js'
export { unverifiedCredential } from './identity/verifier.js'
export { verifierByIssuer } from './identity/verifier-by-issuer.js'
export type { AwsIdentityOptions } from './identity/workloads/aws-identity.js'
export { awsIdentity } from './identity/workloads/aws-identity.js'
export type { GcpIdentityOptions } from './identity/workloads/gcp-identity.js'
export { gcpIdentity } from './identity/workloads/gcp-identity.js'
export type { GithubActionsIdentityOptions } from './identity/workloads/github-actions-identity.js'
export { githubActionsIdentity } from './identity/workloads/github-actions-identity.js'
export type { KubernetesIdentityOptions } from './identity/workloads/kubernetes-identity.js'
export { kubernetesIdentity } from './identity/workloads/kubernetes-identity.js'
export type { SpiffeAlgorithm, SpiffeIdentityOptions } from './identity/workloads/spiffe-identity.js'
export { spiffeIdentity } from './identity/workloads/spiffe-identity.js'
export type { Workload, WorkloadTable } from './identity/workloads/workload-table.js'
export type { WorkloadOptions } from './identity/workloads/workload-verifier.js'
export { accountsAsPeople } from './known-people.js'
export type { Ledger, LedgerChange, LedgerEntry } from './ledger/ledger.js'
export type { MemoryLedgerOptions } from './ledger/memory-ledger.js'
export { memoryLedger } from './ledger/memory-ledger.js'
export { ledgerRoom } from './ledger/room.js'
export type { LeftOut } from './lint/approvability.js'
export type { Finding, FindingCode } from './lint/finding.js'
export type { Position } from './policy/problem.js'
export { lint } from './lint/lint.js'
export type { PossibleGlass } from './lint/possible-glass.js'
export type { Simulation } from './lint/simulate.js'
export { simulate } from './lint/simulate.js'
export type { ActionShape, PossibleApproval, PossibleApprover } from './lint/who-could-approve.js'
export { whoCouldApprove } from './lint/who-could-approve.js'
export type { Clock } from './model/clock.js'
export type { ApprovalSubject } from './model/approval-statement.js'
export type {
  ApprovalLevel,
  ApprovalRequirement,
  ApprovalStage,
  Decision,
  DecisionInput,
  DenialReason,
  Durability,
  IndependenceDimension,
  Obligations,
} from './model/decision.js'
export type { Digest } from './model/digest.js'
export type { Duty, Effect } from './model/effect.js'
export type { DelegationLink, Dimension, Principal, PrincipalKind, Subject } from './model/principal.js'
export type { ActionProver, ProvableAction } from './model/provable-action.js'
export type { SnapshotValue } from './model/snapshot.js'
export type { TraceContext } from './model/trace.js'
export type { ObserverEvents } from './observers.js'
export type { Outcome } from './outcome.js'
export type { CompiledPolicy, PolicyTarget } from './policy/compiled.js'
export { loadPolicy } from './policy/load.js'
export type { EffectExplanation, Explanation, RuleTrace } from './policy/explain.js'
export { explain } from './policy/explain.js'
export type { PolicyChange } from './policy-change.js'
export type {
  AllowRuleInput,
  DenyRuleInput,
  GlassRuleInput,
  HoldRuleInput,
  LimitInput,
  MaskRuleInput,
  PolicyInput,
  RecordRuleInput,
  TargetInput,
} from './policy/policy-input.js'
export type { MitigationInput, SeparationInput } from './policy/separation-input.js'
export { definePolicy } from './policy/policy-input.js'
export { inlineSource } from './policy/inline-source.js'
export type { PolicyAuthority } from './identity/policy-token.js'
export { policyDigest } from './policy/load.js'
export type { PolicyDocument, PolicySource } from './policy/source.js'
export type { EventEnvelope, EventType, RecordedAt, RecordedEvent } from './record/event.js'
export type { ExportedEvent, JournalFollower, ReadLimits } from './record/followed.js'
export type { FileJournalOptions } from './record/file-journal.js'
export { fileJournal } from './record/file-journal.js'
export type { Journal, JournalContext, JournalFactory } from './record/journal.js'
export type { HeadStore, JournalBehind, JournalHead } from './record/noted-head.js'
export { memoryJournal } from './record/memory-journal.js'
export type { ReadJournalOptions } from './record/read-journal.js'
export { readJournal } from './record/read-journal.js'
export type { JournalVerification, VerifyJournalOptions } from './record/verify.js'
export { verifyJournal } from './record/verify.js'
export type { Refusal } from './refusal.js'
export type { RevocationInForce } from './reviews/lifting.js'
export type { Verdict } from './reviews/said.js'
export type { WorkReview, WorkReviewReceipt } from './reviews/work-reviews.js'
export type { WorkParty, WorkToReview } from './reviews/work-to-review.js'
export type { Revocation, RevocationOptions } from './revocation.js'
export type { CallbackSinkOptions } from './sinks/callback.js'
export { callbackSink } from './sinks/callback.js'
export type { HttpSinkOptions } from './sinks/http.js'
export { httpSink } from './sinks/http.js'
export type { JsonlSinkOptions } from './sinks/jsonl.js'
export { jsonlSink } from './sinks/jsonl.js'
export type { Delivery, Sink, SinkBatch, SinkContext, SinkOptions } from './sinks/sink.js'
export type { SinkBehind, SinkEvents } from './sinks/sink-events.js'
export type { StdoutSinkOptions } from './sinks/stdout.js'
export { stdoutSink } from './sinks/stdout.js'
export type { SessionId } from './session.js'
export { Session } from './session.js'
export type { SessionOptions } from './session-options.js'
export type { TraceSource } from './session-trace.js'
