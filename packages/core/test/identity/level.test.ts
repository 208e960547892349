import { describe, expect, it } from 'vitest'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { linkedPrincipal, principalInChange } from '../../src/identity/make-principal.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { ApprovalLevel } from '../../src/model/decision.js'
import { options, sign, signal, verify } from './jwt-support.js'
import { ann, ath, engine, prove, proving } from './proof-support.js'

const human: Partial<JwtVerifierOptions> = { kind: 'human', phishingResistantAcr: ['phr', 'phrh'] }

/** The level of a token with these claims, bound to a key and proven, or not bound. */
async function levelOf(
  claims: Record<string, unknown>,
  change: Partial<JwtVerifierOptions>,
  isBound = true,
): Promise<ApprovalLevel> {
  const token = await sign({ client_id: 'portal', ...claims, ...(isBound ? { cnf: { jkt: ann.jkt } } : {}) })
  const verifier = proving({ required: false }, { subjectIsClient: false, ...change })
  const credential = isBound ? { token, proof: await prove({ ath: ath(token) }) } : { token }
  return (await verifier.verify(credential, signal)).level
}

describe('how strongly an identity is proven', () => {
  it('is asserted where nobody verified it, whatever the claims say', async () => {
    const claims = { kind: 'human', subject: 'ann', roles: [], level: 'signed', key: 'thumb' } as const
    const made = await unverifiedIdentity().verify({ [unverifiedCredential]: claims }, signal)
    expect(made.level).toBe('asserted')
  })

  it('is channel with a token that whoever has it can use, whatever its claims say', async () => {
    expect((await verify(await sign())).level).toBe('channel')
    const boasting = { acr: 'phr', amr: ['hwk', 'pop'], level: 'phishing-resistant' }
    expect(await levelOf(boasting, human, false)).toBe('channel')
  })

  it('is signed with a proof of possession of the key that the token is bound to', async () => {
    const verifier = jwtVerifier({ ...options, dpop: { engine } })
    expect((await verifier.verify({ token: ann.token, proof: await prove() }, signal)).level).toBe('signed')
    expect(await levelOf({ level: 'phishing-resistant', acr: 'phr' }, { kind: 'human' })).toBe('signed')
  })

  it('is phishing-resistant for a person whose login is of a listed kind, and whose token is bound to a key', async () => {
    expect(await levelOf({ acr: 'phr' }, human)).toBe('phishing-resistant')
    for (const acr of ['pwd', ['phr'], 'PHR', undefined, null])
      expect(await levelOf(acr === undefined ? {} : { acr }, human)).toBe('signed')
    expect(await levelOf({ acr: 'phr' }, { ...human, kind: 'agent' })).toBe('signed')
  })

  it('stays as it is when a directory or a change is added', async () => {
    const made = await verify(await sign())
    const nothing = { person: undefined, aliases: [], owners: [], agentClass: undefined, roles: [] }
    expect(linkedPrincipal(made, nothing).level).toBe('channel')
    expect(principalInChange(made, 'CHG-1').level).toBe('channel')
  })

  it('has a list of kinds of logins that are names, or is refused at once', () => {
    for (const phishingResistantAcr of [[], [''], [1], null] as never[])
      expect(() => jwtVerifier({ ...options, phishingResistantAcr })).toThrow('phishingResistantAcr must name')
  })
})
