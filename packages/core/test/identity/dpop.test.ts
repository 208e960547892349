import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { BothKeysError } from '../../src/errors.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { JwtAlgorithm } from '../../src/identity/algorithms.js'
import type { DpopOptions } from '../../src/identity/dpop-options.js'
import { publicJwk } from '../../src/identity/public-jwk.js'
import { sessionUrl } from '../../src/identity/session-url.js'
import type { Verifier } from '../../src/identity/verifier.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { nowS, sign, signal } from './jwt-support.js'
import type { Client } from './proof-support.js'
import { ann, bob, client, engine, openWith, prove, proving, url } from './proof-support.js'

/** What a verifier answers: the code of the error, or `opened`. */
function answerOf(verifier: Verifier, proof: string, token = ann.token): Promise<string> {
  return verifier.verify({ token, proof }, signal).then(
    () => 'opened',
    (error: unknown) => (error as BothKeysError).code,
  )
}

describe('a proof with the key that the token is bound to', () => {
  it('opens, and the principal is bound to the key', async () => {
    expect((await openWith(await prove())).key).toEqual({ known: [ann.jkt] })
  })

  it.each<JwtAlgorithm>(['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'])(
    'may be signed in %s when that is listed',
    async (alg) => {
      const carl: Client = await client(alg)
      const proof = await prove({}, { alg }, carl)
      await expect(openWith(proof, carl.token, { algorithms: [alg] })).resolves.toMatchObject({
        key: { known: [carl.jkt] },
      })
    },
  )

  it('may be as old as it may be, and come from a clock that is ahead as far as it may be', async () => {
    for (const iat of [nowS - 60, nowS + 5, nowS + 0.5]) {
      await expect(openWith(await prove({ iat }))).resolves.toBeDefined()
    }
    await expect(openWith(await prove({ iat: nowS - 300 }), ann.token, { maxAgeS: 300 })).resolves.toBeDefined()
  })

  it('may come with remarks of WebCrypto about the key, and with claims that nobody knows', async () => {
    const jwk = { ...ann.jwk, ext: true, key_ops: ['verify'], kid: 'mine', use: 'sig', alg: 'ES256' }
    await expect(openWith(await prove({ more: 1, exp: nowS + 9 }, { jwk, kid: 'mine' }))).resolves.toBeDefined()
  })
})

describe('a token and a proof', () => {
  it('belong together: neither opens without the other', async () => {
    await expect(openWith(undefined)).rejects.toThrow('bound to a key, and there is no proof')
    const bearer = await sign()
    await expect(openWith(await prove(), bearer)).rejects.toThrow('the token is not bound to a key')
    await expect(openWith(await prove(), bearer, { required: false })).rejects.toThrow('not bound to a key')
    await expect(openWith(undefined, bearer)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(openWith(undefined, bearer, { required: false })).resolves.toMatchObject({ key: 'none' })
  })

  it('of two clients do not fit', async () => {
    await expect(openWith(await prove({}, {}, bob))).rejects.toThrow('its key is not the one')
    await expect(openWith(await prove(), bob.token)).rejects.toThrow('its key is not the one')
  })

  it('that nobody asked for is refused, not passed over', async () => {
    const verifier = proving({}, { dpop: undefined } as never)
    await expect(verifier.verify({ token: await sign(), proof: await prove() }, signal)).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    })
  })
})

describe('a proof that was used', () => {
  it('opens nothing again, also when many try at the same time', async () => {
    const verifier = proving()
    const proof = await prove()
    const answers = await Promise.all(Array.from({ length: 64 }, () => answerOf(verifier, proof)))
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(1)
    expect(answers.filter((answer) => answer === 'ERR_PROOF_INVALID')).toHaveLength(63)
  })

  it('opens nothing in another spelling of its signature, nor with the same jti in another proof', async () => {
    const verifier = proving()
    const proof = await prove()
    expect(await answerOf(verifier, proof)).toBe('opened')
    expect(await answerOf(verifier, twin(proof))).toBe('ERR_PROOF_INVALID')
    expect(await answerOf(verifier, await prove({ iat: nowS - 1 }))).toBe('ERR_PROOF_INVALID')
    expect(await answerOf(verifier, await prove({ jti: 'p-2' }))).toBe('opened')
  })

  it('of one key does not use up the jti of another', async () => {
    const verifier = proving()
    expect(await answerOf(verifier, await prove())).toBe('opened')
    expect(await answerOf(verifier, await prove({}, {}, bob), bob.token)).toBe('opened')
  })

  it('opens nothing however the wall clock is set, until it is too old', async () => {
    const clock = fixedClock(nowS * 1000)
    const verifier = proving({}, { clock })
    const proof = await prove({ iat: nowS + 5 })
    expect(await answerOf(verifier, proof)).toBe('opened')
    clock.advance(64_000)
    expect(await answerOf(verifier, proof)).toBe('ERR_PROOF_INVALID')
    clock.advance(10_000)
    clock.setWall(nowS * 1000)
    expect(await answerOf(verifier, proof)).toBe('ERR_PROOF_INVALID')
    expect(await answerOf(verifier, await prove({ jti: 'p-2', iat: nowS + 70 }))).toBe('opened')
  })

  it('is not remembered when it was refused for another reason', async () => {
    const clock = fixedClock(nowS * 1000)
    const verifier = proving({}, { clock })
    const proof = await prove({ iat: nowS + 30 })
    expect(await answerOf(verifier, proof)).toBe('ERR_PROOF_INVALID')
    clock.advance(30_000)
    expect(await answerOf(verifier, proof)).toBe('opened')
  })
})

describe('the memory of used proofs', () => {
  it('refuses when it is full, for one key and in all, and has room again when proofs are too old', async () => {
    const clock = fixedClock(nowS * 1000)
    const verifier = proving({ remembered: 20 }, { clock })
    const open = async (jti: string, of = ann): Promise<string> =>
      answerOf(verifier, await prove({ jti, iat: Math.floor(clock.wallMs() / 1000) }, {}, of), of.token)
    expect([await open('1'), await open('2'), await open('3')]).toEqual(['opened', 'opened', 'ERR_LIMIT_EXCEEDED'])
    for (let index = 0; index < 9; index++) {
      const other = await client()
      expect([await open('1', other), await open('2', other)]).toEqual(['opened', 'opened'])
    }
    expect(await open('1', bob)).toBe('ERR_LIMIT_EXCEEDED')
    expect(await open('1')).toBe('ERR_PROOF_INVALID')
    clock.advance(66_001)
    expect([await open('1', bob), await open('4')]).toEqual(['opened', 'opened'])
  })
})

describe('nonces', () => {
  async function nonceOf(verifier: Verifier, claims: Record<string, unknown>): Promise<string> {
    const error: unknown = await verifier
      .verify({ token: ann.token, proof: await prove(claims) }, signal)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ERR_PROOF_NONCE' })
    return String((error as BothKeysError).nonce)
  }

  it('are handed out with the refusal, and let the next proof in', async () => {
    const verifier = proving({ nonce: true })
    const nonce = await nonceOf(verifier, {})
    expect(nonce).toMatch(/^[\w-]{54}$/u)
    expect(await answerOf(verifier, await prove({ nonce }))).toBe('opened')
    expect(await answerOf(verifier, await prove({ nonce }))).toBe('ERR_PROOF_INVALID')
  })

  it('of another process, too old, changed or of another type are none', async () => {
    const clock = fixedClock(nowS * 1000)
    const verifier = proving({ nonce: true }, { clock })
    const nonce = await nonceOf(verifier, {})
    const foreign = await nonceOf(proving({ nonce: true }), {})
    const changed = `${nonce.startsWith('A') ? 'B' : 'A'}${nonce.slice(1)}`
    for (const wrong of [foreign, changed, `${nonce}A`, nonce.slice(1), '', 7, null, [nonce]]) {
      expect(await nonceOf(verifier, { nonce: wrong })).not.toBe(nonce)
    }
    clock.advance(60_001)
    await nonceOf(verifier, { nonce, iat: nowS + 60 })
  })

  it('are handed out to nobody whose proof is wrong otherwise', async () => {
    const error: unknown = await openWith(await prove({ htm: 'GET' }), ann.token, { nonce: true }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'ERR_PROOF_INVALID', nonce: undefined })
  })
})

describe('options of proofs', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no engine', { engine: undefined }],
    ['an engine with a space', { engine: 'a b' }],
    ['an empty engine', { engine: '' }],
    ['no algorithm', { algorithms: [] }],
    ['a symmetric algorithm', { algorithms: ['HS256'] }],
    ['an algorithm beside the list', { algorithms: 'ES256' }],
    ['an age of nothing', { maxAgeS: 0 }],
    ['an age of more than five minutes', { maxAgeS: 301 }],
    ['an age that is no number', { maxAgeS: Number.NaN }],
    ['a nonce that is no boolean', { nonce: 'yes' }],
    ['required that is no boolean', { required: 0 }],
    ['a memory of nothing', { remembered: 0 }],
    ['a memory without end', { remembered: Number.POSITIVE_INFINITY }],
    ['a name that is not known', { nonces: true }],
  ])('%s is refused', (_what, wrong) => {
    // A wrong type is what is tested.
    expect(() => proving(wrong as Partial<DpopOptions>)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })

  it('name the engine of the guard, or there is no guard', async () => {
    const made = createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.reject(new Error('not asked')) },
      identity: proving(),
      engine: 'another',
      targets: [],
      journal: memoryJournal(),
    })
    await expect(made).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(proving().engine).toBe(engine)
  })
})

describe('the URL of a proof', () => {
  it('names the engine, whatever characters it has, as one segment', () => {
    expect(sessionUrl('orders')).toBe(url)
    expect(sessionUrl('a/b?c#d')).toBe('bothkeys://a%2Fb%3Fc%23d/session')
    expect(() => sessionUrl('')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})

describe('a key beside its curve', () => {
  it('is no key, though the token names it', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), y: String(ann.jwk.y) }
    const carl = { ...ann, jwk }
    const { thumbprint } = publicJwk(jwk, 'ES256')
    const token = await sign({ cnf: { jkt: thumbprint } })
    await expect(openWith(await prove({}, {}, carl), token)).rejects.toThrow('its key is no key')
  })
})

/** The same proof with the other signature that ECDSA lets through: (r, n − s). */
function twin(proof: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const bytes = Buffer.from(proof.split('.')[2] ?? '', 'base64url')
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex')
  return proof.replace(/[^.]*$/u, bytes.toString('base64url'))
}
