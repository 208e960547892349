import { generateKeyPairSync } from 'node:crypto'
import { jwtVerifier } from '../../src/index.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { tokenKit } from './token-kit.js'

export const nowS = Math.floor(Date.parse('2026-05-04T09:00:00Z') / 1000)

/** An issuer with a key of its own, and the tokens that it signs. */
export function issuerOf(issuer: string, claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] }
  const kit = tokenKit({
    claims: {
      iss: issuer,
      aud: 'bothkeys',
      sub: 'etl',
      client_id: 'etl',
      jti: 'j1',
      iat: nowS,
      exp: nowS + 600,
      roles: ['ingest'],
      ...claims,
    },
    header: { alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header },
    key: privateKey,
  })
  const options = {
    issuer,
    audience: 'bothkeys',
    algorithms: ['ES256'] as const,
    jwks,
    roles: '/roles',
    clock: fixedClock(nowS * 1000),
  }
  return { issuer, jwks, kit, options, verifier: jwtVerifier(options) }
}
