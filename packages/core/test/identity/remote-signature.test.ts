import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { approvalTokens } from '../../src/identity/approval-token.js'
import { signApproval } from '../../src/identity/sign-approval.js'
import { systemClock } from '../../src/model/clock.js'

const about = { aud: 'orders', req: 'r', adh: 'a', pol: 'p', view: 'v' }
const facts = {
  issuer: 'https://desk.example',
  subject: { issuer: 'https://p.example', id: 'ann' },
  level: 'signed',
} as const
const never = new AbortController().signal

describe('an approval that is signed where its key is', () => {
  it.each(['ES256', 'EdDSA'] as const)(
    'is the approval that the key itself would have signed: %s',
    async (algorithm) => {
      const { privateKey, publicKey } =
        algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
      const key = createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))
      const approval = await signApproval(
        { ...about, dec: 'deny', stage: 'peer' },
        {
          ...facts,
          algorithm,
          keyId: 'k1',
          sign: (input) =>
            Promise.resolve(sign(algorithm === 'ES256' ? 'sha256' : null, input, { key, dsaEncoding: 'ieee-p1363' })),
        },
      )
      const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] }
      const read = approvalTokens({ issuer: facts.issuer, jwks, clock: systemClock, toleranceS: 5 })
      expect(await read(approval, about, never)).toMatchObject({
        decision: 'deny',
        stage: 'peer',
        level: 'signed',
        subject: facts.subject,
      })
      await expect(read(approval, { ...about, adh: 'b' }, never)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    },
  )

  it.each([
    ['DER', Buffer.alloc(70)],
    ['nothing', new Uint8Array()],
    ['text', 'a'.repeat(64)],
  ])('is none when what signs it gives %s', async (_what, bytes) => {
    const signing = signApproval(
      { ...about, dec: 'allow' },
      { ...facts, algorithm: 'ES256', sign: () => Promise.resolve(bytes as Uint8Array) },
    )
    await expect(signing).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('is none when what signs it hangs, which is told so', async () => {
    const signals: AbortSignal[] = []
    const sign = (_input: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
      signals.push(signal)
      return new Promise(() => undefined)
    }
    const signing = signApproval({ ...about, dec: 'allow' }, { ...facts, algorithm: 'ES256', deadlineMs: 1, sign })
    await expect(signing).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
    expect(signals).toMatchObject([{ aborted: true }])
  })

  it('is none when what signs it fails, with its own words', async () => {
    const sign = (): Promise<Uint8Array> => Promise.reject(new Error('no such key'))
    const signing = signApproval({ ...about, dec: 'allow' }, { ...facts, algorithm: 'ES256', sign })
    await expect(signing).rejects.toThrow('no such key')
  })

  it.each([0, 300_001, 1.5, NaN, Infinity])('is not waited for as long as %d ms', async (deadlineMs) => {
    const sign = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(64))
    const signing = signApproval({ ...about, dec: 'allow' }, { ...facts, algorithm: 'ES256', deadlineMs, sign })
    await expect(signing).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})
