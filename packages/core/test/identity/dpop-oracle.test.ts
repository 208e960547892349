import { generateKeyPair as generateClientKeys, generateProof } from 'dpop'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import type { BothKeysError } from '../../src/errors.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { Verifier } from '../../src/identity/verifier.js'
import { audience, good, header, issuer, options, publicJwk, signal } from './jwt-support.js'
import { ath, engine, url } from './proof-support.js'
import { SignJWT } from 'jose'

/** Both sides look at the clock of this machine. */
const { clock: _fixed, ...live } = options
const nowS = (): number => Math.floor(Date.now() / 1000)
const keys = await generateClientKeys('ES256', { extractable: true })
const others = await generateClientKeys('ES256', { extractable: true })
const thumbprintOf = async (pair: typeof keys): Promise<string> =>
  calculateJwkThumbprint(await exportJWK(pair.publicKey))
const token = await tokenFor({ cnf: { jkt: await thumbprintOf(keys) } })

function tokenFor(claims: Record<string, unknown>): Promise<string> {
  const iat = nowS()
  return new SignJWT({
    iss: issuer,
    aud: audience,
    sub: 'etl-7',
    client_id: 'etl-7',
    jti: 't',
    iat,
    exp: iat + 600,
    realm_access: { roles: ['ingest'] },
    ...claims,
  })
    .setProtectedHeader(header)
    .sign(good.privateKey)
}

function proofOf(claims: Record<string, unknown>, head: Record<string, unknown> = {}, pair = keys): Promise<string> {
  return exportJWK(pair.publicKey).then((jwk) =>
    new SignJWT({ htm: 'POST', htu: url, jti: crypto.randomUUID(), iat: nowS(), ath: ath(token), ...claims })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...head } as { alg: string })
      .sign(pair.privateKey),
  )
}

/** What oauth4webapi, an implementation by others, says of the same token and proof. */
async function oracle(access: string, proof: string | undefined, scheme = 'DPoP'): Promise<boolean> {
  const request = new Request(url, {
    method: 'POST',
    headers: { authorization: `${scheme} ${access}`, ...(proof === undefined ? {} : { dpop: proof }) },
  })
  const server = { issuer, jwks_uri: `${issuer}/jwks` }
  return oauth
    .validateJwtAccessToken(server, request, audience, {
      requireDPoP: true,
      [oauth.customFetch]: () => Promise.resolve(Response.json({ keys: [publicJwk] })),
    })
    .then(
      () => true,
      () => false,
    )
}

const verifier = (): Verifier => jwtVerifier({ ...live, dpop: { engine } })

async function ours(access: string, proof: string | undefined): Promise<boolean> {
  const credential = proof === undefined ? { token: access } : { token: access, proof }
  return verifier()
    .verify(credential, signal)
    .then(
      () => true,
      (error: unknown) => {
        expect(['ERR_PROOF_INVALID', 'ERR_TOKEN_INVALID']).toContain((error as BothKeysError).code)
        return false
      },
    )
}

describe('a proof of the npm package dpop', () => {
  it('opens once, and oauth4webapi agrees that it is one', async () => {
    const proof = await generateProof(keys, url, 'POST', undefined, token)
    expect(await oracle(token, proof)).toBe(true)
    const strict = verifier()
    await expect(strict.verify({ token, proof }, signal)).resolves.toMatchObject({
      key: { known: [await thumbprintOf(keys)] },
    })
    await expect(strict.verify({ token, proof }, signal)).rejects.toThrow('it was used before')
  })

  it.each(['ES256', 'Ed25519', 'RS256', 'PS256'] as const)('opens in %s', async (alg) => {
    const pair = await generateClientKeys(alg, { extractable: true })
    const bound = await tokenFor({ cnf: { jkt: await thumbprintOf(pair) } })
    const proof = await generateProof(pair, url, 'POST', undefined, bound)
    const made = jwtVerifier({ ...live, dpop: { engine, algorithms: [alg] } }).verify({ token: bound, proof }, signal)
    await expect(made).resolves.toMatchObject({ key: { known: [await thumbprintOf(pair)] } })
    expect(await oracle(bound, proof)).toBe(true)
  })

  it('opens with the nonce that the first refusal hands out', async () => {
    const strict = jwtVerifier({ ...live, dpop: { engine, nonce: true } })
    const open = async (nonce?: string): Promise<unknown> =>
      strict.verify({ token, proof: await generateProof(keys, url, 'POST', nonce, token) }, signal)
    const error: unknown = await open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_PROOF_NONCE' })
    await expect(open((error as BothKeysError).nonce)).resolves.toBeDefined()
  })
})

describe('whatever oauth4webapi refuses is refused', () => {
  it.each<[string, () => Promise<string | undefined>, (() => Promise<string>)?]>([
    ['no proof', () => Promise.resolve(undefined)],
    ['the key of somebody else', () => proofOf({}, {}, others)],
    ['another method', () => proofOf({ htm: 'GET' })],
    ['another URL', () => proofOf({ htu: 'bothkeys://other/session' })],
    ['another token', () => proofOf({ ath: ath('other') })],
    ['no ath', () => proofOf({ ath: undefined })],
    ['no jti', () => proofOf({ jti: undefined })],
    ['no iat', () => proofOf({ iat: undefined })],
    ['a proof of an hour ago', () => proofOf({ iat: nowS() - 3_600 })],
    ['a proof of the next hour', () => proofOf({ iat: nowS() + 3_600 })],
    ['another typ', () => proofOf({}, { typ: 'JWT' })],
    ['a private key', async () => proofOf({}, { jwk: await exportJWK(keys.privateKey) })],
    ['no key', () => proofOf({}, { jwk: undefined })],
    ['a token for another audience', () => proofOf({}), () => tokenFor({ aud: 'other' })],
    ['a token that is not bound', async () => proofOf({ ath: ath(await tokenFor({})) }), () => tokenFor({})],
  ])('%s', async (_what, makeProof, makeToken) => {
    const access = makeToken === undefined ? token : await makeToken()
    const proof = await makeProof()
    expect(await oracle(access, proof)).toBe(false)
    expect(await ours(access, proof)).toBe(false)
  })

  it('and a bound token as a bearer', async () => {
    expect(await oracle(token, undefined, 'Bearer')).toBe(false)
    expect(await ours(token, undefined)).toBe(false)
  })
})
