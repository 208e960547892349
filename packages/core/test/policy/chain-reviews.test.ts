import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import type { HistoryInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { dutiesApart } from '../duties/support.js'
import { loadError } from './load-error.js'

const review = { role: 'auditor', within: '24h' } as const

const chained = (rule: Partial<HistoryInput> = {}): PolicyInput => ({
  ...dutiesApart,
  roles: {
    ...dutiesApart.roles,
    auditor: [{ target: ['db', 'other'], duty: 'audit' }],
    half: [{ target: 'db', duty: 'audit' }],
  },
  separate: { history: [{ id: 'C1', steps: ['execute', 'review'], review, per: 'target', window: '24h', ...rule }] },
})

describe('the review of a history chain', () => {
  it('is asserted where the policy does not say how it is proven', () => {
    expect(loadPolicy({ name: 'x', content: chained() }).dutyRules?.chains).toMatchObject([
      { review: { role: 'auditor', level: 'asserted', withinMs: 86_400_000 } },
    ])
  })

  it.each<readonly [string, object, string]>([
    ['a step without its key', { review: undefined }, 'separate.history[0].steps: review is one of them, so it needs'],
    ['a key without its step', { steps: ['request', 'execute'] }, 'separate.history[0].review: review is none of its'],
    ['a role that is not there', { review: { ...review, role: 'auditer' } }, 'review.role: unknown role "auditer"'],
    [
      'a role that cannot audit',
      { review: { ...review, role: 'dba' } },
      'does not have the duty audit on the target "db"',
    ],
    [
      'a role that cannot audit everywhere',
      { review: { ...review, role: 'half' } },
      'duty audit on the target "other"',
    ],
    ['no time', { review: { role: 'auditor' } }, 'separate.history[0].review'],
    ['a time that is none', { review: { ...review, within: 'soon' } }, 'separate.history[0].review.within'],
    ['a time that is too long', { review: { ...review, within: '8d' } }, 'separate.history[0].review.within'],
    ['a level that is none', { review: { ...review, level: 'certain' } }, 'separate.history[0].review.level'],
    ['a key that is none', { review: { ...review, independent: ['person'] } }, 'unknown key "independent"'],
  ])('is refused for %s', (_what, rule, says) => {
    const policy = JSON.parse(JSON.stringify(chained(rule as Partial<HistoryInput>))) as PolicyInput
    expect(loadError(policy).message).toContain(says)
  })

  it.each<readonly [string, Partial<HistoryInput>]>([
    ['by another role', { review: { ...review, role: 'half' }, target: 'db' }],
    ['later', { review: { ...review, within: '48h' } }],
    ['with other evidence', { review: { ...review, level: 'signed' } }],
  ])('is a widening when it is to come %s', (_what, rule) => {
    const load = (content: PolicyInput) => loadPolicy({ name: 'x', content })
    const [before, after] = [
      load(chained({ target: rule.target ?? ['db', 'other'] })),
      load(chained({ target: ['db', 'other'], ...rule })),
    ]
    expect(comparePolicies(before, after).widens).toEqual(['the history chain "C1" changed'])
  })

  it('narrows a policy that had no such chain', () => {
    const load = (content: PolicyInput) => loadPolicy({ name: 'x', content })
    expect(comparePolicies(load({ ...chained(), separate: {} }), load(chained())).change).toBe('narrowing')
  })
})
