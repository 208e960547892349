import { describe, expect, it } from 'vitest'
import { explain } from '../../src/policy/explain.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { DynamicSeparationInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { loadError, soundPolicyWith } from './load-error.js'

const rule: DynamicSeparationInput = { id: 'D1', duties: ['write', 'approve'], max: 1, per: 'target', window: '24h' }

const plain: PolicyInput = {
  version: 1,
  targets: { orders: { kind: 'postgres' }, archive: { kind: 'postgres' } },
  roles: {
    agent: [{ target: 'orders', duty: ['read', 'write'] }],
    reader: [{ target: 'archive', duty: 'delete' }],
    dba: [{ target: 'orders', duty: 'approve' }],
  },
}

const apart = (...dynamic: readonly DynamicSeparationInput[]): PolicyInput => ({ ...plain, separate: { dynamic } })
const load = (content: PolicyInput): ReturnType<typeof loadPolicy> => loadPolicy({ name: 'x', content })

describe('separate.dynamic', () => {
  it('counts over person, run and key unless it says otherwise, and for every target', () => {
    expect(load(apart(rule)).dutyRules?.separatedDuties).toMatchObject([
      {
        id: 'D1',
        duties: new Set(['write', 'approve']),
        max: 1,
        over: ['person', 'run', 'key'],
        per: 'target',
        windowMs: 86_400_000,
        targets: new Set(['orders', 'archive']),
      },
    ])
    expect(load(plain).dutyRules).toBeUndefined()
    expect(load({ ...plain, separate: {} }).dutyRules).toBeUndefined()
  })

  it('does not count objects where a role may do what nobody understands', () => {
    const roles = { ...plain.roles, agent: [{ target: 'orders', duty: ['read', 'write', 'opaque'] }] } as const
    const hold = {
      id: 'H',
      target: 'orders',
      duty: 'opaque',
      require: [{ stage: 'peer', count: 1, role: 'dba' }],
      ttl: '1m',
    }
    const opaque = { ...apart({ ...rule, per: 'object' }), roles, hold: [hold] } as PolicyInput
    expect(() => load(opaque)).toThrow(
      /separate\.dynamic\[0\]\.per: some role has the duty opaque on the target "orders"/,
    )
    expect(load({ ...opaque, separate: { dynamic: [rule] } }).dutyRules).toBeDefined()
    expect(
      load({
        ...opaque,
        separate: { dynamic: [{ ...rule, per: 'object', target: 'archive', duties: ['delete', 'approve'] }] },
        roles: { ...roles, keeper: [{ target: 'archive', duty: 'approve' }] },
      }).dutyRules,
    ).toBeDefined()
  })

  it.each<readonly [string, string, string]>([
    [
      'an unknown duty',
      'duties: [write, aprove]',
      'separate.dynamic[0].duties[1]: unknown value "aprove"; did you mean "approve"',
    ],
    ['one duty', 'duties: [write]', 'separate.dynamic[0].duties: the list needs at least'],
    ['a duty twice', 'duties: [write, write]', 'separate.dynamic[0].duties[1]: "write" is there twice'],
    ['as many as are listed', 'max: 2', 'separate.dynamic[0].max: it must be less than the 2 that are listed'],
    ['none at all', 'max: 0', 'separate.dynamic[0].max: it must be at least 1'],
    ['a window of nothing', 'window: 0h', 'separate.dynamic[0].window: it must be more than 0'],
    ['a window of years', 'window: 400d', 'separate.dynamic[0].window: it must be at most 366d'],
    ['an unknown tie', 'over: [person, team]', 'separate.dynamic[0].over[1]: unknown value "team"'],
    ['no tie', 'over: []', 'separate.dynamic[0].over: the list needs at least one entry'],
    [
      'an unknown thing',
      'per: ticket',
      'separate.dynamic[0].per: unknown value "ticket"; known: target, object, run, change',
    ],
    [
      'an unknown target',
      'target: order',
      'separate.dynamic[0].target: unknown target "order"; did you mean "orders"?',
    ],
    ['no target', 'target: { env: dev }', 'separate.dynamic[0].target: it selects no target'],
    ['an unknown key', 'windows: 1h', 'separate.dynamic[0].windows: unknown key "windows"; did you mean "window"?'],
    ['a taken id', 'id: no-drop', 'separate.dynamic[0].id: the id "no-drop" is taken by deny[0]'],
    [
      'duties that no role has together',
      'duties: [grant, approve]',
      'separate.dynamic[0].duties: no more than 1 of them can be exercised on one target, so the rule can never fire: no role may "grant" there',
    ],
  ])('is refused for %s', (_what, change, says) => {
    const key = change.slice(0, change.indexOf(':'))
    const written = ['id: D1', 'duties: [write, approve]', 'max: 1', 'per: target', 'window: 24h']
    const kept = written.filter((member) => !member.startsWith(`${key}:`))
    const text = `separate:\n  dynamic:\n    - { ${[...kept, change].join(', ')} }\nrecord:`
    expect(loadError(soundPolicyWith('record:', text)).message).toContain(says)
  })

  it('is refused for duties that meet on no target, unless they are counted in a run or per change', () => {
    const meet = { ...rule, duties: ['write', 'delete'] } as const
    expect(loadError(apart(meet)).message).toContain('so the rule can never fire')
    for (const per of ['run', 'change'] as const) expect(load(apart({ ...meet, per })).dutyRules).toBeDefined()
    const never = apart({ ...rule, duties: ['write', 'grant'], per: 'change' })
    expect(loadError(never).message).toContain('no more than 1 of them can be exercised on one change')
  })

  it('is not accepted for duties that nothing records yet', () => {
    expect(loadError(apart({ ...rule, duties: ['write', 'approve', 'audit'] }))).toMatchObject({
      code: 'ERR_POLICY_UNSUPPORTED',
      message: expect.stringContaining('separate.dynamic[0].duties[2]: separating the duty "audit" has not landed yet'),
    })
  })

  it.each<readonly [string, PolicyInput, PolicyInput, string]>([
    ['is added', plain, apart(rule), 'narrowing'],
    ['is dropped', apart(rule), plain, 'the separation "D1" is gone'],
    ['has another window', apart(rule), apart({ ...rule, window: '48h' }), 'the separation "D1" changed'],
    ['counts over more', apart(rule), apart({ ...rule, over: ['person', 'run', 'key', 'agentClass'] }), 'changed'],
    ['counts over less', apart(rule), apart({ ...rule, over: ['person'] }), 'changed'],
    ['has other duties', apart(rule), apart({ ...rule, duties: ['read', 'approve'] }), 'changed'],
    ['is about other targets', apart(rule), apart({ ...rule, target: 'orders' }), 'changed'],
    ['is counted on something else', apart(rule), apart({ ...rule, per: 'object' }), 'changed'],
    ['is counted per change', apart(rule), apart({ ...rule, per: 'change' }), 'changed'],
    ['is counted per change no longer', apart({ ...rule, per: 'change' }), apart(rule), 'changed'],
    [
      'lets more through',
      apart({ ...rule, duties: ['read', 'write', 'approve'] }),
      apart({ ...rule, duties: ['read', 'write', 'approve'], max: 2 }),
      'changed',
    ],
    [
      'is written another way',
      apart(rule),
      apart({ ...rule, duties: ['approve', 'write'], over: ['key', 'run', 'person'] }),
      'same',
    ],
  ])('changes what a reload is when it %s', (_what, old, next, says) => {
    const { change, widens } = comparePolicies(load(old), load(next))
    expect([change, ...widens].join(' ')).toContain(says)
    expect(change === 'same').toBe(load(old).digest === load(next).digest)
  })

  it('is part of an explanation', () => {
    const target = { name: 'orders', kind: 'postgres', labels: {} }
    const traceOf = (content: PolicyInput, duty: 'read' | 'write') => {
      const effects = [{ duty, resource: 'table:public.t', attributes: {} }]
      const { trace } = explain(load(content), { roles: ['agent'], target, operation: 'query', text: '', effects })
      return trace.find(({ section }) => section === 'separate')
    }
    expect(traceOf(apart(rule), 'write')).toMatchObject({ rule: 'D1', applies: true })
    expect(traceOf(apart(rule), 'read')).toMatchObject({ applies: false, because: 'it is about other duties' })
    const meet = { ...rule, duties: ['delete', 'read', 'write', 'approve'], target: 'orders' } as const
    expect(traceOf(apart({ ...meet, max: 2 }), 'read')).toMatchObject({ applies: true })
  })
})
