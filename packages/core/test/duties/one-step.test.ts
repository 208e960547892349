import { describe, expect, it, vi } from 'vitest'
import { DutyReservation } from '../../src/duty-reservation.js'
import type { Ledger, LedgerChange } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import type { DutyBench, DutyBenchOptions } from './support.js'
import { agent, dutiesApart, dutyBench, effect, hourMs, human, startMs, verdict, YesOf } from './support.js'

/** Deleting is held and kept apart from reading. */
const policy: PolicyInput = {
  ...dutiesApart,
  separate: { dynamic: [{ id: 'D1', duties: ['read', 'delete'], max: 1, per: 'target', window: '24h' }] },
}
const etl = agent({ id: 'etl' })
const twin = agent({ id: 'twin' })

interface Bench {
  readonly on: DutyBench
  readonly commits: readonly (readonly LedgerChange[])[]
  /** What happens right after the yes is on record. */
  meanwhile: () => Promise<unknown>
}

async function bench(options: DutyBenchOptions = {}): Promise<Bench> {
  const clock = fixedClock(startMs)
  const inner = memoryLedger({ clock })
  const commits: (readonly LedgerChange[])[] = []
  const ledger: Ledger = {
    get: (key) => inner.get(key),
    commit: (changes) => {
      commits.push(changes)
      return inner.commit(changes)
    },
    nowMs: () => inner.nowMs(),
    close: () => inner.close(),
  }
  const on = await dutyBench({ policy, approvers: [new YesOf(human('ann'))], ledger, clock, ...options })
  const made: Bench = { on, commits, meanwhile: () => Promise.resolve() }
  on.interfere = ({ type }) => (type === 'approval.vote' ? made.meanwhile() : undefined)
  return made
}

const types = ({ on }: Bench): readonly string[] => on.events.map(({ type }) => type)

describe('an approval and what its action reserves', () => {
  it('are spent and reserved in one commit', async () => {
    const made = await bench()
    expect(verdict(await made.on.does(etl, 'delete'))).toBe('permitted')
    const spending = made.commits.filter((changes) => JSON.stringify(changes).includes('"end":"consumed"'))
    expect(spending).toHaveLength(1)
    const kinds = new Set(spending[0]?.map(({ key }) => key.split('/')[0]))
    expect(kinds).toEqual(new Set(['approval', 'duty']))
    expect(verdict(await made.on.does(etl, 'read'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('leave the approval unspent where a conflict came up meanwhile', async () => {
    const made = await bench()
    made.meanwhile = () => made.on.does(twin, 'read')
    expect(verdict(await made.on.does(etl, 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(made.on.events.find(({ type }) => type === 'approval.ended')).toMatchObject({ outcome: 'withdrawn' })
    expect(made.commits.some((changes) => JSON.stringify(changes).includes('"end":"consumed"'))).toBe(false)
    expect(types(made).filter((type) => type === 'action.intent')).toHaveLength(1)
    const [asked, refused] = ['approval.requested', 'action.denied'].map((type) =>
      made.on.events.find((event) => event.type === type),
    )
    expect(refused?.['intent']).toBe(asked?.['intent'])
    expect(refused?.['intent']).toBeTypeOf('string')
  })

  it('reserve nothing where the approval ended meanwhile', async () => {
    const made = await bench()
    made.meanwhile = () => Promise.resolve(made.on.clock.advance(hourMs))
    expect(verdict(await made.on.does(etl, 'delete'))).toBe('ERR_APPROVAL_EXPIRED')
    expect(verdict(await made.on.does(etl, 'read'))).toBe('permitted')
  })

  it('do not run where the ledger fails', async () => {
    const clock = fixedClock(startMs)
    const inner = memoryLedger({ clock })
    let fails = false
    const made = await bench({
      ledger: {
        get: (key) => inner.get(key),
        commit: (changes) => (fails ? Promise.reject(new Error('gone')) : inner.commit(changes)),
        nowMs: () => inner.nowMs(),
        close: () => inner.close(),
      },
    })
    made.meanwhile = () => {
      fails = true
      return Promise.resolve()
    }
    expect(verdict(await made.on.does(etl, 'delete'))).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(types(made)).not.toContain('action.intent')
  })

  it.each([
    ['a closure that is not known', agent({ id: 'lost', owners: undefined }), false],
    ['a journal that is behind', etl, true],
  ])('are left alone for %s', async (_what, party, journalBehind) => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const journal = { append: () => Promise.reject(new Error('nothing is recorded')) }
    const duties = new DutyReservation({ ledger, journal, deadlineMs: 500, journalBehind })
    const act = {
      party,
      roles: ['worker'],
      target: 'db',
      effects: [effect('delete')],
      kind: 'request',
      root: 'r',
      change: undefined,
    } as const
    const spend = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('spent')))
    const { dutyRules } = loadPolicy({ name: 'test', content: policy })
    expect(await duties.reserveSpending(dutyRules, act, { alone: spend, claiming: spend })).toHaveProperty('refusal')
    expect(spend).not.toHaveBeenCalled()
  })

  it('run without a reservation where no rule counts the action', async () => {
    const made = await bench({ policy: { ...policy, separate: {} } })
    expect(verdict(await made.on.does(etl, 'delete'))).toBe('permitted')
    expect(made.commits.flat().some(({ key }) => key.startsWith('duty'))).toBe(false)
  })
})
