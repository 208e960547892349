import * as DPoP from 'dpop'
import { describe, expect, it } from 'vitest'
import type { ClaimsVerifierOptions, VerifiedClaims } from '../../src/verifier.js'
import { claimsVerifier } from '../../src/verifier.js'
import { sessionUrl } from '../../src/identity/session-url.js'

const { signal } = new AbortController()
const issuer = 'https://badges.example.com'
const options: ClaimsVerifierOptions = {
  of: 'badgeVerifier',
  verifiedBy: 'badge',
  issuer,
  kind: 'human',
  roles: '/roles',
  roleMap: { 'g-dba': 'dba' },
}
const expiresAtMs = Date.now() + 600_000
const ann: VerifiedClaims = { id: 'ann', claims: { roles: ['g-dba', 'g-x'] }, expiresAtMs }

const answering = (claims: Partial<VerifiedClaims> = {}, overrides: Partial<ClaimsVerifierOptions> = {}) =>
  claimsVerifier({ ...options, ...overrides }, async () => Promise.resolve({ ...ann, ...claims }))

describe('a verifier of another kind of credential', () => {
  it('makes a principal of what was verified, at level channel', async () => {
    const principal = await answering().verify({ token: 'badge' }, signal)
    expect(principal).toMatchObject({
      kind: 'human',
      subject: { issuer, id: 'ann' },
      roles: ['dba'],
      verifiedBy: 'badge',
      level: 'channel',
      key: 'none',
      expiresAt: new Date(expiresAtMs),
    })
  })

  it.each([
    ['roles of another shape', { claims: { roles: 'g-dba' } }, /the roles claim is not an array of strings/u],
    ['too many roles', { claims: { roles: Array.from({ length: 257 }, () => 'g-dba') } }, /more than 256 roles/u],
    ['roles that stand elsewhere', { claims: { _claim_names: { roles: 'src1' } } }, /a claim that is read is not in/u],
    ['a subject with a bidirectional character', { id: 'ann\u202e' }, /control or invisible/u],
    ['an expiry that is none', { expiresAtMs: Number.NaN }, /not a moment in time/u],
  ] as const)('refuses %s, and uses nothing up', async (_what, claims, reason) => {
    let spent = 0
    const verifying = answering({ ...claims, spend: () => void (spent += 1) }).verify({ token: 'badge' }, signal)
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID', message: expect.stringMatching(reason) })
    expect(spent).toBe(0)
  })

  it('requires claims with the values that are listed', async () => {
    const require = { '/tenant': ['t-1', 't-2'] }
    const claims = { roles: ['g-dba'], tenant: 't-2' }
    expect((await answering({ claims }, { require }).verify({ token: 'badge' }, signal)).roles).toEqual(['dba'])
    for (const tenant of ['t-3', ['t-1'], undefined])
      await expect(
        answering({ claims: { ...claims, tenant } }, { require }).verify({ token: 'badge' }, signal),
      ).rejects.toMatchObject({
        code: 'ERR_TOKEN_INVALID',
        message: expect.stringMatching(/its \/tenant is not one of the values required/u),
      })
    expect(() => answering({}, { require: {} })).toThrow(/badgeVerifier: require/u)
  })

  it('finds no roles in what is inherited', async () => {
    const claims = Object.create({ roles: ['g-dba'] }) as object
    expect((await answering({ claims }).verify({ token: 'badge' }, signal)).roles).toEqual([])
  })

  it('refuses an agent whose class is not in the table', async () => {
    const verifier = answering(
      { claims: { class: 'unheard' } },
      { kind: 'agent', agentClass: { claim: '/class', values: { etl: 'etl' } } },
    )
    await expect(verifier.verify({ token: 'badge' }, signal)).rejects.toMatchObject({
      hint: 'list it in badgeVerifier.agentClass',
    })
  })

  it.each([[{}], [{ token: 7 }], [{ token: '' }], [Object.create({ token: 'badge' })]])(
    'asks nothing about a credential without a token of its own: %j',
    async (credential) => {
      let asked = 0
      const verifier = claimsVerifier(options, async () => Promise.resolve(((asked += 1), ann)))
      await expect(verifier.verify(credential, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
      expect(asked).toBe(0)
    },
  )

  it('is refused without a word of what the check threw', async () => {
    const verifier = claimsVerifier(options, async () => Promise.reject(new Error('secret badge')))
    const error: unknown = await verifier.verify({ token: 'badge' }, signal).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
  })

  it('is refused when it cannot be used up', async () => {
    const verifier = answering({ spend: async () => Promise.reject(new Error('store is down')) })
    await expect(verifier.verify({ token: 'badge' }, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('waits for a check that hangs no longer than its signal, and uses nothing up afterwards', async () => {
    let answer: (claims: VerifiedClaims) => void = () => undefined
    let spent = 0
    const verifier = claimsVerifier(options, async () => new Promise((resolve) => (answer = resolve)))
    const abort = new AbortController()
    const verifying = verifier.verify({ token: 'badge' }, abort.signal)
    abort.abort()
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    answer({ ...ann, spend: () => void (spent += 1) })
    await new Promise((resolve) => setImmediate(resolve))
    expect(spent).toBe(0)
  })

  it.each([
    'aws',
    'directory',
    'gcp',
    'github-actions',
    'id-token',
    'jwt',
    'kubernetes',
    'signed-approval',
    'spiffe',
    'unverified',
  ])('is not called %s, as one of bothkeys is', (verifiedBy) => {
    expect(() => answering({}, { verifiedBy })).toThrow(/must not be the name of a verifier/u)
  })

  it.each([
    [{ verifiedBy: '' }, /verifiedBy is empty/u],
    [{ kind: 'root' as 'human' }, /badgeVerifier: kind must be/u],
    [{ roleMap: {} }, /badgeVerifier: roleMap must be a table/u],
    [{ roles: [] }, /badgeVerifier: roles must be/u],
    [{ role: '/roles' } as object, /there is no option role/u],
  ])('refuses the options %j', (overrides, reason) => {
    expect(() => answering({}, overrides)).toThrow(reason)
  })
})

describe('a key that the presenter brings', () => {
  const dpop = { engine: 'orders' }
  const proofFor = async (token: string, url = sessionUrl('orders')) =>
    DPoP.generateProof(await DPoP.generateKeyPair('ES256'), url, 'POST', undefined, token)

  it('binds the session and raises no level', async () => {
    const verifier = answering({}, { dpop })
    const principal = await verifier.verify({ token: 'badge', proof: await proofFor('badge') }, signal)
    expect(principal.key).toEqual({ known: [expect.stringMatching(/^[\w-]{43}$/u)] })
    expect(principal.level).toBe('channel')
    expect(verifier.engine).toBe('orders')
  })

  it.each([
    ['none', async (): Promise<string | undefined> => Promise.resolve(undefined)],
    ['one for another credential', async () => proofFor('another')],
    ['one for another engine', async () => proofFor('badge', sessionUrl('billing'))],
  ] as const)('is needed when proofs are checked: %s', async (_what, proofOf) => {
    let spent = 0
    const proof = await proofOf()
    const verifying = answering({ spend: () => void (spent += 1) }, { dpop }).verify(
      { token: 'badge', ...(proof === undefined ? {} : { proof }) },
      signal,
    )
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
    expect(spent).toBe(0)
  })

  it('is refused where no proofs are checked', async () => {
    const verifying = answering().verify({ token: 'badge', proof: await proofFor('badge') }, signal)
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' })
  })

  it('may be left out when it is not required', async () => {
    const verifier = answering({}, { dpop: { ...dpop, required: false } })
    expect((await verifier.verify({ token: 'badge' }, signal)).key).toBe('none')
  })
})
