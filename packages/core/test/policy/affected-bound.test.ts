import { describe, expect, it } from 'vitest'
import type { AffectedBound } from '../../src/model/decision.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { AllowRuleInput, HoldRuleInput } from '../../src/policy/policy-input.js'

const peer = { require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' } as const

const effect = (duty: Duty, resource = 'table:public.orders'): Effect => ({ duty, resource, attributes: {} })

const allow = (duty: AllowRuleInput['duty'], more: Partial<AllowRuleInput> = {}): AllowRuleInput => ({
  target: 'orders',
  duty,
  ...more,
})

/** The bound on the rows of an action of somebody with the roles `agent` and `other`. */
function boundOf(
  effects: readonly Effect[],
  agent: readonly AllowRuleInput[],
  hold: readonly HoldRuleInput[] = [],
  other: readonly AllowRuleInput[] = [],
): AffectedBound | undefined {
  const policy = loadPolicy({
    name: 'test',
    content: {
      version: 1,
      targets: { orders: { kind: 'postgres' } },
      roles: { agent, other, dba: [{ target: 'orders', duty: 'approve' }] },
      hold,
    },
  })
  const decision = policy.decide({
    roles: ['agent', 'other'],
    target: { name: 'orders', kind: 'postgres', labels: {} },
    operation: 'query',
    text: '',
    effects,
  })
  if (decision.effect === 'deny') throw new Error(decision.reasons[0]?.reason)
  return decision.obligations.maxAffected
}

const five = allow(['read', 'write'], { maxAffected: 5 })
const ten = allow('delete', { maxAffected: 10 })

describe('the bound of allow rules', () => {
  it('is that of the rule that allows the write', () => {
    const bound = boundOf([effect('write')], [five])
    expect(bound).toEqual({ rows: 5, rules: ['roles.agent[0]'] })
    expect(Object.isFrozen(bound) && Object.isFrozen(bound?.rules)).toBe(true)
  })

  it('is not there without the key', () => {
    expect(boundOf([effect('write')], [allow('write')])).toBeUndefined()
  })

  it('says nothing about what only reads, nor by what a write reads', () => {
    const reads = allow('read', { resource: 'table:public.prices', maxAffected: 5 })
    expect(boundOf([effect('read')], [five])).toBeUndefined()
    expect(boundOf([], [five])).toBeUndefined()
    expect(() => boundOf([effect('read')], [reads])).toThrow('only write and delete')
    const log = allow('write', { resource: 'table:public.log' })
    const orders = { ...five, resource: 'table:public.orders' }
    expect(boundOf([effect('read'), effect('write', 'table:public.log')], [orders, log])).toBeUndefined()
  })

  it('is the smallest of those that the effects need, for the action as a whole', () => {
    const effects = [effect('write'), effect('delete')]
    expect(boundOf(effects, [five, ten])).toEqual({ rows: 5, rules: ['roles.agent[0]'] })
    expect(boundOf(effects.toReversed(), [ten, five])).toEqual({ rows: 5, rules: ['roles.agent[1]'] })
    expect(boundOf(effects, [five, { ...ten, maxAffected: 5 }])).toEqual({
      rows: 5,
      rules: ['roles.agent[0]', 'roles.agent[1]'],
    })
  })

  it.each([
    ['behind', [five], [allow('write')]],
    ['before', [allow('write')], [five]],
  ] as const)('takes nothing from what another rule gives without a bound, %s it', (_where, agent, other) => {
    expect(boundOf([effect('write')], agent, [], other)).toBeUndefined()
  })

  it.each([
    ['behind', [five], [allow('write', { maxAffected: 7 })], 'roles.other[0]'],
    ['before', [allow('write', { maxAffected: 7 })], [five], 'roles.agent[0]'],
  ] as const)('takes nothing from what another rule gives with a larger one, %s it', (_where, agent, other, rule) => {
    expect(boundOf([effect('write')], agent, [], other)).toEqual({ rows: 7, rules: [rule] })
  })
})

describe('the bound of hold rules', () => {
  const hold = (id: string, maxAffected: number, more: Partial<HoldRuleInput> = {}): HoldRuleInput => ({
    id,
    duty: ['read', 'write', 'delete'],
    ...peer,
    maxAffected,
    ...more,
  })

  it('is the smallest of all that match, and of what is allowed', () => {
    const holds = [hold('a', 3), hold('b', 2), { ...peer, id: 'c', duty: 'write' } as const]
    expect(boundOf([effect('write')], [five], holds)).toEqual({ rows: 2, rules: ['b'] })
    expect(boundOf([effect('write')], [five], holds.toReversed())).toEqual({ rows: 2, rules: ['b'] })
    expect(boundOf([effect('write')], [five], [hold('a', 9)])).toEqual({ rows: 5, rules: ['roles.agent[0]'] })
    expect(boundOf([effect('write')], [allow('write')], [hold('a', 9)])).toEqual({ rows: 9, rules: ['a'] })
  })

  it('counts when it matches what a write reads', () => {
    const holds = [hold('a', 3, { resource: 'table:public.prices' })]
    const effects = [effect('write'), effect('read', 'table:public.prices')]
    expect(boundOf(effects, [allow(['read', 'write'])], holds)).toEqual({ rows: 3, rules: ['a'] })
  })

  it('counts beside effects whose rows nobody can count', () => {
    const effects = [effect('read'), effect('execute', 'function:public.f')]
    expect(boundOf(effects, [allow(['read', 'write', 'execute'])], [hold('a', 3)])).toEqual({ rows: 3, rules: ['a'] })
  })

  it('says nothing about what only reads', () => {
    expect(boundOf([effect('read')], [allow(['read', 'write'])], [hold('a', 3)])).toBeUndefined()
  })
})
