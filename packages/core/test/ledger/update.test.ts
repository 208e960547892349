import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { updateLedger } from '../../src/ledger/update.js'
import { systemClock } from '../../src/model/clock.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, dutyBench, verdict } from '../duties/support.js'

const inner = memoryLedger({ clock: systemClock })

/** While it was read, or while it was written to. */
const late: unknown = expect.stringMatching(/^ERR_(DEADLINE|LEDGER_UNKNOWN)$/)

const after = <T>(ms: number, answer: () => T | Promise<T>): Promise<T> =>
  new Promise<void>((resolve) => setTimeout(resolve, ms)).then(answer)

/** A ledger whose every call takes its time. */
function slow(ms: number, changes: Partial<Ledger> = {}): Ledger {
  return {
    get: (key) => after(ms, () => inner.get(key)),
    commit: (all) => after(ms, () => inner.commit(all)),
    nowMs: () => inner.nowMs(),
    close: () => Promise.resolve(),
    ...changes,
  }
}

const errorOf = (update: Promise<unknown>): Promise<unknown> => update.catch((error: unknown) => error)

/** Within timers that only the test moves on, so that a machine that stands still changes nothing. */
function stopped(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}
afterEach(() => {
  vi.useRealTimers()
})

describe('an update of the ledger', () => {
  it('has one deadline for all of its attempts, and begins none after it', async () => {
    stopped()
    let commits = 0
    const contended = slow(20, { commit: () => after(20, () => (commits++, false)) })
    const plan = () => ({ write: [{ key: 'k', value: 1 }], result: 1 })
    const failed = errorOf(updateLedger(contended, 150, ['k'], plan))
    // Four attempts, of 40 ms each, begin before the deadline.
    await vi.advanceTimersByTimeAsync(150)
    expect(await failed).toMatchObject({ code: late })
    expect(commits).toBe(3)
    await vi.advanceTimersByTimeAsync(10_000)
    // The one that was on its way when the time was over.
    expect(commits).toBeLessThanOrEqual(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not say that nothing was written when the ledger does not answer in time', async () => {
    stopped()
    const plan = () => ({ write: [{ key: 'late', value: 1 }], result: 1 })
    const slowToWrite = slow(0, { commit: (all) => after(100, () => inner.commit(all)) })
    const unknown = errorOf(updateLedger(slowToWrite, 50, ['late'], plan))
    await vi.advanceTimersByTimeAsync(50)
    expect(await unknown).toMatchObject({ code: 'ERR_LEDGER_UNKNOWN' })
    expect(await inner.get('late')).toMatchObject({ version: 0 })
    await vi.advanceTimersByTimeAsync(50)
    expect(await inner.get('late')).toMatchObject({ value: 1 })

    const slowToRead = slow(100, { commit: () => Promise.reject(new Error('not asked')) })
    const unread = errorOf(updateLedger(slowToRead, 50, ['late'], plan))
    await vi.advanceTimersByTimeAsync(50)
    expect(await unread).toMatchObject({ code: 'ERR_DEADLINE' })
  })

  it('reads its keys at once', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `key ${String(index)}`)
    const asked: string[] = []
    let answer = (): void => undefined
    const allAsked = new Promise<void>((resolve) => (answer = resolve))
    const ledger = slow(0, {
      get: async (key) => {
        if (asked.push(key) === keys.length) answer()
        await allAsked
        return inner.get(key)
      },
    })
    const found = await updateLedger(ledger, 30_000, keys, (entries) => ({ write: [], result: [...entries.keys()] }))
    expect(new Set(found)).toEqual(new Set(keys))
    expect(asked).toHaveLength(keys.length)
  })

  it.each([undefined, 1, 'true', { applied: false }])('is none when the commit answers %s', async (answer) => {
    const lying = { ...slow(0), commit: () => Promise.resolve(answer as never) }
    const plan = () => ({ write: [{ key: 'k', value: 1 }], result: 1 })
    await expect(updateLedger(lying, 30_000, ['k'], plan)).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
      message: expect.stringContaining('does not say whether it committed') as unknown,
    })
  })

  it('fails as a whole when one key cannot be read, and leaves nothing behind that rejects', async () => {
    const failing = slow(5, {
      get: (key) => {
        if (key === 'b') throw new Error('gone')
        return sleep(5).then(() => Promise.reject(new Error('later')))
      },
    })
    const plan = () => ({ write: [], result: 1 })
    await expect(updateLedger(failing, 30_000, ['a', 'b'], plan)).rejects.toMatchObject({
      code: 'ERR_LEDGER_UNAVAILABLE',
    })
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
      get: (key) => after(waits, () => inner.get(key)),
      commit: (all) => after(waits, () => (waits > 0 && lost++ < 8 ? false : inner.commit(all))),
    })
    const on = await dutyBench({ policy, ledger })
    const access = await on.open(agent({ id: 'worker' }))
    waits = 100
    stopped()
    const effects = [{ duty: 'write', resource: 'table:public.t', attributes: {} }] as const
    let told: unknown
    const admission = access.admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'x', recordedText: 'x', effects },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    const admitted = Promise.resolve(admission).then((found) => (told = verdict(found)))
    // The deadline is half a second.
    await vi.advanceTimersByTimeAsync(1_200)
    expect(told).toEqual(late)
    await admitted
    vi.useRealTimers()
    waits = 0
    await on.guard.close()
  })
})
