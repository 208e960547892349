import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import type { AllowRuleInput, PolicyInput } from '../../src/policy/policy-input.js'
import { loadError } from './load-error.js'

type Rules = Partial<Omit<PolicyInput, 'version'>>

const targets = {
  orders: { kind: 'postgres', labels: { env: 'prod' } },
  archive: { kind: 'postgres', labels: { env: 'test' } },
} as const
const dba = [{ target: { kind: 'postgres' }, duty: 'approve' }] as const
const peer = { require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' } as const

function policy(rules: Rules): PolicyInput {
  return {
    version: 1,
    targets,
    ...rules,
    roles: { dba, agent: [{ target: { kind: 'postgres' }, duty: ['read', 'write'] }], ...rules.roles },
  }
}

const dead: readonly (readonly [what: string, rules: Rules, says: string])[] = [
  [
    'a label that no target has',
    { deny: [{ id: 'a', target: { env: 'staging' } }] },
    'deny[0].target: it selects no target',
  ],
  [
    'labels that no target has together',
    { deny: [{ id: 'a', target: { env: 'prod', kind: 'ssh' } }] },
    'deny[0].target: it selects no target',
  ],
  ['a label that every object has', { deny: [{ id: 'a', target: { toString: 'x' } }] }, 'it selects no target'],
  [
    'rules without any target',
    { targets: {}, roles: { agent: [], dba: [] }, deny: [{ id: 'a' }] },
    'deny[0].target: it selects no target',
  ],
  [
    'a deny rule twice',
    {
      deny: [
        { id: 'a', duty: 'define' },
        { id: 'b', duty: 'define' },
      ],
    },
    'deny[1]: this deny rule can never decide anything: the deny rule "a" always comes first',
  ],
  [
    'a deny rule behind a wider one',
    {
      deny: [
        { id: 'a', duty: ['define', 'grant'], target: { kind: 'postgres' } },
        { id: 'b', duty: 'define', target: 'orders', resource: 'table:a', when: { x: 1 }, roles: ['agent'], text: 'y' },
      ],
    },
    'deny[1]',
  ],
  [
    'a deny rule behind two that cover it together',
    {
      deny: [
        { id: 'a', duty: 'define', target: 'orders' },
        { id: 'b', duty: 'define', target: 'archive' },
        { id: 'c', duty: 'define' },
      ],
    },
    'deny[2]: this deny rule can never decide anything: the deny rule "a" or "b"',
  ],
  [
    'a deny rule behind a wider pattern',
    {
      deny: [
        { id: 'a', resource: 'table:public.**' },
        { id: 'b', resource: ['table:public.a', 'table:public.*.c'] },
      ],
    },
    'deny[1]',
  ],
  [
    'a deny rule behind wider conditions',
    {
      deny: [
        { id: 'a', duty: 'read', when: { x: [1, 2] } },
        { id: 'b', duty: 'read', when: { x: 1, y: 2 } },
      ],
    },
    'deny[1]',
  ],
  [
    'a deny rule by text behind the same text',
    {
      deny: [
        { id: 'a', text: ['x', 'y'] },
        { id: 'b', target: 'orders', text: 'x' },
      ],
    },
    'deny[1]',
  ],
  [
    'a hold rule behind a deny rule, wherever that stands',
    {
      deny: [{ id: 'a', duty: 'write', resource: 'table:a' }],
      hold: [{ id: 'h', duty: 'write', resource: 'table:a', ...peer }],
    },
    'hold[0]: this hold rule can never decide anything: the deny rule "a"',
  ],
  [
    'an allow rule whose duty is denied',
    { deny: [{ id: 'a', duty: 'write' }] },
    'roles.agent[0].duty: write can never be allowed here: the deny rule "a" always wins',
  ],
  [
    'an allow rule whose duty is denied to its role',
    { deny: [{ id: 'a', duty: 'write', roles: ['agent', 'dba'] }] },
    'roles.agent[0].duty: write',
  ],
  [
    'an allow rule whose resource is denied',
    {
      roles: { agent: [{ target: 'orders', duty: 'read', resource: 'table:a.b' }] },
      deny: [{ id: 'a', resource: 'table:a.*' }],
    },
    'roles.agent[0].duty: read',
  ],
  [
    'an allow rule whose conditions are denied',
    {
      roles: { agent: [{ target: 'orders', duty: 'read', when: { x: 1 } }] },
      deny: [{ id: 'a', when: { x: [1, 2] } }],
    },
    'roles.agent[0].duty: read',
  ],
  [
    'a wildcard of which nothing is left',
    { roles: { agent: [{ target: 'orders', duty: '*' }], dba: [] }, deny: [{ id: 'a' }] },
    'roles.agent[0].duty',
  ],
  [
    'a hold rule for a duty that no role has',
    { hold: [{ id: 'h', duty: 'delete', ...peer }] },
    'hold[0]: no role may do what this rule is about',
  ],
  [
    'a hold rule for a resource that no role has',
    {
      roles: { agent: [{ target: 'orders', duty: 'write', resource: 'table:a.*' }] },
      hold: [{ id: 'h', duty: 'write', resource: 'table:b.*', ...peer }],
    },
    'hold[0]: no role',
  ],
  [
    'a hold rule for a target that no role has',
    {
      roles: { agent: [{ target: 'orders', duty: 'write' }] },
      hold: [{ id: 'h', target: 'archive', duty: 'write', ...peer }],
    },
    'hold[0]: no role',
  ],
  [
    'a hold rule for unseen data that no role may send',
    { hold: [{ id: 'h', duty: 'write', when: { payload: 'unbound' }, ...peer }] },
    'hold[0]: no role',
  ],
  [
    'a durability for a duty that no role has',
    { record: [{ id: 'r', duty: 'delete', durability: 'written' }] },
    'record[0]: no role',
  ],
  [
    'an approver without the duty',
    { roles: { dba: [{ target: 'orders', duty: 'approve' }] }, hold: [{ id: 'h', duty: 'write', ...peer }] },
    'hold[0].require[0].role: the role "dba" may not approve on "archive"',
  ],
  [
    'an approver to whom it is denied',
    {
      roles: { dba: [{ target: { kind: 'postgres' }, duty: ['approve', 'read'] }], other: dba },
      deny: [{ id: 'a', duty: 'approve', target: 'orders', roles: ['dba'] }],
      hold: [{ id: 'h', duty: 'write', ...peer }],
    },
    'may not approve on "orders"',
  ],
  [
    'opaque without a hold',
    { roles: { agent: [{ target: { kind: 'postgres' }, duty: ['read', 'opaque'] }] } },
    'roles.agent[0].duty: opaque can be held but never plainly allowed: add a hold rule for it on "orders" or "archive"',
  ],
  [
    'opaque with a hold on one of two targets',
    {
      roles: { agent: [{ target: { kind: 'postgres' }, duty: 'opaque' }] },
      hold: [{ id: 'h', target: 'orders', duty: 'opaque', ...peer }],
    },
    'on "archive"',
  ],
  [
    'opaque with a hold for others',
    {
      roles: { agent: [{ target: 'orders', duty: 'opaque' }], other: [{ target: 'orders', duty: 'opaque' }] },
      hold: [{ id: 'h', duty: 'opaque', roles: ['agent'], ...peer }],
    },
    'roles.other[0].duty: opaque',
  ],
  [
    'opaque with a hold on other resources',
    {
      roles: { agent: [{ target: 'orders', duty: 'opaque', resource: 'statement:a' }] },
      hold: [{ id: 'h', duty: 'opaque', resource: 'statement:b', ...peer }],
    },
    'roles.agent[0].duty: opaque',
  ],
  [
    'arguments where there are none',
    { deny: [{ id: 'a', argv: 'x' }] },
    'deny[0].argv: actions on postgres have no arguments',
  ],
]

const orders = { target: 'orders', duty: 'write', resource: 'table:public.orders', maxAffected: 5 } as const

const lost: readonly (readonly [what: string, agent: readonly AllowRuleInput[], says: string])[] = [
  [
    'a wider rule without a bound',
    [orders, { target: { kind: 'postgres' }, duty: ['read', 'write'], resource: 'table:public.*' }],
    'roles.agent[0].maxAffected: it bounds no write: "roles.agent[1]" allows the same with more rows',
  ],
  ['the same rule with a larger bound', [{ ...orders, maxAffected: 6 }, orders], 'roles.agent[1].maxAffected'],
  [
    'a wider rule for one of its duties',
    [
      { ...orders, duty: ['write', 'delete'] },
      { target: 'orders', duty: 'delete' },
    ],
    'roles.agent[0].maxAffected: it bounds no delete: "roles.agent[1]"',
  ],
  [
    'two rules that allow it together',
    [
      { ...orders, resource: ['table:a.*', 'table:b.*'] },
      { target: 'orders', duty: 'write', resource: 'table:a.*' },
      { target: 'orders', duty: 'write', resource: 'table:b.*', maxAffected: 9 },
    ],
    'it bounds no write: "roles.agent[1]" or "roles.agent[2]" allows',
  ],
  [
    'a rule for each of its operations',
    [
      { ...orders, operation: 'query' },
      { target: 'orders', duty: 'write', operation: ['query', 'copy'] },
    ],
    'roles.agent[0].maxAffected',
  ],
]

const proven = { target: 'orders', duty: 'write', resource: 'table:public.orders', level: 'signed' } as const
const lostLevels: readonly (readonly [what: string, agent: readonly AllowRuleInput[], says: string])[] = [
  [
    'a wider rule without a level',
    [proven, { target: 'orders', duty: ['read', 'write'], resource: 'table:public.*' }],
    'roles.agent[0].level: it asks nothing of write: "roles.agent[1]" allows the same to identities that are proven less',
  ],
  ['the same rule with a lower level', [{ ...proven, level: 'channel' }, proven], 'roles.agent[1].level'],
  [
    'a rule for what only reads',
    [
      { ...proven, duty: 'read' },
      { target: 'orders', duty: 'read' },
    ],
    'roles.agent[0].level: it asks nothing of read',
  ],
]

const keptLevels: readonly (readonly [what: string, agent: readonly AllowRuleInput[]])[] = [
  ['a rule with the same level', [proven, { ...proven, resource: 'table:public.*' }]],
  [
    'a rule for another operation',
    [
      { ...proven, operation: 'query' },
      { target: 'orders', duty: 'write', operation: 'copy' },
    ],
  ],
  ['a rule for fewer rows', [proven, { target: 'orders', duty: 'write', maxAffected: 5 }]],
  ['a rule for other resources', [proven, { target: 'orders', duty: 'write', resource: 'table:public.log' }]],
]

const kept: readonly (readonly [what: string, agent: readonly AllowRuleInput[]])[] = [
  ['a rule for other resources', [orders, { target: 'orders', duty: 'write', resource: 'table:public.log' }]],
  [
    'a rule for some of its resources',
    [
      { ...orders, resource: 'table:public.*' },
      { ...orders, maxAffected: 9 },
    ],
  ],
  [
    'a rule for reads',
    [
      { ...orders, duty: ['read', 'write'] },
      { target: 'orders', duty: 'read' },
    ],
  ],
  [
    'a rule for one of its resources',
    [
      { ...orders, resource: ['table:a.*', 'table:b.*'] },
      { target: 'orders', duty: 'write', resource: 'table:a.*' },
    ],
  ],
  ['a rule for other targets', [orders, { target: 'archive', duty: 'write' }]],
  ['a rule with the same bound', [orders, orders]],
  ['a rule that asks for more proof', [orders, { target: 'orders', duty: 'write', level: 'signed' }]],
  ['a rule under a condition', [orders, { target: 'orders', duty: 'write', when: { unbounded: false } }]],
  ['a rule for another operation', [orders, { target: 'orders', duty: 'write', operation: 'copy' }]],
  [
    'a rule that is not about unseen data',
    [
      { ...orders, when: { payload: 'unbound' } },
      { target: 'orders', duty: 'write' },
    ],
  ],
]

const alive: readonly (readonly [what: string, rules: Rules])[] = [
  ['a deny rule for what nobody may do, as a second lock', { deny: [{ id: 'a', duty: 'define' }] }],
  [
    'a narrow deny rule before a wide one',
    {
      deny: [
        { id: 'a', duty: 'define', resource: 'table:a', reason: 'ask Ada' },
        { id: 'b', duty: 'define' },
      ],
    },
  ],
  [
    'deny rules that overlap',
    {
      deny: [
        { id: 'a', resource: 'table:a.*' },
        { id: 'b', resource: 'table:*.b' },
      ],
    },
  ],
  [
    'deny rules for different texts',
    {
      deny: [
        { id: 'a', text: 'x' },
        { id: 'b', text: ['x', 'y'] },
      ],
    },
  ],
  [
    'a deny rule by text behind one by duty and text',
    {
      deny: [
        { id: 'a', duty: 'read', text: 'x' },
        { id: 'b', text: 'x' },
      ],
    },
  ],
  [
    'a deny rule behind one for some roles',
    {
      deny: [
        { id: 'a', duty: 'define', roles: ['agent'] },
        { id: 'b', duty: 'define' },
      ],
    },
  ],
  ['a duty denied on some of its targets', { deny: [{ id: 'a', target: 'orders', duty: 'write' }] }],
  ['a duty denied under a condition', { deny: [{ id: 'a', duty: 'write', when: { unbounded: true } }] }],
  ['a duty denied to others', { deny: [{ id: 'a', duty: 'write', roles: ['dba'] }] }],
  [
    'a wildcard of which something is left',
    { roles: { agent: [{ target: 'orders', duty: '*' }] }, deny: [{ id: 'a', duty: 'define' }] },
  ],
  [
    'an approver on the targets where the hold can fire',
    {
      roles: { agent: [{ target: 'orders', duty: 'write' }], dba: [{ target: 'orders', duty: 'approve' }] },
      hold: [{ id: 'h', duty: 'write', ...peer }],
    },
  ],
  [
    'opaque under a hold for everything',
    { roles: { agent: [{ target: 'orders', duty: 'opaque' }] }, hold: [{ id: 'h', ...peer }] },
  ],
  ['a hold by text alone', { hold: [{ id: 'h', text: '(?i)^vacuum', ...peer }] }],
  ['a role that may do nothing', { roles: { guest: [] } }],
]

describe('a rule that can never fire', () => {
  it.each(dead)('is a load error: %s', (_what, rules, says) => {
    const error = loadError(policy(rules), 'bothkeys.yaml')
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain(says)
  })

  it.each(alive)('is not: %s', (_what, rules) => {
    expect(loadPolicy({ name: 'x', content: policy(rules) }).digest).toHaveLength(64)
  })

  it('is found with its line', () => {
    const text =
      'version: 1\ntargets: { orders: { kind: postgres } }\nroles: {}\ndeny:\n  - { id: a, duty: read }\n  - { id: b, duty: read }\n'
    expect(loadError(text).message).toContain('bothkeys.yaml:6:5 deny[1]: this deny rule can never decide anything')
  })
})

describe('a bound that bounds nothing', () => {
  it.each(lost)('is a load error beside %s', (_what, agent, says) => {
    expect(loadError(policy({ roles: { agent } })).message).toContain(says)
  })

  it.each(kept)('is not there beside %s', (_what, agent) => {
    expect(loadPolicy({ name: 'x', content: policy({ roles: { agent } }) }).digest).toHaveLength(64)
  })

  it.each(lostLevels)('is a load error also for a level, beside %s', (_what, agent, says) => {
    expect(loadError(policy({ roles: { agent } })).message).toContain(says)
  })

  it.each(keptLevels)('is no level beside %s', (_what, agent) => {
    expect(loadPolicy({ name: 'x', content: policy({ roles: { agent } }) }).digest).toHaveLength(64)
  })

  it('is not there beside a rule of another role', () => {
    const roles = { agent: [orders], other: [{ target: 'orders', duty: 'write' }] } as const
    expect(loadPolicy({ name: 'x', content: policy({ roles }) }).digest).toHaveLength(64)
  })
})
