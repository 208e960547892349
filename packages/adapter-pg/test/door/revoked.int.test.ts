import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import { errorField, query, Wire } from './support/wire.js'

let on: Governed
beforeAll(async () => {
  on = await governed({ seed: 'create table t (a int); insert into t values (1)', allow: allButDelete })
})
afterAll(() => on.close())

/** How many statements of this text the server runs: it calls them active at their Parse already. */
const running = async (text: string): Promise<number> => {
  const { rowCount } = await on.owner.query(
    `select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep' and query = $1`,
    [text],
  )
  return rowCount ?? 0
}

describe('a live connection', () => {
  it.each(['run', 'target'] as const)('is ended with what it runs when its %s is revoked', async (kind) => {
    const session = await on.session()
    const wire = await Wire.open(on.target, session)
    const idle = await Wire.open(on.target, session)
    const text = `select a as ${kind}, pg_sleep(600) from t`
    const answer = wire.ask(query(text))
    await expect.poll(() => running(text)).toBe(1)
    const id = kind === 'run' ? session.principal.run.root : on.target.name
    await on.guard.revoke({ kind, id }, { reason: 'it went wrong', forMs: 500 })
    for (const messages of [await answer, await idle.ready()]) {
      expect([errorField(messages, 'S'), errorField(messages, 'C'), errorField(messages, 'D')]).toEqual([
        'FATAL',
        '57P01',
        'ERR_REVOKED',
      ])
      expect(errorField(messages, 'M')).toContain('it went wrong')
    }
    await expect.poll(() => running(text)).toBe(0)
    await expect
      .poll(() =>
        Wire.open(on.target, session).then(
          () => 'open',
          () => 'refused',
        ),
      )
      .toBe(kind === 'run' ? 'refused' : 'open')
    await sleep(600)
  })
})
