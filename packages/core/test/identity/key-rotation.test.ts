import { exportJWK, generateKeyPair } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { closeIssuers, issuing } from './issuing.js'
import { nowS, options, publicJwk, sign, signal } from './jwt-support.js'

afterEach(closeIssuers)

const next = await generateKeyPair('ES256')
const nextJwk = { ...(await exportJWK(next.publicKey)), kid: 'k2', alg: 'ES256' }
const oldToken = await sign()
const nextToken = await sign({}, { kid: 'k2' }, next.privateKey)

/** A verifier whose issuer publishes `published.keys`; without any it is down. Time passes when the clock is told. */
async function rotating() {
  const published: { keys: object[] | undefined } = { keys: [publicJwk] }
  const { asked, base } = await issuing((_path, response) => {
    if (published.keys === undefined) response.writeHead(503).end()
    else response.end(JSON.stringify({ keys: published.keys }))
  })
  const clock = fixedClock(nowS * 1000)
  const { jwks: _local, ...rest } = options
  const verifier = jwtVerifier({ ...rest, jwks: `${base}/jwks`, clock })
  const accepts = (token: string): Promise<boolean> =>
    verifier.verify({ token }, signal).then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
        return false
      },
    )
  return { accepts, asked, clock, published }
}

describe('a key that the issuer', () => {
  it('adds is fetched at the first token that it signed, ten seconds after the last fetch', async () => {
    const { accepts, asked, clock, published } = await rotating()
    expect(await accepts(oldToken)).toBe(true)
    published.keys = [publicJwk, nextJwk]
    clock.advance(9_999)
    expect(await accepts(nextToken)).toBe(false)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await accepts(nextToken)).toBe(true)
    expect(await accepts(oldToken)).toBe(true)
    expect(asked).toHaveLength(2)
  })

  it('removes is refused after the machine slept for as long', async () => {
    const { accepts, clock, published } = await rotating()
    expect(await accepts(oldToken)).toBe(true)
    published.keys = [nextJwk]
    // Less than the token lives.
    clock.setWall(nowS * 1000 + 60_000)
    expect(await accepts(oldToken)).toBe(true)
    clock.setWall(nowS * 1000 + 300_000)
    expect(await accepts(oldToken)).toBe(false)
  })

  it('removes is refused within five minutes, also when the wall clock is set back', async () => {
    const { accepts, clock, published } = await rotating()
    expect(await accepts(oldToken)).toBe(true)
    published.keys = [nextJwk]
    clock.advance(299_999)
    clock.setWall(nowS * 1000)
    expect(await accepts(oldToken)).toBe(true)
    clock.advance(1)
    clock.setWall(nowS * 1000)
    expect(await accepts(oldToken)).toBe(false)
    expect(await accepts(nextToken)).toBe(true)
  })

  it('never had costs one request in ten seconds, however many tokens name it', async () => {
    const { accepts, asked, clock } = await rotating()
    for (let second = 0; second < 30; second++) {
      const answers = await Promise.all(Array.from({ length: 5 }, () => accepts(nextToken)))
      expect(answers).not.toContain(true)
      clock.advance(1_000)
    }
    expect(asked).toHaveLength(3)
  })
})

describe('an issuer that is down', () => {
  it('is not missed while its keys are fresh, and then lets nobody in', async () => {
    const { accepts, asked, clock, published } = await rotating()
    expect(await accepts(oldToken)).toBe(true)
    published.keys = undefined
    clock.advance(290_000)
    expect(await accepts(nextToken)).toBe(false)
    expect(await accepts(oldToken)).toBe(true)
    clock.advance(10_000)
    clock.setWall(nowS * 1000)
    expect(await accepts(oldToken)).toBe(false)
    expect(asked).toHaveLength(3)
  })

  it('is asked once in five seconds, not once per token, and believed again at once', async () => {
    const { accepts, asked, clock, published } = await rotating()
    published.keys = undefined
    for (let second = 0; second < 10; second++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => accepts(oldToken)))
      expect(answers).not.toContain(true)
      clock.advance(1_000)
    }
    expect(asked).toHaveLength(2)
    published.keys = [publicJwk]
    const answers = await Promise.all(Array.from({ length: 20 }, () => accepts(oldToken)))
    expect(answers).not.toContain(false)
    expect(asked).toHaveLength(3)
  })
})
