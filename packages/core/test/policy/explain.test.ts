import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import type { DecisionInput } from '../../src/model/decision.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import { explain, explainRules } from '../../src/policy/explain.js'
import { loadPolicy } from '../../src/policy/load.js'
import { resolveRules } from '../../src/policy/resolve.js'
import { Views } from '../../src/policy/view.js'
import * as arbitrary from './arbitraries.js'

const policy = loadPolicy({
  name: 'x',
  content: {
    version: 1,
    targets: { orders: { kind: 'postgres' } },
    roles: {
      reader: [{ target: 'orders', duty: 'read', resource: 'table:public.orders' }],
      writer: [{ target: 'orders', duty: ['write', 'opaque'] }],
      dba: [{ target: 'orders', duty: 'approve' }],
    },
    deny: [{ id: 'no-cards', resource: 'table:public.cards', reason: 'ask payments' }],
    hold: [
      {
        id: 'do',
        duty: 'opaque',
        resource: 'statement:do',
        require: [{ stage: 'peer', count: 1, role: 'dba' }],
        ttl: '15m',
      },
    ],
    record: [{ id: 'sync', duty: 'read', durability: 'synced' }],
  },
})

function input(duty: Duty, resource: string, attributes: Effect['attributes'] = {}): DecisionInput {
  const target = { name: 'orders', kind: 'postgres', labels: {} }
  return { roles: ['reader'], target, operation: 'query', text: '', effects: [{ duty, resource, attributes }] }
}

const wouldAllow = (action: DecisionInput): readonly string[] | undefined =>
  explain(policy, action).effects[0]?.wouldAllow

describe('an explanation', () => {
  it('agrees with the decision for a sub-agent that is restricted by a role of its delegator', () => {
    const restricted = loadPolicy({
      name: 'x',
      content: {
        version: 1,
        targets: { orders: { kind: 'postgres' } },
        roles: { reader: [{ target: 'orders', duty: 'read' }], contractor: [{ target: 'orders', duty: 'read' }] },
        deny: [{ id: 'D', resource: 'table:public.orders', roles: ['contractor'] }],
        limits: [{ id: 'L', role: 'contractor', statements: '5/h' }],
        separate: { static: [{ id: 'S', roles: ['reader', 'contractor'], max: 1 }] },
      },
    })
    const read = input('read', 'table:public.orders')
    const applying = (action: DecisionInput) =>
      explain(restricted, action).trace.flatMap((rule) => (rule.applies ? rule.rule : []))
    const child = { ...read, restrictingRoles: ['contractor'] }
    expect(explain(restricted, child)).toMatchObject({ decision: { effect: 'deny' }, effects: [{ deniedBy: ['D'] }] })
    expect(applying(child)).toEqual(['roles.reader[0]', 'D', 'S', 'L'])
    expect(applying(read)).toEqual(['roles.reader[0]', 'S'])
  })

  it('names the rules behind an allowed effect and nothing that is missing', () => {
    const { decision, effects, trace } = explain(policy, input('read', 'table:public.orders'))
    expect(decision.effect).toBe('allow')
    expect(effects).toMatchObject([{ allowedBy: ['roles.reader[0]'], deniedBy: [], heldBy: [], wouldAllow: [] }])
    expect(trace.filter((rule) => rule.applies).map((rule) => rule.rule)).toEqual(['roles.reader[0]', 'sync'])
    expect(trace).toContainEqual({
      rule: 'roles.writer[0]',
      section: 'roles',
      applies: false,
      because: 'the principal does not have its role',
    })
    expect(trace).toContainEqual({
      rule: 'no-cards',
      section: 'deny',
      applies: false,
      because: 'it is not about table:public.orders',
    })
    expect(trace).toContainEqual({ rule: 'do', section: 'hold', applies: false, because: 'it is not about read' })
  })

  it('says which role, which near rule and which new rule would allow an effect', () => {
    expect(wouldAllow(input('write', 'table:public.orders'))).toEqual([
      'with the role "writer" (rule roles.writer[0])',
      "with a new rule in one of its roles: { target: orders, duty: write, resource: 'table:public.orders' }",
    ])
    expect(wouldAllow(input('read', 'table:public.items'))).toEqual([
      'with roles.reader[0] changed: it is not about table:public.items',
      "with a new rule in one of its roles: { target: orders, duty: read, resource: 'table:public.items' }",
    ])
  })

  it('says that a deny rule stands in the way, and what else is missing', () => {
    expect(wouldAllow(input('write', 'table:public.cards'))?.[0]).toBe('without the deny rule "no-cards": ask payments')
  })

  it('says that a person has to decide what cannot be understood', () => {
    const writer = { ...input('opaque', 'statement:call'), roles: ['writer'] }
    expect(wouldAllow(writer)).toEqual(['with a hold rule for the duty opaque: a person has to decide it'])
    const held = { ...input('opaque', 'statement:do'), roles: ['writer'] }
    expect(wouldAllow(held)).toEqual(['after approval by role "dba" (hold rule "do")'])
  })

  it('says what sensitive and unbound effects ask for', () => {
    expect(wouldAllow(input('write', 'table:a', { payload: 'unbound' }))?.at(-1)).toContain(
      'when: { payload: unbound }',
    )
    const writer = { ...input('write', 'table:a', { sensitive: true }), roles: ['writer'] }
    expect(wouldAllow(writer)?.[0]).toBe(
      'with roles.writer[0] changed: the resource is sensitive and named by a wildcard only',
    )
  })

  it('suggests a rule that does allow the effect', () => {
    for (const action of [
      input('write', 'table:it\'s."a.b"'),
      input('execute', 'function:a.b', { payload: 'unbound' }),
    ]) {
      const rule = wouldAllow(action)
        ?.at(-1)
        ?.replace(/^[^{]*/, '')
      const text = `version: 1\ntargets: { orders: { kind: postgres } }\nroles: { reader: [${rule ?? ''}] }\n`
      expect(loadPolicy({ name: 'x', content: text }).decide(action).effect).toBe('allow')
    }
  })

  it('agrees with the decision, whatever the policy', () => {
    fc.assert(
      fc.property(arbitrary.scenario, ({ policy: content, input: action }) => {
        const { decision, effects, trace } = explainRules(new Views(resolveRules(content)), action)
        const applying = new Set(trace.filter((rule) => rule.applies).map((rule) => rule.rule))
        expect(decision.rules.filter((rule) => !applying.has(rule))).toEqual([])
        const denying = trace.some((rule) => rule.section === 'deny' && rule.applies)
        const uncovered = effects.some((each) => each.allowedBy.length === 0)
        const missing = effects.some((each) => each.wouldAllow.length > 0)
        expect(decision.effect === 'deny' || !(denying || uncovered)).toBe(true)
        expect(decision.effect !== 'allow' || !missing).toBe(true)
        const blamed = decision.effect === 'deny' && decision.reasons.some((reason) => reason.effect !== undefined)
        expect(!blamed || missing).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
