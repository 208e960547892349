import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { writing } from './support/policy.js'
import { errorField, errors, extended, query, status, sync, Wire } from './support/wire.js'

const protocols = [
  ['simple', query],
  ['extended', (text: string) => Buffer.concat([extended(text), sync])],
] as const

describe('a look at the server that statement_timeout stops', () => {
  let on: Governed
  let blocker: pg.Client

  beforeAll(async () => {
    on = await governed({ seed: 'create table t (a int); insert into t values (1)', allow: writing })
    blocker = new pg.Client(on.superuserUrl)
    await blocker.connect()
  })

  afterAll(async () => {
    await blocker.end()
    await on.close()
  })

  /** Where a look at the server that nothing holds up ends in time, on a slow machine, too: what it builds on is loaded. */
  const limited = async (): Promise<Wire> => {
    const first = await Wire.open(on.target, await on.session())
    await first.ask(query('select a from t'))
    await first.end()
    return Wire.open(on.target, await on.session(), { statement_timeout: '2000' })
  }

  /** The catalog cannot be read while the step lasts. */
  const blocked = async (step: () => Promise<void>): Promise<void> => {
    await blocker.query('begin; lock table pg_catalog.pg_policy in access exclusive mode')
    try {
      await step()
    } finally {
      await blocker.query('rollback')
    }
  }

  it.each(protocols)('refuses the statement, and the connection goes on: %s', async (_name, messages) => {
    const wire = await limited()
    for (const text of ['select a from t', 'insert into t values (2)']) {
      // What was changed elsewhere has the door look at all of the catalog.
      await on.owner.query('update t set a = a')
      await blocked(async () => {
        const answer = await wire.ask(messages(text))
        expect([errors(answer), status(answer), errorField(answer, 'D')]).toEqual([['57014'], 'I', 'ERR_ABORTED'])
      })
      expect(errors(await wire.ask(messages(text)))).toEqual([])
    }
    await wire.end()
  })

  it.each(protocols)('fails an open transaction: %s', async (_name, messages) => {
    const wire = await limited()
    for (const text of ['select a from t', 'insert into t values (3)']) {
      await wire.ask(messages('begin'))
      await on.owner.query('create table if not exists other (a int); drop table other')
      await blocked(async () => {
        const answer = await wire.ask(messages(text))
        expect([errors(answer), status(answer)]).toEqual([['57014'], 'E'])
      })
      expect(status(await wire.ask(messages('rollback')))).toBe('I')
      expect(errors(await wire.ask(messages(text)))).toEqual([])
    }
    await wire.end()
  })
})
