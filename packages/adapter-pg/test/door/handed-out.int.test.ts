import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '@bothkeys/core'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import {
  bind,
  errorField,
  errors,
  execute,
  extended,
  flush,
  parse,
  query,
  rows,
  sync,
  types,
  Wire,
} from './support/wire.js'

const seed = `create table t (a int, b text); insert into t select i, repeat('x', 1000) from generate_series(1, 2000) i`

describe('rows that a limit counts', () => {
  let on: Governed
  let session: Session
  let wire: Wire

  const start = async (limits: readonly object[]): Promise<void> => {
    on = await governed({ seed, allow: allButDelete, policy: { limits } })
  }
  const outcome = (): object | undefined =>
    on.journal.events.findLast((event) => event.type === 'action.outcome' && event.session === session.id)

  afterAll(() => on.close())

  describe('in each action', () => {
    beforeAll(() => start([{ id: 'R1', role: 'agent', rows: 100 }]))
    beforeEach(async () => {
      session = await on.session()
      wire = await Wire.open(on.target, session)
    })

    it.each<[string, Buffer]>([
      ['a simple query', query('select a from t limit 100')],
      ['a script', query('select a from t limit 50; select a from t limit 50')],
      ['the extended protocol', Buffer.concat([extended('select a from t limit 100'), sync])],
      [
        'a portal that is fetched in parts',
        Buffer.concat([parse('', 'select a from t limit 100'), bind('', ''), execute('', 60), execute('', 60), sync]),
      ],
      ['COPY', query('copy (select a from t limit 100) to stdout')],
      ['RETURNING', query('update t set b = b where a <= 100 returning a')],
    ])('come up to the limit by %s', async (_how, bytes) => {
      const answer = await wire.ask(bytes)
      expect(errors(answer)).toEqual([])
      expect(types(answer).match(/[Dd]/g)).toHaveLength(100)
      expect(outcome()).toMatchObject({ outcome: 'completed', handedOut: { rows: 100 } })
      await wire.end()
    })

    it.each<[string, Buffer]>([
      ['a simple query', query('select a, b from t')],
      ['a script', query('select a from t limit 50; select a from t limit 51')],
      ['the extended protocol', Buffer.concat([extended('select a, b from t'), sync])],
      [
        'a portal that is fetched in parts',
        Buffer.concat([parse('', 'select a from t'), bind('', ''), execute('', 60), execute('', 60), sync]),
      ],
      ['COPY', query('copy t to stdout')],
      ['rows of many pieces', query("select repeat('x', 300000) from t limit 101")],
    ])('go no further by %s, and the connection ends', async (_how, bytes) => {
      wire.send(bytes)
      const answer = await wire.ready()
      expect([errors(answer), errorField(answer, 'S'), errorField(answer, 'D')]).toEqual([
        ['54000'],
        'FATAL',
        expect.stringContaining('ERR_LIMIT_EXCEEDED'),
      ])
      expect(types(answer).match(/[Dd]/g)?.length ?? 0).toBeLessThanOrEqual(100)
      await expect.poll(outcome).toMatchObject({ handedOut: {} })
    })

    it('are undone with their transaction when they go further', async () => {
      await wire.ask(query('begin'))
      await wire.ask(query("update t set b = 'changed' where a = 1"))
      wire.send(query('select a, b from t'))
      expect(errors(await wire.ready())).toEqual(['54000'])
      await expect.poll(async () => (await on.owner.query("select from t where b = 'changed'")).rowCount).toBe(0)
    })

    it('leave answers without rows, and what the door itself asks, alone', async () => {
      expect(errors(await wire.ask(query('create table u (a int)')))).toEqual([])
      expect(errors(await wire.ask(extended('insert into u values (1)'), flush, sync))).toEqual([])
      expect(outcome()).toMatchObject({ outcome: 'completed', handedOut: { rows: 0, bytes: 0 } })
      await wire.end()
    })
  })
})

describe('bytes that a limit counts', () => {
  let on: Governed
  beforeAll(async () => {
    on = await governed({
      seed,
      allow: allButDelete,
      policy: { limits: [{ id: 'B1', role: 'agent', bytes: '1MB/h' }] },
    })
  })
  afterAll(() => on.close())

  it('come in pieces up to the limit, whichever connection gets them, and no further', async () => {
    const one = await Wire.open(on.target, await on.session())
    const first = await one.ask(query('select b from t limit 900'))
    expect(rows(first)).toHaveLength(900)
    const two = await Wire.open(on.target, await on.session())
    two.send(query('select b from t'))
    const cut = await two.ready()
    expect(errors(cut)).toEqual(['54000'])
    const all = [...first, ...cut].filter(({ type }) => type === 'D')
    expect(all.length).toBeLessThan(1_000)
    expect(all.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(1_000_000)
    await one.end()
  })
})
