import { describe, expect, it } from 'vitest'
import { idTokenApprover } from '../../src/approvals/id-token-approver.js'
import { signedApprover } from '../../src/approvals/signed-approver.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { httpDirectory } from '../../src/identity/http-directory.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { agent, bench } from './support.js'

const refusal = (message: string): unknown =>
  expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringContaining(message) as unknown })

function guardWith(extra: object): Promise<Guard> {
  const options: GuardOptions = {
    policy: inlineSource({ version: 1, targets: {}, roles: {} }),
    identity: unverifiedIdentity(),
    targets: [],
    journal: {
      open: () => {
        throw new Error('a journal was opened')
      },
    },
  }
  return createGuard({ ...options, ...extra })
}

const issuer = 'https://idp.example.com'
const keys = { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } }
const asked = { issuer, audience: 'orders', algorithms: ['ES256'], roles: '/roles', ...keys } as const
const desk = { name: 'desk', issuer, ...keys }
const login = { name: 'login', issuer, clientId: 'c' }
const dpop = { engine: 'bothkeys' }

describe('what is built with options', () => {
  it.each<readonly [string, () => unknown, string]>([
    [
      'a verifier',
      () => jwtVerifier({ ...asked, audiance: 'x' } as object as typeof asked),
      'jwtVerifier: there is no option audiance; did you mean "audience"?',
    ],
    ['a verifier without any', () => jwtVerifier(undefined as never), 'jwtVerifier: its options must be an object'],
    [
      'proofs of possession',
      () => jwtVerifier({ ...asked, dpop: { ...dpop, nonse: true } as typeof dpop }),
      'jwtVerifier.dpop: there is no option nonse; did you mean "nonce"?',
    ],
    [
      'proofs of possession that are no options',
      () => jwtVerifier({ ...asked, dpop: true as never }),
      'jwtVerifier.dpop: its options must be an object',
    ],
    [
      'a directory',
      () => httpDirectory({ url: issuer, issuer, token: 't', maxAgems: 1 } as Parameters<typeof httpDirectory>[0]),
      'httpDirectory: there is no option maxAgems; did you mean "maxAgeMs"?',
    ],
    [
      'an approver with signed evidence',
      () => signedApprover({ ...desk, clockToleranceMs: 1 } as object as typeof desk),
      'signedApprover: there is no option clockToleranceMs',
    ],
    [
      'an approver with logins',
      () => idTokenApprover({ ...login, maxAge: 1 } as object as typeof login),
      'idTokenApprover: there is no option maxAge; did you mean "maxAgeS"?',
    ],
    ['an approver without any', () => signedApprover(undefined as never), 'signedApprover: its options must be'],
    ['an approver with none', () => idTokenApprover(null as never), 'idTokenApprover: its options must be an object'],
    ['a directory without any', () => httpDirectory(null as never), 'httpDirectory: its options must be an object'],
  ])('is not: %s', (_what, build, message) => {
    expect(build).toThrow(refusal(message))
  })
})

describe('a guard', () => {
  it.each([
    ['directry', 'did you mean "directory"?'],
    ['aproverss', 'did you mean "approvers"?'],
    ['__proto', 'there is no option __proto'],
  ])('is not created with the option %s, which does not exist', async (name, hint) => {
    await expect(guardWith({ [name]: 1 })).rejects.toThrow(refusal(hint))
  })

  it.each(['journalBudget', 'deadlineMs'])('is not created with a %s that bounds nothing', async (name) => {
    for (const value of [Number.NaN, 0, -1, 1.5, Infinity, '1000', null, 2 ** 60])
      await expect(guardWith({ [name]: value })).rejects.toThrow(refusal(name))
  })

  it('is not created with a deadline that no timer keeps', async () => {
    await expect(guardWith({ deadlineMs: 2 ** 31 })).rejects.toThrow(refusal('deadlineMs'))
  })

  it('is created with numbers that bound', async () => {
    const guard = await guardWith({ journal: memoryJournal(), deadlineMs: 1_000, journalBudget: 1, dev: false })
    await expect(guard.close()).resolves.toBeUndefined()
  })
})

describe('a session', () => {
  it.each<readonly [object, string]>([
    [{ chnage: 'CHG-1' }, 'there is no option chnage; did you mean "change"?'],
    [{ proveActions: () => 'proof' }, 'did you mean "proveAction"?'],
  ])('is not opened with %o', async (options, message) => {
    const on = await bench()
    await expect(on.guard.openSession({ [unverifiedCredential]: agent }, options)).rejects.toThrow(refusal(message))
    expect(on.events.filter(({ type }) => type === 'session.open')).toEqual([])
  })

  it('is not delegated with an option that does not exist', async () => {
    const on = await bench()
    const session = await on.guard.openSession({ [unverifiedCredential]: agent })
    const options = { roles: ['agent'], ttlMs: 1_000, rolls: ['agent'] }
    await expect(session.delegate(options)).rejects.toThrow(refusal('did you mean "roles"?'))
  })
})
