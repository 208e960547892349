import type { UnverifiedClaims } from '@bothkeys/core'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { agent, governed } from '../support/governed.js'

/** The one that is excused, another agent of its owner, and somebody else's. */
const solo: UnverifiedClaims = { ...agent, subject: 'solo', owners: ['sam'] }
const sibling: UnverifiedClaims = { ...solo, subject: 'sibling' }
const stranger: UnverifiedClaims = { ...agent, subject: 'stranger', owners: ['zoe'] }

const conflict = { code: '42501', detail: 'ERR_DUTY_CONFLICT (rule D1)' }

describe('a mitigation, on a server', () => {
  const clients: pg.Client[] = []
  let on: Governed

  beforeAll(async () => {
    on = await governed({
      seed: 'create table t (a int primary key); insert into t values (1), (2), (3)',
      allow: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
      policy: {
        separate: {
          dynamic: [{ id: 'D1', duties: ['write', 'delete'], max: 1, over: ['person'], per: 'target', window: '24h' }],
        },
        mitigations: [
          {
            id: 'M1',
            rule: 'D1',
            subject: { issuer: 'unverified', id: 'solo' },
            control: 'CM-7: looked at the next morning',
            owner: 'head of operations',
            until: '9999-12-30',
          },
        ],
      },
    })
  })

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
    await on.close()
  })

  const connect = async (claims: UnverifiedClaims): Promise<pg.Client> => {
    const client = on.target.client(await on.session(claims))
    client.on('error', () => undefined)
    clients.push(client)
    await client.connect()
    return client
  }

  const rows = async (): Promise<readonly number[]> =>
    (await on.owner.query<{ a: number }>('select a from t order by a')).rows.map(({ a }) => a)

  it('lets its account do both, and nobody else: not its owner’s other agent, not a stranger', async () => {
    const excused = await connect(solo)
    await excused.query('insert into t values (4)')
    await excused.query('delete from t where a = 1')
    expect(await rows()).toEqual([2, 3, 4])
    await expect((await connect(sibling)).query('delete from t where a = 2')).rejects.toMatchObject(conflict)
    const other = await connect(stranger)
    await other.query('insert into t values (5)')
    await expect(other.query('delete from t where a = 2')).rejects.toMatchObject(conflict)
    expect(await rows()).toEqual([2, 3, 4, 5])
  })

  it('is on record for each use, before the statement that it let through, and for nothing else', () => {
    const events = on.journal.events.filter(({ type }) => type === 'duty.excused' || type === 'action.intent')
    const excused = events.filter(({ type }) => type === 'duty.excused')
    expect(excused).toMatchObject([
      {
        session: 'engine',
        does: 'action',
        target: 'db',
        who: { issuer: 'unverified', id: 'solo' },
        mitigations: [{ id: 'M1', rule: 'D1' }],
      },
    ])
    const [use] = excused
    if (use === undefined) throw new Error('nothing was excused')
    expect(events[events.indexOf(use) + 1]).toMatchObject({
      type: 'action.intent',
      actor: { subject: { id: 'solo' } },
      action: { effects: expect.arrayContaining([expect.objectContaining({ duty: 'delete' })]) },
    })
  })
})
