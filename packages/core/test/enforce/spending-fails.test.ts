import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, asks, dutiesApart, dutyBench, human, startMs, verdict, YesOf } from '../duties/support.js'

const hold = dutiesApart.hold?.map((rule) => ({ ...rule, duty: 'write' as const }))
const policy = { ...dutiesApart, ...(hold && { hold }) }

describe('an approval that could not be spent', () => {
  it.each([
    ['what it reserves', 'duty/'],
    ['the request', 'approval/request/'],
  ] as const)('because the ledger failed for %s is withdrawn', async (_what, prefix) => {
    const inner = memoryLedger({ clock: fixedClock(startMs) })
    let failing = false
    const ledger: Ledger = {
      get: (key) => {
        if (failing && key.startsWith(prefix)) {
          failing = false
          throw new Error('gone')
        }
        return inner.get(key)
      },
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const on = await dutyBench({ policy, ledger, approvers: [new YesOf(human('ann'))] })
    const session = await on.open(agent({ id: 'writer' }))
    on.interfere = ({ type }) => {
      failing ||= type === 'approval.vote'
      return undefined
    }
    expect(verdict(await asks(session, 'write'))).toBe('ERR_LEDGER_UNAVAILABLE')
    await expect.poll(() => on.guard.approvals.pending()).toEqual([])
    on.interfere = () => undefined
    expect(verdict(await asks(session, 'write'))).toBe('permitted')
    await on.guard.close()
  })
})
