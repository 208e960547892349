import { createHash, randomUUID } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export const issuerName = 'https://idp.test'
export const audience = 'bothkeys'

/** What a token says beside who it is for. */
export interface TokenClaims {
  readonly sub?: string
  readonly roles?: readonly string[]
  readonly kind?: 'agent' | 'human'
  readonly owner?: string
  readonly lifetimeS?: number
  readonly cnf?: object
}

/** An issuer of tokens whose public keys stand in a file. */
export interface Issuer {
  /** The public keys as JSON text. */
  readonly jwks: string
  token(claims?: TokenClaims): Promise<string>
}

export async function makeIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] })
  return {
    jwks,
    token: async ({ cnf, kind = 'agent', lifetimeS = 600, owner = 'ada', roles = ['agent'], sub = 'agent-1' } = {}) =>
      new SignJWT({ client_id: kind === 'agent' ? sub : 'page', roles, kind, class: 'etl', owner, ...(cnf && { cnf }) })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })
        .setIssuer(issuerName)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${String(lifetimeS)}s`)
        .sign(privateKey),
  }
}

/** The options of a verifier for tokens of `makeIssuer`. */
export const verifierOptions = {
  issuer: issuerName,
  audience,
  algorithms: ['ES256'],
  kind: { claim: '/kind', values: { agent: 'agent', human: 'human' } },
  roles: '/roles',
  owners: '/owner',
  agentClass: { claim: '/class', values: { etl: 'etl' } },
} as const

/** A key that tokens can be bound to, and proofs of it. */
export interface BoundKey {
  readonly cnf: { readonly jkt: string }
  /** A proof (RFC 9449) for opening a session of an engine with a token. */
  proof(engine: string, token: string, nonce?: string): Promise<string>
}

export async function makeBoundKey(): Promise<BoundKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk: JWK = await exportJWK(publicKey)
  return {
    cnf: { jkt: await calculateJwkThumbprint(jwk) },
    proof: (engine, token, nonce) =>
      new SignJWT({
        htm: 'POST',
        htu: `bothkeys://${engine}/session`,
        ath: createHash('sha256').update(token).digest('base64url'),
        ...(nonce !== undefined && { nonce }),
      })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
        .setJti(randomUUID())
        .setIssuedAt()
        .sign(privateKey),
  }
}
