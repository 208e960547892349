import assert from 'node:assert/strict'
import { keptFree } from '../room.js'
import type { LedgerBench, LedgerCheck } from './ledger-bench.js'
import { change } from './ledger-bench.js'

/** The places that are kept for approvals and revocations, also where several callers are after the last of them. */
export const roomCases: readonly LedgerCheck[] = [
  [
    'keeps its last places for what rules do not count, whoever asks at once',
    async (on) => {
      const { capacity } = on.subject
      if (capacity === undefined) return
      const kept = keptFree(capacity)
      const left = 8
      await fill(on, capacity - kept - left)
      assert.equal(await granted(on, 2 * left, (index) => `limit/late/${String(index)}`), left)
      assert.equal(await on.put('duty/filler/0', 'changed', await on.version('duty/filler/0')), true)
      for (const name of ['chain', 'duty', 'limit', 'role', 'wall', 'work'])
        assert.equal(await on.code(() => on.put(`${name}/more`, 1)), 'ERR_LIMIT_EXCEEDED')
      const both = [change('duty/more', 1), change('approval/more', 1)]
      assert.equal(await on.code(() => on.ledger.commit(both)), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await granted(on, kept + left, (index) => `approval/${String(index)}`), kept)
      assert.equal(await on.code(() => on.put('revocations', 1)), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await on.put('duty/filler/0', undefined, await on.version('duty/filler/0')), true)
      assert.equal(await on.code(() => on.put('duty/more', 1)), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await on.put('revocations', 1), true)
    },
  ],
]

/** So many entries of what rules count. */
async function fill(on: LedgerBench, entries: number): Promise<void> {
  const keys = Array.from({ length: entries }, (_, index) => `duty/filler/${String(index)}`)
  for (let at = 0; at < entries; at += 100)
    assert.equal(await on.ledger.commit(keys.slice(at, at + 100).map((key) => change(key, 1))), true)
}

/** How many of so many callers at once get a new entry. The others are told that there is no room. */
async function granted(on: LedgerBench, callers: number, keyOf: (index: number) => string): Promise<number> {
  const codes = await Promise.all(
    Array.from({ length: callers }, (_, index) =>
      on.code(async () => {
        assert.equal(await on.view(index).commit([change(keyOf(index), 1)]), true)
      }),
    ),
  )
  assert.deepEqual(
    codes.filter((code) => code !== undefined && code !== 'ERR_LIMIT_EXCEEDED'),
    [],
  )
  return codes.filter((code) => code === undefined).length
}
