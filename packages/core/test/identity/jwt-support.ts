import { createHmac, sign as signBytes } from 'node:crypto'
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
export const goodPem = await exportPKCS8(good.privateKey)

export const header = { alg: 'ES256', kid: 'k1', typ: 'at+jwt' }

export const claims = {
  iss: issuer,
  aud: audience,
  sub: 'etl-7',
  client_id: 'etl-7',
  jti: 'jti-1',
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
  headerChange: Record<string, unknown> = {},
  key: CryptoKey = good.privateKey,
): Promise<string> {
  return new SignJWT({ ...claims, ...payload } as JWTPayload)
    .setProtectedHeader({ ...header, ...headerChange })
    .sign(key)
}

export const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')

/** A token of texts that no library would write, signed with the right key. */
export function signText(
  payload: string | Uint8Array = JSON.stringify(claims),
  headerText: string | Uint8Array = JSON.stringify(header),
): string {
  const input = `${encode(headerText)}.${encode(payload)}`
  return `${input}.${encode(signBytes('sha256', Buffer.from(input), { key: goodPem, dsaEncoding: 'ieee-p1363' }))}`
}

/** The claims with more members behind them, also ones that are there already. */
export const claimsWith = (members: string): string => JSON.stringify(claims).replace(/\}$/u, `,${members}}`)

/** The header with more members behind it, also ones that are there already. */
export const headerWith = (members: string): string => JSON.stringify(header).replace(/\}$/u, `,${members}}`)

/** A token whose signature is anything. */
export function forge(headerChange: Record<string, unknown>, signature = 'AAAA'): string {
  return `${encode(JSON.stringify({ ...header, ...headerChange }))}.${encode(JSON.stringify(claims))}.${signature}`
}

/** The classic: the public key used as an HMAC secret. */
export function forgeHmac(secret: string): string {
  const input = `${encode(JSON.stringify({ ...header, alg: 'HS256' }))}.${encode(JSON.stringify(claims))}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
