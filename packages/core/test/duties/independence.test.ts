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
    aliases: [],
    actors: [],
    person: undefined,
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
    aliases: [],
    actors: [],
    person: undefined,
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
    [
      'two accounts that the directory links',
      human('ann', { aliases: [{ issuer, id: 'ann-admin' }] }),
      human('ann-admin'),
      ['subject', 'person'],
    ],
    [
      'two people that have an account in common',
      human('ann', { aliases: [{ issuer, id: 'shared' }] }),
      human('bob', { aliases: [{ issuer, id: 'shared' }] }),
      ['subject', 'person'],
    ],
    ['two accounts of one person by name', human('ann', { person: 'p1' }), human('ann2', { person: 'p1' }), ['person']],
    ['a person and whoever is called like their account', human('ann'), human('bob', { person: 'ann' }), []],
    [
      'an agent and another account of its owner',
      agent('a', { owners: { known: [olga] } }),
      human('olga-admin', { aliases: [{ issuer, id: 'olga' }] }),
      ['person'],
    ],
    [
      'an agent and its owner by name',
      agent('a', { owners: { known: ['#olga'] } }),
      human('olga-admin', { person: 'olga' }),
      ['person'],
    ],
    [
      'an agent and an account of the same name as its own',
      agent('a', { aliases: [{ issuer, id: 'b' }] }),
      agent('b'),
      ['subject'],
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
  aliases: fc.array(fc.record({ issuer: value, id: value }), { maxLength: 2 }),
  actors: fc.array(value, { maxLength: 2 }),
  person: fc.option(value, { nil: undefined }),
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

/** A world of people with accounts, and of agents that some of them own. */
const world = fc.record({
  first: fc.record({ human: fc.boolean(), who: fc.nat({ max: 2 }), account: fc.nat({ max: 2 }) }),
  second: fc.record({ human: fc.boolean(), who: fc.nat({ max: 2 }), account: fc.nat({ max: 2 }) }),
})
type Actor = { readonly human: boolean; readonly who: number; readonly account: number }

/** What the directory makes of an actor. `names` gives every account its id, and every person theirs. */
function actorOf(actor: Actor, which: number, names: (name: string) => string, split = false): IndependentParty {
  // Split, each account is used on its own, and the directory still links them to one person.
  const accounts = (split ? [0, 1, 2] : [0]).map((account) => names(`p${String(actor.who)}-${String(account)}`))
  const own = accounts[split ? actor.account : 0]!
  const person = names(`p${String(actor.who)}`)
  if (actor.human) {
    const aliases = accounts.filter((id) => id !== own).map((id) => ({ issuer, id }))
    return human(own, { person, aliases })
  }
  const owners = { known: [`#${person}`, ...accounts.map((id) => personKey(issuer, id))] }
  return agent(names(`a${String(which)}`), { owners, agentClass: { known: [`c${String(which)}`] } })
}

describe('I15', () => {
  it('renaming everybody changes nothing', () => {
    fc.assert(
      fc.property(world, fc.string({ minLength: 1 }), ({ first, second }, suffix) => {
        const same = (name: string): string => name
        const other = (name: string): string => `${suffix}/${name}`
        expect(conflicts(actorOf(first, 1, other), actorOf(second, 2, other), all)).toEqual(
          conflicts(actorOf(first, 1, same), actorOf(second, 2, same), all),
        )
      }),
    )
  })

  it('splitting a person into linked accounts enables nothing', () => {
    fc.assert(
      fc.property(world, ({ first, second }) => {
        const same = (name: string): string => name
        const before = conflicts(actorOf(first, 1, same), actorOf(second, 2, same), all)
        const after = conflicts(actorOf(first, 1, same, true), actorOf(second, 2, same, true), all)
        expect(after).toEqual(expect.arrayContaining([...before]))
      }),
    )
  })
})

describe('I13: what a directory adds', () => {
  it('accounts and names never remove a conflict', () => {
    fc.assert(
      fc.property(party, party, named, value, value, (first, second, dimensions, id, person) => {
        const before = conflicts(first, second, dimensions)
        const linked = { ...first, aliases: [...first.aliases, { issuer, id }], person: first.person ?? person }
        expect(conflicts(linked, second, dimensions)).toEqual(expect.arrayContaining([...before]))
      }),
    )
  })
})

describe('I18: what is missing', () => {
  it('makes an agent independent of nobody, whatever else is known', () => {
    fc.assert(
      fc.property(party, party, (first, second) => {
        const nothing = { ...first, kind: 'agent' as const, owners: 'unknown' as const }
        expect(conflicts(nothing, second, requiredDimensions([]))).toContain('person')
        expect(conflicts(second, { ...first, key: 'unknown' }, requiredDimensions([]))).toContain('key')
      }),
    )
  })
})
