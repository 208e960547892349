import { describe, expect, it } from 'vitest'
import type { DelegationOptions } from '../../src/delegation.js'
import type { BothKeysError } from '../../src/errors.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import type { Session } from '../../src/session.js'
import type { Bench } from '../enforce/support.js'
import { agent, bench } from '../enforce/support.js'

const toAgent: DelegationOptions = { roles: ['agent'], ttlMs: 60_000 }

/** A ledger that tells which keys were written, and can be made to wait with a commit. */
class WatchedLedger implements Ledger {
  readonly keys = new Set<string>()
  before: (() => Promise<void>) | undefined
  readonly #inner = memoryLedger({ clock: systemClock })

  get: Ledger['get'] = (key) => this.#inner.get(key)
  nowMs: Ledger['nowMs'] = () => this.#inner.nowMs()
  close: Ledger['close'] = () => this.#inner.close()
  commit: Ledger['commit'] = async (changes) => {
    await this.before?.()
    for (const { key } of changes) this.keys.add(key)
    return this.#inner.commit(changes)
  }
}

async function opened(journalBudget?: number): Promise<{ on: Bench; ledger: WatchedLedger; session: Session }> {
  const ledger = new WatchedLedger()
  const on = await bench({ dev: true, ledger, ...(journalBudget === undefined ? {} : { journalBudget }) })
  const apart = { id: 'apart', roles: ['agent', 'dba'], max: 1, over: ['person', 'agentClass', 'key'] }
  on.policy = { ...on.policy, separate: { static: [apart] } }
  await on.guard.reload()
  return { on, ledger, session: await on.guard.openSession({ [unverifiedCredential]: agent }) }
}

/** A key that no session has. */
const keyOf = (index: number): string => `${String(index).padStart(42, 'A')}A`

/** An agent of somebody else that has the role from which that of the sub-agents is kept apart. */
const reviewer: UnverifiedClaims = {
  kind: 'agent',
  subject: 'reviewer',
  owners: ['bob'],
  agentClass: 'review',
  key: keyOf(1),
  roles: ['dba'],
}

const codesOf = async (times: number, step: (index: number) => Promise<unknown>): Promise<readonly string[]> => {
  const codes = new Set<string>()
  for (let index = 0; index < times; index++)
    codes.add(
      await step(index).then(
        () => 'delegated',
        (error: unknown) => (error as BothKeysError).code,
      ),
    )
  return [...codes]
}

describe('a delegation that is refused', () => {
  it('for the roles of the sub-agent is charged to its session, which ends at its budget', async () => {
    const { on, session } = await opened(40_000)
    await on.guard.openSession({ [unverifiedCredential]: reviewer })
    const before = on.events.length
    const codes = await codesOf(100, () => session.delegate({ ...toAgent, key: keyOf(1) }))
    expect(codes).toEqual(['ERR_DUTY_CONFLICT', 'ERR_LIMIT_EXCEEDED'])
    expect(session.closed).toBe(true)
    expect(JSON.stringify(on.events.slice(before)).length).toBeLessThan(40_000)
  })

  it('for want of room leaves nothing in the ledger or the journal', async () => {
    const { ledger, on, session } = await opened()
    for (let child = 0; child < 32; child++) await session.delegate(toAgent)
    const before = [ledger.keys.size, on.events.length]
    const codes = await codesOf(100, (index) => session.delegate({ ...toAgent, key: keyOf(index) }))
    expect(codes).toEqual(['ERR_LIMIT_EXCEEDED'])
    expect([ledger.keys.size, on.events.length]).toEqual(before)
  })

  it('takes no place', async () => {
    const { on, session } = await opened()
    await on.guard.openSession({ [unverifiedCredential]: reviewer })
    await codesOf(40, () => session.delegate({ ...toAgent, key: keyOf(1) }))
    expect(await codesOf(33, () => session.delegate(toAgent))).toEqual(['delegated', 'ERR_LIMIT_EXCEEDED'])
  })

  it('is so also when many ask while the ledger takes its time: none is too many', async () => {
    const { ledger, session } = await opened()
    let release = (): void => undefined
    const slow = new Promise<void>((resolve) => {
      release = resolve
    })
    ledger.before = () => slow
    const asked = Array.from({ length: 40 }, (_, index) => session.delegate({ ...toAgent, key: keyOf(index) }))
    const settled = Promise.allSettled(asked)
    release()
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(32)
  })
})

describe('a session that ends while the roles of a sub-agent are reserved', () => {
  it('leaves no sub-agent, and none on record', async () => {
    const { ledger, on, session } = await opened()
    let closing: Promise<void> | undefined
    ledger.before = () => {
      closing ??= session.close()
      return closing
    }
    await expect(session.delegate({ ...toAgent, key: keyOf(1) })).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    await closing
    const about = on.events.filter(({ type }) => type.startsWith('session.'))
    expect(about.map(({ session: id, type }) => [id, type])).toEqual([
      [session.id, 'session.open'],
      [session.id, 'session.close'],
    ])
  })
})
