import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { comparePolicies } from '../../src/policy/widening.js'

const peer = { require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' } as const
const unbound = { payload: 'unbound' } as const

const glass = {
  id: 'incident',
  role: 'agent',
  target: 'orders',
  duty: 'write',
  for: '15m',
  review: { role: 'dba', within: '24h', level: 'signed' },
} as const

const old: PolicyInput = {
  version: 1,
  targets: { orders: { kind: 'postgres', labels: { env: 'prod' } } },
  roles: {
    agent: [
      { target: 'orders', duty: ['read', 'write', 'opaque'] },
      { target: 'orders', duty: 'write', when: unbound },
      { target: 'orders', duty: 'execute', when: unbound },
      { target: 'orders', duty: 'delete', maxAffected: 5 },
    ],
    dba: [{ target: 'orders', duty: 'approve' }],
  },
  deny: [{ id: 'no-define', duty: 'define', reason: 'no' }],
  hold: [
    { id: 'writes', duty: 'write', ...peer, maxAffected: 5 },
    {
      id: 'strict',
      duty: 'read',
      require: [{ stage: 'peer', count: 2, role: 'dba' }],
      ttl: '15m',
      level: 'signed',
      voteMaxAge: '5m',
      approverMustHold: true,
    },
    { id: 'opaque', duty: 'opaque', resource: 'statement:do', ...peer },
  ],
  record: [{ id: 'sync', duty: 'read', durability: 'synced' }],
  breakGlass: [glass],
}

function compare(next: Partial<PolicyInput>): ReturnType<typeof comparePolicies> {
  const load = (content: PolicyInput): ReturnType<typeof loadPolicy> => loadPolicy({ name: 'x', content })
  return comparePolicies(load(old), load({ ...old, ...next }))
}

describe('a reload', () => {
  it('widens when people may grant something, more of it, or something else', () => {
    const under = (grant?: { readonly uses: number; readonly ttl: string }) => {
      const [first, ...rest] = old.hold ?? []
      return loadPolicy({
        name: 'x',
        content: { ...old, hold: [{ ...first!, ...(grant === undefined ? {} : { grant }) }, ...rest] },
      })
    }
    const some = { uses: 20, ttl: '1h' }
    const changed = { change: 'widening', widens: ['the hold rule "writes" changed'] }
    expect(comparePolicies(under(), under(some))).toEqual(changed)
    expect(comparePolicies(under(some), under({ ...some, uses: 21 }))).toEqual(changed)
    expect(comparePolicies(under(some), under({ ...some, ttl: '2h' }))).toEqual(changed)
    expect(comparePolicies(under(some), under({ ...some, ttl: '60m' })).change).toBe('same')
  })

  it('is not compared with anything that only looks like a compiled policy', () => {
    const policy = loadPolicy({ name: 'x', content: old })
    const config = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })
    expect(() => comparePolicies(policy, { ...policy, digest: 'other' } as typeof policy)).toThrow(config)
    expect(() => comparePolicies({ ...policy, digest: 'other' } as typeof policy, policy)).toThrow(config)
  })

  it('is the same when it means the same', () => {
    expect(compare({ deny: [{ reason: 'no', duty: ['define'], id: 'no-define' }] })).toEqual({
      change: 'same',
      widens: [],
    })
  })

  it.each<readonly [string, Partial<PolicyInput>]>([
    ['a deny rule is added', { deny: [...(old.deny ?? []), { id: 'b', duty: 'read', when: { x: 1 } }] }],
    ['a deny rule is added in front', { deny: [{ id: 'b', duty: 'read', when: { x: 1 } }, ...(old.deny ?? [])] }],
    [
      'a hold rule with a bound on rows is added',
      { hold: [...(old.hold ?? []), { id: 'few', duty: 'write', ...peer, maxAffected: 1 }] },
    ],
    ['a hold rule is added', { hold: [...(old.hold ?? []), { id: 'reads', duty: 'read', ...peer }] }],
    [
      'a hold rule with other approvals is added for what is held already',
      { hold: [...(old.hold ?? []), { id: 'more', duty: 'opaque', resource: 'statement:do', ...peer, ttl: '1h' }] },
    ],
    [
      'a hold rule is added for unseen data that was plainly allowed',
      { hold: [...(old.hold ?? []), { id: 'calls', duty: 'execute', when: unbound, ...peer }] },
    ],
    ['rules change their order', { hold: (old.hold ?? []).toReversed() }],
  ])('narrows when %s', (_what, next) => {
    expect(compare(next)).toEqual({ change: 'narrowing', widens: [] })
  })

  it.each<readonly [string, Partial<PolicyInput>, string]>([
    [
      'an allow rule is added',
      { roles: { ...old.roles, dba: [...(old.roles['dba'] ?? []), { target: 'orders', duty: 'read' }] } },
      'the role "dba" changed',
    ],
    [
      'an allow rule is removed',
      { roles: { ...old.roles, agent: (old.roles['agent'] ?? []).slice(0, 2) } },
      'the role "agent" changed',
    ],
    ['a role is added', { roles: { ...old.roles, guest: [] } }, 'the role "guest" is new'],
    ['a deny rule is dropped', { deny: [] }, 'the deny rule "no-define" is gone'],
    [
      'a deny rule changes',
      { deny: [{ id: 'no-define', duty: ['define', 'grant'] }] },
      'the deny rule "no-define" changed',
    ],
    ['a hold rule is dropped', { hold: (old.hold ?? []).slice(1), breakGlass: [] }, 'the hold rule "writes" is gone'],
    [
      'a hold waits longer',
      { hold: [{ id: 'writes', duty: 'write', ...peer, ttl: '1h' }, ...(old.hold ?? []).slice(1)] },
      'the hold rule "writes" changed',
    ],
    ...(
      [
        ['asks for fewer people', { require: [{ stage: 'peer', count: 1, role: 'dba' }] }],
        ['asks for weaker evidence', { level: 'channel' }],
        ['lets votes be older', { voteMaxAge: '6m' }],
        ['lets approvers hold nothing', { approverMustHold: false }],
        ['lets owners approve', { requester: { ownerMayApprove: true } }],
      ] as const
    ).map(([what, change]): readonly [string, Partial<PolicyInput>, string] => [
      `a hold ${what}`,
      { hold: (old.hold ?? []).map((rule) => (rule.id === 'strict' ? { ...rule, ...change } : rule)) },
      'the hold rule "strict" changed',
    ]),
    [
      'a bound on rows is dropped',
      { hold: (old.hold ?? []).map(({ maxAffected: _dropped, ...rule }) => rule) },
      'the hold rule "writes" changed',
    ],
    [
      'a bound on rows is raised',
      { hold: (old.hold ?? []).map((rule) => (rule.id === 'writes' ? { ...rule, maxAffected: 6 } : rule)) },
      'the hold rule "writes" changed',
    ],
    [
      'a bound on rows of a role is raised',
      {
        roles: {
          ...old.roles,
          agent: [...(old.roles['agent'] ?? []).slice(0, 3), { target: 'orders', duty: 'delete', maxAffected: 6 }],
        },
      },
      'the role "agent" changed',
    ],
    ['a target is added', { targets: { ...old.targets, archive: { kind: 'ssh' } } }, 'the target "archive" is new'],
    [
      'a label changes',
      { targets: { orders: { kind: 'postgres', labels: { env: 'test' } } } },
      'the target "orders" changed',
    ],
    [
      'a backstop is dropped or added',
      { targets: { orders: { kind: 'postgres', labels: { env: 'prod' }, backstops: ['x'] } } },
      'the target "orders" changed',
    ],
    ['durability changes', { record: [] }, 'the record rule "sync" is gone'],
    [
      'a durability is added',
      { record: [...(old.record ?? []), { id: 'fast', duty: 'write', durability: 'written' }] },
      'the record rule "fast" is new',
    ],
    ['a break-glass rule is dropped', { breakGlass: [] }, 'the break-glass rule "incident" is gone'],
    [
      'a break-glass rule is added',
      { breakGlass: [glass, { ...glass, id: 'other' }] },
      'the break-glass rule "other" is new',
    ],
    ...(
      [
        ['is for others', { role: 'dba' }],
        ['lets agents', { from: 'anyone' }],
        ['lasts longer', { for: '30m' }],
        ['lasts shorter', { for: '5m' }],
        ['lifts more', { duty: ['write', 'read'] }],
        ['is reviewed by others', { review: { ...glass.review, role: 'agent' } }],
        ['is reviewed later', { review: { ...glass.review, within: '48h' } }],
        ['is reviewed with less proof', { review: { ...glass.review, level: 'asserted' } }],
        ['is reviewed with less independence', { review: { ...glass.review, independent: ['person'] } }],
      ] as const
    ).map(([what, change]): readonly [string, Partial<PolicyInput>, string] => [
      `a break-glass rule ${what}`,
      { breakGlass: [{ ...glass, ...change }] },
      'the break-glass rule "incident" changed',
    ]),
    [
      'a hold makes something opaque approvable',
      { hold: [...(old.hold ?? []), { id: 'call', duty: 'opaque', resource: 'statement:call', ...peer }] },
      'the hold rule "call" lets people approve what was denied before',
    ],
    [
      'a hold for everything makes something opaque approvable',
      { hold: [...(old.hold ?? []), { id: 'all', ...peer }] },
      'the hold rule "all" lets people approve',
    ],
    [
      'a hold makes unseen data approvable',
      { hold: [...(old.hold ?? []), { id: 'copy', duty: 'write', when: unbound, ...peer }] },
      'the hold rule "copy" lets people approve',
    ],
  ])('widens when %s', (_what, next, says) => {
    const { change, widens } = compare(next)
    expect(change).toBe('widening')
    expect(widens.join('\n')).toContain(says)
  })

  it('says everything that widens', () => {
    expect(compare({ deny: [], record: [] }).widens).toHaveLength(2)
  })
})
