import { describe, expect, it, vi } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { Revocation } from '../../src/revocation.js'
import { withoutNeedless } from '../../src/revocation.js'
import { Revocations, revocationsKey } from '../../src/revocations.js'
import { TargetSwitches } from '../../src/target-switches.js'

const reason = 'laptop stolen'
const run = { kind: 'run', id: 'r1' } as const

async function stage(changed: Partial<Ledger> = {}, inner = memoryLedger({ clock: systemClock })) {
  const journal = memoryJournal()
  const failures: unknown[] = []
  const revocations = new Revocations({
    ledger: {
      get: (key) => inner.get(key),
      commit: (changes) => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
      ...changed,
    },
    shared: true,
    journal: await journal.open({ recorder: 'test', clock: systemClock, onFailure: () => undefined }),
    clock: systemClock,
    deadlineMs: 200,
    onRevoked: () => undefined,
    onFailure: (cause) => failures.push(cause),
  })
  const stored = async (): Promise<readonly Revocation[]> => {
    const { value } = await inner.get(revocationsKey)
    return (value ?? []) as unknown as readonly Revocation[]
  }
  return { failures, inner, journal, revocations, stored }
}

const session = { id: 's', principal: { run: { id: 'r1', root: 'r1' }, delegation: [] } } as never
const many = Array.from({ length: 1_000 }, (_, id) => ({
  id: `i${String(id)}`,
  reason,
  untilMs: null,
  what: { kind: 'session', id: String(id) },
}))

describe('revoking the same again', () => {
  it('takes no room: the one that lasts longest stays', async () => {
    const { revocations, stored } = await stage()
    await revocations.add(run, { reason, forMs: 60_000 })
    const { id } = await revocations.add(run, { reason, forMs: 120_000 })
    await revocations.add(run, { reason, forMs: 60_000 })
    expect((await stored()).map((each) => each.id)).toEqual([id])
    const forGood = await revocations.add(run, { reason })
    expect((await stored()).map((each) => each.id)).toEqual([forGood.id])
  })

  it('for a time ends none that lasts longer, also when the ledger knows neither', async () => {
    const { revocations } = await stage({ commit: () => Promise.reject(new Error('gone')) })
    await expect(revocations.add(run, { reason })).rejects.toThrow()
    await expect(revocations.add(run, { reason, forMs: 1 })).rejects.toThrow()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await revocations.start()
    expect(revocations.ofSession(session)).toMatchObject({ untilMs: undefined })
    revocations.stop()
  })

  it('comes back from the journal once', () => {
    const each = { what: run, reason }
    const list = [
      { ...each, id: 'a', untilMs: 5 },
      { ...each, id: 'b', untilMs: undefined },
      { ...each, id: 'c', untilMs: 9 },
      { ...each, what: { kind: 'run', id: 'r2' } as const, id: 'd', untilMs: 1 },
    ]
    expect(withoutNeedless(list).map(({ id }) => id)).toEqual(['b', 'd'])
  })
})

describe('a ledger of revocations', () => {
  it('that is full of them still takes `everything`, which others read', async () => {
    const { inner, journal, revocations } = await stage()
    await inner.commit([{ key: revocationsKey, expectedVersion: 0, value: many }])
    const more = revocations.add({ kind: 'session', id: 'more' }, { reason })
    await expect(more).rejects.toMatchObject({ code: 'ERR_LIMIT_EXCEEDED' })
    // Refused there, in force here and on record.
    expect(journal.events.map(({ type }) => type)).toContain('revocation')
    await revocations.add({ kind: 'everything' }, { reason })
    const other = await stage({}, inner)
    await other.revocations.start()
    expect(other.revocations.ofTarget('any')).toMatchObject({ what: { kind: 'everything' } })
    other.revocations.stop()
  })

  it('that is full of other entries takes them, because their entry is there from the start', async () => {
    const inner = memoryLedger({ clock: systemClock, maxEntries: 2 })
    const { revocations, stored } = await stage({}, inner)
    await revocations.start()
    await inner.commit([{ key: 'other', expectedVersion: 0, value: 1 }])
    await revocations.add(run, { reason })
    expect(await stored()).toHaveLength(1)
    revocations.stop()
  })

  it('that cannot make the entry does not keep a guard from starting', async () => {
    const { failures, revocations } = await stage({ commit: () => Promise.reject(new Error('full')) })
    await revocations.start()
    expect(failures).toHaveLength(1)
    revocations.stop()
  })

  it.each(['throws', 'hangs'])(
    'that %s when asked for its time takes nothing back, here and on record',
    async (how) => {
      const { journal, revocations } = await stage({
        nowMs: () => {
          if (how === 'throws') throw new Error('gone')
          return new Promise(() => undefined)
        },
      })
      const code = how === 'throws' ? 'ERR_LEDGER_UNAVAILABLE' : 'ERR_DEADLINE'
      await expect(revocations.add(run, { reason, forMs: 1 })).rejects.toMatchObject({ code })
      expect(revocations.ofSession(session)).toMatchObject({ untilMs: undefined })
      expect(journal.events.at(-1)).toMatchObject({ type: 'revocation', until: null })
    },
  )

  it('is not looked at any more when the first look fails', async () => {
    vi.useFakeTimers()
    try {
      let looks = 0
      const { revocations } = await stage({
        get: () => {
          looks += 1
          throw new Error('gone')
        },
      })
      await expect(revocations.start()).rejects.toMatchObject({ code: 'ERR_LEDGER_UNAVAILABLE' })
      await vi.advanceTimersByTimeAsync(2_000)
      expect(looks).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('the signal of a session at a target', () => {
  it('is one for all of its connections, and a new one when a revocation is over', () => {
    let revocation: Revocation | undefined
    const switches = new TargetSwitches({ ofTarget: () => revocation })
    const ending = new AbortController()
    const first = switches.signal(ending.signal, 'db')
    expect(switches.signal(ending.signal, 'db')).toBe(first)
    expect(switches.signal(ending.signal, 'other')).not.toBe(first)
    expect(switches.signal(new AbortController().signal, 'db')).not.toBe(first)
    revocation = { id: 'x', what: { kind: 'target', id: 'db' }, reason, untilMs: 1 }
    switches.endRevoked()
    expect(first.reason).toMatchObject({ code: 'ERR_REVOKED' })
    expect(switches.signal(ending.signal, 'db').aborted).toBe(true)
    revocation = undefined
    const later = switches.signal(ending.signal, 'db')
    expect(later.aborted).toBe(false)
    ending.abort(new Error('over'))
    expect([later.aborted, switches.signal(ending.signal, 'db')]).toEqual([true, later])
  })
})
