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

/**
 * Turns a credential into a principal, or throws ERR_TOKEN_INVALID (ERR_PROOF_INVALID, ERR_PROOF_NONCE or
 * ERR_LIMIT_EXCEEDED for its proof) with a reason that holds nothing of the credential.
 * An abort throws ERR_ABORTED or the signal's own BothKeysError. Never answers with a partial principal.
 */
export interface Verifier {
  /** The engine that proofs must be for. A guard of another name refuses the verifier. */
  readonly engine?: string
  verify(credential: Credential, signal: AbortSignal): Promise<Principal>
}
