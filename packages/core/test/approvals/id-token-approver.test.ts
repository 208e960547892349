import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { IdTokenApproverOptions } from '../../src/approvals/id-token-approver.js'
import { idTokenApprover } from '../../src/approvals/id-token-approver.js'
import { statementNonce } from '../../src/model/approval-statement.js'
import { sha256 } from '../../src/model/digest.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { Directory, deskJwk, deskKey, strangerKey } from './signed-support.js'
import { bench, hold, never, people, requirement, startMs } from './support.js'

const about = { aud: 'bothkeys', req: 'q1', adh: sha256('action'), pol: sha256('policy'), view: sha256('view') }
const nowS = startMs / 1000
const nonce = statementNonce({ ...about, dec: 'allow' })
const claims = { iss: people, aud: 'approvals', sub: 'ann', iat: nowS, exp: nowS + 3_600, auth_time: nowS - 60, nonce }

function approver(change: Partial<IdTokenApproverOptions> = {}) {
  return idTokenApprover({
    name: 'login',
    issuer: people,
    clientId: 'approvals',
    jwks: { keys: [deskJwk] },
    people: new Directory().lookup,
    clock: fixedClock(startMs),
    ...change,
  })
}

function token(change: object = {}, header: object = {}, key = deskKey.privateKey): Promise<string> {
  return new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', kid: 'd1', ...header }).sign(key)
}

async function verify(text: string, change: Partial<IdTokenApproverOptions> = {}, asOfMs?: number) {
  const { verify: check } = approver(change)
  if (check === undefined) throw new Error('it cannot verify')
  return check(text, about, new AbortController().signal, asOfMs)
}

describe('an ID token with the nonce of a decision', () => {
  it('approves or denies the request that it is about', async () => {
    for (const dec of ['allow', 'deny'] as const) {
      const on = bench({ approvers: [approver()], deadlineMs: 5_000 })
      const running = on.coordinator.request(hold({ requirement: requirement({ level: 'signed' }) }), never)
      await expect.poll(() => on.journal.of('approval.requested').length).toBe(1)
      const [request] = on.coordinator.pending()
      if (request === undefined) throw new Error('nothing is pending')
      const evidence = await token({ nonce: statementNonce({ ...request.subject, dec }) })
      expect(await on.coordinator.submit(request.id, evidence)).toEqual({ counted: true })
      expect((await running).outcome).toBe(dec === 'allow' ? 'approved' : 'denied')
      await on.coordinator.close()
    }
  })

  it('counts for ten minutes, however long it lives, and at the level of the login', async () => {
    await expect(verify(await token())).resolves.toMatchObject({
      decision: 'allow',
      level: 'signed',
      approver: { kind: 'human', roles: ['dba'], verifiedBy: 'id-token', expiresAt: new Date(startMs + 600_000) },
    })
    const strong = { phishingResistantAcr: ['phr'] }
    await expect(verify(await token({ acr: 'phr' }), strong)).resolves.toMatchObject({ level: 'phishing-resistant' })
    await expect(verify(await token({ acr: 'pwd' }), strong)).resolves.toMatchObject({ level: 'signed' })
  })

  it('proves later what it proved then, by the keys of now', async () => {
    const later = { clock: fixedClock(startMs + 3_700_000) }
    await expect(verify(await token(), later)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    await expect(verify(await token(), later, startMs)).resolves.toMatchObject({ decision: 'allow' })
    const others = { ...later, jwks: { keys: [{ ...deskJwk, kid: 'd2' }] } }
    await expect(verify(await token(), others, startMs)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('does not count again when the clock is set back', async () => {
    const clock = fixedClock(startMs)
    const { verify: check } = approver({ clock })
    const read = async () => check?.(await token(), about, new AbortController().signal)
    await expect(read()).resolves.toMatchObject({ decision: 'allow' })
    clock.advance(3_700_000)
    await expect(read()).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    clock.setWall(startMs)
    await expect(read()).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it.each<readonly [string, Promise<string>]>([
    ['a nonce of another action', token({ nonce: statementNonce({ ...about, dec: 'allow', adh: sha256('other') }) })],
    ['a nonce of another request', token({ nonce: statementNonce({ ...about, dec: 'allow', req: 'q2' }) })],
    ['a nonce of another guard', token({ nonce: statementNonce({ ...about, dec: 'allow', aud: 'other' }) })],
    ['a nonce of any login', token({ nonce: 'n-0S6_WzA2Mj' })],
    ['a nonce that is no text', token({ nonce: [nonce] })],
    ['no nonce', token({ nonce: undefined })],
    ['another client', token({ aud: 'agents' })],
    ['several clients and none authorized', token({ aud: ['approvals', 'agents'] })],
    ['another client authorized', token({ aud: ['approvals', 'agents'], azp: 'agents' })],
    ['another issuer', token({ iss: 'https://other.example' })],
    ['a key that is not the issuer’s', token({}, {}, strangerKey.privateKey)],
    ['the type of an access token', token({}, { typ: 'at+jwt' })],
    ['no time of login', token({ auth_time: undefined })],
    ['a login that is too old', token({ auth_time: nowS - 306 })],
    ['a login in the future', token({ auth_time: nowS + 6 })],
    ['a time of login that is text', token({ auth_time: String(nowS) })],
    ['an issue too long ago', token({ iat: nowS - 601, exp: nowS + 60, auth_time: nowS - 1 })],
    ['an end that has passed', token({ iat: nowS - 60, exp: nowS - 6 })],
    ['an end too far', token({ exp: nowS + 3_601 })],
    ['somebody whom nobody knows', token({ sub: 'nobody' })],
    ['somebody who acts for the approver', token({ act: { sub: 'agent' } })],
  ])('is refused with %s', async (_what, text) => {
    await expect(verify(await text)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it.each([
    ['without a client', { clientId: '' }],
    ['with logins of any age', { maxAgeS: 3_601 }],
    ['with a clock that may be anywhere', { clockToleranceS: 61 }],
    ['with people that nobody can look up', { people: {} as never }],
  ])('cannot be set up %s', (_what, change) => {
    expect(() => approver(change)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})
