import assert from 'node:assert/strict'
import type { SnapshotValue } from '../../model/snapshot.js'
import type { LedgerCheck } from './ledger-bench.js'
import { change } from './ledger-bench.js'

/** What one caller may rely on. */
export const commitCases: readonly LedgerCheck[] = [
  [
    'answers version 0 and no value for a key that does not exist',
    async (on) => {
      assert.deepEqual(await on.ledger.get('missing'), { value: undefined, version: 0 })
    },
  ],
  [
    'applies a change only at the version that was read',
    async (on) => {
      assert.equal(await on.put('key', 'first'), true)
      const version = await on.version('key')
      assert.ok(version > 0)
      assert.equal(await on.put('key', 'again'), false)
      assert.equal(await on.put('key', 'stale', version + 1), false)
      assert.equal(await on.put('key', 'second', version), true)
      assert.equal(await on.value('key'), 'second')
      assert.notEqual(await on.version('key'), version)
    },
  ],
  [
    'never gives a key an old version again, also after it was deleted',
    async (on) => {
      await on.put('key', 1)
      const version = await on.version('key')
      assert.equal(await on.put('key', undefined, version), true)
      assert.equal(await on.version('key'), 0)
      await on.put('key', 2)
      assert.notEqual(await on.version('key'), version)
      assert.equal(await on.put('key', 3, version), false)
    },
  ],
  [
    'applies all changes of a commit or none',
    async (on) => {
      await on.put('b', 'there')
      assert.equal(await on.ledger.commit([change('a', 1), change('b', 2), change('c', 3)]), false)
      assert.deepEqual([await on.version('a'), await on.value('b'), await on.version('c')], [0, 'there', 0])
      assert.equal(await on.ledger.commit([change('a', 1), change('b', 2, await on.version('b'))]), true)
      assert.deepEqual([await on.value('a'), await on.value('b')], [1, 2])
    },
  ],
  [
    'takes the deletion of a missing key as the condition that it is missing',
    async (on) => {
      assert.equal(await on.ledger.commit([change('mine', 1), change('other', undefined)]), true)
      await on.put('other', 1)
      assert.equal(await on.ledger.commit([change('mine2', 1), change('other', undefined)]), false)
      assert.equal(await on.version('mine2'), 0)
      assert.equal((await on.version('other')) > 0, true)
    },
  ],
  [
    'refuses a commit that names a key twice',
    async (on) => {
      assert.notEqual(await on.code(() => on.ledger.commit([change('key', 1), change('key', 2)])), undefined)
      assert.equal(await on.version('key'), 0)
    },
  ],
  [
    'takes an empty commit',
    async (on) => {
      assert.equal(await on.ledger.commit([]), true)
    },
  ],
  [
    'keeps values and keys as they are, whatever they are',
    async (on) => {
      const value: SnapshotValue = JSON.parse(
        '{"__proto__":{"x":1},"a":[null,true,-1.5,"\\u2028ü"],"":""}',
      ) as SnapshotValue
      for (const key of ['__proto__', 'constructor', '', 'a/b c\u2028ü', 'x'.repeat(1000)]) {
        assert.equal(await on.put(key, value), true)
        assert.equal(JSON.stringify(await on.value(key)), JSON.stringify(value))
      }
    },
  ],
  [
    'does not share values with its callers',
    async (on) => {
      const list = [1]
      const value = { list }
      await on.put('key', value)
      list.push(2)
      const read = await on.value('key')
      assert.deepEqual(read, { list: [1] })
      await on.code(() => {
        const reachable = (read as { list: number[] }).list
        reachable.push(3)
      })
      assert.deepEqual(await on.value('key'), { list: [1] })
    },
  ],
  [
    'refuses everything after close',
    async (on) => {
      await on.ledger.close()
      const steps = [() => on.ledger.get('key'), () => on.ledger.commit([change('key', 1)]), () => on.ledger.nowMs()]
      for (const step of steps) assert.equal(await on.code(step), 'ERR_LEDGER_UNAVAILABLE')
    },
  ],
]
