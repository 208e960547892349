import { describe, expect, it, vi } from 'vitest'
import type { Ledger, LedgerChange } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { MaybePromise } from '../../src/model/maybe-promise.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { fc } from '../properties.js'
import { agent, dutiesApart, dutyBench, effect, hourMs, human, startMs, verdict, YesOf } from './support.js'

const writer = agent({ id: 'writer' })
const separate = (
  rule: Partial<NonNullable<NonNullable<PolicyInput['separate']>['dynamic']>[number]>,
): PolicyInput => ({
  ...dutiesApart,
  separate: { dynamic: [{ ...dutiesApart.separate!.dynamic![0]!, ...rule }] },
})

describe('separated duties', () => {
  it('keep whoever wrote on a target from approving there', async () => {
    const yes = new YesOf(agent({ id: 'reviewer', roles: ['dba'], ownedBy: 'pia' }))
    const on = await dutyBench({ approvers: [yes] })
    expect(verdict(await on.does(yes.who, 'write'))).toBe('permitted')
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['duty-conflict: D1'])
    expect(on.events.find(({ type }) => type === 'approval.refused-vote')).toMatchObject({
      reason: 'duty-conflict: D1',
    })
  })

  it('keep whoever approved on a target from writing there, and say which rule and what to do', async () => {
    const yes = new YesOf(agent({ id: 'reviewer', roles: ['dba'], ownedBy: 'pia' }))
    const on = await dutyBench({ approvers: [yes] })
    expect(verdict(await on.does(writer, 'delete'))).toBe('permitted')
    const admission = await on.does(yes.who, 'write')
    expect(admission).toMatchObject({
      outcome: 'refused',
      refusal: {
        code: 'ERR_DUTY_CONFLICT',
        rules: ['D1'],
        message:
          'refused: this is about write, and approve came before; of the duties write, approve, whoever shares subject, person, run, key may have 1 within 24h (rule D1)',
        hint: expect.stringContaining('somebody who shares none of these'),
      },
    })
    expect(on.events.at(-2)).toMatchObject({ type: 'action.denied', code: 'ERR_DUTY_CONFLICT' })
  })

  it.each([
    ['another session', { id: 'writer' }],
    ['another agent of the same person', { id: 'second', runRoot: 'another run' }],
    ['a sub-agent of another owner in the same run', { id: 'child', ownedBy: 'rita', runRoot: 'run-of-writer' }],
    ['the same key in other hands', { id: 'third', ownedBy: 'rita', key: 'thumb' }],
    ['another run of the same subject for another owner', { id: 'writer', ownedBy: 'rita', runRoot: 'another run' }],
  ])('are not reset by %s', async (_what, who) => {
    const yes = new YesOf(agent({ roles: ['dba'], ...who }))
    const on = await dutyBench({ approvers: [yes] })
    expect(verdict(await on.does(agent({ id: 'writer', key: 'thumb' }), 'write'))).toBe('permitted')
    expect(verdict(await on.does(agent({ id: 'stranger', ownedBy: 'zoe' }), 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['duty-conflict: D1'])
  })

  it('let strangers, other targets and other duties through', async () => {
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ approvers: [yes] })
    expect(verdict(await on.does(human('ann'), 'write', 'other'))).toBe('permitted')
    expect(verdict(await on.does(human('ann'), 'read'))).toBe('permitted')
    expect(verdict(await on.does(writer, 'write'))).toBe('permitted')
    expect(verdict(await on.does(writer, 'delete'))).toBe('permitted')
    expect(verdict(await on.does(human('ann'), 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(human('ann'), 'write', 'other'))).toBe('permitted')
  })

  it('keep an owner from approving for a stranger what her agent writes', async () => {
    const yes = new YesOf(human('olga'))
    const on = await dutyBench({ approvers: [yes] })
    expect(verdict(await on.does(writer, 'write'))).toBe('permitted')
    expect(verdict(await on.does(agent({ id: 'stranger', ownedBy: 'zoe' }), 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it('let a no be said by whoever is free of conflict, and reserve nothing for it', async () => {
    const ann = human('ann')
    const on = await dutyBench({
      approvers: [
        {
          name: 'no',
          level: 'asserted',
          ask: async (request, vote) => void (await vote({ decision: 'deny', approver: ann, digest: request.digest })),
        },
      ],
    })
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_DENIED')
    expect(verdict(await on.does(ann, 'write'))).toBe('permitted')
  })

  it('count for the window and not longer than a 64th more', async () => {
    const clock = fixedClock(startMs)
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ approvers: [yes], clock })
    await on.does(human('ann'), 'write')
    clock.advance(24 * hourMs)
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    clock.advance((24 * hourMs) / 64 + 1)
    expect(verdict(await on.does(writer, 'delete'))).toBe('permitted')
  })

  it.each([
    ['wrote there before', ['long', 'short']],
    ['writes there as well', ['short', 'long']],
  ])(
    'count for the window of the guard that %s, although another one on the ledger has a shorter one',
    async (_when, order) => {
      const clock = fixedClock(startMs)
      const ledger = memoryLedger({ clock })
      const yes = new YesOf(human('ann'))
      const guards = {
        long: await dutyBench({ approvers: [yes], ledger, clock }),
        short: await dutyBench({ ledger, clock, policy: separate({ window: '1h' }) }),
      }
      for (const name of order) {
        expect(verdict(await guards[name as keyof typeof guards].does(human('ann', ['worker', 'dba']), 'write'))).toBe(
          'permitted',
        )
        clock.advance(1_000)
      }
      clock.advance(23 * hourMs)
      expect(verdict(await guards.long.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
      expect(yes.receipts).toEqual(['duty-conflict: D1'])
      clock.advance(2 * hourMs)
      expect(verdict(await guards.long.does(writer, 'delete'))).toBe('permitted')
    },
  )

  it('begin the window anew with each action', async () => {
    const clock = fixedClock(startMs)
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ approvers: [yes], clock })
    for (let hours = 0; hours < 40; hours += 4) {
      await on.does(human('ann'), 'write')
      clock.advance(4 * hourMs)
    }
    clock.advance(19 * hourMs)
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it('refuse whoever is unknown in a dimension that a rule counts over', async () => {
    const on = await dutyBench()
    const nobodys = agent({ id: 'orphan', owners: undefined })
    const admission = await on.does(nobodys, 'write')
    expect(verdict(admission)).toBe('ERR_DUTY_CONFLICT')
    expect(admission).toMatchObject({ refusal: { message: expect.stringContaining('rule D1 counts over person') } })
    expect(verdict(await on.does(nobodys, 'read'))).toBe('permitted')
  })

  it('count the resource where the rule says per: object, and the root run where it says per: run', async () => {
    const rule = { duties: ['read', 'write'] as const }
    const per = await dutyBench({ policy: separate({ ...rule, per: 'object' }) })
    expect(verdict(await per.does(writer, [effect('read', 'table:public.a')]))).toBe('permitted')
    expect(verdict(await per.does(writer, [effect('write', 'table:public.b')]))).toBe('permitted')
    expect(verdict(await per.does(writer, [effect('write', 'table:public.a')]))).toBe('ERR_DUTY_CONFLICT')
    const run = await dutyBench({ policy: separate({ ...rule, per: 'run' }) })
    expect(verdict(await run.does(writer, 'read'))).toBe('permitted')
    expect(verdict(await run.does(writer, 'write', 'other'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await run.does(agent({ id: 'second' }), 'write'))).toBe('permitted')
  })

  it('refuse one action that has conflicting duties by itself, and what cannot be understood', async () => {
    const both = [effect('read'), effect('write')]
    const on = await dutyBench({ policy: separate({ duties: ['read', 'write'] }) })
    expect(verdict(await on.does(writer, both))).toBe('ERR_DUTY_CONFLICT')
    const policy: PolicyInput = {
      ...separate({ duties: ['read', 'write'] }),
      roles: { ...dutiesApart.roles, worker: [{ target: 'db', duty: ['read', 'write', 'opaque'] }] },
      hold: [{ ...dutiesApart.hold![0]!, duty: 'opaque' }],
    }
    const yes = new YesOf(human('ann'))
    const opaque = await dutyBench({ policy, approvers: [yes] })
    expect(verdict(await opaque.does(writer, 'opaque'))).toBe('ERR_DUTY_CONFLICT')
    expect(yes.receipts).toEqual([])
  })

  it('bother nobody about an action that conflicts, and withdraw one that conflicts when it is approved', async () => {
    const policy = separate({ duties: ['read', 'delete'] })
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ policy, approvers: [yes] })
    await on.does(writer, 'read')
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_DUTY_CONFLICT')
    expect(yes.receipts).toEqual([])
    const second = agent({ id: 'second', ownedBy: 'zoe' })
    const meanwhile = await dutyBench({
      policy,
      approvers: [
        {
          name: 'slow',
          level: 'asserted',
          ask: async (request, vote) => {
            await meanwhile.does(second, 'read')
            await vote({ decision: 'allow', approver: human('ann'), digest: request.digest })
          },
        },
      ],
    })
    expect(verdict(await meanwhile.does(second, 'delete'))).toBe('ERR_DUTY_CONFLICT')
    await vi.waitFor(() => {
      expect(meanwhile.events.find(({ type }) => type === 'approval.ended')).toMatchObject({ outcome: 'withdrawn' })
    })
    expect(meanwhile.events.filter(({ type }) => type === 'action.intent')).toHaveLength(1)
  })

  it('sync the intent of a read that a rule counts, whatever a record rule says', async () => {
    const policy: PolicyInput = {
      ...separate({ duties: ['read', 'approve'] }),
      record: [{ id: 'R1', duty: ['read', 'write'], durability: 'written' }],
    }
    const on = await dutyBench({ policy })
    await on.does(writer, 'read')
    await on.does(writer, 'write')
    expect(on.durabilities).toEqual(['synced', 'written'])
  })

  it('deny whatever they count when the journal is not all there, and nothing else', async () => {
    const behind = {
      noted: { recorder: 'bothkeys', lsn: 7, hash: '0'.repeat(64) },
      why: 'missing',
      lastLsn: 3,
    } as const
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ behind, approvers: [yes] })
    expect(verdict(await on.does(writer, 'write'))).toBe('ERR_JOURNAL_BEHIND')
    expect(verdict(await on.does(writer, 'read'))).toBe('permitted')
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })
})

describe('a permit under separated duties', () => {
  const faulty = (fault: Partial<Ledger>): Ledger => {
    const inner: Ledger = memoryLedger({ clock: fixedClock(startMs) })
    return {
      commit: (changes: readonly LedgerChange[]): MaybePromise<boolean> => inner.commit(changes),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
      ...fault,
      // What else the guard keeps in it is there.
      get: (key) => (key.startsWith('duty/') ? (fault.get ?? inner.get.bind(inner))(key) : inner.get(key)),
    }
  }
  const gone = (): never => {
    throw new Error('gone')
  }
  const never = new Promise<never>(() => undefined)

  it.each<readonly [string, Partial<Ledger>, string]>([
    ['throws', { get: gone }, 'ERR_LEDGER_UNAVAILABLE'],
    ['rejects', { commit: () => Promise.reject(new Error('gone')) }, 'ERR_LEDGER_UNAVAILABLE'],
    ['hangs', { get: () => never }, 'ERR_DEADLINE'],
    ['hangs when it commits', { commit: () => never }, 'ERR_LEDGER_UNKNOWN'],
    ['has no time', { nowMs: gone }, 'ERR_LEDGER_UNAVAILABLE'],
    ['lies about the time', { nowMs: () => Number.NaN }, 'ERR_LEDGER_UNAVAILABLE'],
    ['answers no history', { get: () => ({ value: 'nothing', version: 0 }) }, 'ERR_LEDGER_UNAVAILABLE'],
    ['answers a list', { get: () => ({ value: [], version: 0 }) }, 'ERR_LEDGER_UNAVAILABLE'],
    ['answers times that are none', { get: () => ({ value: { approve: 'x' }, version: 0 }) }, 'ERR_LEDGER_UNAVAILABLE'],
    [
      'answers a time before all time',
      { get: () => ({ value: { approve: -1 }, version: 0 }) },
      'ERR_LEDGER_UNAVAILABLE',
    ],
    [
      'floods',
      {
        get: () => ({
          value: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`duty ${String(index)}`, startMs])),
          version: 0,
        }),
      },
      'ERR_LEDGER_UNAVAILABLE',
    ],
    ['never lets a commit through', { commit: () => false }, 'ERR_DEADLINE'],
  ])('runs nothing when the ledger %s', async (_how, fault, code) => {
    const on = await dutyBench({ ledger: faulty(fault) })
    expect(verdict(await on.does(writer, 'write'))).toBe(code)
    expect(on.events.filter(({ type }) => type === 'action.intent')).toEqual([])
    expect(verdict(await on.does(writer, 'read'))).toBe('permitted')
  })

  it('asks no ledger when the policy has no such rule, or when no rule counts the action', async () => {
    const ledger = faulty({ get: gone, commit: gone, nowMs: gone })
    const { separate: _left, ...plain } = dutiesApart
    const without = await dutyBench({ ledger, policy: plain })
    expect(verdict(await without.does(writer, 'write'))).toBe('permitted')
    const on = await dutyBench({ ledger })
    const door = await on.open(writer)
    const admission = door.admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 't', recordedText: 't', effects: [effect('read')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    expect(admission).toMatchObject({ outcome: 'permitted' })
  })

  it('is reserved before the intent is on record, and stays reserved when the intent fails', async () => {
    const yes = new YesOf(human('ann'))
    const on = await dutyBench({ approvers: [yes] })
    const aborted = new AbortController()
    const door = await on.open(human('ann'))
    const asked = door.admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 't', recordedText: 't', effects: [effect('write')] },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: aborted.signal,
    })
    aborted.abort()
    expect(verdict(await asked)).toBe('ERR_ABORTED')
    expect(on.events.filter(({ type }) => type === 'action.intent')).toEqual([])
    expect(verdict(await on.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it('reserves every key in one commit', async () => {
    const commits: number[] = []
    const inner = faulty({})
    const ledger = faulty({
      get: (key) => inner.get(key),
      commit: (changes: readonly LedgerChange[]): MaybePromise<boolean> => {
        if (changes.some(({ key }) => key.startsWith('duty/'))) commits.push(changes.length)
        return inner.commit(changes)
      },
    })
    const on = await dutyBench({ ledger })
    await on.does(agent({ id: 'writer', key: 'thumb' }), 'write')
    expect(commits).toEqual([4])
    await on.does(agent({ id: 'writer', key: 'thumb' }), 'write')
    expect(commits).toEqual([4])
  })
})

describe('separated duties, whatever the order of events', () => {
  const owners = ['olga', 'pia']
  const who = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    ownedBy: fc.constantFrom(...owners),
    runRoot: fc.constantFrom('r1', 'r2', 'r3'),
    key: fc.constantFrom(undefined, 'k1', 'k2'),
  })
  const step = fc.record({ who, does: fc.constantFrom('write', 'approve'), target: fc.constantFrom('db', 'other') })

  it('never come together in one closure (I16, I17)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const yes = new YesOf(human('ann'))
        const on = await dutyBench({ approvers: [yes] })
        const done: { readonly ties: readonly string[]; readonly does: string; readonly target: string }[] = []
        for (const { does, target, who: facts } of steps) {
          const principal = agent({ ...facts, roles: ['dba'] })
          yes.who = principal
          const asker = agent({ id: `asker-${String(done.length)}`, ownedBy: 'zoe' })
          const admission = await (does === 'write'
            ? on.does(principal, 'write', target)
            : on.does(asker, 'delete', target))
          const ties = [facts.id, facts.ownedBy, facts.runRoot, facts.key ?? facts.id]
          const conflicts = done.some(
            (past) => past.target === target && past.does !== does && past.ties.some((tie) => ties.includes(tie)),
          )
          expect(admission.outcome).toBe(conflicts ? 'refused' : 'permitted')
          if (!conflicts) done.push({ ties, does, target })
        }
        await on.guard.close()
      }),
      { numRuns: 60 },
    )
  })
})
