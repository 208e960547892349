import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { boundedFetch } from '../../src/identity/bounded-fetch.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { closeIssuers, issuing } from './issuing.js'
import { options, publicJwk, sign, signal } from './jwt-support.js'

afterEach(closeIssuers)

const keys = (response: ServerResponse): void => void response.end(JSON.stringify({ keys: [publicJwk] }))
const remote = (change: Partial<JwtVerifierOptions>): ReturnType<typeof jwtVerifier> => {
  const { jwks: _local, ...rest } = options
  return jwtVerifier({ ...rest, ...change })
}

describe('remote keys', () => {
  it('are fetched once for many tokens', async () => {
    const { base, asked } = await issuing((_path, response) => {
      keys(response)
    })
    const verifier = remote({ jwks: `${base}/jwks` })
    const token = await sign()
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify({ token }, signal)))
    expect(asked).toEqual(['/jwks'])
  })

  it.each<[string, (path: string, response: ServerResponse, base: string) => void]>([
    [
      'too long',
      (_path, response) => void response.end(JSON.stringify({ keys: [publicJwk], pad: 'x'.repeat(300_000) })),
    ],
    [
      'an endless stream',
      (_path, response) => {
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 1)
        response.on('close', () => {
          clearInterval(timer)
        })
      },
    ],
    [
      'behind a redirect',
      (path, response, base) => {
        if (path === '/jwks') response.writeHead(302, { location: `${base}/real` }).end()
        else keys(response)
      },
    ],
    ['an error page', (_path, response) => void response.writeHead(500).end('<html>')],
    ['no JSON', (_path, response) => void response.end('<html>')],
    [
      'more than a hundred',
      (_path, response) =>
        void response.end(
          JSON.stringify({
            keys: [publicJwk, ...Array.from({ length: 100 }, (_, n) => ({ kty: 'EC', kid: `n${String(n)}` }))],
          }),
        ),
    ],
    ['null', (_path, response) => void response.end('null')],
    ['JSON of another shape', (_path, response) => void response.end('{"keys":{}}')],
    [
      'a symmetric key of the same kid',
      (_path, response) => void response.end(JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', kid: 'k1' }] })),
    ],
  ])('that are %s refuse the token', async (_what, answer) => {
    const { base } = await issuing(answer)
    await expect(remote({ jwks: `${base}/jwks` }).verify({ token: await sign() }, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })

  it('that cannot be fetched cost one request for a while, not one per token', async () => {
    const { base, asked } = await issuing((_path, response) => void response.writeHead(503).end())
    const verifier = remote({ jwks: `${base}/jwks` })
    const token = await sign()
    for (let index = 0; index < 20; index++) await verifier.verify({ token }, signal).catch(() => undefined)
    expect(asked).toHaveLength(1)
  })

  it('that never answer do not outlive the abort', async () => {
    const { base } = await issuing(() => undefined)
    const verifying = remote({ jwks: `${base}/jwks` }).verify({ token: await sign() }, AbortSignal.timeout(50))
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('the back-off', () => {
  it('ends after five seconds', async () => {
    let down = true
    let nowMs = 0
    const { base, asked } = await issuing((_path, response) => void response.writeHead(down ? 503 : 200).end('{}'))
    const fetching = boundedFetch(() => nowMs)
    await expect(fetching(base, {})).rejects.toThrow('HTTP 503')
    down = false
    nowMs = 4_999
    await expect(fetching(base, {})).rejects.toThrow('a moment ago')
    nowMs = 5_000
    expect((await fetching(base, {})).status).toBe(200)
    expect(asked).toHaveLength(2)
  })
})

describe('keys of an issuer that were not configured', () => {
  it('are found through the issuer’s metadata', async () => {
    const { base, asked } = await issuing((path, response, self) => {
      if (path === '/jwks') keys(response)
      else response.end(JSON.stringify({ issuer: self, jwks_uri: `${self}/jwks` }))
    })
    const token = await sign({ iss: base })
    const verifier = remote({ issuer: base })
    await Promise.all(Array.from({ length: 10 }, () => verifier.verify({ token }, signal)))
    expect(asked).toEqual(['/.well-known/openid-configuration', '/jwks'])
  })

  it.each<[string, (self: string) => unknown]>([
    ['names another issuer', (self) => ({ issuer: 'https://evil.example', jwks_uri: `${self}/jwks` })],
    ['names no issuer', (self) => ({ jwks_uri: `${self}/jwks` })],
    ['names keys over plain http', (self) => ({ issuer: self, jwks_uri: 'http://evil.example/jwks' })],
    ['names no keys', (self) => ({ issuer: self })],
    ['is a list', () => []],
  ])('are not taken from metadata that %s', async (_what, metadata) => {
    const { base } = await issuing((path, response, self) => {
      if (path === '/jwks') keys(response)
      else response.end(JSON.stringify(metadata(self)))
    })
    await expect(remote({ issuer: base }).verify({ token: await sign({ iss: base }) }, signal)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })

  it('are asked for over https alone', () => {
    expect(() => remote({ issuer: 'http://idp.example' })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})
