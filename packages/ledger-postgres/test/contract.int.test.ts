import { ledgerContract } from '@bothkeys/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stage } from './support/stage.js'
import { stage, TurnedClock } from './support/stage.js'

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())

describe('a ledger in PostgreSQL keeps the contract of ledgers, seen by two processes', () => {
  const cases = ledgerContract(async () => {
    const schema = on.schema()
    const clock = new TurnedClock(on.owner, schema)
    const capacity = 2_500
    const options = { clock, maxEntries: capacity }
    const views = [await on.open(schema, options), await on.open(schema, options)]
    await clock.start()
    return { views, clock, capacity }
  })
  // Each case asserts by itself and rejects when the ledger breaks it.
  it.each(cases)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
