/** A stage of a request, as the API server's audit log names it. */
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'

/**
 * One line of an audit log: `audit.k8s.io/v1` Event of Kubernetes (apiserver `pkg/apis/audit/v1/types.go`), as far as the record
 * holds what it says. Requests and answers are in neither.
 */
export interface AuditEvent {
  /** The kind of every line of an audit log. */
  readonly kind: 'Event'
  /** The version of the format. */
  readonly apiVersion: 'audit.k8s.io/v1'
  /** Neither bodies nor answers: the record holds who asked for what, and what came of it. */
  readonly level: 'Metadata'
  /** For what was sent, the same as in the audit log of the cluster. */
  readonly auditID: string
  /** How far the request was when the line was made. */
  readonly stage: AuditStage
  /** The path. The record has no query. Empty for what nobody understood. */
  readonly requestURI: string
  /** As RBAC names it: `get`, `list`, `deletecollection`. Empty for what nobody understood. */
  readonly verb: string
  /** The agent, as the record knows it. */
  readonly user: AuditUser
  /** What the API server was told; missing for what was never sent. */
  readonly userAgent?: string
  /** The object or the collection. Missing for paths that name no resource, and for what nobody understood. */
  readonly objectRef?: AuditObject
  /** Missing while nothing was answered. */
  readonly responseStatus?: AuditStatus
  /** RFC 3339 in UTC, in microseconds: the time of the first event about it. */
  readonly requestReceivedTimestamp: string
  /** RFC 3339 in UTC, in microseconds: the time of the event that the line is of. */
  readonly stageTimestamp: string
  /** What was decided, and by whom: keys begin with `bothkeys/`. */
  readonly annotations: Readonly<Record<string, string>>
}

/** Who asked: `UserInfo` of `authentication.k8s.io/v1`. Groups are the roles of the session. */
export interface AuditUser {
  /** The id of the session's account. */
  readonly username: string
  /** `issuer#id`, which no other account has. */
  readonly uid: string
  /** The roles of the session. */
  readonly groups: readonly string[]
  /** What else is known of who it is: kind, owners and class, under keys that begin with `bothkeys/`. */
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** What was asked for. */
export interface AuditObject {
  /** In the plural and lower case: `pods`. */
  readonly resource: string
  /** Missing for what lies in no namespace. */
  readonly namespace?: string
  /** Missing for a collection, and for what is created under a name that the server makes. */
  readonly name?: string
  /** Missing for the core group. */
  readonly apiGroup?: string
  /** Without its group: `v1`. */
  readonly apiVersion: string
  /** For example `exec` or `log`. */
  readonly subresource?: string
}

/** How it was answered: `Status` of `meta/v1`. The record has no reason for what the API server itself refused. */
export interface AuditStatus {
  /** Always empty, as the API server has it. */
  readonly metadata: Readonly<Record<string, never>>
  /** Missing for what succeeded. */
  readonly status?: 'Failure'
  /** The reason of the `Status` that the door answered. Missing for answers of the API server. */
  readonly reason?: string
  /** The HTTP status. */
  readonly code: number
}
