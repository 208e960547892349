import { describe, expect, it } from 'vitest'
import type { Act } from '../../src/duties/act.js'
import { claimsOf } from '../../src/duties/claims.js'
import { KnownClaims } from '../../src/duties/known-claims.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { agent, dutiesApart, effect } from './support.js'

const rulesOf = (content: PolicyInput) => loadPolicy({ name: 'x', content }).dutyRules!
const rules = rulesOf({
  ...dutiesApart,
  separate: {
    dynamic: [...dutiesApart.separate!.dynamic!, { ...dutiesApart.separate!.dynamic![0]!, id: 'D2', per: 'change' }],
  },
  limits: [{ id: 'L1', role: 'worker', statements: '5/h' }],
})
const others = rulesOf({
  ...dutiesApart,
  separate: { dynamic: [{ ...dutiesApart.separate!.dynamic![0]!, per: 'object' }] },
})

const party = agent({ id: 'worker' })
const act: Act = {
  party,
  roles: party.roles,
  target: 'db',
  effects: Object.freeze([effect('write')]),
  kind: 'action',
  root: party.run.root,
  change: 'CHG-1',
}

describe('the claims that are remembered', () => {
  it('are those of the same act under the same rules', () => {
    const known = new KnownClaims()
    const first = known.of(rules, act)
    expect(first).toEqual(claimsOf(rules, act))
    expect(known.of(rules, { ...act })).toBe(first)
  })

  it.each<readonly [string, Partial<Act>]>([
    ['another target', { target: 'other' }],
    ['other roles', { roles: [] }],
    ['a vote', { kind: 'vote' }],
    ['another root run', { root: 'another run' }],
    ['another change', { change: 'CHG-2' }],
    ['no change', { change: undefined }],
    ['other effects', { effects: Object.freeze([effect('read')]) }],
    ['another principal', { party: agent({ id: 'second', ownedBy: 'pia' }) }],
  ])('are not those of %s', (_what, change) => {
    const known = new KnownClaims()
    known.of(rules, act)
    expect(known.of(rules, { ...act, ...change })).toEqual(claimsOf(rules, { ...act, ...change }))
    expect(known.of(others, act)).toEqual(claimsOf(others, act))
  })

  it('are not those of effects or principals that may change', () => {
    const known = new KnownClaims()
    const effects = [effect('read')]
    known.of(rules, { ...act, effects })
    effects[0] = effect('write')
    expect(known.of(rules, { ...act, effects })).toEqual(claimsOf(rules, { ...act, effects }))
    const open = { ...party }
    known.of(rules, { ...act, party: open })
    const changed = Object.assign(open, { subject: { issuer: 'https://x', id: 'changed' } })
    expect(known.of(rules, { ...act, party: changed })).toEqual(claimsOf(rules, { ...act, party: changed }))
  })
})
