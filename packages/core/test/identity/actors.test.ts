import { describe, expect, it } from 'vitest'
import { conflicts, mandatoryDimensions } from '../../src/duties/independence.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import { principalFragment } from '../../src/identity/principal-fragment.js'
import { issuer, sign, verify } from './jwt-support.js'

const nested = (names: readonly string[]): Record<string, unknown> =>
  names.reduceRight<Record<string, unknown>>((within, sub) => ({ act: { sub, ...within } }), {})
const elsewhere = { ...(await verifyFacts()), issuer: 'https://other.example' }

async function verifyFacts() {
  return {
    kind: 'human' as const,
    issuer,
    id: 'ann',
    owners: undefined,
    agentClass: undefined,
    runRoot: undefined,
    key: undefined,
    roles: ['dba'],
    verifiedBy: 'test',
    expiresAtMs: 1e13,
  }
}

describe('a token that somebody acts with', () => {
  it('names all actors, each of the issuer that it names or of the token', async () => {
    const token = await sign({ act: { sub: 'bot', act: { sub: 'app', iss: 'https://other.example' } } })
    const made = await verify(token)
    expect(made.actors).toEqual([`${issuer}#bot`, 'https://other.example#app'])
    expect(made.subject.id).toBe('etl-7')
    expect(principalFragment(made).text).toContain(`"actors":["${issuer}#bot","https://other.example#app"]`)
    expect((await verify(await sign())).actors).toEqual([])
  })

  it('gives and takes no role: it only adds conflicts', async () => {
    const [plain, delegated] = [
      await verify(await sign()),
      await verify(await sign({ act: { sub: 'ann', roles: ['admin'], realm_access: { roles: ['admin'] } } })),
    ]
    expect(delegated.roles).toEqual(plain.roles)
    const ann = makePrincipal(await verifyFacts())
    expect(conflicts(delegated, ann, mandatoryDimensions)).toContain('subject')
    expect(conflicts(plain, ann, mandatoryDimensions)).not.toContain('subject')
    expect(conflicts(delegated, makePrincipal(elsewhere), mandatoryDimensions)).not.toContain('subject')
  })

  it('may have five actors and not six', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    expect((await verify(await sign(nested(names)))).actors).toHaveLength(5)
    await expect(verify(await sign(nested([...names, 'f'])))).rejects.toThrow('delegated more than 5 times')
  })

  it('is no person', async () => {
    const token = await sign({ sub: 'ann', client_id: 'portal', act: { sub: 'bot' } })
    await expect(verify(token, { kind: 'human' })).rejects.toThrow('somebody else acts with it')
  })
})
