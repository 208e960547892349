import { describe, expect, it } from 'vitest'
import type { PolicyInput } from '../../src/policy/policy-input.js'
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
