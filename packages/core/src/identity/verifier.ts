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
  readonly kind: Principal['kind']
  readonly subject: string
  readonly roles: readonly string[]
  readonly owners?: readonly string[]
  readonly agentClass?: string
  readonly runRoot?: string
  readonly change?: string
  readonly key?: string
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
  verify(credential: Credential, signal: AbortSignal): Promise<Principal>
}
