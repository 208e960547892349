import { expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { answering, ask, bench, describeAs, person, verdict } from './support.js'

it('an action is asked about again where nobody could tell whether it waits already', async () => {
  const inner = memoryLedger({ clock: systemClock })
  let isLost = false
  const ledger: Ledger = {
    get: (key) => inner.get(key),
    commit: async (changes) => {
      const isCommitted = await inner.commit(changes)
      if (!isLost) return isCommitted
      isLost = false
      return new Promise(() => undefined)
    },
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
  const on = await bench({ ledger, approvers: [answering('allow', await person())] })
  const { access } = await on.access()
  isLost = true
  expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_LEDGER_UNKNOWN')
  expect(verdict(await ask(access, describeAs('delete')))).toBe('permitted')
  await on.guard.close()
})
