import { KeyObject } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { CryptoKey, JWTPayload } from 'jose'
import { SignJWT, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Principal } from '../../src/model/principal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { tokenKit } from './token-kit.js'

export { encode } from './token-kit.js'

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

/** Makes tokens of the usual issuer. */
export const kit = tokenKit({ claims, header, key: KeyObject.from(good.privateKey) })
export const { claimsWith, forge, forgeHmac, headerWith, signText } = kit

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
