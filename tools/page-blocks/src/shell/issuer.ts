import { randomUUID } from 'node:crypto'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Somebody who signs, with the public keys as JSON. */
export interface Issuer {
  readonly jwks: string
  /** A token of the agent `etl-agent`, who has these roles, good for ten minutes. */
  token(issuer: string, audience: string, roles: readonly string[]): Promise<string>
}

export async function makeIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const key: JWK = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  return {
    jwks: JSON.stringify({ keys: [key] }),
    token: async (issuer, audience, roles) =>
      new SignJWT({ client_id: 'etl-agent', roles, owner: 'ann' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('etl-agent')
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
  }
}
