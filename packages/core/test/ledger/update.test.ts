import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { updateLedger } from '../../src/ledger/update.js'
import { systemClock } from '../../src/model/clock.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, dutyBench, verdict } from '../duties/support.js'

const inner = memoryLedger({ clock: systemClock })

/** While it was read, or while it was written to. */
const late: unknown = expect.stringMatching(/^ERR_(DEADLINE|LEDGER_UNKNOWN)$/)

/** A ledger whose every call takes its time. */
function slow(ms: number, changes: Partial<Ledger> = {}): Ledger {
  return {
    get: (key) => sleep(ms).then(() => inner.get(key)),
    commit: (all) => sleep(ms).then(() => inner.commit(all)),
    nowMs: () => inner.nowMs(),
    close: () => Promise.resolve(),
    ...changes,
  }
}

describe('an update of the ledger', () => {
  it('has one deadline for all of its attempts, and begins none after it', async () => {
    let commits = 0
    const contended = slow(20, { commit: () => sleep(20).then(() => (commits++, false)) })
    const plan = () => ({ write: [{ key: 'k', value: 1 }], result: 1 })
    const startedMs = performance.now()
    await expect(updateLedger(contended, 150, ['k'], plan)).rejects.toMatchObject({ code: late })
    expect(performance.now() - startedMs).toBeLessThan(1_000)
    const before = commits
    expect(before).toBeGreaterThan(0)
    await sleep(200)
    // The one that was on its way when the time was over.
    expect(commits - before).toBeLessThanOrEqual(1)
  })

  it('does not say that nothing was written when the ledger does not answer in time', async () => {
    const plan = () => ({ write: [{ key: 'late', value: 1 }], result: 1 })
    const slowToWrite = slow(0, { commit: (all) => sleep(100).then(() => inner.commit(all)) })
    await expect(updateLedger(slowToWrite, 50, ['late'], plan)).rejects.toMatchObject({ code: 'ERR_LEDGER_UNKNOWN' })
    await expect.poll(() => inner.get('late')).toMatchObject({ value: 1 })
    const slowToRead = slow(100, { commit: () => Promise.reject(new Error('not asked')) })
    await expect(updateLedger(slowToRead, 50, ['late'], plan)).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
  })

  it('reads its keys at once', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `key ${String(index)}`)
    const found = await updateLedger(slow(20), 800, keys, (entries) => ({ write: [], result: [...entries.keys()] }))
    expect(new Set(found)).toEqual(new Set(keys))
  })

  it.each([undefined, 1, 'true', { applied: false }])('is none when the commit answers %s', async (answer) => {
    const lying = { ...slow(0), commit: () => Promise.resolve(answer as never) }
    const plan = () => ({ write: [{ key: 'k', value: 1 }], result: 1 })
    await expect(updateLedger(lying, 500, ['k'], plan)).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
  })

  it('fails as a whole when one key cannot be read, and leaves nothing behind that rejects', async () => {
    const failing = slow(5, {
      get: (key) => {
        if (key === 'b') throw new Error('gone')
        return sleep(5).then(() => Promise.reject(new Error('later')))
      },
    })
    const plan = () => ({ write: [], result: 1 })
    await expect(updateLedger(failing, 500, ['a', 'b'], plan)).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    await sleep(20)
  })
})

describe('an action that rules count', () => {
  const policy: PolicyInput = {
    version: 1,
    targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
    roles: { worker: [{ target: ['db', 'other'], duty: ['read', 'write'] }] },
    separate: { dynamic: [{ id: 'D', duties: ['read', 'write'], max: 1, per: 'object', window: '1h' }] },
  }

  it('is not permitted long after the deadline, however often the ledger answers just in time', async () => {
    let waits = 0
    // Others get in between, again and again.
    let lost = 0
    const ledger = slow(0, {
      get: (key) => sleep(waits).then(() => inner.get(key)),
      commit: (all) => sleep(waits).then(() => (waits > 0 && lost++ < 8 ? false : inner.commit(all))),
    })
    const on = await dutyBench({ policy, ledger })
    const access = await on.open(agent({ id: 'worker' }))
    waits = 100
    const startedMs = performance.now()
    const effects = [{ duty: 'write', resource: 'table:public.t', attributes: {} }] as const
    const admission = await access.admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'x', recordedText: 'x', effects },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    expect(verdict(admission)).toEqual(late)
    expect(performance.now() - startedMs).toBeLessThan(1_200)
    waits = 0
    await on.guard.close()
  })
})
