import { describe, expect, it, vi } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { BothKeysError } from '../../src/errors.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import type { DutyBench, DutyBenchOptions } from '../duties/support.js'
import { agent as agentOf, asks, dutiesApart, dutyBench, hourMs, startMs, verdict } from '../duties/support.js'
import { agent, bench } from './support.js'

const separated = {
  ...dutiesApart,
  separate: { static: [{ id: 'S1', roles: ['worker', 'dba'], max: 1, window: '1s' }] },
} as const
const expired = { code: 'ERR_SESSION_CLOSED', message: 'the session expired' }
/** A token that lives for an hour. */
const worker = agentOf({ id: 'worker', expiresAtMs: startMs + hourMs })

/** A guard whose ledger takes this long for each commit from now on. */
async function slowBench(takesMs: number): Promise<DutyBench> {
  const clock = fixedClock(startMs)
  const inner = memoryLedger({ clock })
  let perCommitMs = 0
  const ledger: Ledger = {
    get: (key) => inner.get(key),
    commit: async (changes) => {
      const done = await inner.commit(changes)
      clock.advance(perCommitMs)
      return done
    },
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
  const on = await dutyBench({ policy: separated, clock, ledger })
  perCommitMs = takesMs
  return on
}

describe('a session is over when its token is', () => {
  it('also where the clock was set back before it was opened', async () => {
    const on = await dutyBench()
    await on.session(worker)
    on.clock.advance(hourMs - 1_000)
    on.clock.setWall(startMs)
    const access = on.access(await on.session(worker))
    expect(verdict(await asks(access, 'write'))).toBe('permitted')
    on.clock.advance(1_000)
    expect(verdict(await asks(access, 'write'))).toBe('ERR_SESSION_CLOSED')
    await expect(on.session(worker)).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })

  it('however long the ledger took to reserve its roles', async () => {
    const on = await slowBench(hourMs)
    await expect(on.session(worker)).rejects.toMatchObject(expired)
    expect(on.events.slice(-2)).toMatchObject([{ type: 'session.open' }, { type: 'session.close', reason: 'expired' }])
  })

  it('and its roles are reserved for all of its time', async () => {
    const on = await slowBench(hourMs / 2)
    const session = await on.session(worker)
    on.clock.advance(hourMs / 2 - 1)
    expect(session.closed).toBe(false)
    const other = agentOf({ id: 'other', roles: ['dba'], expiresAtMs: startMs + 9 * hourMs })
    await expect(on.session(other)).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    await session.close()
  })

  it('also while nobody uses it, however long it took to open', async () => {
    const on = await slowBench(hourMs / 2)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const session = await on.session(worker)
      on.clock.advance(hourMs / 2)
      await vi.advanceTimersByTimeAsync(hourMs / 2)
      expect(session.closed).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('however long its opening took to be recorded, also when it was delegated', async () => {
    const clock = fixedClock(startMs)
    const inner = memoryJournal()
    let takesMs = hourMs
    const journal: DutyBenchOptions['journal'] = {
      get events() {
        return inner.events
      },
      open: async (context) => {
        const opened = await inner.open(context)
        return {
          append: (event, durability) => {
            if (event.type === 'session.open') {
              clock.advance(takesMs)
              // Setting it back prolongs nothing.
              clock.setWall(startMs)
            }
            return opened.append(event, durability)
          },
          read: () => opened.read(),
          close: () => opened.close(),
        }
      },
    }
    const on = await dutyBench({ clock, journal })
    await expect(on.session(worker)).rejects.toMatchObject(expired)
    takesMs = 60_000
    const session = await on.session(agentOf({ id: 'worker', expiresAtMs: startMs + 9 * hourMs }))
    const options = { roles: ['worker'], name: 'sub-agent' }
    await expect(session.delegate({ ...options, ttlMs: 60_000 })).rejects.toMatchObject(expired)
    const child = await session.delegate({ ...options, ttlMs: 60_001 })
    expect([session.closed, child.closed]).toEqual([false, false])
    await on.guard.close()
  })
})

describe('a session whose token ended while the machine slept, so that no timer ran', () => {
  const sleepUntil = (on: DutyBench, ms: number): void => {
    on.clock.setWall(startMs + ms)
  }

  it('ends with the next thing that it does, and runs nothing', async () => {
    const on = await dutyBench()
    const session = await on.session(worker)
    const access = on.access(session)
    sleepUntil(on, hourMs - 1)
    expect(verdict(await asks(access, 'write'))).toBe('permitted')
    sleepUntil(on, hourMs)
    expect(session.closed).toBe(false)
    expect(verdict(await asks(access, 'write'))).toBe('ERR_SESSION_CLOSED')
    expect(session.closed).toBe(true)
    expect(on.events.at(-1)).toMatchObject({ type: 'session.close', reason: 'expired' })
  })

  it('delegates nothing', async () => {
    const on = await dutyBench()
    const session = await on.session(worker)
    sleepUntil(on, hourMs)
    await expect(session.delegate({ roles: ['worker'], ttlMs: 1 })).rejects.toMatchObject(expired)
  })

  it('does not begin what it was permitted before, and is handed out nothing more', async () => {
    const on = await dutyBench()
    const session = await on.session(worker)
    const [first, second] = [await asks(on.access(session), 'read'), await asks(on.access(session), 'read')]
    if (first.outcome !== 'permitted' || second.outcome !== 'permitted') throw new Error('not permitted')
    first.permit.use()
    sleepUntil(on, hourMs)
    const over = expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }) as Error
    expect(() => {
      first.permit.run()
    }).toThrow(over)
    await expect(first.permit.handOut({ rows: 1, bytes: 1 })).rejects.toThrow(over)
    expect(() => {
      second.permit.use()
    }).toThrow(over)
  })

  it('does not run what was being recorded meanwhile', async () => {
    const on = await dutyBench()
    const session = await on.session(worker)
    on.interfere = (event) => {
      if (event.type !== 'action.intent') return undefined
      sleepUntil(on, hourMs)
      return Promise.resolve()
    }
    expect(verdict(await asks(on.access(session), 'write'))).toBe('ERR_SESSION_CLOSED')
    expect(on.events.filter(({ type }) => type === 'action.outcome')).toMatchObject([{ outcome: 'not-run' }])
  })

  it('takes its sub-agents with it', async () => {
    const on = await dutyBench()
    const session = await on.session(worker)
    const child = await session.delegate({ roles: ['worker'], ttlMs: hourMs - 1 })
    sleepUntil(on, hourMs)
    expect(verdict(await asks(on.access(child), 'write'))).toBe('ERR_SESSION_CLOSED')
  })
})

describe('a guard that closes', () => {
  it('leaves no session that was being opened', async () => {
    const on = await bench()
    let release = (): void => undefined
    const recording = new Promise<void>((started) => {
      on.interfere = (event, durability) => {
        if (event.type !== 'session.open') return undefined
        started()
        return new Promise<void>((resolve) => {
          release = resolve
        }).then(() => on.append(event, durability))
      }
    })
    const opening = on.guard.openSession({ [unverifiedCredential]: agent }).then(
      () => 'opened',
      (error: unknown) => error,
    )
    await recording
    const closing = on.guard.close()
    release()
    expect(await opening).toMatchObject({ code: 'ERR_SESSION_CLOSED', message: 'the session was closed' })
    await closing
  })
})

describe('a session whose opening is not recorded', () => {
  const secret = "EIO: i/o error, write '/var/lib/agents/journal' for postgres://root:hunter2@db"
  const failures: readonly [string, string, () => never | Promise<never>][] = [
    ['fails', 'ERR_JOURNAL_UNAVAILABLE', () => Promise.reject(new Error(secret))],
    [
      'throws at once',
      'ERR_JOURNAL_UNAVAILABLE',
      () => {
        throw new Error(secret)
      },
    ],
    ['hangs', 'ERR_DEADLINE', () => new Promise<never>(() => undefined)],
  ]

  it.each(failures)('is not opened, in words of ours, when the journal %s', async (_what, code, fail) => {
    const on = await bench({ deadlineMs: 50 })
    on.interfere = (event) => (event.type === 'session.open' ? fail() : undefined)
    const error: unknown = await on.access().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BothKeysError)
    expect(error).toMatchObject({ code })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/hunter2|EIO|\/var/u)
    await on.guard.close()
  })
})

describe('whoever asks in a session that ended', () => {
  it('is on record in the chain of the engine, counted', async () => {
    const on = await bench()
    const session = await on.guard.openSession({ [unverifiedCredential]: agent })
    await session.close()
    for (let times = 0; times < 5; times++) {
      expect(() => sessionAccess(session, on.target)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
    }
    const refused = on.events.filter(({ type }) => type === 'session.refused')
    expect(refused.map(({ count }) => count)).toEqual([1, 2, 4])
    expect(refused[0]).toMatchObject({
      session: 'engine',
      of: session.id,
      code: 'ERR_SESSION_CLOSED',
      actor: { subject: { id: 'a1' } },
      target: { name: 'db' },
    })
  })

  it('is counted apart from those of other sessions', async () => {
    const on = await bench()
    for (const subject of ['a1', 'a2']) {
      const session = await on.guard.openSession({ [unverifiedCredential]: { ...agent, subject } })
      await session.close()
      expect(() => sessionAccess(session, on.target)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
    }
    const refused = on.events.filter(({ type }) => type === 'session.refused')
    expect(refused.map(({ count }) => count)).toEqual([1, 1])
  })

  it('is refused all the same where that cannot be recorded', async () => {
    const on = await bench()
    const failures: unknown[] = []
    on.guard.on('failure', (failure) => failures.push(failure))
    const session = await on.guard.openSession({ [unverifiedCredential]: agent })
    await session.close()
    on.interfere = () => {
      throw new Error('no room')
    }
    expect(() => sessionAccess(session, on.target)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_CLOSED' }))
    expect(failures).toHaveLength(1)
  })
})
