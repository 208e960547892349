import { webcrypto } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { approvalTokens } from '../../src/identity/approval-token.js'
import { isSignedQuickly } from '../../src/identity/quick-signature.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { sha256 } from '../../src/model/digest.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { desk, deskJwk, deskKey, strangerKey } from '../approvals/signed-support.js'
import { people, startMs } from '../approvals/support.js'
import { closeIssuers, issuing } from './issuing.js'

const about = { aud: 'bothkeys', req: 'q1', adh: sha256('action'), pol: sha256('policy'), view: sha256('view') }
const { signal } = new AbortController()
const toleranceS = 5
const lifeMs = 300_000

vi.mock('../../src/identity/quick-signature.js', { spy: true })

afterEach(closeIssuers)

async function evidence(key = deskKey.privateKey, id = 'ann'): Promise<string> {
  return signApproval(
    { ...about, dec: 'allow' },
    {
      issuer: desk,
      subject: { issuer: people, id },
      level: 'signed',
      key: key as webcrypto.CryptoKey,
      keyId: 'd1',
      algorithm: 'ES256',
      nowMs: startMs,
    },
  )
}

/** A reader, and how many signatures were verified since. */
function reading(jwks: string | { readonly keys: readonly object[] } = { keys: [deskJwk] }) {
  const clock = fixedClock(startMs)
  const read = approvalTokens({ issuer: desk, jwks, clock, toleranceS })
  const verify = vi.mocked(isSignedQuickly).mockClear()
  return { clock, read: (text: string, subject = about) => read(text, subject, signal), verify }
}

describe('a signed approval that was read before', () => {
  it('says the same without verifying its signature again', async () => {
    const { read, verify } = reading()
    const text = await evidence()
    const first = await read(text)
    expect(await read(text)).toEqual(first)
    expect(verify).toHaveBeenCalledTimes(1)
  })

  it('is no other spelling of it', async () => {
    const { read } = reading()
    const text = await evidence()
    await read(text)
    // The last character of 64 bytes in base64url holds four bits that mean nothing.
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const other = text.slice(0, -1) + (last[last.indexOf(text.at(-1) ?? '') + 1] ?? '')
    for (const spelling of [other, `${text}=`, `${text}\n`, ` ${text}`]) {
      await expect(read(spelling)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    }
    for (const none of [undefined, null, 1, Buffer.from(text), { toString: () => text }, [text]]) {
      await expect(read(none as never)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    }
  })

  it('is verified again when 128 others were read meanwhile', async () => {
    const { read, verify } = reading()
    const texts = await Promise.all(
      Array.from({ length: 129 }, (_, index) => evidence(deskKey.privateKey, `p${String(index)}`)),
    )
    const [first = ''] = texts
    for (const text of [...texts, first]) await read(text)
    expect(verify).toHaveBeenCalledTimes(130)
  })

  it('expires', async () => {
    const { clock, read } = reading()
    const text = await evidence()
    const { expiresAtMs } = await read(text)
    clock.setWall(expiresAtMs + toleranceS * 1000 - 1)
    expect(await read(text)).toMatchObject({ decision: 'allow' })
    clock.setWall(expiresAtMs + toleranceS * 1000)
    await expect(read(text)).rejects.toThrow('it has expired')
  })

  it('is not in force before its time, when the clock goes back', async () => {
    const { clock, read } = reading()
    const nowS = startMs / 1000
    const members = { iss: desk, ...about, dec: 'allow', level: 'signed', idp: people, sub: 'ann', jti: 'j1' }
    const text = await new SignJWT({ ...members, iat: nowS, nbf: nowS + 60, exp: nowS + 300 })
      .setProtectedHeader({ alg: 'ES256', kid: 'd1', typ: 'bothkeys-approval+jwt' })
      .sign(deskKey.privateKey)
    clock.setWall(startMs + (60 - toleranceS) * 1000)
    expect(await read(text)).toMatchObject({ decision: 'allow' })
    clock.setWall(startMs + (60 - toleranceS) * 1000 - 1)
    await expect(read(text)).rejects.toThrow('its nbf is missing or wrong')
  })

  it('is of one issuer alone, with times that are numbers', async () => {
    const { read } = reading()
    const nowS = startMs / 1000
    const members = { iss: desk, ...about, dec: 'allow', level: 'signed', idp: people, sub: 'ann', iat: nowS }
    const wrong = { iss: `${desk}/`, exp: String(nowS + 300), nbf: String(nowS) }
    for (const [name, value] of Object.entries(wrong)) {
      const text = await new SignJWT({ ...members, jti: name, exp: nowS + 300, [name]: value })
        .setProtectedHeader({ alg: 'ES256', kid: 'd1', typ: 'bothkeys-approval+jwt' })
        .sign(deskKey.privateKey)
      for (let time = 0; time < 2; time++) await expect(read(text)).rejects.toThrow(`its ${name} is missing or wrong`)
    }
  })

  it('is about one request alone', async () => {
    const { read } = reading()
    const text = await evidence()
    await read(text)
    for (const name of ['aud', 'req', 'adh', 'pol', 'view'] as const) {
      await expect(read(text, { ...about, [name]: sha256('other') })).rejects.toMatchObject({
        code: 'ERR_TOKEN_INVALID',
      })
    }
  })

  it('is refused when its issuer has another key now', async () => {
    const published = { keys: [deskJwk] as object[] }
    const { base } = await issuing((_path, response) => response.end(JSON.stringify(published)))
    const { clock, read } = reading(`${base}/jwks`)
    const text = await evidence()
    await read(text)
    const { x, y } = await webcrypto.subtle.exportKey('jwk', strangerKey.publicKey as webcrypto.CryptoKey)
    published.keys = [{ ...deskJwk, x, y }]
    clock.advance(lifeMs)
    clock.setWall(startMs)
    await expect(read(text)).rejects.toThrow('its signature is wrong')
    published.keys = [{ ...deskJwk, kid: 'd2' }]
    clock.advance(lifeMs)
    clock.setWall(startMs)
    await expect(read(text)).rejects.toThrow('no key of the issuer fits')
  })

  it('is refused when its key was removed', async () => {
    const published = { keys: [deskJwk] as object[] }
    const { base } = await issuing((_path, response) => response.end(JSON.stringify(published)))
    const { clock, read } = reading(`${base}/jwks`)
    const text = await evidence()
    await read(text)
    published.keys = [{ ...deskJwk, kid: 'd2' }]
    clock.advance(lifeMs)
    clock.setWall(startMs)
    await expect(read(text)).rejects.toThrow('no key of the issuer fits')
  })

  it('is refused again when its signature was wrong', async () => {
    const { read, verify } = reading()
    const text = await evidence(strangerKey.privateKey)
    for (let time = 0; time < 2; time++) await expect(read(text)).rejects.toThrow('its signature is wrong')
    expect(verify).toHaveBeenCalledTimes(2)
  })
})
