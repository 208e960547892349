import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { parseUntil } from '../../src/policy/mitigations.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { loadError, soundPolicy } from './load-error.js'

const apart = `${soundPolicy}separate:
  dynamic:
    - { id: D1, duties: [write, approve], max: 1, per: target, window: 24h }
`
const subject = 'subject: { issuer: https://idp.example, id: ann }'
const one = (part = `rule: D1, ${subject}, control: CM-7, owner: ciso, until: 2027-03-31`): string =>
  `${apart}mitigations:\n  - { id: M1, ${part} }\n`
const load = (content: string): ReturnType<typeof loadPolicy> => loadPolicy({ name: 'bothkeys.yaml', content })

describe('mitigations', () => {
  it('are exceptions of one account from one rule until the end of a day', () => {
    expect(load(one()).dutyRules?.mitigations).toMatchObject([
      {
        id: 'M1',
        rule: 'D1',
        subject: { issuer: 'https://idp.example', id: 'ann' },
        untilMs: Date.parse('2027-03-31T23:59:59.999Z'),
      },
    ])
  })

  it.each([
    ['2027-03-31', '2027-03-31T23:59:59.999Z'],
    ['2028-02-29', '2028-02-29T23:59:59.999Z'],
    ['2027-03-31T18:00:00Z', '2027-03-31T18:00:00.000Z'],
  ])('last until %s', (text, end) => {
    expect(parseUntil(text)).toBe(Date.parse(end))
  })

  it.each([
    '2027-02-29',
    '2027-13-01',
    '2027-03-31T24:00:00Z',
    '2027-03-31T18:00:00+02:00',
    '2027-03-31T18:00:00',
    '31.03.2027',
    '30d',
    'forever',
    '',
  ])('do not last until %j', (text) => {
    expect(parseUntil(text)).toEqual(expect.any(String))
    expect(loadError(one(`rule: D1, ${subject}, control: CM-7, owner: ciso, until: "${text}"`)).message).toContain(
      'mitigations[0].until',
    )
  })

  it.each([
    [
      `rule: D2, ${subject}, control: CM-7, owner: ciso, until: 2027-03-31`,
      'no rule of separate is called "D2"; did you mean "D1"',
    ],
    [
      `rule: prod-writes, ${subject}, control: CM-7, owner: ciso, until: 2027-03-31`,
      'no rule of separate is called "prod-writes"',
    ],
    [`rule: D1, ${subject}, owner: ciso, until: 2027-03-31`, 'control'],
    [`rule: D1, ${subject}, control: CM-7, until: 2027-03-31`, 'owner'],
    [`rule: D1, ${subject}, control: CM-7, owner: ciso`, 'until'],
    ['rule: D1, subject: ann, control: CM-7, owner: ciso, until: 2027-03-31', 'mitigations[0].subject'],
    ['rule: D1, subject: { id: ann }, control: CM-7, owner: ciso, until: 2027-03-31', 'mitigations[0].subject.issuer'],
    [`rule: D1, ${subject}, control: CM-7, owner: ciso, until: 2027-03-31, uses: 3`, 'unknown key "uses"'],
  ])('are refused: %s', (part, message) => {
    const error = loadError(one(part))
    expect(error.code).toBe('ERR_POLICY_INVALID')
    expect(error.message).toContain(message)
  })

  it('have ids of their own', () => {
    expect(loadError(one().replace('id: M1', 'id: D1')).message).toContain('the id "D1" is taken')
  })

  it('widen when they are new or other, and make another digest', () => {
    const longer = one().replace('2027-03-31', '2027-04-30')
    expect(comparePolicies(load(apart), load(one()))).toEqual({
      change: 'widening',
      widens: ['the mitigation "M1" is new'],
    })
    expect(comparePolicies(load(one()), load(longer))).toEqual({
      change: 'widening',
      widens: ['the mitigation "M1" changed'],
    })
    expect(load(one()).digest).not.toBe(load(longer).digest)
  })
})
