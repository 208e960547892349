import { createHmac, createSign } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { CryptoKey, JWTPayload } from 'jose'
import { SignJWT, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Principal } from '../../src/model/principal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

export const issuer = 'https://idp.example'
export const audience = 'bothkeys'
export const nowS = Math.floor(Date.parse('2026-05-04T09:00:00Z') / 1000)
export const { signal } = new AbortController()
setMaxListeners(0, signal)

export const good = await generateKeyPair('ES256', { extractable: true })
export const attacker = await generateKeyPair('ES256', { extractable: true })
export const publicJwk = { ...(await exportJWK(good.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
export const publicPem = await exportSPKI(good.publicKey)
export const attackerJwk = await exportJWK(attacker.publicKey)

export const claims = {
  iss: issuer,
  aud: audience,
  sub: 'etl-7',
  iat: nowS,
  exp: nowS + 600,
  realm_access: { roles: ['ingest'] },
}

export const options: JwtVerifierOptions = {
  issuer,
  audience,
  algorithms: ['ES256'],
  jwks: { keys: [publicJwk] },
  roles: '/realm_access/roles',
  clock: fixedClock(nowS * 1000),
}

export function verify(token: string, change: Partial<JwtVerifierOptions> = {}): Promise<Principal> {
  return jwtVerifier({ ...options, ...change }).verify({ token }, signal)
}

/** A token as an honest issuer would sign it. */
export function sign(
  payload: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key: CryptoKey = good.privateKey,
): Promise<string> {
  return new SignJWT({ ...claims, ...payload } as JWTPayload)
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header })
    .sign(key)
}

const encode = (value: string): string => Buffer.from(value).toString('base64url')

/** A token with a payload that no library would write, signed with the right key. */
export async function signText(
  payload: string,
  header: Record<string, unknown> = { alg: 'ES256', kid: 'k1' },
): Promise<string> {
  const input = `${encode(JSON.stringify(header))}.${encode(payload)}`
  const key = await exportPKCS8(good.privateKey)
  const signature = createSign('sha256').update(input).sign({ key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** A token whose signature is anything. */
export function forge(header: Record<string, unknown>, payload: Record<string, unknown>, signature: string): string {
  return `${encode(JSON.stringify(header))}.${encode(JSON.stringify(payload))}.${signature}`
}

/** The classic: the public key used as an HMAC secret. */
export function forgeHmac(secret: string): string {
  const input = `${encode(JSON.stringify({ alg: 'HS256', kid: 'k1' }))}.${encode(JSON.stringify(claims))}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
