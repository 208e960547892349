import { describe, expect, it } from 'vitest'
import type { ApprovalRequest, Approver } from '../../src/approvals/approver.js'
import type { Permit } from '../../src/permit.js'
import type { Bench } from './support.js'
import { answering, ask, bench, describeAs, person, verdict } from './support.js'

const approval = { require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }

/** A bench whose policy bounds writes to 5 rows and held deletes to 3. */
async function bounded(approvers: readonly Approver[] = []): Promise<Bench> {
  const on = await bench({ approvers, dev: true })
  on.policy = {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: {
      agent: [
        { target: 'db', duty: ['read', 'write'], maxAffected: 5 },
        { target: 'db', duty: 'delete' },
      ],
      dba: [{ target: 'db', duty: 'approve' }],
    },
    hold: [{ id: 'hold-deletes', duty: 'delete', maxAffected: 3, ...approval }],
  }
  await on.guard.reload()
  return on
}

const counting = { countsAffected: true }

async function permitOf(on: Bench, duty: 'read' | 'write' | 'delete'): Promise<Permit> {
  const { access } = await on.access()
  const admission = await ask(access, describeAs(duty), counting)
  if (admission.outcome !== 'permitted') throw new Error(verdict(admission))
  return admission.permit
}

describe('an action whose rows are bounded', () => {
  it.each([
    ['says nothing', {}],
    ['says that it cannot', { countsAffected: false }],
  ])('is denied on record and has no intent when the door %s about counting them', async (_what, more) => {
    const on = await bounded()
    const { access } = await on.access()
    const admission = await ask(access, describeAs('write'), more)
    expect(admission).toMatchObject({
      outcome: 'refused',
      refusal: {
        code: 'ERR_AFFECTED_UNCOUNTED',
        message: expect.stringMatching(/at most 5 rows \(rule roles\.agent\[0\]\)/),
        rules: ['roles.agent[0]'],
        hint: expect.stringContaining('one plain INSERT, UPDATE, DELETE or MERGE'),
      },
    })
    expect(on.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_AFFECTED_UNCOUNTED' })
    expect(on.events.some((event) => event.type === 'action.intent')).toBe(false)
  })

  it('is denied before anybody is asked', async () => {
    const on = await bounded([answering('allow', await person())])
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_AFFECTED_UNCOUNTED')
    expect(on.events.some((event) => event.type === 'approval.requested')).toBe(false)
  })

  it('runs when the door counts them, under a bound that permit and intent carry', async () => {
    const on = await bounded()
    expect((await permitOf(on, 'write')).maxAffected).toBe(5)
    expect(on.events.at(-1)).toMatchObject({ type: 'action.intent', decision: { effect: 'allow', maxAffected: 5 } })
  })

  it('shows approvers the bound that is enforced, and the record says so', async () => {
    const shown: ApprovalRequest[] = []
    const yes = answering('allow', await person())
    const ask: Approver['ask'] = (request, vote, signal) => {
      shown.push(request)
      return yes.ask(request, vote, signal)
    }
    const on = await bounded([{ ...yes, ask }])
    expect((await permitOf(on, 'delete')).maxAffected).toBe(3)
    expect(shown).toMatchObject([{ maxAffected: 3 }])
    const requested = on.events.find((event) => event.type === 'approval.requested')
    expect(requested).toMatchObject({ maxAffected: 3 })
    expect(on.events.at(-1)).toMatchObject({ decision: { maxAffected: 3 }, approval: { maxAffected: 3 } })
  })

  it('may be one that only reads, which needs no counting', async () => {
    const on = await bounded()
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
  })
})

describe('an action without a bound', () => {
  it('leaves no trace of one in permit and record', async () => {
    const on = await bench({ approvers: [answering('allow', await person())] })
    expect((await permitOf(on, 'delete')).maxAffected).toBeUndefined()
    expect(JSON.stringify(on.events)).not.toContain('maxAffected')
  })

  it('cannot exceed it', async () => {
    const permit = await permitOf(await bench(), 'write')
    expect(() => permit.affectedExceeded(6)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }))
  })
})

describe('an action that changed too many rows', () => {
  it('is refused with the bound, the count and the rule, and recorded with the reason', async () => {
    const on = await bounded()
    const permit = await permitOf(on, 'write')
    permit.use()
    expect(permit.affectedExceeded(6)).toMatchObject({
      code: 'ERR_AFFECTED_EXCEEDED',
      message: 'undone: this action changed 6 rows, and it may change at most 5 rows (rule roles.agent[0])',
      rules: ['roles.agent[0]'],
    })
    await permit.settle({ outcome: 'rolled-back', rows: 6 })
    expect(on.events.at(-1)).toMatchObject({
      type: 'action.outcome',
      intent: permit.actionId,
      outcome: 'rolled-back',
      reason: 'affected-exceeded',
      rows: 6,
    })
  })

  it('is refused in the same way when the target did not say how many', async () => {
    const permit = await permitOf(await bounded(), 'write')
    expect(permit.affectedExceeded(Infinity)).toMatchObject({
      code: 'ERR_AFFECTED_EXCEEDED',
      message: expect.stringContaining('changed an unknown number of rows, and it may change at most 5 rows'),
    })
  })

  it('is the only one recorded so', async () => {
    const on = await bounded()
    const permit = await permitOf(on, 'write')
    permit.use()
    await permit.settle({ outcome: 'completed', rows: 5 })
    expect(on.events.at(-1)).not.toHaveProperty('reason')
  })
})
