/** A stage of a request, as the API server's audit log names it. */
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

/**
 * One line of an audit log: `audit.k8s.io/v1` Event of Kubernetes (apiserver `pkg/apis/audit/v1/types.go`), as far as the record
 * holds what it says. Requests and answers are in neither.
 */
export interface AuditEvent {
  readonly kind: 'Event'
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly level: 'Metadata'
  /** For what was sent, the same as in the audit log of the cluster. */
  readonly auditID: string
  readonly stage: AuditStage
  /** The path. The record has no query. Empty for what nobody understood. */
  readonly requestURI: string
  readonly verb: string
  readonly user: AuditUser
  /** What the API server was told; missing for what was never sent. */
  readonly userAgent?: string
  readonly objectRef?: AuditObject
  readonly responseStatus?: AuditStatus
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  /** What was decided, and by whom: keys begin with `bothkeys/`. */
  readonly annotations: Readonly<Record<string, string>>
}

/** Who asked: `UserInfo` of `authentication.k8s.io/v1`. Groups are the roles of the session. */
export interface AuditUser {
  readonly username: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** What was asked for. */
export interface AuditObject {
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly apiGroup?: string
  readonly apiVersion: string
  readonly subresource?: string
}

/** How it was answered: `Status` of `meta/v1`. The record has no reason for what the API server itself refused. */
export interface AuditStatus {
  readonly metadata: Readonly<Record<string, never>>
  readonly status?: 'Failure'
  readonly reason?: string
  readonly code: number
}
