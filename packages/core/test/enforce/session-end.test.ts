import { describe, expect, it } from 'vitest'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import type { DutyBench, DutyBenchOptions } from '../duties/support.js'
import { agent as agentOf, dutiesApart, dutyBench, hourMs, startMs } from '../duties/support.js'
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
            if (event.type === 'session.open') clock.advance(takesMs)
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
