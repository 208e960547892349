import type { ApprovalLevel } from './decision.js'

declare const principalBrand: unique symbol

/**
 * One identity dimension (RULES 1): the known values, `none` (a verifier says that it does not apply)
 * or `unknown`. Unknown conflicts with everything.
 */
export type Dimension = { readonly known: readonly string[] } | 'none' | 'unknown'

/** A person, an agent that acts for its owners, or a workload that belongs to some. */
export type PrincipalKind = 'human' | 'agent' | 'workload'

/** Names one account: who vouches for it and what it is called there. */
export interface Subject {
  /** Who vouches for the account: `iss` of its tokens. */
  readonly issuer: string
  /** What it is called there: `sub`. The same text of another issuer is somebody else. */
  readonly id: string
}

/** A session that delegated, and what it called the session that it delegated to. */
export interface DelegationLink {
  /** The id of the session that delegated. */
  readonly session: string
  /** Its run. */
  readonly run: string
  /** Its account. */
  readonly subject: Subject
  /** What it could give away. */
  readonly roles: readonly string[]
  /** What it called the session that it delegated to. Left out: nothing. */
  readonly name?: string
}

/**
 * A verified identity. Only a verifier makes one; it is deeply frozen and branded, so a plain object
 * neither type-checks nor passes at run time.
 */
export interface Principal {
  /** Its type has this member, and no value that is written by hand. */
  readonly [principalBrand]: true
  /** What it is. */
  readonly kind: PrincipalKind
  /** The account that the credential is of. */
  readonly subject: Subject
  /** The other accounts of the same person or agent, as the directory links them. */
  readonly aliases: readonly Subject[]
  /**
   * What the directory calls the person, whichever account they use. Undefined for agents, and where no directory says so:
   * then every account counts as a person of its own.
   */
  readonly person: string | undefined
  /** Accountable people: their accounts (`issuer#id`) and, where a directory says so, their names in it (`#name`). */
  readonly owners: Dimension
  /** The classes of an agent, which make two agents alike. A person has none. */
  readonly agentClass: Dimension
  /**
   * Everybody who acts in the name of the subject, as the credential says (`act`, RFC 8693 section 4.1), as `issuer#id`.
   * They can only add conflicts: that nobody is named proves nothing.
   */
  readonly actors: readonly string[]
  /** The sessions that this one was delegated from, the one that a credential opened first. Empty for that one itself. */
  readonly delegation: readonly DelegationLink[]
  /** The run, the one that all its sub-agents share, and for a delegated session the one that delegated to it. */
  readonly run: { readonly id: string; readonly root: string; readonly parent?: string }
  /**
   * The change (a ticket, a change request) that the work belongs to, as the credential or the host names it, compared
   * character by character. Undefined: none is named, and whatever is counted per change is refused.
   */
  readonly change: string | undefined
  /** Thumbprints of the keys that the principal is bound to. */
  readonly key: Dimension
  /** What it may do: the roles that its credential and the directory both give. */
  readonly roles: readonly string[]
  /**
   * What restricts it: `roles` and every other role that its credential, the directory or a session above it has. They give
   * nothing; a rule that denies, holds, counts or keeps apart looks at them, so that none is escaped by leaving a role out.
   */
  readonly restrictingRoles: readonly string[]
  /** How the principal was verified, for the record: `jwt`, `unverified`. */
  readonly verifiedBy: string
  /**
   * How strongly the identity is proven, in the words of evidence: `asserted`, nobody verified it; `channel`, by a token that
   * whoever has it can use; `signed`, with a proof of possession of its key, or by what the person signed;
   * `phishing-resistant`, as the issuer says of the login as well. A session that is delegated is proven as the one that
   * delegates.
   */
  readonly level: ApprovalLevel
  /** When the credential ends, and with it the session. */
  readonly expiresAt: Date
}
