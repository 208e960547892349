import { describe, expect, it } from 'vitest'
import type { SessionAccess } from '../../src/access.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import type { Duty } from '../../src/model/effect.js'
import type { Permit } from '../../src/permit.js'
import type { LimitInput, PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import type { DutyBench } from './support.js'
import { agent, asks, dutiesApart, dutyBench, startMs, verdict } from './support.js'

const { separate: _none, ...plain } = dutiesApart
const limited = (...limits: readonly LimitInput[]): PolicyInput => ({ ...plain, limits })
const rows: LimitInput = { id: 'R1', role: 'worker', rows: '100/h' }
const bytes: LimitInput = { id: 'B1', role: 'worker', bytes: '1kB/h' }
const worker = agent({ id: 'worker' })

const measuring = { measuresAnswers: true } as const

async function permitOf(access: SessionAccess, duty: Duty = 'read'): Promise<Permit> {
  const admission = await asks(access, duty, undefined, measuring)
  if (admission.outcome !== 'permitted') throw new Error(verdict(admission))
  admission.permit.use()
  return admission.permit
}

const permitted = async (on: DutyBench, who = worker, duty: Duty = 'read'): Promise<Permit> =>
  permitOf(await on.open(who), duty)

describe('a limit on what is handed out', () => {
  it('lets rows go up to the limit and no further, whichever session gets them', async () => {
    const on = await dutyBench({ policy: limited(rows) })
    const first = await permitted(on)
    expect(first.measured).toBe(true)
    await first.handOut({ rows: 60, bytes: 600 })
    const second = await permitted(on, agent({ id: 'second' }))
    await expect(second.handOut({ rows: 41, bytes: 1 })).rejects.toMatchObject({
      code: 'ERR_LIMIT_EXCEEDED',
      rules: ['R1'],
      message: 'refused: at most 100 rows within 1h (rule R1)',
    })
    await second.handOut({ rows: 40, bytes: 1 })
    await expect(first.handOut({ rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    // Somebody else's are not these.
    await (await permitted(on, agent({ id: 'other', ownedBy: 'pia' }))).handOut({ rows: 100, bytes: 1 })
  })

  it('refuses an action for which nothing is left, before anybody is asked about it', async () => {
    const on = await dutyBench({ policy: limited(rows) })
    await (await permitted(on)).handOut({ rows: 100, bytes: 1 })
    for (const duty of ['read', 'delete'] as const) {
      const refused = await asks(await on.open(worker), duty, undefined, measuring)
      expect(refused).toMatchObject({ refusal: { code: 'ERR_LIMIT_EXCEEDED', rules: ['R1'] } })
    }
    expect(on.events.filter(({ type }) => type === 'approval.requested')).toEqual([])
    on.clock.advance(3_600_000 * (17 / 16) + 1)
    await (await permitted(on)).handOut({ rows: 100, bytes: 1 })
  })

  it('counts bytes in units of 1,000', async () => {
    const on = await dutyBench({ policy: limited(bytes) })
    const permit = await permitted(on)
    await permit.handOut({ rows: 1, bytes: 999 })
    await expect(permit.handOut({ rows: 1, bytes: 2 })).rejects.toMatchObject({ rules: ['B1'] })
    await permit.handOut({ rows: 1, bytes: 1 })
  })

  it('counts each by itself where one rule has several, and statements beside', async () => {
    const on = await dutyBench({ policy: limited({ ...rows, statements: '3/h', bytes: '1kB/h' }) })
    const permit = await permitted(on)
    await permit.handOut({ rows: 99, bytes: 999 })
    await expect(permit.handOut({ rows: 2, bytes: 1 })).rejects.toMatchObject({ rules: ['R1, rows'] })
    await expect(permit.handOut({ rows: 1, bytes: 2 })).rejects.toMatchObject({ rules: ['R1, bytes'] })
    await permitted(on)
    await permitted(on)
    expect(verdict(await asks(await on.open(worker), 'read', undefined, measuring))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('counts each action by itself where it names no time', async () => {
    const on = await dutyBench({ policy: limited({ id: 'A1', role: 'worker', rows: 10, bytes: '1kB' }) })
    const permit = await permitted(on)
    await permit.handOut({ rows: 6, bytes: 600 })
    await expect(permit.handOut({ rows: 5, bytes: 1 })).rejects.toMatchObject({
      code: 'ERR_LIMIT_EXCEEDED',
      message: 'refused: at most 10 rows in one action (rule A1)',
    })
    const next = await permitted(on)
    await next.handOut({ rows: 10, bytes: 900 })
    await expect(next.handOut({ rows: 0, bytes: 101 })).rejects.toMatchObject({ rules: ['A1, bytes'] })
  })

  it('counts its duties alone', async () => {
    const on = await dutyBench({ policy: limited({ ...rows, duty: 'write' }) })
    const permit = await permitted(on)
    expect(permit.measured).toBe(false)
    await permit.handOut({ rows: 1_000, bytes: 1 })
    await permit.settle({ outcome: 'completed' })
    expect(on.events.at(-1)).not.toHaveProperty('handedOut')
    expect((await permitted(on, worker, 'write')).measured).toBe(true)
  })

  it('refuses what an adapter does not measure', async () => {
    const on = await dutyBench({ policy: limited(rows) })
    expect(verdict(await asks(await on.open(worker), 'read'))).toBe('ERR_LIMIT_UNMEASURED')
    const free = await dutyBench({ policy: limited({ id: 'L1', role: 'worker', statements: '3/h' }) })
    expect(verdict(await asks(await free.open(worker), 'read'))).toBe('permitted')
  })

  it('never lets more go than it says to any number of contenders', async () => {
    const on = await dutyBench({ policy: limited(rows) })
    const permits = await Promise.all(
      Array.from({ length: 32 }, (_, id) => permitted(on, agent({ id: `w${String(id)}` }))),
    )
    const all = await Promise.allSettled(permits.map((permit) => permit.handOut({ rows: 7, bytes: 1 })))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(14)
  })

  it('is on record, and goes on after a restart', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ policy: limited(rows), journal })
    const permit = await permitted(first)
    await permit.handOut({ rows: 30, bytes: 500 })
    await permit.handOut({ rows: 60, bytes: 400 })
    await permit.settle({ outcome: 'completed' })
    expect(first.events.at(-1)).toMatchObject({ type: 'action.outcome', handedOut: { rows: 90, bytes: 900 } })
    await first.guard.close()
    const second = await permitted(await dutyBench({ policy: limited(rows), journal }))
    await expect(second.handOut({ rows: 11, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    await second.handOut({ rows: 10, bytes: 1 })
  })

  it('lets nothing go for numbers that count nothing, and they make no room', async () => {
    const on = await dutyBench({ policy: limited({ ...rows, bytes: '1kB/h' }) })
    const permit = await permitted(on)
    await permit.handOut({ rows: 100, bytes: 999 })
    for (const wrong of [-1, Number.NaN, 0.5, Infinity, 2 ** 53]) {
      await expect(permit.handOut({ rows: wrong, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
      await expect(permit.handOut({ rows: 1, bytes: wrong })).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
    }
    await expect(permit.handOut({ rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    await permit.settle({ outcome: 'completed' })
    expect(on.events.at(-1)).toMatchObject({ handedOut: { rows: 100, bytes: 999 } })
  })

  it('lets nothing go when the ledger fails or hangs', async () => {
    const inner = memoryLedger({ clock: fixedClock(startMs) })
    let commit: Ledger['commit'] = (changes) => inner.commit(changes)
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
      commit: (changes) => commit(changes),
    }
    const on = await dutyBench({ policy: limited(rows), ledger })
    const permit = await permitted(on)
    commit = () => {
      throw new Error('gone')
    }
    await expect(permit.handOut({ rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
    commit = () => new Promise(() => undefined)
    await expect(permit.handOut({ rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_LEDGER_UNKNOWN' })
  })

  it('lets nothing go when the session is over, also when it ends meanwhile', async () => {
    const on = await dutyBench({ policy: limited(rows) })
    const session = await on.session(worker)
    const permit = await permitOf(on.access(session))
    const counted = permit.handOut({ rows: 1, bytes: 1 })
    await Promise.all([expect(counted).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' }), session.close()])
    await expect(permit.handOut({ rows: 1, bytes: 1 })).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })
})
