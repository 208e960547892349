import { describe, expect, it, vi } from 'vitest'
import { ReadinessChecks } from '../../src/control/readiness.js'

const well = (): Promise<undefined> => Promise.resolve(undefined)

describe('readiness', () => {
  it('names every check that says no, and says nothing of what it threw', async () => {
    const checks = new ReadinessChecks(
      new Map([
        ['policy', well],
        ['journal', () => Promise.resolve('it is full')],
        ['ledger', () => Promise.reject(new Error('password=hunter2'))],
      ]),
      () => 0,
    )
    expect(await checks.now()).toEqual({ ready: false, reasons: { journal: 'it is full', ledger: 'it failed' } })
  })

  it('asks once for however many ask, and again when the answer is old', async () => {
    const clock = { ms: 0 }
    const check = vi.fn<typeof well>(well)
    const checks = new ReadinessChecks(new Map([['one', check]]), () => clock.ms)
    await Promise.all([checks.now(), checks.now(), checks.now()])
    expect([(await checks.now()).ready, check.mock.calls.length]).toEqual([true, 1])
    clock.ms = 5_000
    await checks.now()
    expect(check.mock.calls.length).toBe(2)
  })

  it('says no to a check that hangs', async () => {
    const checks = new ReadinessChecks(new Map([['slow', () => new Promise<undefined>(() => undefined)]]), () => 0)
    expect(await checks.now()).toEqual({ ready: false, reasons: { slow: 'it did not answer in time' } })
  })

  it('says no from the moment that the process ends, without asking', async () => {
    const check = vi.fn<typeof well>(well)
    const checks = new ReadinessChecks(new Map([['one', check]]), () => 0)
    await checks.now()
    checks.drain()
    expect(await checks.now()).toEqual({ ready: false, reasons: { draining: 'the process is ending' } })
    expect(check.mock.calls.length).toBe(1)
  })

  it('says no to who asked before it and is answered after it', async () => {
    let answer = (): void => undefined
    const check = (): Promise<undefined> => new Promise((resolve) => (answer = () => resolve(undefined)))
    const checks = new ReadinessChecks(new Map([['one', check]]), () => 0)
    const asked = checks.now()
    checks.drain()
    answer()
    expect(await asked).toEqual({ ready: false, reasons: { draining: 'the process is ending' } })
  })
})
