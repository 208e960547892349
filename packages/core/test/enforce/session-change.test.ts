import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import type { DelegationOptions } from '../../src/delegation.js'
import { BothKeysError } from '../../src/errors.js'
import { actorFragment } from '../../src/identity/principal-fragment.js'
import { linkedPrincipal, principalInChange } from '../../src/identity/make-principal.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Principal } from '../../src/model/principal.js'
import type { Session } from '../../src/session.js'
import type { SessionOptions } from '../../src/session-options.js'
import type { Bench } from './support.js'
import { agent, ask, bench, describeAs } from './support.js'

async function opened(
  options: SessionOptions = {},
  claims: Partial<UnverifiedClaims> = {},
): Promise<{ readonly on: Bench; readonly session: Session }> {
  const on = await bench()
  return { on, session: await on.guard.openSession({ [unverifiedCredential]: { ...agent, ...claims } }, options) }
}

/** Names that are none: what looks like another one, is no text, or says too much. */
const noNames: readonly unknown[] = [
  '',
  ' CHG-1',
  'CHG-1 ',
  'CHG-1\nCHG-2',
  'CHG\u200b-1',
  'CHG-\u202e1',
  'CHG-1\u00ad',
  'CHG-1\ud800',
  'C'.repeat(201),
  null,
  1234,
  ['CHG-1'],
  { toString: () => 'CHG-1' },
]

describe('the change of a session', () => {
  it('is what the host says, what the credential says, or what both say', async () => {
    expect((await opened()).session.principal.change).toBeUndefined()
    expect((await opened({ change: 'CHG-1' })).session.principal.change).toBe('CHG-1')
    expect((await opened({}, { change: 'CHG-1' })).session.principal.change).toBe('CHG-1')
    expect((await opened({ change: 'CHG-1' }, { change: 'CHG-1' })).session.principal.change).toBe('CHG-1')
    expect((await opened({ change: 'C'.repeat(200) })).session.principal.change).toHaveLength(200)
  })

  it('opens no session when the host and the credential differ, and tells neither name', async () => {
    for (const change of ['CHG-2', 'chg-1', 'CHG-1.']) {
      const error = await opened({ change }, { change: 'CHG-1' }).catch((reason: unknown) => reason)
      expect(error).toMatchObject({
        code: 'ERR_TOKEN_INVALID',
        message: 'the token was refused: it names another change than the session is opened for',
        hint: 'open the session for the change that the token names, or leave the option change out',
      })
      expect(JSON.stringify(error) + String(error)).not.toMatch(/chg/i)
    }
  })

  it('is no part of what an agent presents', async () => {
    const on = await bench()
    const credential = { [unverifiedCredential]: agent, change: 'CHG-1' }
    await expect(on.guard.openSession(credential)).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: 'openSession: change is an option, and no part of the credential',
    })
  })

  it.each(noNames)('is never %j, whoever says so', async (change) => {
    await expect(opened({ change: change as string })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await expect(opened({}, { change: change as string })).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('takes nothing else from the principal, and makes none', async () => {
    const plain = (await opened()).session.principal
    const { change, ...rest } = principalInChange(plain, 'CHG-1')
    expect(change).toBe('CHG-1')
    expect({ ...rest, change: undefined }).toEqual({ ...plain })
    expect(Object.isFrozen(principalInChange(plain, 'CHG-1'))).toBe(true)
    expect(() => principalInChange({ ...plain } as Principal, 'CHG-1')).toThrow(BothKeysError)
  })

  it('is that of every sub-agent, which cannot name another one', async () => {
    const { session } = await opened({ change: 'CHG-1' })
    const child = await session.delegate({ roles: ['agent'], ttlMs: 60_000 })
    const grandchild = await child.delegate({ roles: ['agent'], ttlMs: 30_000 })
    expect([child.principal.change, grandchild.principal.change]).toEqual(['CHG-1', 'CHG-1'])
    for (const change of ['CHG-2', 'CHG-1']) {
      const options: DelegationOptions & { readonly change: string } = { roles: ['agent'], ttlMs: 60_000, change }
      await expect(session.delegate(options)).rejects.toMatchObject({
        code: 'ERR_CONFIG_INVALID',
        message: 'session.delegate: there is no option change',
      })
    }
    const plain = await (await opened()).session.delegate({ roles: ['agent'], ttlMs: 60_000 })
    expect(plain.principal.change).toBeUndefined()
  })

  it('stays whatever a directory says of the principal', async () => {
    const { principal } = (await opened({ change: 'CHG-1' })).session
    const facts = { person: undefined, aliases: [], owners: [], agentClass: undefined, roles: [] }
    expect(linkedPrincipal(principal, facts).change).toBe('CHG-1')
  })

  it('is in the digest of every request', async () => {
    const actors = ['CHG-1', 'CHG-2', undefined].map(async (change) => {
      const { principal } = (await opened(change === undefined ? {} : { change })).session
      return actorFragment(principal).text
    })
    const [one, other, none] = await Promise.all(actors)
    expect(one).toContain('"change":"CHG-1"')
    expect(one?.replace('CHG-1', 'CHG-2')).toBe(other)
    expect(none).toBe(one?.replace('"change":"CHG-1",', ''))
  })

  it('is on record with the session and with each action', async () => {
    const { on, session } = await opened({ change: 'CHG-1' })
    await ask(sessionAccess(session, on.target), describeAs('read'))
    for (const type of ['session.open', 'action.intent'])
      expect(on.events.find((event) => event.type === type)).toMatchObject({ actor: { change: 'CHG-1' } })
    const other = await opened()
    expect(other.on.events.find(({ type }) => type === 'session.open')?.['actor']).not.toHaveProperty('change')
  })
})
