import type { Principal } from '../model/principal.js'

/** What a caller presents to open a session or to be known as an approver. */
/** `proof`: the DPoP proof (RFC 9449) of a token that is bound to a key. */
export type Credential =
  | { readonly token: string; readonly proof?: string }
  | { readonly [unverifiedCredential]: UnverifiedClaims }

/** The symbol that gates identities which nobody verified: no JSON can carry it. For examples and tests. */
export const unverifiedCredential: unique symbol = Symbol('bothkeys.unverified-credential')

/** An identity that is taken at its word. */
export interface UnverifiedClaims {
  /** Whether it counts as a person, an agent or a workload. */
  readonly kind: Principal['kind']
  /** The account's id. Its issuer is `unverified`. */
  readonly subject: string
  /** The roles that it has, as long as a directory does not say less. */
  readonly roles: readonly string[]
  /** The accountable people of an agent, by the ids of their accounts. Left out: unknown. */
  readonly owners?: readonly string[]
  /** Left out: unknown for an agent. */
  readonly agentClass?: string
  /** The run that its sessions share. Left out: one that is the same for the same account and owners. */
  readonly runRoot?: string
  /** The change that the work belongs to. Left out: none. */
  readonly change?: string
  /** The thumbprint of its key. Left out: it is bound to none. */
  readonly key?: string
  /** How long a session lives, in milliseconds. Default: one hour. */
  readonly ttlMs?: number
}

/** A kind of credential, told by its shape alone. There is one object of it, which all verifiers of the kind share. */
export interface CredentialForm {
  /** `jwt`, `saml`. */
  readonly name: string
  /**
   * The issuer that a text of this form names; undefined for a text of any other. It reads the text and nothing else, and verifies
   * nothing: whose the text is in truth, the verifier of that issuer says.
   */
  issuerOf(token: string): string | undefined
}

/** Which credentials a verifier is for. */
export interface AcceptedCredentials {
  /** Its shape, by which a credential finds its verifier. */
  readonly form: CredentialForm
  /** What they call their issuer, to the letter: `iss` of a JWT, `Issuer` of SAML. */
  readonly issuer: string
  /** The issuer of the principals that are made of them. Default: the same. */
  readonly subjectIssuer?: string
}

/**
 * Turns a credential into a principal, or throws ERR_TOKEN_INVALID (ERR_PROOF_INVALID, ERR_PROOF_NONCE or
 * ERR_LIMIT_EXCEEDED for its proof) with a reason that holds nothing of the credential.
 * An abort throws ERR_ABORTED or the signal's own BothKeysError. Never answers with a partial principal.
 */
export interface Verifier {
  /** The engine that proofs must be for. A guard of another name refuses the verifier. */
  readonly engine?: string
  /** Which credentials it is for, so that `verifierByIssuer` can choose it. Left out: it stands alone. */
  readonly accepts?: AcceptedCredentials
  /** Who the credential is of. Rejects as above. */
  verify(credential: Credential, signal: AbortSignal): Promise<Principal>
}
