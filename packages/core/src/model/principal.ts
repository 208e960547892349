declare const principalBrand: unique symbol

/**
 * One identity dimension (RULES 1): the known values, `none` (a verifier says that it does not apply)
 * or `unknown`. Unknown conflicts with everything.
 */
export type Dimension = { readonly known: readonly string[] } | 'none' | 'unknown'

export type PrincipalKind = 'human' | 'agent' | 'workload'

/** Names one account: who vouches for it and what it is called there. */
export interface Subject {
  readonly issuer: string
  readonly id: string
}

/**
 * A verified identity. Only a verifier makes one; it is deeply frozen and branded, so a plain object
 * neither type-checks nor passes at run time.
 */
export interface Principal {
  readonly [principalBrand]: true
  readonly kind: PrincipalKind
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
  readonly agentClass: Dimension
  readonly run: { readonly id: string; readonly root: string }
  /** Thumbprints of the keys that the principal is bound to. */
  readonly key: Dimension
  readonly roles: readonly string[]
  /** How the principal was verified, for the record: `jwt`, `unverified`. */
  readonly verifiedBy: string
  readonly expiresAt: Date
}
