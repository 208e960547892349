import { describe, expect, it } from 'vitest'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { Credential, UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

const { signal } = new AbortController()
const verifier = unverifiedIdentity({ clock: fixedClock(1_000_000) })
const verify = (claims: UnverifiedClaims): ReturnType<typeof verifier.verify> =>
  verifier.verify({ [unverifiedCredential]: claims }, signal)

describe('the unverified identity', () => {
  it('takes claims at their word and says so', async () => {
    const made = await verify({ kind: 'agent', subject: 'bot', roles: ['ingest'], owners: ['olga'], ttlMs: 500 })
    expect(made).toMatchObject({
      verifiedBy: 'unverified',
      subject: { issuer: 'unverified', id: 'bot' },
      owners: { known: ['unverified#olga'] },
      agentClass: 'unknown',
      key: 'none',
    })
    expect(made.expiresAt.getTime()).toBe(1_000_500)
  })

  it('makes an agent’s owner the same person as the human of that name', async () => {
    const bot = await verify({ kind: 'agent', subject: 'bot', roles: [], owners: ['olga'] })
    const olga = await verify({ kind: 'human', subject: 'olga', roles: [] })
    expect(bot.owners).toEqual({ known: [`${olga.subject.issuer}#${olga.subject.id}`] })
  })

  it.each<[string, unknown]>([
    ['JSON that names the symbol', JSON.parse('{"unverifiedCredential":{"kind":"human","subject":"ann","roles":[]}}')],
    ['JSON that writes the symbol as text', JSON.parse('{"Symbol(bothkeys.unverified-credential)":{"kind":"human"}}')],
    [
      'a symbol of the same description',
      { [Symbol('bothkeys.unverified-credential')]: { kind: 'human', subject: 'ann', roles: [] } },
    ],
    [
      'a registered symbol',
      { [Symbol.for('bothkeys.unverified-credential')]: { kind: 'human', subject: 'ann', roles: [] } },
    ],
    ['an inherited symbol', Object.create({ [unverifiedCredential]: { kind: 'human', subject: 'ann', roles: [] } })],
    ['a token', { token: 'abc' }],
    ['nothing', undefined],
    ['null', null],
    ['claims that are null', { [unverifiedCredential]: null }],
    [
      'claims whose owners are no list',
      { [unverifiedCredential]: { kind: 'agent', subject: 'b', roles: [], owners: 7 } },
    ],
    ['claims without roles', { [unverifiedCredential]: { kind: 'human', subject: 'ann' } }],
    ['claims without subject', { [unverifiedCredential]: { kind: 'human', roles: [] } }],
    [
      'inherited claims',
      { [unverifiedCredential]: Object.create({ kind: 'human', subject: 'ann', roles: [] }) as unknown },
    ],
  ])('refuses %s', async (_what, credential) => {
    await expect(verifier.verify(credential as Credential, signal)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })
})
