/** Signs approvals and never shows its key. */
export interface Signer {
  /** The algorithm of its key, as in the header of what it signs. */
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  /** The `kid` of its key, as in the header of what it signs. */
  readonly keyId: string
  /** The public key, as it is served at `/jwks.json`. */
  readonly publicJwk: Readonly<Record<string, string>>
  /**
   * The signature over the JWS signing input (RFC 7515 section 5.1), in the form of RFC 7518 section 3.4 or RFC 8037. `signal` aborts
   * after ten seconds, when the decision is given up: nothing is signed for it then.
   */
  sign(signingInput: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}
