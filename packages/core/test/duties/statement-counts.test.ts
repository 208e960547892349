import { describe, expect, it } from 'vitest'
import type { Admission } from '../../src/admission.js'
import { loadPolicy } from '../../src/policy/load.js'
import { simulate } from '../../src/lint/simulate.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Effect } from '../../src/model/effect.js'
import { lastingJournal } from '../lasting-journal.js'
import type { DutyBench } from './support.js'
import { agent, dutiesApart, dutyBench, effect, verdict } from './support.js'

const { separate: _none, ...plain } = dutiesApart
const policy: PolicyInput = { ...plain, limits: [{ id: 'L1', role: 'worker', statements: '3/min' }] }
const worker = agent({ id: 'worker' })
const reads: readonly Effect[] = Object.freeze([effect('read')])

/** Asks for a text of so many statements. Its effects are always the same object, as an adapter's are. */
async function does(on: DutyBench, statements: number | undefined): Promise<Admission> {
  const session = await on.session(worker)
  const text = 'select 1'
  const description = { operation: 'script', text, recordedText: text, effects: reads }
  const admission = await on.access(session).admit({
    identity: { host: 'here' },
    description: Object.freeze(statements === undefined ? description : { ...description, statements }),
    parameters: [],
    stateEpoch: '1',
    inTransaction: false,
    signal: new AbortController().signal,
  })
  await session.close()
  return admission
}

describe('a limit on statements and a text of several', () => {
  it('counts each of them', async () => {
    const on = await dutyBench({ policy })
    expect(verdict(await does(on, 2))).toBe('permitted')
    expect(verdict(await does(on, 2))).toBe('ERR_LIMIT_EXCEEDED')
    expect(verdict(await does(on, undefined))).toBe('permitted')
    expect(verdict(await does(on, 1))).toBe('ERR_LIMIT_EXCEEDED')
  })

  it('refuses a text of more than the limit, and counts none of it', async () => {
    const on = await dutyBench({ policy })
    expect(verdict(await does(on, 500))).toBe('ERR_LIMIT_EXCEEDED')
    expect(verdict(await does(on, 3))).toBe('permitted')
  })

  it('counts them again after a restart', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ policy, journal })
    expect(verdict(await does(first, 2))).toBe('permitted')
    const intent = first.events.findLast(({ type }) => type === 'action.intent')
    expect(intent?.['action']).toMatchObject({ statements: 2 })
    await first.guard.close()
    const second = await dutyBench({ policy, journal })
    expect(verdict(await does(second, 2))).toBe('ERR_LIMIT_EXCEEDED')
    expect(verdict(await does(second, 1))).toBe('permitted')
    const single = second.events.findLast(({ type }) => type === 'action.intent')
    expect(single?.['action']).not.toHaveProperty('statements')
  })

  it.each([0, -5, 0.5, Number.NaN, Infinity])('refuses %s of them', async (statements) => {
    const on = await dutyBench({ policy })
    expect(verdict(await does(on, statements))).toBe('ERR_INTERNAL')
  })

  it('is simulated as it is counted', async () => {
    const compiled = loadPolicy({ name: 'test', content: policy })
    const asked = { target: 'db', effects: reads }
    expect(await simulate(compiled, worker, { ...asked, statements: 4 })).toMatchObject({
      outcome: 'refused',
      refusedBy: ['L1'],
    })
    expect(await simulate(compiled, worker, { ...asked, statements: 3 })).toMatchObject({ outcome: 'allowed' })
    const on = await dutyBench({ policy })
    expect(verdict(await does(on, 2))).toBe('permitted')
    const session = await on.session(worker)
    expect(await on.guard.simulate(session, { ...asked, statements: 2 })).toMatchObject({ outcome: 'refused' })
    expect(await on.guard.simulate(session, asked)).toMatchObject({ outcome: 'allowed' })
    await session.close()
  })
})
