import { describe, expect, it, vi } from 'vitest'
import type { Ledger, LedgerEntry } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { Revocation } from '../../src/revocation.js'
import { withNewer } from '../../src/revocation.js'
import type { RevocationsContext } from '../../src/revocations.js'
import { Revocations } from '../../src/revocations.js'
import { noRevocations, revocationsKey, storedValue } from '../../src/stored-revocations.js'
import { TargetSwitches } from '../../src/target-switches.js'

const reason = 'laptop stolen'
const run = { kind: 'run', id: 'r1' } as const

async function stage(
  changed: Partial<Ledger> = {},
  inner = memoryLedger({ clock: systemClock }),
  on: Partial<Pick<RevocationsContext, 'clock' | 'deadlineMs'>> = {},
) {
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
    ...on,
  })
  const stored = async (): Promise<readonly Revocation[]> => {
    const { value } = await inner.get(revocationsKey)
    return (value as unknown as { readonly inForce: readonly Revocation[] } | undefined)?.inForce ?? []
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
  it('takes the place of what ends no later, and leaves what ends later', async () => {
    const { revocations, stored } = await stage()
    await revocations.add(run, { reason, forMs: 60_000 })
    const { id } = await revocations.add(run, { reason, forMs: 120_000 })
    await revocations.add(run, { reason, forMs: 50_000 })
    const shorter = await revocations.add(run, { reason, forMs: 60_000 })
    expect((await stored()).map((each) => each.id)).toEqual([id, shorter.id])
    expect(revocations.inForce().map((each) => each.id)).toEqual([id, shorter.id])
    const forGood = await revocations.add(run, { reason })
    expect((await stored()).map((each) => each.id)).toEqual([forGood.id])
    expect(revocations.inForce().map((each) => each.id)).toEqual([forGood.id])
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
    const left = list.reduce<readonly Revocation[]>((before, each) => withNewer(before, each), [])
    expect(left.map(({ id }) => id)).toEqual(['b', 'c', 'd'])
  })
})

it('what is revoked while the ledger is looked at stays by itself', async () => {
  const inner = memoryLedger({ clock: systemClock })
  const other = await stage({}, inner)
  await other.revocations.add(run, { reason: 'theirs' })
  let answers: Promise<void> | undefined
  const get = async (key: string): Promise<LedgerEntry> => {
    const entry = await inner.get(key)
    const answered = answers
    answers = undefined
    await answered
    return entry
  }
  const { revocations } = await stage({ get }, inner)
  let answer = (): void => undefined
  answers = new Promise((resolve) => {
    answer = resolve
  })
  const looking = revocations.start()
  await Promise.resolve()
  const { id } = await revocations.add(run, { reason: 'mine', forMs: 60_000 })
  answer()
  await looking
  await inner.commit([
    { key: revocationsKey, expectedVersion: (await inner.get(revocationsKey)).version, value: undefined },
  ])
  revocations.stop()
  await revocations.start()
  expect(revocations.inForce().map((each) => each.id)).toContain(id)
  revocations.stop()
})

it('what is revoked besides stays when something is lifted, also when the ledger lost it', async () => {
  const { inner, revocations } = await stage()
  const lifted = await revocations.add(run, { reason })
  const other = await revocations.add({ kind: 'run', id: 'r2' }, { reason })
  await revocations.lift(revocations.alike(lifted))
  const { version } = await inner.get(revocationsKey)
  await inner.commit([{ key: revocationsKey, expectedVersion: version, value: undefined }])
  await revocations.start()
  expect(revocations.inForce()).toEqual([other])
  revocations.stop()
})

it('what was revoked while the machine slept is looked for', async () => {
  let sleptMs = 0
  const clock = { wallMs: () => Date.now() + sleptMs, monotonicMs: () => performance.now() }
  const inner = memoryLedger({ clock: systemClock })
  const other = await stage({}, inner)
  const { revocations } = await stage({}, inner, { clock })
  await revocations.start()
  revocations.stop()
  await other.revocations.add(run, { reason })
  sleptMs = 3_600_000
  await revocations.fresh()
  expect(revocations.ofSession(session)).toMatchObject({ reason })
})

it.each(['revoking', 'lifting'])(
  'what was learned while the ledger kept an answer about %s back stays',
  async (what) => {
    const inner = memoryLedger({ clock: systemClock })
    const other = await stage({}, inner)
    let answer = (): void => undefined
    let answers: Promise<void> | undefined
    const commit: Ledger['commit'] = async (changes) => {
      const isCommitted = await inner.commit(changes)
      await answers
      return isCommitted
    }
    const { revocations, stored } = await stage({ commit }, inner, { deadlineMs: 30_000 })
    const before = await revocations.add({ kind: 'run', id: 'r2' }, { reason })
    answers = new Promise((resolve) => {
      answer = resolve
    })
    const { version } = await inner.get(revocationsKey)
    const changing =
      what === 'lifting' ? revocations.lift([before]) : revocations.add({ kind: 'everything' }, { reason })
    await expect.poll(async () => (await inner.get(revocationsKey)).version).not.toBe(version)
    await other.revocations.add(run, { reason: 'theirs' })
    await revocations.start()
    revocations.stop()
    answer()
    await changing
    expect(revocations.ofSession(session)).toBeDefined()
    expect(
      revocations
        .inForce()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual((await stored()).map(({ id }) => id).toSorted())
  },
)

it('what is lifted is over at once, although it was looked at meanwhile', async () => {
  const inner = memoryLedger({ clock: systemClock })
  let commits = 0
  let answer = (): void => undefined
  let answers: Promise<void> | undefined
  const commit: Ledger['commit'] = async (changes) => {
    commits++
    await answers
    return inner.commit(changes)
  }
  const { revocations } = await stage({ commit }, inner, { deadlineMs: 30_000 })
  const revocation = await revocations.add(run, { reason })
  answers = new Promise((resolve) => {
    answer = resolve
  })
  const lifting = revocations.lift([revocation])
  await expect.poll(() => commits).toBe(2)
  await revocations.start()
  revocations.stop()
  answer()
  await lifting
  expect(revocations.inForce()).toEqual([])
})

describe('what was lifted', () => {
  it('is told for a day at most, and no longer than it would have lasted', async () => {
    let nowMs = Date.now()
    const { inner, revocations } = await stage({ nowMs: () => nowMs })
    const told = async (): Promise<readonly string[]> => {
      const { value } = await inner.get(revocationsKey)
      return (value as unknown as { readonly lifted: readonly { readonly id: string }[] }).lifted.map(({ id }) => id)
    }
    const lifted = async (forMs?: number): Promise<string> => {
      const { id } = await revocations.add(run, forMs === undefined ? { reason } : { reason, forMs })
      await revocations.lift(revocations.inForce())
      return id
    }
    const [short, forGood] = [await lifted(60_000), await lifted()]
    expect(await told()).toEqual([short, forGood])
    nowMs += 60_001
    const next = await lifted()
    expect(await told()).toEqual([forGood, next])
    nowMs += 24 * 3_600_000
    await revocations.add(run, { reason })
    expect(await told()).toEqual([next])
    nowMs += 1
    await revocations.add(run, { reason })
    expect(await told()).toEqual([])
  })

  it('never keeps anything from being lifted, however much that was', async () => {
    const { inner, revocations } = await stage()
    const other = await stage({}, inner)
    await revocations.start()
    for (let index = 0; index < 1_001; index++) {
      await revocations.add({ kind: 'session', id: String(index) }, { reason })
      await revocations.lift(revocations.inForce())
    }
    expect((await inner.get(revocationsKey)).value).toMatchObject({ inForce: [], lifted: { length: 1_000 } })
    // A process that starts then reads it.
    await other.revocations.start()
    expect(other.revocations.inForce()).toEqual([])
    for (const each of [revocations, other.revocations]) each.stop()
  })
})

describe('a ledger of revocations', () => {
  it('that is full of them still takes `everything`, which others read', async () => {
    const { inner, journal, revocations } = await stage()
    await inner.commit([{ key: revocationsKey, expectedVersion: 0, value: { inForce: many, lifted: [] } }])
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
    await revocations.lift(revocations.inForce())
    expect(await stored()).toEqual([])
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

  it('that was restored is read, although a version comes again', async () => {
    let value: unknown = storedValue(noRevocations)
    const { revocations } = await stage({ get: () => ({ value, version: 7 }) as never })
    await revocations.start()
    value = { inForce: [{ id: 'r', reason, untilMs: null, what: run }], lifted: [] }
    await expect.poll(() => revocations.ofSession(session)).toMatchObject({ id: 'r' })
    revocations.stop()
  })

  it('whose answer is older than a lifting brings nothing back', async () => {
    const inner = memoryLedger({ clock: systemClock })
    let held: Promise<void> | undefined
    let waits = 0
    const { revocations } = await stage(
      {
        get: async (key) => {
          const entry = await inner.get(key)
          if (held === undefined || key !== revocationsKey) return entry
          waits++
          await held
          return entry
        },
      },
      inner,
    )
    const revocation = await revocations.add(run, { reason })
    let release: () => void = () => undefined
    held = new Promise((resolve) => {
      release = resolve
    })
    const looking = revocations.start()
    await expect.poll(() => waits).toBe(1)
    held = undefined
    await revocations.lift(revocations.alike(revocation))
    release()
    await looking
    expect(revocations.inForce()).toEqual([])
    revocations.stop()
  })

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
