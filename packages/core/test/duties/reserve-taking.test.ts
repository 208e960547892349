import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/duties/claims.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Taking } from '../../src/ledger/reserve.js'
import { reserveTaking } from '../../src/ledger/reserve.js'
import { loadPolicy } from '../../src/policy/load.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, dutiesApart, effect, startMs } from './support.js'

const { dutyRules } = loadPolicy({
  name: 'x',
  content: { ...dutiesApart, limits: [{ role: 'worker', duty: 'write', statements: '2/h' }] },
})
const claims = () => {
  if (dutyRules === undefined) throw new Error('no rules')
  const party = agent({ id: 'w' })
  const effects = [effect('write')]
  return claimsOf(dutyRules, {
    party,
    roles: party.roles,
    target: 'db',
    effects,
    kind: 'request',
    root: 'r',
    change: undefined,
  }).claims
}
const taking = (most: number): Taking<'none left'> => ({
  key: 'x/1',
  judge: (value) =>
    Number(value ?? 0) >= most ? { untaken: 'none left' } : { write: { value: Number(value ?? 0) + 1 } },
})

describe('reserving and taking something else', () => {
  it('takes nothing where a claim conflicts, and reserves nothing where nothing is left to take', async () => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const all = claims()
    expect(await reserveTaking(ledger, all, taking(9), 500)).toEqual({ taken: true, excused: [] })
    expect(await reserveTaking(ledger, all, taking(1), 500)).toEqual({ untaken: 'none left' })
    expect(await reserveTaking(ledger, all, taking(9), 500)).toEqual({ taken: true, excused: [] })
    expect(await reserveTaking(ledger, all, taking(9), 500)).toMatchObject({ conflict: { outcome: 'exceeded' } })
    expect((await ledger.get('x/1')).value).toBe(2)
  })

  it('takes each of what is left once, of many that try at once', async () => {
    const ledger = memoryLedger({ clock: fixedClock(startMs) })
    const all = await Promise.all(Array.from({ length: 64 }, () => reserveTaking(ledger, [], taking(7), 5_000)))
    expect(all.filter((outcome) => 'taken' in outcome)).toHaveLength(7)
  })
})
