import { describe, expect, it } from 'vitest'
import type { EvidenceQuery } from '../../src/controls/evidence-query.js'
import { evidenceMatcher } from '../../src/controls/evidence-query.js'
import type { RecordedEvent } from '../../src/record/event.js'

const event = (members: object, type = 'action.intent') => ({ type, ...members }) as unknown as RecordedEvent
const matches = (query: EvidenceQuery, members: object, type?: string) => evidenceMatcher(query)(event(members, type))

const issuer = 'https://people.example'
const voter = (id: string, more: object = {}, level: unknown = 'asserted') => ({
  level,
  approver: {
    kind: 'human',
    subject: { issuer, id },
    aliases: [],
    actors: [],
    owners: 'none',
    agentClass: 'none',
    key: 'none',
    run: { id, root: id },
    ...more,
  },
})

const dual: EvidenceQuery = [{ type: 'action.intent', where: { '/approval/votes': { people: 2 } } }]
const voted = (...votes: readonly object[]) => matches(dual, { approval: { votes } })

describe('votes of two people', () => {
  it('are of two', () => {
    expect(voted(voter('ann'), voter('bob'))).toBe(true)
    expect(voted(voter('ann'), voter('ann'), voter('bob'))).toBe(true)
    expect(voted(voter('ann'))).toBe(false)
    expect(voted()).toBe(false)
  })

  it('are not of two accounts of one', () => {
    expect(voted(voter('ann'), voter('ann'))).toBe(false)
    expect(voted(voter('ann', { person: 'Ann' }), voter('ann2', { person: 'Ann' }))).toBe(false)
    expect(voted(voter('ann', { aliases: [{ issuer, id: 'ann2' }] }), voter('ann2'))).toBe(false)
    expect(voted(voter('ann', { owners: { known: ['#Olga'] } }), voter('bob', { owners: { known: ['#Olga'] } }))).toBe(
      false,
    )
    expect(voted(voter('ann', { owners: 'unknown' }), voter('bob'))).toBe(false)
  })

  it('are found among those that conflict, in whichever order they stand', () => {
    const [one, two, three] = [voter('a', { person: 'P' }), voter('b', { person: 'P' }), voter('c', { person: 'Q' })]
    for (const votes of [
      [one, two, three],
      [three, one, two],
      [two, three, one],
    ])
      expect(voted(...votes)).toBe(true)
  })

  it('are proven as well as is asked, and otherwise none', () => {
    const proven: EvidenceQuery = [
      { type: 'action.intent', where: { '/approval/votes': { people: 2, level: 'channel' } } },
    ]
    const by = (...levels: readonly unknown[]) => {
      const votes = levels.map((level, at) => voter(`p${String(at)}`, {}, level))
      return matches(proven, { approval: { votes } })
    }
    expect(by('channel', 'signed')).toBe(true)
    expect(by('phishing-resistant', 'channel')).toBe(true)
    expect(by('asserted', 'channel', 'asserted', 'signed')).toBe(true)
    for (const less of ['asserted', undefined, null, 'Channel', 'toString', 2, ['channel']]) {
      expect(by('channel', less)).toBe(false)
      expect(by(less, 'signed')).toBe(false)
    }
    // What has a level that nobody knows is no vote, whatever is asked.
    expect(voted(voter('ann'), voter('bob', {}, 'best'))).toBe(false)
  })

  it('are of people, and readable', () => {
    expect(voted(voter('ann'), voter('bot', { kind: 'agent', owners: { known: [`${issuer}#bob`] } }))).toBe(false)
    for (const broken of [{}, { approver: null }, { approver: {} }, voter('bob', { subject: 'bob' }), 7, null])
      expect(voted(voter('ann'), broken as object)).toBe(false)
    expect(matches(dual, { approval: { votes: { 0: voter('ann'), 1: voter('bob'), length: 2 } } })).toBe(false)
    expect(matches(dual, {})).toBe(false)
  })
})

describe('a query', () => {
  it('is about events of its types', () => {
    expect(matches([{ type: 'session.open' }], {}, 'session.open')).toBe(true)
    expect(matches([{ type: 'session.open' }], {}, 'session.close')).toBe(false)
    expect(matches([], {}, 'session.open')).toBe(false)
    const votes = { approval: { votes: [voter('ann'), voter('bob')] } }
    expect(matches(dual, votes, 'action.denied')).toBe(false)
  })

  it('compares members exactly', () => {
    const query: EvidenceQuery = [{ type: 'action.denied', where: { '/code': { is: ['A', 1, true] } } }]
    for (const code of ['A', 1, true]) expect(matches(query, { code }, 'action.denied')).toBe(true)
    for (const code of ['a', '1', 'true', ['A'], null, undefined])
      expect(matches(query, { code }, 'action.denied')).toBe(false)
  })

  it('wants one item of a list to fulfil all, and all conditions to be fulfilled', () => {
    const query: EvidenceQuery = [
      {
        type: 'action.intent',
        where: { '/effects': { some: { '/duty': { is: ['write'] }, '/on': { is: ['t'] } } }, '/ok': { is: [true] } },
      },
    ]
    expect(matches(query, { effects: [{ duty: 'read' }, { duty: 'write', on: 't' }], ok: true })).toBe(true)
    expect(matches(query, { effects: [{ duty: 'write' }, { on: 't' }], ok: true })).toBe(false)
    expect(matches(query, { effects: [{ duty: 'write', on: 't' }], ok: false })).toBe(false)
    expect(matches(query, { effects: { 0: { duty: 'write', on: 't' } }, ok: true })).toBe(false)
  })
})
