import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Ledger } from '../ledger.js'
import type { LedgerCheck } from './ledger-bench.js'
import { change } from './ledger-bench.js'

/** What callers at the same time may rely on. */
export const raceCases: readonly LedgerCheck[] = [
  [
    'lets exactly one of 64 contenders win a compare-and-set',
    async (on) => {
      await on.put('uses', 1)
      const wins = await Promise.all(
        Array.from({ length: 64 }, async (_, index) => {
          const view = on.view(index)
          const { value, version } = await view.get('uses')
          await nextTurn()
          if (value !== 1) return false
          return view.commit([change('uses', 0, version), change(`winner/${String(index)}`, index)])
        }),
      )
      assert.equal(wins.filter(Boolean).length, 1)
      assert.equal(await on.value('uses'), 0)
      const winner = wins.indexOf(true)
      assert.equal(await on.value(`winner/${String(winner)}`), winner)
    },
  ],
  [
    'counts every one of 64 concurrent increments that are retried',
    async (on) => {
      const increment = async (view: Ledger): Promise<void> => {
        for (;;) {
          const { value, version } = await view.get('counter')
          await nextTurn()
          if (await view.commit([change('counter', Number(value ?? 0) + 1, version)])) return
        }
      }
      await Promise.all(Array.from({ length: 64 }, (_, index) => increment(on.view(index))))
      assert.equal(await on.value('counter'), 64)
    },
  ],
  [
    'never grants two conflicting duties, however often both are asked for at once',
    async (on, races) => {
      let granted = 0
      const grant = async (view: Ledger, race: number, own: string, conflicting: string): Promise<boolean> => {
        // Check, then insert: what is checked is a condition of the commit, or the race is lost.
        const seen = await view.get(`duty/${String(race)}/${conflicting}`)
        await nextTurn()
        if (seen.value !== undefined) return false
        return view.commit([
          change(`duty/${String(race)}/${own}`, 'held'),
          change(`duty/${String(race)}/${conflicting}`, undefined, seen.version),
        ])
      }
      for (let race = 0; race < races; race++) {
        const both = await Promise.all([
          grant(on.view(0), race, 'write', 'approve'),
          grant(on.view(1), race, 'approve', 'write'),
        ])
        assert.ok(!both.every(Boolean), `race ${String(race)} granted both`)
        if (both.some(Boolean)) granted++
      }
      assert.ok(granted > 0, 'no race granted anything')
    },
  ],
]
