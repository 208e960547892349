import { describe, expect, it } from 'vitest'
import { parseBytes, parseRate, parseRows } from '../../src/policy/duration.js'
import { explain } from '../../src/policy/explain.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { loadError, soundPolicyWith } from './load-error.js'

const load = (content: PolicyInput): ReturnType<typeof loadPolicy> => loadPolicy({ name: 'x', content })
const refusedFor = (text: string): string => loadError(soundPolicyWith('record:', `${text}\nrecord:`)).message

describe('separate.static', () => {
  it.each<readonly [string, string, string]>([
    [
      'an unknown role',
      'roles: [agent, dbb], max: 1',
      'separate.static[0].roles[1]: unknown role "dbb"; did you mean "dba"?',
    ],
    ['one role', 'roles: [agent], max: 1', 'separate.static[0].roles: the list needs at least'],
    ['a role twice', 'roles: [agent, dba, dba], max: 1', 'separate.static[0].roles[2]: "dba" is there twice'],
    ['as many as are listed', 'roles: [agent, dba], max: 2', 'separate.static[0].max: it must be less than the 2'],
    [
      'a window of nothing',
      'roles: [agent, dba], max: 1, window: 0s',
      'separate.static[0].window: it must be more than 0',
    ],
    ['an unknown key', 'roles: [agent, dba], max: 1, per: target', 'separate.static[0].per: unknown key "per"'],
    ['a taken id', 'roles: [agent, dba], max: 1, id: no-drop', 'the id "no-drop" is taken by deny[0]'],
  ])('is refused for %s', (_what, members, says) => {
    const id = members.includes('id:') ? '' : 'id: S1, '
    expect(refusedFor(`separate:\n  static:\n    - { ${id}${members} }`)).toContain(says)
  })
})

describe('separate.wall', () => {
  it.each<readonly [string, string, string]>([
    [
      'one dataset',
      'a: { resource: "table:a.*" }',
      'separate.wall[0].datasets: a wall stands between two datasets at least',
    ],
    [
      'a dataset of nothing',
      'a: { resource: "table:a.*" }, b: {}',
      'separate.wall[0].datasets.b: it names neither target nor',
    ],
    ['a broken pattern', 'a: { resource: "a.*" }, b: { resource: "table:b.*" }', 'write it as kind:segment.segment'],
    [
      'an unknown target',
      'a: { target: nowhere }, b: { target: orders }',
      'separate.wall[0].datasets.a.target: unknown target "nowhere"',
    ],
    [
      'no target',
      'a: { target: { env: dev } }, b: { target: orders }',
      'datasets.a.target: it selects no target, so the dataset is nowhere',
    ],
    [
      'datasets that overlap',
      'a: { resource: "table:a.**" }, b: { resource: ["table:*.b", "table:c.*"] }',
      'separate.wall[0].datasets.b: it shares resources with "a"',
    ],
    [
      'an unknown key',
      'a: { resource: "table:a.*", duty: read }, b: { target: orders }',
      'datasets.a.duty: unknown key "duty"',
    ],
  ])('is refused for %s', (_what, datasets, says) => {
    expect(refusedFor(`separate:\n  wall:\n    - { id: W1, datasets: { ${datasets} } }`)).toContain(says)
  })
})

describe('limits', () => {
  it.each<readonly [string, string, string]>([
    ['an unknown role', 'role: agnet, statements: 1/h', 'limits[0].role: unknown role "agnet"; declare it under roles'],
    ['a rate in no time', 'role: agent, statements: 60', 'limits[0].statements: expected a string, found 60'],
    [
      'a rate that is none',
      'role: agent, statements: 60 per hour',
      'limits[0].statements: write how many in what time',
    ],
    ['no statement at all', 'role: agent, statements: 0/h', 'limits[0].statements: it must be more than 0'],
    ['a window of nothing', 'role: agent, statements: 5/0h', 'limits[0].statements: it must be more than 0'],
    ['nothing to count', 'role: agent', 'limits[0]: a limit needs statements, rows or bytes'],
    ['no rows', 'role: agent, rows: 0', 'limits[0].rows'],
    ['rows that are none', 'role: agent, rows: 10000 per hour', 'limits[0].rows'],
    ['bytes without a unit', 'role: agent, bytes: 100/h', 'limits[0].bytes: write how much, like 10MB'],
    ['no bytes', 'role: agent, bytes: 0MB', 'limits[0].bytes: it must be more than 0'],
    ['bytes in a time that is none', 'role: agent, bytes: 1MB/hour', 'limits[0].bytes: write how much'],
    ['an unknown target', 'role: agent, statements: 5/h, target: oders', 'limits[0].target: unknown target "oders"'],
    ['no target', 'role: agent, statements: 5/h, target: { env: dev }', 'limits[0].target: it selects no target'],
    [
      'a role without a rule there',
      'role: agent, statements: 5/h, duty: define',
      'limits[0].role: the role "agent" may do none of it',
    ],
    [
      'the duty of approving',
      'role: dba, statements: 5/h, duty: approve',
      'limiting the duty "approve" has not landed yet',
    ],
  ])('is refused for %s', (_what, members, says) => {
    expect(refusedFor(`limits:\n  - { ${members} }`)).toContain(says)
  })

  it.each<readonly [string, number, number]>([
    ['60/min', 60, 60_000],
    ['5/s', 5, 1_000],
    ['1/h', 1, 3_600_000],
    ['10/15m', 10, 900_000],
    ['9/2d', 9, 172_800_000],
  ])('is read: %s', (text, times, windowMs) => {
    expect(parseRate(text)).toEqual({ times, windowMs })
    expect(parseRows(text)).toEqual({ times, windowMs })
  })

  it.each<readonly [string, number, number]>([
    ['500B/s', 500, 1_000],
    ['500kB/min', 500_000, 60_000],
    ['100MB/h', 100_000_000, 3_600_000],
    ['2GB/24h', 2_000_000_000, 86_400_000],
    ['10MB', 10_000_000, 0],
  ])('of bytes is read: %s', (text, times, windowMs) => {
    expect(parseBytes(text)).toEqual({ times, windowMs })
  })

  it('of rows in one action is a number', () => {
    expect(parseRows(1_000)).toEqual({ times: 1_000, windowMs: 0 })
  })
})

const plain: PolicyInput = {
  version: 1,
  targets: { orders: { kind: 'postgres' }, archive: { kind: 'postgres' } },
  roles: {
    agent: [{ target: ['orders', 'archive'], duty: ['read', 'write'] }],
    dba: [{ target: 'orders', duty: 'approve' }],
  },
}
const roles = { id: 'S1', roles: ['agent', 'dba'], max: 1 } as const
const wall = { id: 'W1', datasets: { a: { resource: 'table:a.*' }, b: { resource: 'table:b.*' } } } as const
const limit = { id: 'L1', role: 'agent', statements: '60/min' } as const
const full: PolicyInput = { ...plain, separate: { static: [roles], wall: [wall] }, limits: [limit] }

describe('a reload', () => {
  it('narrows when rules that look at what happened before are added, and widens when one is dropped', () => {
    expect(comparePolicies(load(plain), load(full))).toEqual({ change: 'narrowing', widens: [] })
    expect(comparePolicies(load(full), load(plain)).widens).toEqual([
      'the separation "S1" is gone',
      'the wall "W1" is gone',
      'the limit "L1" is gone',
    ])
  })

  it.each<readonly [string, Partial<PolicyInput>]>([
    ['the separation "S1" changed', { separate: { static: [{ ...roles, window: '48h' }], wall: [wall] } }],
    ['the separation "S1" changed', { separate: { static: [{ ...roles, over: ['person'] }], wall: [wall] } }],
    ['the wall "W1" changed', { separate: { static: [roles], wall: [{ ...wall, window: '24h' }] } }],
    ['the wall "W1" changed', { separate: { static: [roles], wall: [{ ...wall, over: ['person'] }] } }],
    [
      'the wall "W1" changed',
      {
        separate: {
          static: [roles],
          wall: [{ ...wall, datasets: { ...wall.datasets, b: { target: 'archive', resource: 'table:b.*' } } }],
        },
      },
    ],
    ['the limit "L1" changed', { limits: [{ ...limit, statements: '61/min' }] }],
    ['the limit "L1" changed', { limits: [{ id: 'L1', role: 'agent', rows: '60/min' }] }],
    ['the limit "L1" changed', { limits: [{ ...limit, target: 'orders' }] }],
    ['the limit "L1" changed', { limits: [{ ...limit, duty: 'read' }] }],
    ['the limit "L1" changed', { limits: [{ ...limit, over: ['person'] }] }],
  ])('widens when %s', (says, change) => {
    const { widens } = comparePolicies(load(full), load({ ...full, ...change }))
    expect(widens).toEqual([says])
  })

  it('is the same when defaults are written out', () => {
    const written: PolicyInput = {
      ...full,
      separate: {
        static: [{ ...roles, over: ['person', 'agentClass'], window: '24h' }],
        wall: [{ ...wall, over: ['run'] }],
      },
      limits: [{ ...limit, over: ['person', 'run', 'key'], statements: '60/1m' }],
    }
    expect(comparePolicies(load(full), load(written)).change).toBe('same')
  })
})

describe('an explanation', () => {
  it('says which of the rules look at the action', () => {
    const traceOf = (resource: string, target = 'orders', role = 'agent') => {
      const effects = [{ duty: 'read' as const, resource, attributes: {} }]
      const input = {
        roles: [role],
        target: { name: target, kind: 'postgres', labels: {} },
        operation: 'query',
        text: '',
        effects,
      }
      const traced = explain(load({ ...full, limits: [{ ...limit, target: 'orders' }] }), input).trace
      return Object.fromEntries(
        traced
          .filter(({ section }) => section === 'separate' || section === 'limits')
          .map(({ because, rule }) => [rule, because]),
      )
    }
    const yes = 'it is about this action'
    expect(traceOf('table:a.t')).toEqual({ S1: yes, W1: yes, L1: yes })
    expect(traceOf('table:c.t', 'archive', 'other')).toEqual({
      S1: 'it is about other roles',
      W1: 'none of its datasets is touched',
      L1: 'it is about other targets',
    })
    expect(traceOf('table:c.t', 'orders', 'dba')['L1']).toBe('the principal does not have its role')
  })
})
