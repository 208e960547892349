import { createHash, sign as signBytes } from 'node:crypto'
import type { CryptoKey, JWK, JWTPayload } from 'jose'
import { SignJWT, calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from 'jose'
import type { DpopOptions } from '../../src/identity/dpop-options.js'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Verifier } from '../../src/identity/verifier.js'
import type { Principal } from '../../src/model/principal.js'
import { encode, nowS, options, sign, signal } from './jwt-support.js'

export const engine = 'orders'
export const url = 'bothkeys://orders/session'

/** A client with a key of its own. */
export interface Client {
  readonly privateKey: CryptoKey
  readonly publicKey: CryptoKey
  readonly jwk: JWK
  readonly jkt: string
  readonly pem: string
  /** A token that is bound to the key. */
  readonly token: string
}

export async function client(alg = 'ES256'): Promise<Client> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  const jkt = await calculateJwkThumbprint(jwk)
  return { privateKey, publicKey, jwk, jkt, pem: await exportPKCS8(privateKey), token: await sign({ cnf: { jkt } }) }
}

export const ann = await client()
export const bob = await client()

export const ath = (token: string): string => createHash('sha256').update(token).digest('base64url')

export const proofClaims = (of: Client = ann): Record<string, unknown> => ({
  jti: 'p-1',
  htm: 'POST',
  htu: url,
  iat: nowS,
  ath: ath(of.token),
})

export const proofHeader = (of: Client = ann): Record<string, unknown> => ({
  typ: 'dpop+jwt',
  alg: 'ES256',
  jwk: of.jwk,
})

/** A proof as an honest client would sign it, with changes. */
export function prove(
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  of: Client = ann,
): Promise<string> {
  return new SignJWT({ ...proofClaims(of), ...claims } as JWTPayload)
    .setProtectedHeader({ ...proofHeader(of), ...header } as { alg: string })
    .sign(of.privateKey)
}

/** A proof of texts that no library would write, signed with the right key. */
export function proveText(claims: string | Uint8Array, header = JSON.stringify(proofHeader())): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${encode(signBytes('sha256', Buffer.from(input), { key: ann.pem, dsaEncoding: 'ieee-p1363' }))}`
}

export const claimText = (): string => JSON.stringify(proofClaims())

export function proving(dpop: Partial<DpopOptions> = {}, change: Partial<JwtVerifierOptions> = {}): Verifier {
  return jwtVerifier({ ...options, dpop: { engine, ...dpop }, ...change })
}

/** Opens with a fresh verifier, which remembers nothing. */
export function openWith(proof: unknown, token = ann.token, dpop: Partial<DpopOptions> = {}): Promise<Principal> {
  // Hostile proofs are of any type.
  return proving(dpop).verify({ token, proof: proof as string }, signal)
}
