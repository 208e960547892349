import { describe, expect, it } from 'vitest'
import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'
import type { Principal } from '../../src/model/principal.js'
import { issuer, sign, verify } from './jwt-support.js'

async function made(payload: Record<string, unknown>, change: Partial<JwtVerifierOptions>): Promise<Principal> {
  return verify(await sign(payload), change)
}

describe('claims', () => {
  it('name roles through a table, and what is not in it is dropped', async () => {
    const roleMap = { 'grp-1': 'ingest', 'grp-2': 'reader' }
    const payload = { realm_access: { roles: ['grp-1', 'grp-9', 'constructor', '__proto__', 'toString'] } }
    expect((await made(payload, { roleMap })).roles).toEqual(['ingest'])
  })

  it('name the kind through a table, and what is not in it is refused', async () => {
    const kind = { claim: '/typ', values: { person: 'human', bot: 'agent' } } as const
    expect((await made({ typ: 'person', client_id: 'portal' }, { kind })).kind).toBe('human')
    for (const typ of ['admin', undefined, ['person'], 'constructor', 'toString']) {
      await expect(made({ typ, client_id: 'portal' }, { kind })).rejects.toThrow('the kind claim')
    }
  })

  it('make people of human tokens: no owners, class or key apply', async () => {
    const agentClass = { claim: '/client', values: { 'etl-client': 'etl' } }
    const payload = { client_id: 'portal', client: 'etl-client' }
    expect(await made(payload, { kind: 'human', agentClass })).toMatchObject({
      kind: 'human',
      owners: 'none',
      agentClass: 'none',
      key: 'none',
    })
  })

  it('name one owner or several, of this issuer or of the people’s', async () => {
    expect((await made({ owner: 'olga' }, { owners: '/owner' })).owners).toEqual({ known: [`${issuer}#olga`] })
    const owners = { claim: '/owner', issuer: 'https://people.example' }
    expect((await made({ owner: ['zoe', 'olga', 'zoe'] }, { owners })).owners).toEqual({
      known: ['https://people.example#olga', 'https://people.example#zoe'],
    })
  })

  it('without owners leave them unknown', async () => {
    expect((await made({}, { owners: '/owner' })).owners).toBe('unknown')
    expect((await made({ owner: [] }, { owners: '/owner' })).owners).toBe('unknown')
  })

  it.each([7, {}, [7], '', [''], null])('with owners %j are refused', async (owner) => {
    await expect(made({ owner }, { owners: '/owner' })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('name the class through a table', async () => {
    const agentClass = { claim: '/client', values: { 'etl-client': 'etl' } }
    expect((await made({ client: 'etl-client' }, { agentClass })).agentClass).toEqual({ known: ['etl'] })
  })

  it('name roles in several places, at most 256 in all', async () => {
    const roles = ['/realm_access/roles', '/groups', '/none']
    expect((await made({ groups: ['ops', 'ingest'] }, { roles })).roles).toEqual(['ingest', 'ops'])
    const groups = Array.from({ length: 255 }, (_, index) => `g${String(index)}`)
    expect((await made({ groups }, { roles })).roles).toHaveLength(256)
    await expect(made({ groups: [...groups, 'more'] }, { roles })).rejects.toThrow('more than 256 roles')
  })

  it('name roles in one string only where that is asked for', async () => {
    const payload = { scope: 'read  write ' }
    expect((await made(payload, { roles: '/scope', spaceDelimitedRoles: true })).roles).toEqual(['read', 'write'])
    await expect(made(payload, { roles: '/scope' })).rejects.toThrow('not an array of strings')
  })

  it('that stand elsewhere refuse the token only where they are read', async () => {
    const payload = { _claim_names: { groups: 'src1' }, hasgroups: true }
    expect((await made(payload, {})).roles).toEqual(['ingest'])
    await expect(made(payload, { roles: ['/realm_access/roles', '/groups'] })).rejects.toThrow('is not in the token')
    for (const read of [
      { owners: '/groups' },
      { run: '/groups/0' },
      { change: '/groups/0' },
      { agentClass: { claim: '/groups', values: { a: 'b' } } },
    ]) {
      await expect(made(payload, read)).rejects.toThrow('is not in the token')
    }
  })

  it('name the change; without the claim there is none', async () => {
    const change = { change: '/work/change_id' }
    expect((await made({ work: { change_id: 'CHG-1' } }, change)).change).toBe('CHG-1')
    expect((await made({ work: {} }, change)).change).toBeUndefined()
    expect((await made({ change: 'CHG-1' }, {})).change).toBeUndefined()
    expect((await made({ change: 'CHG-1' }, { change: '/change' })).change).toBe('CHG-1')
    for (const named of [7, '', ' CHG-1', 'CHG-1\u200b', 'C'.repeat(201), ['CHG-1'], null])
      await expect(made({ work: { change_id: named } }, change)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(made({}, { change: 'change_id' })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('name the root run; without the claim it is the same for each new token', async () => {
    expect((await made({ flow: 'run-9' }, { run: '/flow' })).run).toEqual({ id: 'run-9', root: 'run-9' })
    const first = await made({ jti: 'a' }, { run: '/flow' })
    const second = await made({ jti: 'b' }, {})
    expect(first.run.root).toBe(second.run.root)
    await expect(made({ flow: 7 }, { run: '/flow' })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })
})
