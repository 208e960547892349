import assert from 'node:assert/strict'
import type { LedgerCheck } from './ledger-bench.js'
import { change } from './ledger-bench.js'

/** Expiry, a clock that is set back, and the cap. */
export const timeCases: readonly LedgerCheck[] = [
  [
    'counts a key as absent after its last millisecond, and then lets it be made anew',
    async (on) => {
      const { clock } = on.subject
      if (clock === undefined) return
      const nowMs = await on.ledger.nowMs()
      await on.put('key', 1, 0, nowMs + 1_000)
      const version = await on.version('key')
      await clock.advance(1_000)
      assert.equal(await on.value('key'), 1)
      assert.equal(await on.put('key', 2), false)
      await clock.advance(1)
      assert.deepEqual(await on.ledger.get('key'), { value: undefined, version: 0 })
      assert.equal(await on.put('key', 3, version), false)
      assert.equal(await on.put('key', 4), true)
    },
  ],
  [
    'takes the expiry of the last change',
    async (on) => {
      const { clock } = on.subject
      if (clock === undefined) return
      const nowMs = await on.ledger.nowMs()
      await on.put('longer', 1, 0, nowMs + 1_000)
      await on.put('longer', 2, await on.version('longer'), nowMs + 5_000)
      await on.put('ever', 1, 0, nowMs + 1_000)
      await on.put('ever', 2, await on.version('ever'))
      await clock.advance(3_000)
      await on.put('other', 1)
      assert.deepEqual([await on.value('longer'), await on.value('ever')], [2, 2])
      await clock.advance(3_000)
      assert.deepEqual([await on.value('longer'), await on.value('ever')], [undefined, 2])
    },
  ],
  [
    'keeps its time when the wall clock is set back, and goes on from there',
    async (on) => {
      const { clock } = on.subject
      if (clock === undefined) return
      const before = await on.ledger.nowMs()
      await on.put('approval', 1, 0, before + 1_000)
      await clock.setBack(3_600_000)
      const after = await on.ledger.nowMs()
      assert.ok(after >= before, 'time went backwards')
      await clock.advance(2_000)
      assert.ok((await on.ledger.nowMs()) >= before + 2_000, 'time stood still')
      assert.equal(await on.value('approval'), undefined)
    },
  ],
  [
    'refuses new keys at its cap, keeps every old one, and takes new ones when old ones expired',
    async (on) => {
      const { capacity, clock } = on.subject
      if (capacity === undefined || clock === undefined) return
      const nowMs = await on.ledger.nowMs()
      for (let index = 0; index < capacity; index++)
        await on.put(`key/${String(index)}`, index, 0, nowMs + 1_000 + index)
      assert.equal(await on.code(() => on.put('one more', 1)), 'ERR_LIMIT_EXCEEDED')
      for (let index = 0; index < capacity; index++) assert.equal(await on.value(`key/${String(index)}`), index)
      const [kept, replaced] = ['key/0', 'key/1']
      assert.equal(await on.put(kept, 'changed', await on.version(kept), nowMs + 1_000), true)
      const exchange = [change(replaced, undefined, await on.version(replaced)), change('one more', 1)]
      assert.equal(await on.ledger.commit(exchange), true)
      assert.equal(await on.code(() => on.put('two more', 1)), 'ERR_LIMIT_EXCEEDED')
      await clock.advance(1_001)
      assert.equal(await on.put('two more', 1), true)
    },
  ],
]
