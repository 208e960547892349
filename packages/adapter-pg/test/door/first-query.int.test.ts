import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { dba, governed, principalOf } from '../support/governed.js'

const seed = 'create table t (a int primary key, b text); insert into t select i, i::text from generate_series(1, 5) i'

describe('one governed query', () => {
  let on: Governed

  beforeAll(async () => {
    const person = await principalOf(dba)
    on = await governed({
      seed,
      hold: [{ id: 'h', target: 'db', duty: 'write', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
      approvers: [
        {
          name: 'scripted',
          level: 'asserted',
          ask: async (request, vote) => {
            await vote({ decision: 'allow', approver: person, digest: request.digest })
          },
        },
      ],
    })
  })

  afterAll(() => on.close())

  it('allows a read in both protocols', async () => {
    const pool = on.target.pool(await on.session())
    expect((await pool.query('select a from t order by a')).rows).toHaveLength(5)
    expect((await pool.query('select b from t where a = $1', [2])).rows).toEqual([{ b: '2' }])
    await pool.end()
  })

  it('refuses with a PostgreSQL error that names code, rule and what to do', async () => {
    const pool = on.target.pool(await on.session())
    await expect(pool.query('drop table t')).rejects.toMatchObject({
      code: '42501',
      detail: 'ERR_DENIED',
      hint: expect.stringContaining('rule'),
    })
    expect((await on.owner.query('select count(*)::int as n from t')).rows).toEqual([{ n: 5 }])
    await pool.end()
  })

  it('runs a held write after an approval', async () => {
    const pool = on.target.pool(await on.session())
    expect((await pool.query("update t set b = 'x' where a = $1", [1])).rowCount).toBe(1)
    await pool.end()
  })

  it('refuses to hold inside a transaction and leaves PostgreSQL semantics in place', async () => {
    const client = on.target.client(await on.session())
    await client.connect()
    await client.query('begin')
    await client.query('select a from t')
    await expect(client.query("update t set b = 'y' where a = 1")).rejects.toMatchObject({
      code: '42501',
      detail: 'ERR_HOLD_IN_TRANSACTION (rule h)',
    })
    await expect(client.query('select a from t')).rejects.toMatchObject({ code: '25P02' })
    await client.query('rollback')
    expect((await client.query('select a from t')).rowCount).toBe(5)
    await client.end()
  })
})
