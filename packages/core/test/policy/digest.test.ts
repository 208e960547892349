import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadPolicy } from '../../src/policy/load.js'
import { policyDigest } from '../../src/policy/outline.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { resolveRules } from '../../src/policy/resolve.js'
import { policySchema } from '../../src/policy/schema.js'
import * as arbitrary from './arbitraries.js'
import { soundPolicy, soundPolicyWith } from './load-error.js'

function digestOf(policy: PolicyInput): string {
  return policyDigest(resolveRules(policy))
}

const digestOfText = (text: string): string => loadPolicy({ name: 'x', content: text }).digest

/** The same value with the keys of every group in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, shuffled(member)]),
  )
}

/** Every value of a policy replaced, one at a time, by another of its type. */
function* changes(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const other of changes(item)) yield value.with(index, other)
    if (value.length > 1) yield value.slice(1)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      for (const other of changes(member)) yield { ...value, [key]: other }
      yield Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
    }
  } else if (typeof value === 'string')
    yield* [`${value}2`, 'read', 'write', 'agent', 'dba', 'orders', 'archive', 'subject', 'anyone', '30m']
  else if (typeof value === 'number') yield value + 1
  else if (typeof value === 'boolean') yield !value
}

/** Writes a policy in one way where the file has several: a list of one, the order of a set, a default. */
function meaning(value: unknown, key = ''): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => meaning(item))
    return key === 'require' || typeof value[0] === 'object' ? items.join('; ') : [...new Set(items)].sort().join()
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([name, member]) => !(name === 'labels' && Object.keys(member as object).length === 0))
    .filter(([name, member]) => !(name === 'from' && member === 'humans'))
    .filter(([name, member]) => !(name === 'approverMustHold' && member === false))
    .filter(([name, member]) => !(name === 'requester' && meaning(member) === '{ownerMayApprove: false}'))
  return `{${members
    .map(([name, member]) => `${name}: ${meaning(member, name)}`)
    .sort()
    .join(', ')}}`
}

describe('the digest of a policy', () => {
  it('does not change with comments, formatting, quotes, key order or a default that is written out', () => {
    const digest = digestOfText(soundPolicy)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(digestOfText(`# a comment\n${soundPolicy.replaceAll('\n', '  # more\n')}`)).toBe(digest)
    expect(digestOfText(soundPolicyWith('id: no-drop, ', '\'id\': "no-drop", '))).toBe(digest)
    expect(digestOfText(soundPolicyWith('duty: define', 'duty: [define]'))).toBe(digest)
    expect(digestOfText(soundPolicyWith('[read, write, delete]', '[delete, read, write]'))).toBe(digest)
    expect(
      digestOfText(
        soundPolicyWith(
          'ttl: 15m',
          'ttl: 900s\n    from: humans\n    level: asserted\n    holdInTransaction: deny\n    voteMaxAge: 600s\n    approverMustHold: false\n    requester: { ownerMayApprove: false }',
        ),
      ),
    ).toBe(digest)
    expect(
      digestOfText(soundPolicyWith('role: dba }', 'role: dba, independent: [agentClass, key, run, person, subject] }')),
    ).toBe(digest)
    expect(digestOfText(soundPolicyWith("'table:public.*'", `'table:"public".*'`))).toBe(digest)
  })

  it('does not change however the same policy is written', () => {
    fc.assert(
      fc.property(arbitrary.policy, fc.boolean(), (policy, json) => {
        const other = shuffled(policy)
        const text = json ? JSON.stringify(other) : stringify(other, { aliasDuplicateObjects: false })
        // Rules that can never fire keep it from loading, so only the reading is repeated.
        const read = policySchema.parse(json ? JSON.parse(text) : other)
        expect(digestOf(read)).toBe(digestOf(policy))
      }),
      { numRuns: 100 },
    )
  })

  it('changes with every value, one at a time', () => {
    const original = policySchema.parse({
      version: 1,
      targets: {
        orders: { kind: 'postgres', labels: { env: 'prod' }, backstops: ['read-only'] },
        archive: { kind: 'ssh' },
      },
      roles: {
        agent: [
          {
            target: 'orders',
            duty: 'delete',
            resource: 'table:public.*',
            when: { unbounded: true, table: 'x' },
            operation: 'query',
            maxAffected: 5,
          },
          { target: { env: 'prod' }, duty: '*' },
        ],
        dba: [],
      },
      deny: [
        {
          id: 'a',
          target: ['orders', 'archive'],
          duty: 'define',
          resource: 'table:a',
          when: { x: 'y' },
          roles: ['dba'],
          reason: 'no',
          text: 'z',
          argv: 'w',
        },
      ],
      hold: [
        {
          id: 'h',
          target: 'archive',
          duty: ['session', 'execute'],
          roles: ['agent'],
          text: 'q',
          require: [
            { stage: 'peer', count: 1, role: 'dba', independent: ['person', 'run'] },
            { stage: 'second', count: 1, role: 'agent' },
          ],
          ttl: '15m',
          from: 'humans',
          level: 'signed',
          voteMaxAge: '5m',
          approverMustHold: true,
          requester: { ownerMayApprove: true },
          holdInTransaction: 'allow',
          maxAffected: 5,
        },
      ],
      record: [{ id: 'r', target: 'orders', duty: 'transfer', durability: 'written' }],
      breakGlass: [
        {
          id: 'g',
          role: 'agent',
          target: 'orders',
          duty: ['write', 'session'],
          for: '15m',
          from: 'anyone',
          review: { role: 'dba', within: '24h', level: 'signed', independent: ['person', 'run'] },
        },
      ],
    })
    const seen = new Map([[digestOf(original), meaning(original)]])
    for (const changed of changes(original)) {
      const read = policySchema.safeParse(changed)
      if (!read.success) continue
      const digest = digestOf(read.data)
      expect(seen.get(digest) ?? meaning(read.data)).toBe(meaning(read.data))
      seen.set(digest, meaning(read.data))
    }
    expect(seen.size).toBeGreaterThan(120)
  })

  it('is what it was before there were bounds where there is none', () => {
    expect(digestOfText(soundPolicy)).toBe('0f5a79724a7d649d83a55b9ad81737d3255033403d72d15c37513170544868f8')
  })

  it('changes when a rule by text stops finding actions without effects', () => {
    const every = ['read', 'write', 'delete', 'define', 'grant', 'execute', 'transfer', 'session', 'opaque'] as const
    const policy = { version: 1, targets: { orders: { kind: 'postgres' } }, roles: {} } as const
    const whole = digestOf({ ...policy, deny: [{ id: 'a', text: 'x' }] })
    expect(digestOf({ ...policy, deny: [{ id: 'a', text: 'x', duty: every }] })).not.toBe(whole)
  })

  it('is the same for two policies exactly when they mean the same', () => {
    fc.assert(
      fc.property(arbitrary.policy, arbitrary.policy, (one, other) => {
        expect(digestOf(one) === digestOf(other)).toBe(meaning(one) === meaning(other))
      }),
      { numRuns: 100 },
    )
  })
})
