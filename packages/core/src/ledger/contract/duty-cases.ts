import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Claim, MarkRule } from '../../duties/claim.js'
import type { Ledger } from '../ledger.js'
import { reserve } from '../reserve.js'
import type { LedgerCheck } from './ledger-bench.js'

/** What keeping duties apart relies on: the reservation itself, on the ledger under test. */
export const dutyCases: readonly LedgerCheck[] = [
  [
    'never reserves two conflicting duties of one closure, however often both are asked for at once',
    async (on, races) => {
      for (let race = 0; race < races; race++) {
        const person = `person/${String(race)}`
        const both = await Promise.all([
          wins(on.view(0), [claim(`run/${String(race)}/a`, 'write'), claim(person, 'write')]),
          wins(on.view(1), [claim(person, 'approve'), claim(`run/${String(race)}/b`, 'approve')]),
        ])
        assert.equal(both.filter(Boolean).length, 1, `race ${String(race)}`)
        const stamps = await on.value(`duty/${person}`)
        const marks = Object.keys(Object(stamps) as object).filter((name) => name !== '')
        assert.deepEqual(marks, both[0] ? ['write'] : ['approve'])
      }
    },
  ],
  [
    'reserves for every contender of one side and for none of the other',
    async (on) => {
      const sides = Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? 'write' : 'approve'))
      const won = await Promise.all(
        sides.map((duty, index) => wins(on.view(index), [claim(`own/${String(index)}`, duty), claim('person', duty)])),
      )
      const winners = new Set(sides.filter((_, index) => won[index]))
      assert.equal(winners.size, 1)
      assert.equal(won.filter(Boolean).length, 16)
    },
  ],
  [
    'lets exactly as many of 32 contenders through as a limit says',
    async (on) => {
      const limit = { id: 'L1', noun: 'statements', limit: 7, windowMs: 3_600_000 }
      const won = await Promise.all(
        Array.from({ length: 32 }, (_, index) =>
          wins(on.view(index), [
            { key: `limit/own/${String(index)}`, amount: 1, tally: limit },
            { key: 'limit/person', amount: 1, tally: limit },
          ]),
        ),
      )
      assert.equal(won.filter(Boolean).length, 7)
      const counted: readonly unknown[] = Object.values(Object(await on.value('limit/person')) as object)
      assert.equal(
        counted.reduce((sum: number, count) => sum + Number(count), 0),
        7,
      )
    },
  ],
  [
    'reserves all keys or none',
    async (on) => {
      assert.equal(await wins(on.ledger, [claim('second', 'approve')]), true)
      assert.equal(
        await wins(on.ledger, [claim('first', 'write'), claim('second', 'write'), claim('third', 'write')]),
        false,
      )
      assert.deepEqual([await on.version('duty/first'), await on.version('duty/third')], [0, 0])
    },
  ],
  [
    'keeps a duty for its window, also when the wall clock is set back, and lets the other one in after it',
    async (on) => {
      const { clock } = on.subject
      if (clock === undefined) return
      assert.equal(await wins(on.ledger, [claim('person', 'write')]), true)
      await clock.setBack(10 * rule.windowMs)
      await clock.advance(rule.windowMs)
      assert.equal(await wins(on.ledger, [claim('person', 'approve')]), false)
      await clock.advance(rule.windowMs / 64 + 1)
      assert.equal(await wins(on.ledger, [claim('person', 'approve')]), true)
    },
  ],
]

const rule: MarkRule = {
  id: 'D1',
  noun: 'duties',
  marks: new Set(['write', 'approve']),
  max: 1,
  windowMs: 64_000,
  over: ['person', 'run'],
}

function claim(key: string, duty: string): Claim {
  return { key: `duty/${key}`, wants: [{ rule, adds: [duty] }], keepMs: rule.windowMs, lastsMs: 0 }
}

/** Reads and commits in different turns of the event loop, as processes do. */
async function wins(ledger: Ledger, claims: readonly Claim[]): Promise<boolean> {
  const apart: Ledger = {
    get: async (key) => {
      const entry = await ledger.get(key)
      await nextTurn()
      return entry
    },
    commit: (changes) => ledger.commit(changes),
    nowMs: () => ledger.nowMs(),
    close: () => ledger.close(),
  }
  return (await reserve(apart, claims, { deadlineMs: 10_000 })).conflict === undefined
}
