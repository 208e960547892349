import { describe, expect, it } from 'vitest'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { fc } from '../properties.js'
import { lastingJournal } from '../lasting-journal.js'
import { agent, dutiesApart, dutyBench, effect, hourMs, human, startMs, verdict, YesOf } from './support.js'

const walled: PolicyInput = {
  ...dutiesApart,
  separate: {
    wall: [
      {
        id: 'W1',
        datasets: {
          acme: { target: 'db', resource: ['table:acme.**'] },
          globex: { target: 'db', resource: 'table:globex.**' },
          other: { target: 'other' },
        },
      },
    ],
  },
}

const worker = agent({ id: 'worker' })
const acme = [effect('read', 'table:acme.orders')]
const globex = [effect('read', 'table:globex.orders')]

describe('a wall', () => {
  it('keeps a run that touched one dataset from the others', async () => {
    const on = await dutyBench({ policy: walled })
    expect(verdict(await on.does(worker, acme))).toBe('permitted')
    expect(verdict(await on.does(worker, [effect('write', 'table:acme.invoices')]))).toBe('permitted')
    const admission = await on.does(worker, globex)
    expect(admission).toMatchObject({
      refusal: {
        code: 'ERR_DUTY_CONFLICT',
        rules: ['W1'],
        message: expect.stringContaining(
          'this is about globex, and acme came before; of the datasets acme, globex, other',
        ),
      },
    })
    expect(verdict(await on.does(worker, 'read', 'other'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker, [effect('read', 'table:public.t')]))).toBe('permitted')
  })

  it.each([
    ['a sub-agent in the same run', { id: 'child', runRoot: 'run-of-worker', ownedBy: 'zoe' }],
    ['another run of the same subject', { id: 'worker', runRoot: 'another run' }],
    ['another key', { id: 'worker', key: 'k2' }],
  ])('is not reset by %s', async (_what, who) => {
    const on = await dutyBench({ policy: walled })
    await on.does(worker, acme)
    expect(verdict(await on.does(agent(who), globex))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(agent({ id: 'other' }), globex))).toBe('permitted')
  })

  it('stands for ever unless it has a window, and after a restart', async () => {
    const journal = lastingJournal()
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: walled, clock, journal })
    await on.does(worker, acme)
    clock.advance(900 * hourMs)
    expect(verdict(await on.does(worker, globex))).toBe('ERR_DUTY_CONFLICT')
    await on.guard.close()
    const again = await dutyBench({ policy: walled, clock, journal })
    expect(verdict(await again.does(worker, globex))).toBe('ERR_DUTY_CONFLICT')
  })

  it('is in the way of what cannot be understood and of an action about two datasets, and in nobody else’s', async () => {
    const policy: PolicyInput = {
      ...walled,
      roles: { ...walled.roles, worker: [{ target: 'db', duty: ['read', 'opaque'] }] },
      hold: [{ ...walled.hold![0]!, duty: 'opaque' }],
    }
    const on = await dutyBench({ policy, approvers: [new YesOf(human('ann'))] })
    expect(verdict(await on.does(worker, 'opaque'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker, [...acme, ...globex]))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await on.does(worker, globex))).toBe('permitted')
  })

  it('is no matter of whoever approves', async () => {
    const ann = human('ann')
    const on = await dutyBench({ policy: walled, approvers: [new YesOf(ann)] })
    expect(verdict(await on.does(worker, [effect('delete', 'table:acme.orders')]))).toBe('permitted')
    expect(verdict(await on.does(ann, globex))).toBe('permitted')
  })

  it('lets each root run into one dataset at most, whatever happens (I19)', async () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      runRoot: fc.constantFrom('r1', 'r2'),
      key: fc.constantFrom(undefined, 'k1'),
      dataset: fc.constantFrom('acme', 'globex'),
      duty: fc.constantFrom('read' as const, 'write' as const),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const on = await dutyBench({ policy: walled })
        const touched = new Map<string, string>()
        for (const { dataset, duty, id, key, runRoot } of steps) {
          const admission = await on.does(agent({ id, runRoot, key }), [effect(duty, `table:${dataset}.t`)])
          const ties = [`run ${runRoot}`, `subject ${id}`]
          const free = ties.every((tie) => (touched.get(tie) ?? dataset) === dataset)
          expect(admission.outcome).toBe(free ? 'permitted' : 'refused')
          if (free) for (const tie of ties) touched.set(tie, dataset)
        }
        await on.guard.close()
      }),
      { numRuns: 40 },
    )
  })
})
