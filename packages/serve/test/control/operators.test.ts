import type { IncomingMessage } from 'node:http'
import type { Guard } from '@bothkeys/core'
import { accountsAsPeople, createGuard, inlineSource, memoryJournal } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import type { OperatorPorts } from '../../src/control/operators.js'
import { listSessions, revoke } from '../../src/control/operators.js'
import { verifierByIssuer } from '../../src/sessions/verifier-by-issuer.js'
import type { Issuer, TokenClaims } from '../support/issuer.js'
import { makeIssuer, verifierOptions } from '../support/issuer.js'

interface Bench {
  readonly guard: Guard
  readonly issuer: Issuer
  readonly ports: OperatorPorts
  events(): readonly { readonly type: string }[]
  as(claims: TokenClaims): Promise<IncomingMessage>
}

const targets = ['orders', 'billing'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() }))

/** Two targets; `keeper` keeps the policy of both of them, `clerk` that of one. */
async function bench(): Promise<Bench> {
  const issuer = await makeIssuer()
  const journal = memoryJournal()
  const guard = await createGuard({
    engine: 'doors',
    policy: inlineSource({
      version: 1,
      targets: { orders: { kind: 'fake' }, billing: { kind: 'fake' } },
      roles: {
        keeper: [{ target: ['orders', 'billing'], duty: 'policy' }],
        clerk: [{ target: 'orders', duty: 'policy' }],
        agent: [{ target: 'orders', duty: 'read' }],
      },
    }),
    identity: verifierByIssuer('doors', [{ ...verifierOptions, jwks: issuer.jwks }]),
    directory: accountsAsPeople,
    targets,
    journal,
  })
  return {
    guard,
    issuer,
    events: () => journal.events,
    ports: { guard, guarded: targets, sessions: { list: () => [] } },
    as: async (claims) =>
      ({
        headers: { authorization: `Bearer ${await issuer.token(claims)}`, 'content-type': 'application/json' },
      }) as IncomingMessage,
  }
}

const keeper = { sub: 'grace', kind: 'human', roles: ['keeper'] } as const
const bodyOf = (body: object): Buffer => Buffer.from(JSON.stringify(body))
const stop = (id: string): Buffer => bodyOf({ what: { kind: 'target', id }, reason: 'incident' })

describe('an operator', () => {
  it('is a person who keeps the policy of every target', async () => {
    const { as, ports } = await bench()
    expect(await listSessions(await as(keeper), ports)).toMatchObject({ status: 200 })
    for (const claims of [
      { ...keeper, kind: 'agent' },
      { ...keeper, roles: ['clerk'] },
      { ...keeper, roles: ['agent'] },
    ] as const)
      await expect(listSessions(await as(claims), ports)).rejects.toMatchObject({ code: 'ERR_DENIED' })
    await expect(listSessions({ headers: {} } as IncomingMessage, ports)).rejects.toMatchObject({
      code: 'ERR_TOKEN_INVALID',
    })
  })

  it('is on record with what it revoked, and leaves no session open', async () => {
    const { as, events, guard, ports } = await bench()
    expect(await revoke(await as(keeper), stop('orders'), ports)).toMatchObject({ status: 201 })
    expect(guard.revocations.inForce()).toMatchObject([{ what: { kind: 'target', id: 'orders' } }])
    expect(
      events()
        .map(({ type }) => type)
        .filter((type) => !/^(policy|journal)/u.test(type)),
    ).toEqual(['session.open', 'target.internal', 'revocation', 'session.close'])
    expect(events().find(({ type }) => type === 'target.internal')).toMatchObject({
      operation: 'revoke',
      reason: 'incident',
    })
  })

  it('goes on where one place is stopped, and not where all are', async () => {
    const { as, guard, ports } = await bench()
    await revoke(await as(keeper), stop('orders'), ports)
    await revoke(await as(keeper), stop('billing'), ports)
    await expect(revoke(await as(keeper), stop('orders'), ports)).rejects.toMatchObject({ code: 'ERR_DENIED' })
    expect(guard.revocations.inForce()).toHaveLength(2)
  })

  it.each([
    {},
    { what: { kind: 'target', id: 'orders' } },
    { what: 'everything', reason: 'x' },
    { what: { kind: 'target', id: 1 }, reason: 'x' },
    { what: { kind: 'all' }, reason: 'x' },
    { what: { kind: 'everything' }, reason: 'two\nlines' },
    { what: { kind: 'everything' }, reason: 'x', forMs: '1' },
    { what: { kind: 'everything' }, reason: 'x', forever: true },
  ])('revokes nothing with %j', async (body) => {
    const { as, guard, ports } = await bench()
    await expect(revoke(await as(keeper), bodyOf(body), ports)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(guard.revocations.inForce()).toEqual([])
  })
})
