import type { Approver, Principal, UnverifiedClaims } from '@bothkeys/core'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed, principalOf } from '../support/governed.js'
import { holdOn } from './support/desk.js'

const both: UnverifiedClaims = {
  kind: 'agent',
  subject: 'reviewer',
  roles: ['agent', 'dba'],
  owners: ['pia'],
  agentClass: 'review',
}
const second: UnverifiedClaims = { ...both, subject: 'reviewer-2', agentClass: 'review-2' }
const asker: UnverifiedClaims = {
  kind: 'agent',
  subject: 'asker',
  roles: ['agent'],
  owners: ['zoe'],
  agentClass: 'etl',
}
const worker: UnverifiedClaims = {
  kind: 'agent',
  subject: 'worker',
  roles: ['agent'],
  owners: ['olga'],
  agentClass: 'etl',
}

/** Says yes in the name of whoever the test sets, and notes what came of it. */
class Yes implements Approver {
  readonly name = 'yes'
  readonly level = 'asserted'
  readonly receipts: string[] = []
  who: Principal | undefined

  readonly ask: Approver['ask'] = async (request, vote) => {
    if (this.who === undefined) throw new Error('nobody is there')
    const receipt = await vote({ decision: 'allow', approver: this.who, digest: request.digest })
    this.receipts.push(receipt.counted ? 'counted' : receipt.reason)
    if (!receipt.counted) throw new Error(receipt.reason)
  }
}

describe('duties that stay with different people, on a server', () => {
  const opened: Governed[] = []
  const clients: pg.Client[] = []

  const bench = async (policy: object): Promise<{ readonly on: Governed; readonly yes: Yes }> => {
    const yes = new Yes()
    const on = await governed({
      seed: 'create schema acme; create table t (a int); create table acme.t (a int); insert into t values (1)',
      allow: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
      hold: [holdOn('delete', { from: 'anyone' })],
      approvers: [yes],
      policy,
    })
    opened.push(on)
    return { on, yes }
  }

  const query = async (on: Governed, claims: UnverifiedClaims, text: string): Promise<unknown> => {
    const client = on.target.client(await on.session(claims))
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client.query(text)
  }

  const apart = {
    separate: { dynamic: [{ id: 'D1', duties: ['write', 'approve'], max: 1, per: 'target', window: '24h' }] },
  }
  const conflict = { code: '42501', detail: 'ERR_DUTY_CONFLICT (rule D1)' }

  let wroteFirst: Awaited<ReturnType<typeof bench>>
  let approvedFirst: Awaited<ReturnType<typeof bench>>
  beforeAll(async () => {
    wroteFirst = await bench(apart)
    approvedFirst = await bench(apart)
  })

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()))
    await Promise.all(opened.map((on) => on.close()))
  })

  it('an agent that wrote cannot approve there, nor can another agent of its owner in a session of its own', async () => {
    const { on, yes } = wroteFirst
    await query(on, both, 'insert into t values (2)')
    for (const who of [both, second]) {
      yes.who = await principalOf(who)
      await expect(query(on, asker, 'delete from t')).rejects.toMatchObject({
        detail: expect.stringContaining('ERR_APPROVAL_INELIGIBLE'),
      })
    }
    expect(yes.receipts).toEqual(['duty-conflict: D1', 'duty-conflict: D1'])
    expect((await on.owner.query('select count(*)::int as rows from t')).rows).toEqual([{ rows: 2 }])
  })

  it('an agent that approved cannot write there, nor can another agent of its owner; a stranger can', async () => {
    const { on, yes } = approvedFirst
    yes.who = await principalOf(both)
    await query(on, asker, 'delete from t where a = 1')
    expect(yes.receipts).toEqual(['counted'])
    await expect(query(on, both, 'insert into t values (3)')).rejects.toMatchObject(conflict)
    await expect(query(on, second, 'insert into t values (4)')).rejects.toMatchObject(conflict)
    await query(on, worker, 'insert into t values (5)')
    expect((await on.owner.query('select a from t')).rows).toEqual([{ a: 5 }])
  })

  it('a wall stands between schemas, and a limit between statements', async () => {
    const { on } = await bench({
      separate: {
        wall: [{ id: 'W1', datasets: { acme: { resource: 'table:acme.*' }, own: { resource: 'table:public.*' } } }],
      },
      limits: [{ id: 'L1', role: 'agent', duty: 'write', statements: '1/h' }],
    })
    await query(on, worker, 'select a from acme.t')
    await expect(query(on, worker, 'select a from t')).rejects.toMatchObject({ detail: 'ERR_DUTY_CONFLICT (rule W1)' })
    await query(on, worker, 'insert into acme.t values (1)')
    await expect(query(on, worker, 'insert into acme.t values (2)')).rejects.toMatchObject({
      code: '54000',
      detail: 'ERR_LIMIT_EXCEEDED (rule L1)',
    })
  })
})
