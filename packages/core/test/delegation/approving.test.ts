import { describe, expect, it } from 'vitest'
import { revokes } from '../../src/duties/revoked.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import type { DutyBench } from '../duties/support.js'
import { agent, dutiesApart, dutyBench, verdict, YesOf } from '../duties/support.js'

const { separate: _none, ...rest } = dutiesApart
const db = { target: ['db', 'other'] }
const contractor = [{ ...db, duty: ['read'] as const }]
const plain: PolicyInput = { ...rest, roles: { ...rest.roles, contractor } }
const requester = agent({ id: 'requester' })
const stranger = agent({ id: 'stranger', ownedBy: 'zoe', roles: ['dba', 'contractor'] })

/** What becomes of an action that only a sub-agent of the stranger approves, which was delegated without a role of hers. */
async function approvedBySubAgent(policy: PolicyInput): Promise<readonly string[]> {
  const yes = new YesOf(stranger)
  const on = await dutyBench({ policy, approvers: [yes] })
  const session = await on.session(stranger)
  yes.who = (await session.delegate({ roles: ['dba'], ttlMs: 60_000 })).principal
  return [verdict(await on.does(requester, 'delete')), ...yes.receipts]
}

describe('a sub-agent that approves', () => {
  it('counts where neither it nor its delegator is restricted', async () => {
    expect(await approvedBySubAgent(plain)).toEqual(['permitted', 'counted'])
  })

  it('does not count where a role of its delegator may not approve', async () => {
    const deny = [{ id: 'N', duty: 'approve', roles: ['contractor'] }] as const
    expect(await approvedBySubAgent({ ...plain, deny })).toEqual(['ERR_APPROVAL_INELIGIBLE', 'no-approve-duty'])
  })

  it('does not count where a role of its delegator may not do what it approves', async () => {
    const hold = plain.hold?.map((rule) => ({ ...rule, approverMustHold: true }))
    const dba = [
      { ...db, duty: 'delete' as const },
      { ...db, duty: 'approve' as const },
    ]
    const policy: PolicyInput = { ...plain, roles: { ...plain.roles, dba }, ...(hold && { hold }) }
    expect(await approvedBySubAgent(policy)).toEqual(['permitted', 'counted'])
    const deny = [{ id: 'N', duty: 'delete', roles: ['contractor'] }] as const
    expect(await approvedBySubAgent({ ...policy, deny })).toEqual(['ERR_APPROVAL_INELIGIBLE', 'does-not-hold'])
  })
})

type Chain = readonly [Session, Session, Session]

describe('a sub-agent approves nothing any more', () => {
  const ends: readonly (readonly [string, (on: DutyBench, chain: Chain) => Promise<unknown>])[] = [
    ['its session was closed', (_on, chain) => chain[2].close()],
    ['the session that delegated to it was closed', (_on, chain) => chain[1].close()],
    ['the first session was closed', (_on, chain) => chain[0].close()],
    ['the first session was revoked', (on, [{ id }]) => on.guard.revoke({ kind: 'session', id }, { reason: 'stop' })],
    [
      'the run of the session that delegated to it was revoked',
      (on, chain) => on.guard.revoke({ kind: 'run', id: chain[1].principal.run.id }, { reason: 'stop' }),
    ],
  ]
  it.each(ends)('when %s, also of what it approved before', async (_what, end) => {
    const yes = new YesOf(stranger)
    const on = await dutyBench({ policy: plain, approvers: [yes] })
    const session = await on.session(stranger)
    const child = await session.delegate({ roles: ['dba'], ttlMs: 60_000 })
    const grandchild = await child.delegate({ roles: ['dba'], ttlMs: 50_000 })
    yes.who = grandchild.principal
    expect(verdict(await on.does(requester, 'delete'))).toBe('permitted')
    on.interfere = (event) => (event.type === 'approval.vote' ? end(on, [session, child, grandchild]) : undefined)
    expect(verdict(await on.does(requester, 'delete'))).toBe('ERR_APPROVAL_VOID')
    expect(verdict(await on.does(requester, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['counted', 'counted', 'revoked'])
  })

  it('in a guard that did not open its session', async () => {
    const yes = new YesOf(stranger)
    const [here, there] = [await dutyBench({ policy: plain, approvers: [yes] }), await dutyBench({ policy: plain })]
    yes.who = (await (await there.session(stranger)).delegate({ roles: ['dba'], ttlMs: 60_000 })).principal
    expect(verdict(await here.does(requester, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it.each([
    ['session', true],
    ['run', true],
    ['session', false],
    ['run', false],
  ] as const)('by a revocation of the %s that delegated, and %s by one of another', async (kind, same) => {
    const on = await dutyBench({ policy: plain })
    const session = await on.session(stranger)
    const child = await session.delegate({ roles: ['dba'], ttlMs: 60_000 })
    const { principal } = await child.delegate({ roles: ['dba'], ttlMs: 50_000 })
    const id = kind === 'session' ? child.id : child.principal.run.id
    expect(revokes({ kind, id: same ? id : `${id}0` }, principal)).toBe(same)
  })
})
