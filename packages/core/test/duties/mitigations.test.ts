import { describe, expect, it } from 'vitest'
import type { Directory, DirectoryEntry } from '../../src/identity/directory.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Principal } from '../../src/model/principal.js'
import type { MitigationInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import type { DutyBench } from './support.js'
import { agent, dutiesApart, dutyBench, hourMs, human, people, startMs, verdict, YesOf } from './support.js'

const agents = 'https://agents.example'

/** Until noon of the day on which the tests begin at nine. */
const mitigation = (facts: Partial<MitigationInput> = {}): MitigationInput => ({
  id: 'M1',
  rule: 'D1',
  subject: { issuer: agents, id: 'solo' },
  control: 'CM-7: looked at the next morning',
  owner: 'head of operations',
  until: '2026-05-04T12:00:00Z',
  ...facts,
})

const with_ = (mitigations: readonly MitigationInput[], policy: PolicyInput = dutiesApart): PolicyInput => ({
  ...policy,
  mitigations,
})

const readAndWrite: PolicyInput = {
  ...dutiesApart,
  separate: { dynamic: [{ id: 'D1', duties: ['read', 'write'], max: 1, per: 'target', window: '24h' }] },
}

const solo = agent({ id: 'solo' })

/** What an excused account does that the rule would refuse. */
async function both(on: DutyBench, who: Principal = solo): Promise<readonly string[]> {
  return [verdict(await on.does(who, 'read')), verdict(await on.does(who, 'write'))]
}

const excuses = (on: DutyBench) => on.events.filter(({ type }) => type === 'duty.excused')

describe('a mitigation', () => {
  it('excuses the account that it names, and every use of it is on record before the action', async () => {
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite) })
    expect(await both(on)).toEqual(['permitted', 'permitted'])
    expect(excuses(on)).toMatchObject([
      {
        session: 'engine',
        does: 'action',
        target: 'db',
        who: { issuer: agents, id: 'solo' },
        mitigations: [{ id: 'M1', rule: 'D1' }],
      },
    ])
    const types = on.events.map(({ type }) => type)
    expect(types.slice(types.indexOf('duty.excused')).indexOf('action.intent')).toBe(1)
  })

  it('is over when it says', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite), clock })
    expect(await both(on)).toEqual(['permitted', 'permitted'])
    clock.advance(3 * hourMs)
    expect(await both(on)).toEqual(['permitted', 'permitted'])
    clock.advance(1)
    // What was done under it counts: both duties are held, so that neither is free of conflict.
    expect(await both(on)).toEqual(['ERR_DUTY_CONFLICT', 'ERR_DUTY_CONFLICT'])
  })

  it('does not come back when the clock is set back', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite), clock })
    clock.advance(3 * hourMs + 1)
    expect(await both(on)).toEqual(['permitted', 'ERR_DUTY_CONFLICT'])
    clock.setWall(startMs)
    expect(verdict(await on.does(solo, 'write'))).toBe('ERR_DUTY_CONFLICT')
  })

  it.each([
    ['another agent of the same person', agent({ id: 'second' })],
    ['another agent in the same run', agent({ id: 'third', ownedBy: 'rita', runRoot: 'run-of-solo' })],
    ['the person who owns it', human('olga', ['worker'])],
    ['an account of the same name elsewhere', agent({ id: 'solo', issuer: 'https://other.example' })],
    ['it with somebody else behind it', agent({ id: 'solo', actors: [{ issuer: agents, id: 'other' }] })],
  ])('does not excuse %s', async (_what, who) => {
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite) })
    expect(await both(on, who)).toEqual(['permitted', 'ERR_DUTY_CONFLICT'])
    expect(excuses(on)).toEqual([])
  })

  it('leaves what it excuses in the way of everybody else', async () => {
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite) })
    expect(await both(on)).toEqual(['permitted', 'permitted'])
    expect(verdict(await on.does(agent({ id: 'second' }), 'read'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('is from its rule alone', async () => {
    const [dynamic] = readAndWrite.separate!.dynamic!
    const policy = { ...readAndWrite, separate: { dynamic: [dynamic!, { ...dynamic!, id: 'D2' }] } }
    const on = await dutyBench({ policy: with_([mitigation()], policy) })
    const admission = (await both(on))[1]
    expect(admission).toBe('ERR_DUTY_CONFLICT')
    const all = await dutyBench({ policy: with_([mitigation(), mitigation({ id: 'M2', rule: 'D2' })], policy) })
    expect(await both(all)).toEqual(['permitted', 'permitted'])
    expect(excuses(all)[0]).toMatchObject({
      mitigations: [
        { id: 'M1', rule: 'D1' },
        { id: 'M2', rule: 'D2' },
      ],
    })
  })

  it('of several counts the one that lasts longest', async () => {
    const clock = fixedClock(startMs)
    const later = mitigation({ id: 'M2', until: '2026-05-05' })
    const on = await dutyBench({ policy: with_([mitigation(), later, mitigation({ id: 'M3' })], readAndWrite), clock })
    clock.advance(4 * hourMs)
    expect(await both(on)).toEqual(['permitted', 'permitted'])
    expect(excuses(on)[0]).toMatchObject({ mitigations: [{ id: 'M2', rule: 'D1' }] })
  })

  it('lets nothing through that could not be recorded', async () => {
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite) })
    on.interfere = ({ type }) => (type === 'duty.excused' ? Promise.reject(new Error('disk full')) : undefined)
    expect(await both(on)).toEqual(['permitted', 'ERR_JOURNAL_UNAVAILABLE'])
    on.interfere = ({ type }) => (type === 'duty.excused' ? new Promise(() => undefined) : undefined)
    expect(verdict(await on.does(solo, 'write'))).toBe('ERR_DEADLINE')
    expect(on.events.filter(({ type }) => type === 'action.intent')).toHaveLength(1)
  })

  it('lets nothing through that the ledger does not answer', async () => {
    const clock = fixedClock(startMs)
    const inner = memoryLedger({ clock })
    let fails = false
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      commit: (changes) => (fails ? Promise.reject(new Error('gone')) : inner.commit(changes)),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
    }
    const on = await dutyBench({ policy: with_([mitigation()], readAndWrite), ledger, clock })
    expect(verdict(await on.does(solo, 'read'))).toBe('permitted')
    fails = true
    expect(verdict(await on.does(solo, 'write'))).toBe('ERR_LEDGER_UNAVAILABLE')
    expect(excuses(on)).toEqual([])
  })

  it('counts after a restart as before', async () => {
    const clock = fixedClock(startMs)
    const journal = lastingJournal()
    const policy = with_([mitigation()], readAndWrite)
    const before = await dutyBench({ policy, clock, journal })
    expect(await both(before)).toEqual(['permitted', 'permitted'])
    await before.guard.close()
    const after = await dutyBench({ policy, clock, journal })
    expect(await both(after)).toEqual(['permitted', 'permitted'])
    clock.advance(4 * hourMs)
    expect(await both(after)).toEqual(['ERR_DUTY_CONFLICT', 'ERR_DUTY_CONFLICT'])
  })

  it('lets somebody approve who wrote, but never what they asked for', async () => {
    const ann = human('ann', ['dba', 'worker'])
    const yes = new YesOf(ann)
    const policy = with_([mitigation({ subject: { issuer: people, id: 'ann' } })])
    const on = await dutyBench({ policy, approvers: [yes] })
    expect(verdict(await on.does(ann, 'write'))).toBe('permitted')
    expect(verdict(await on.does(agent({ id: 'other' }), 'delete'))).toBe('permitted')
    expect(excuses(on)).toMatchObject([{ does: 'vote', who: { id: 'ann' } }])
    expect(verdict(await on.does(ann, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts.at(-1)).toMatch(/^not-independent/)
  })

  it('lets one account hold roles that are apart', async () => {
    const policy = with_([mitigation({ rule: 'S1' })], {
      ...dutiesApart,
      separate: { static: [{ id: 'S1', roles: ['worker', 'dba'], max: 1 }] },
    })
    const on = await dutyBench({ policy })
    await on.open(agent({ id: 'solo', roles: ['worker', 'dba'] }))
    expect(excuses(on)).toMatchObject([{ does: 'open', mitigations: [{ id: 'M1', rule: 'S1' }] }])
    await expect(on.open(agent({ id: 'second', agentClass: 'other', roles: ['dba'] }))).rejects.toMatchObject({
      code: 'ERR_DUTY_CONFLICT',
    })
  })

  it('lets a policy load whose roles the directory brings together, until it is over', async () => {
    const policy = with_([mitigation({ rule: 'S1' })], {
      ...dutiesApart,
      separate: { static: [{ id: 'S1', roles: ['worker', 'dba'], max: 1 }] },
    })
    const record = {
      kind: 'agent',
      owners: [{ issuer: people, id: 'olga' }],
      agentClass: 'etl',
      roles: ['worker', 'dba'],
      disabled: false,
    } as const
    const subject = { issuer: agents, id: 'solo' }
    const olga = {
      kind: 'human',
      person: 'olga',
      accounts: [{ issuer: people, id: 'olga' }],
      roles: [],
      disabled: false,
    } as const
    const listed: readonly DirectoryEntry[] = [
      { subject, record },
      { subject: { issuer: people, id: 'olga' }, record: olga },
    ]
    const directory: Directory = {
      resolve: (who) => Promise.resolve(listed.find((each) => each.subject.id === who.id)?.record),
      list: () => Promise.resolve(listed),
    }
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy, directory, clock })
    await on.open(agent({ id: 'solo', roles: ['worker', 'dba'] }))
    clock.advance(3 * hourMs + 1)
    await expect(dutyBench({ policy, directory, clock })).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    await expect(on.open(agent({ id: 'solo', roles: ['worker', 'dba'] }))).rejects.toMatchObject({
      code: 'ERR_DUTY_CONFLICT',
    })
  })

  it('lets one account take the steps of a chain, and cross a wall', async () => {
    const policy: PolicyInput = {
      ...dutiesApart,
      separate: {
        history: [{ id: 'C1', steps: ['request', 'approve', 'execute'], per: 'target', window: '24h' }],
        wall: [{ id: 'W1', datasets: { one: { target: 'db' }, two: { target: 'other' } }, over: ['person'] }],
      },
    }
    const yes = new YesOf(human('ann'))
    const strict = await dutyBench({ policy, approvers: [yes] })
    expect(verdict(await strict.does(solo, 'write'))).toBe('permitted')
    expect(verdict(await strict.does(solo, 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await strict.does(solo, 'read', 'other'))).toBe('ERR_DUTY_CONFLICT')
    const excused = with_([mitigation({ rule: 'C1' }), mitigation({ id: 'M2', rule: 'W1' })], policy)
    const on = await dutyBench({ policy: excused, approvers: [yes] })
    expect(verdict(await on.does(solo, 'write'))).toBe('permitted')
    expect(verdict(await on.does(solo, 'delete'))).toBe('permitted')
    expect(verdict(await on.does(solo, 'read', 'other'))).toBe('permitted')
    // Looking whether people are to be asked at all is no use of it.
    expect(excuses(on)).toMatchObject([
      { does: 'request', mitigations: [{ id: 'M1', rule: 'C1' }] },
      { does: 'action', mitigations: [{ id: 'M2', rule: 'W1' }] },
    ])
  })
})
