import { describe, expect, it, vi } from 'vitest'
import { simulate } from '../../src/lint/simulate.js'
import { whoCouldApprove } from '../../src/lint/who-could-approve.js'
import type { Principal } from '../../src/model/principal.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { DynamicSeparationInput, HistoryInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { closeGuards } from '../glass/support.js'
import { grantBench, grantCode, grantPolicy, threeWrites } from '../grants/support.js'
import { lastingJournal } from '../lasting-journal.js'
import { agent as listedAgent, person } from '../lint/support.js'
import { fc } from '../properties.js'
import { agent, asks, dutiesApart, dutyBench, effect, hourMs, human, startMs, verdict, YesOf } from './support.js'

const rule = {
  id: 'D1',
  duties: ['write', 'approve'],
  max: 1,
  over: ['person'],
  per: 'change',
  window: '24h',
} as const satisfies DynamicSeparationInput

const dynamic = (changed: Partial<DynamicSeparationInput> = {}): PolicyInput => ({
  ...dutiesApart,
  separate: { dynamic: [{ ...rule, ...changed }] },
})
const chained = (changed: Partial<HistoryInput> = {}): PolicyInput => ({
  ...dutiesApart,
  separate: {
    history: [
      {
        id: 'C1',
        steps: ['request', 'approve', 'execute'],
        over: ['person'],
        per: 'change',
        window: '24h',
        ...changed,
      },
    ],
  },
})

/** An agent of `ownedBy` whose session belongs to a change. */
const worker = (change: string | undefined, ownedBy = 'olga'): Principal =>
  agent({ id: `bot-of-${ownedBy}`, ownedBy, change })
const reviewer = (change?: string): Principal => agent({ id: 'reviewer', roles: ['dba'], ownedBy: 'pia', change })

describe('duties that are separated per change', () => {
  it('are counted on the change, over all targets of the rule, and not on another change', async () => {
    const on = await dutyBench({ policy: dynamic({ duties: ['read', 'write'] }) })
    expect(verdict(await on.does(worker('CHG-1'), 'read'))).toBe('permitted')
    expect(verdict(await on.does(worker('CHG-2'), 'write'))).toBe('permitted')
    const admission = await on.does(worker('CHG-1'), 'write', 'other')
    expect(admission).toMatchObject({ refusal: { code: 'ERR_DUTY_CONFLICT', rules: ['D1'] } })
    expect(verdict(await on.does(worker('CHG-2'), 'read'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('are counted on another change by nothing but its exact name', async () => {
    const on = await dutyBench({ policy: dynamic({ duties: ['read', 'write'] }) })
    await on.does(worker('CHG-1'), 'read')
    for (const other of ['chg-1', 'CHG-1.', 'CHG-11', 'CHG', '["CHG-1"]', 'undefined'])
      expect(verdict(await on.does(worker(other), 'write'))).toBe('permitted')
    expect(verdict(await on.does(worker('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('count for the change of what is approved, whatever change the approver names', async () => {
    for (const own of [undefined, 'CHG-2']) {
      const yes = new YesOf(reviewer(own))
      const on = await dutyBench({ policy: dynamic(), approvers: [yes] })
      expect(verdict(await on.does(worker('CHG-1'), 'delete'))).toBe('permitted')
      expect(verdict(await on.does(reviewer('CHG-2'), 'write'))).toBe('permitted')
      expect(verdict(await on.does(reviewer('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
      expect(verdict(await on.does(worker('CHG-2'), 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
      expect(yes.receipts).toEqual(['counted', 'duty-conflict: D1'])
    }
  })

  it('refuse whoever names no change, and say what to do, before the ledger is asked', async () => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const on = await dutyBench({ policy: dynamic(), ledger })
    const commit = vi.spyOn(ledger, 'commit')
    const admission = await on.does(worker(undefined), 'write')
    expect(admission).toMatchObject({
      refusal: {
        code: 'ERR_DUTY_CONFLICT',
        rules: ['D1'],
        message: 'refused: rule D1 counts per change, and the session names none',
        hint: 'open the session with the change it belongs to',
      },
    })
    expect(on.events.find(({ type }) => type === 'action.denied')).toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    expect(commit).not.toHaveBeenCalled()
  })

  it('ask nobody about what has no change, where people would exercise one of the duties', async () => {
    const yes = new YesOf(reviewer())
    const on = await dutyBench({ policy: dynamic(), approvers: [yes] })
    expect(verdict(await on.does(worker(undefined), 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(yes.receipts).toEqual([])
  })

  it('let through without a change what they are not about', async () => {
    const yes = new YesOf(reviewer())
    const on = await dutyBench({ policy: dynamic({ target: 'db' }), approvers: [yes] })
    expect(verdict(await on.does(worker(undefined), 'read'))).toBe('permitted')
    expect(verdict(await on.does(worker(undefined), 'write', 'other'))).toBe('permitted')
    expect(verdict(await on.does(worker(undefined), 'delete', 'other'))).toBe('permitted')
    expect(verdict(await on.does(worker(undefined), 'write'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('refuse what cannot be understood without a change', async () => {
    const roles = {
      worker: [{ target: 'db', duty: ['read', 'write', 'opaque'] as const }],
      dba: dutiesApart.roles['dba']!,
    }
    const hold = dutiesApart.hold!.map((each) => ({ ...each, target: 'db', duty: 'opaque' as const }))
    const policy = { ...dynamic({ duties: ['read', 'write'] }), roles, hold }
    const on = await dutyBench({ policy, approvers: [new YesOf(reviewer())] })
    expect(verdict(await on.does(worker(undefined), [effect('opaque')]))).toBe('ERR_DUTY_CONFLICT')
  })

  it('refuse the yes to a request that has no change, also where it is about a grant', async () => {
    const separate = { dynamic: [{ ...rule, target: 'db' }] }
    const on = await grantBench({ policy: { ...grantPolicy, separate } })
    const unnamed = await on.start(worker(undefined))
    const asked = grantCode(unnamed.requestGrant(threeWrites))
    await vi.waitFor(() => {
      expect(on.people.receipts).toEqual(['duty-conflict: D1'])
    })
    await unnamed.close()
    expect(await asked).not.toBe('given')
    expect(await grantCode((await on.start(worker('CHG-1'))).requestGrant(threeWrites))).toBe('given')
    expect(on.people.receipts).toEqual(['duty-conflict: D1', 'counted'])
    await closeGuards()
  })

  it('come back from the record after a restart, each on its change', async () => {
    const journal = lastingJournal()
    const yes = new YesOf(reviewer('CHG-9'))
    const first = await dutyBench({ policy: dynamic(), journal, approvers: [yes] })
    expect(verdict(await first.does(worker('CHG-1'), 'delete'))).toBe('permitted')
    expect(verdict(await first.does(worker('CHG-3', 'rita'), 'write'))).toBe('permitted')
    await first.guard.close()
    const again = await dutyBench({ policy: dynamic(), journal, approvers: [new YesOf(human('rita'))] })
    expect(verdict(await again.does(reviewer('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
    for (const other of ['CHG-2', 'CHG-9'])
      expect(verdict(await again.does(reviewer(other), 'write'))).toBe('permitted')
    expect(verdict(await again.does(worker('CHG-3'), 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(verdict(await again.does(worker('CHG-4'), 'delete'))).toBe('permitted')
  })

  it('are one count in two guards on one ledger', async () => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const policy = dynamic({ duties: ['read', 'write'] })
    const [one, other] = [await dutyBench({ policy, ledger }), await dutyBench({ policy, ledger })]
    expect(verdict(await one.does(worker('CHG-1'), 'read'))).toBe('permitted')
    expect(verdict(await other.does(worker('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await other.does(worker('CHG-2'), 'write'))).toBe('permitted')
  })

  it('count for their window', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: dynamic({ duties: ['read', 'write'] }), clock })
    await on.does(worker('CHG-1'), 'read')
    clock.advance(24 * hourMs)
    expect(verdict(await on.does(worker('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
    clock.advance((24 * hourMs) / 64 + 1)
    expect(verdict(await on.does(worker('CHG-1'), 'write'))).toBe('permitted')
  })

  it('do as a list of what was done on each change does', async () => {
    const event = fc.record({
      by: fc.constantFrom('p', 'q'),
      change: fc.constantFrom('CHG-1', 'CHG-2', undefined),
      duty: fc.constantFrom('read' as const, 'write' as const),
      target: fc.constantFrom('db', 'other'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 8 }), async (events) => {
        const on = await dutyBench({ policy: dynamic({ duties: ['read', 'write'] }) })
        const done = new Map<string, string>()
        for (const { by, change, duty, target } of events) {
          const thing = `${by} ${String(change)}`
          const isFree = change !== undefined && (done.get(thing) ?? duty) === duty
          expect(verdict(await on.does(worker(change, by), duty, target))).toBe(
            isFree ? 'permitted' : 'ERR_DUTY_CONFLICT',
          )
          if (isFree) done.set(thing, duty)
        }
        await on.guard.close()
      }),
      { numRuns: 40 },
    )
  })
})

describe('history chains per change', () => {
  it('keep the people of one change apart, on every target, and those of another one not', async () => {
    const yes = new YesOf(reviewer())
    const on = await dutyBench({ policy: chained(), approvers: [yes] })
    expect(verdict(await on.does(worker('CHG-1'), 'delete'))).toBe('permitted')
    expect(verdict(await on.does(worker('CHG-1'), 'write', 'other'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(reviewer('CHG-1'), 'write', 'other'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker('CHG-2'), 'write'))).toBe('permitted')
    expect(verdict(await on.does(reviewer('CHG-2'), 'write'))).toBe('permitted')
    expect(verdict(await on.does(worker('CHG-2'), 'delete'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('refuse a step without a change, and ask nobody about it', async () => {
    const yes = new YesOf(reviewer('CHG-1'))
    const on = await dutyBench({ policy: chained(), approvers: [yes] })
    expect(verdict(await on.does(worker(undefined), 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker(undefined), 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(yes.receipts).toEqual([])
    expect(verdict(await on.does(worker(undefined), 'read'))).toBe('permitted')
  })

  it('ask nobody where only the yes would be a step', async () => {
    const yes = new YesOf(reviewer())
    const on = await dutyBench({ policy: chained({ steps: ['approve', 'execute'] }), approvers: [yes] })
    expect(verdict(await on.does(worker(undefined), 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(yes.receipts).toEqual([])
  })

  it('let through what takes no step of theirs, and what is on another target', async () => {
    const on = await dutyBench({
      policy: chained({ steps: ['request', 'approve'], target: 'db' }),
      approvers: [new YesOf(reviewer())],
    })
    expect(verdict(await on.does(worker(undefined), 'write'))).toBe('permitted')
    expect(verdict(await on.does(worker(undefined), 'delete', 'other'))).toBe('permitted')
    expect(verdict(await on.does(worker(undefined), 'delete'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('come back from the record after a restart', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ policy: chained(), journal, approvers: [new YesOf(reviewer())] })
    expect(verdict(await first.does(worker('CHG-1'), 'delete'))).toBe('permitted')
    await first.guard.close()
    const again = await dutyBench({ policy: chained(), journal })
    for (const who of [worker, reviewer]) {
      expect(verdict(await again.does(who('CHG-1'), 'write'))).toBe('ERR_DUTY_CONFLICT')
      expect(verdict(await again.does(who('CHG-2'), 'write'))).toBe('permitted')
    }
  })
})

describe('the change of a session', () => {
  it('is counted for whoever it delegates to, too', async () => {
    const on = await dutyBench({ policy: dynamic({ duties: ['read', 'write'] }) })
    const session = await on.session(worker(undefined), { change: 'CHG-1' })
    const child = await session.delegate({ roles: ['worker'], ttlMs: 60_000 })
    expect(verdict(await asks(on.access(child), 'read'))).toBe('permitted')
    expect(verdict(await asks(on.access(session), 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker('CHG-2'), 'write'))).toBe('permitted')
  })

  it('is looked at by a simulation', async () => {
    const policy = loadPolicy({ name: 'x', content: dynamic() })
    const action = { target: 'db', effects: [effect('write')] }
    expect(await simulate(policy, worker(undefined), action)).toMatchObject({ outcome: 'refused', refusedBy: ['D1'] })
    expect(await simulate(policy, worker('CHG-1'), action)).toMatchObject({
      outcome: 'allowed',
      counted: { separations: ['D1'] },
    })
    const on = await dutyBench({ policy: dynamic() })
    const session = await on.session(worker(undefined))
    expect(await on.guard.simulate(session, action)).toMatchObject({ outcome: 'refused', refusedBy: ['D1'] })
  })

  it('is taken as named for an account of a listing, so that it can be said who could approve', async () => {
    const policy = loadPolicy({ name: 'x', content: dynamic() })
    const etl = listedAgent('etl', ['olga'], ['worker'])
    const people = [etl, ...person('olga', ['dba']), ...person('ann', ['dba'])]
    const found = await whoCouldApprove(policy, people, etl.subject, { target: 'db', effects: [effect('delete')] })
    expect(found).toMatchObject({ quorum: 'possible', approvers: [{ person: 'ann' }] })
    const simulation = await simulate(policy, etl.subject, { target: 'db', effects: [effect('write')] }, people)
    expect(simulation).toMatchObject({ outcome: 'allowed', counted: { separations: ['D1'] } })
  })
})
