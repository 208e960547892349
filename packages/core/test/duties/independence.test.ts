import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import type { IndependentParty } from '../../src/duties/independence.js'
import { conflicts, mandatoryDimensions, requiredDimensions, unknownDimensions } from '../../src/duties/independence.js'
import { personKey } from '../../src/duties/person.js'
import type { IndependenceDimension } from '../../src/model/decision.js'
import type { Dimension } from '../../src/model/principal.js'

const all: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']
const issuer = 'https://idp.example'
const olga = personKey(issuer, 'olga')

function agent(id: string, facts: Partial<IndependentParty> = {}): IndependentParty {
  return {
    kind: 'agent',
    subject: { issuer, id },
    owners: { known: [personKey(issuer, `owner-of-${id}`)] },
    agentClass: { known: [`class-of-${id}`] },
    run: { id: `run-of-${id}`, root: `run-of-${id}` },
    key: { known: [`key-of-${id}`] },
    ...facts,
  }
}

function human(id: string, facts: Partial<IndependentParty> = {}): IndependentParty {
  return {
    kind: 'human',
    subject: { issuer, id },
    owners: 'none',
    agentClass: 'none',
    run: { id: 'shared', root: 'shared' },
    key: 'none',
    ...facts,
  }
}

describe('conflicts', () => {
  it.each<[string, IndependentParty, IndependentParty, readonly IndependenceDimension[]]>([
    ['two agents with nothing in common', agent('a'), agent('b'), []],
    ['an agent and a person', agent('a'), human('ann'), []],
    ['two people, although each has a run', human('ann'), human('bob'), []],
    ['an agent with itself', agent('a'), agent('a'), all],
    ['a person with themself', human('ann'), human('ann'), ['subject', 'person']],
    ['an agent and its owner', agent('a', { owners: { known: [olga] } }), human('olga'), ['person']],
    [
      'agents that share one of several owners',
      agent('a', { owners: { known: ['x', olga] } }),
      agent('b', { owners: { known: [olga, 'y'] } }),
      ['person'],
    ],
    ['agents of one root run', agent('a'), agent('b', { run: { id: 'child', root: 'run-of-a' } }), ['run']],
    ['agents with one key', agent('a'), agent('b', { key: { known: ['z', 'key-of-a'] } }), ['key']],
    ['agents of one class', agent('a'), agent('b', { agentClass: { known: ['class-of-a'] } }), ['agentClass']],
    [
      'one id at two issuers',
      human('ann'),
      human('ann', { subject: { issuer: 'https://other.example', id: 'ann' } }),
      [],
    ],
    ['an agent whose owners are unknown', agent('a', { owners: 'unknown' }), human('ann'), ['person']],
    ['an agent whose owners are an empty set', agent('a', { owners: { known: [] } }), human('ann'), ['person']],
    ['an agent that claims to have no owner', agent('a', { owners: 'none' }), human('ann'), ['person']],
    ['an agent that claims to have no class', agent('a', { agentClass: 'none' }), human('ann'), ['agentClass']],
    ['an unknown key', agent('a', { key: 'unknown' }), human('ann'), ['key']],
    [
      'a workload whose owners are unknown',
      agent('a', { kind: 'workload', owners: 'unknown' }),
      human('ann'),
      ['person'],
    ],
    ['a person whose accounts are unknown', human('ann', { owners: 'unknown' }), human('bob'), ['person']],
    [
      'two accounts of one person',
      human('ann'),
      human('ann-admin', { owners: { known: [personKey(issuer, 'ann')] } }),
      ['person'],
    ],
    [
      'an agent and its owner, who has another account besides',
      agent('a', { owners: { known: [olga] } }),
      human('olga', { owners: { known: [personKey(issuer, 'olga-admin')] } }),
      ['person'],
    ],
    ['agents without keys', agent('a', { key: 'none' }), agent('b', { key: 'none' }), []],
  ])('of %s', (_what, first, second, expected) => {
    expect(conflicts(first, second, all)).toEqual(expected)
    expect(conflicts(second, first, all)).toEqual(expected)
  })

  it('looks at the named dimensions alone', () => {
    expect(conflicts(agent('a'), agent('a'), ['key'])).toEqual(['key'])
    expect(conflicts(agent('a'), agent('a'), [])).toEqual([])
  })
})

const value = fc.constantFrom('v1', 'v2', 'v3')
const dimension: fc.Arbitrary<Dimension> = fc.oneof(
  fc.constantFrom<Dimension>('none', 'unknown'),
  fc.array(value, { maxLength: 3 }).map((known): Dimension => ({ known })),
)
const party: fc.Arbitrary<IndependentParty> = fc.record({
  kind: fc.constantFrom('human', 'agent', 'workload'),
  subject: fc.record({ issuer: value, id: value }),
  owners: dimension,
  agentClass: dimension,
  run: fc.record({ id: value, root: value }),
  key: dimension,
})
const named = fc.subarray([...all])

describe('properties', () => {
  it('symmetric', () => {
    fc.assert(
      fc.property(party, party, named, (first, second, dimensions) => {
        expect(conflicts(first, second, dimensions)).toEqual(conflicts(second, first, dimensions))
      }),
    )
  })

  it('nobody is independent of themself', () => {
    fc.assert(
      fc.property(party, (one) => {
        expect(conflicts(one, one, requiredDimensions([]))).toContain('subject')
      }),
    )
  })

  it('more dimensions and more knowledge of owners never remove a conflict', () => {
    fc.assert(
      fc.property(party, party, named, named, value, (first, second, some, more, owner) => {
        const before = conflicts(first, second, some)
        expect(conflicts(first, second, [...some, ...more])).toEqual(expect.arrayContaining([...before]))
        if (first.owners === 'none' || first.owners === 'unknown' || first.owners.known.length === 0) return
        const richer = { ...first, owners: { known: [...first.owners.known, owner] } }
        expect(conflicts(richer, second, some)).toEqual(expect.arrayContaining([...before]))
      }),
    )
  })

  it('an unknown dimension conflicts with everybody and is reported as unknown', () => {
    fc.assert(
      fc.property(party, party, (first, second) => {
        const unknown = unknownDimensions(first, all)
        expect(conflicts(first, second, all)).toEqual(expect.arrayContaining([...unknown]))
      }),
    )
  })
})

describe('required dimensions', () => {
  it('always hold subject, person, run and key', () => {
    expect(requiredDimensions([])).toEqual([...mandatoryDimensions])
    expect(requiredDimensions(['agentClass', 'agentClass'])).toEqual([...mandatoryDimensions, 'agentClass'])
  })
})
