import { describe, expect, it } from 'vitest'
import { createOperator, operatorNames, parseOperator, readOperatorSpec } from '../../../src/masking/index.js'
import { parts } from '../support/mask-key.js'

const context = { type: 'credit-card', domain: 'cards' }

describe('readOperatorSpec', () => {
  it.each<[unknown, unknown]>([
    ['redact', { operator: 'redact' }],
    [{ redact: 'gone' }, { operator: 'redact', text: 'gone' }],
    ['null', { operator: 'null' }],
    [null, { operator: 'null' }],
    [{ partial: { keepLast: 4 } }, { operator: 'partial', keepFirst: 0, keepLast: 4, keepDomain: false }],
    ['hash', { operator: 'hash', across: 'run' }],
    [{ hash: { across: 'runs' } }, { operator: 'hash', across: 'runs' }],
    ['token', { operator: 'token', across: 'run' }],
    [{ token: {} }, { operator: 'token', across: 'run' }],
    [{ bucket: { size: 10 } }, { operator: 'bucket', size: '10' }],
    [{ bucket: { size: 'month' } }, { operator: 'bucket', size: 'month' }],
    [{ bucket: { edges: [1, '2.5'] } }, { operator: 'bucket', edges: ['1', '2.5'] }],
    [{ dateShift: { maxDays: 30 } }, { operator: 'dateShift', maxDays: 30, across: 'run' }],
    [{ custom: 'own' }, { operator: 'custom', name: 'own' }],
  ])('reads %j', (source, spec) => {
    expect(readOperatorSpec(source)).toEqual({ spec })
  })

  it.each<[unknown, string, RegExp]>([
    [undefined, 'with', /expected one operator: redact, null/],
    ['redacted', 'with', /expected one operator/],
    [7, 'with', /expected one operator/],
    [['redact'], 'with', /expected one operator/],
    [{}, 'with', /expected one operator/],
    [{ hash: {}, token: {} }, 'with', /expected one operator/],
    ['partial', 'with', /partial needs settings: keepFirst/],
    ['bucket', 'with', /needs settings/],
    ['custom', 'with', /needs settings/],
    [{ redact: '' }, 'with.redact', /text of 1 to 200/],
    [{ redact: 'x'.repeat(201) }, 'with.redact', /text of 1 to 200/],
    [{ redact: '\ud800' }, 'with.redact', /text of 1 to 200/],
    [{ null: { x: 1 } }, 'with.null.x', /unknown key/],
    [{ partial: {} }, 'with.partial', /keeps nothing; write redact/],
    [{ partial: { keepLast: -1 } }, 'with.partial.keepLast', /whole number from 0 to 100/],
    [{ partial: { keepLast: 1.5 } }, 'with.partial.keepLast', /whole number/],
    [{ partial: { keepFirst: 101 } }, 'with.partial.keepFirst', /whole number/],
    [{ partial: { keepLast: '4' } }, 'with.partial.keepLast', /whole number/],
    [{ partial: { keepDomain: 'yes' } }, 'with.partial.keepDomain', /true or false/],
    [
      { partial: { keeplast: 4, keepFirst: 1 } },
      'with.partial.keeplast',
      /unknown key; known here: keepFirst, keepLast/,
    ],
    [{ partial: [4] }, 'with.partial', /expected an object/],
    [{ hash: { across: 'all' } }, 'with.hash.across', /run or runs/],
    [{ token: { vault: 'x' } }, 'with.token.vault', /unknown key/],
    [{ dateShift: {} }, 'with.dateShift.maxDays', /1 to 36500/],
    [{ dateShift: { maxDays: 0 } }, 'with.dateShift.maxDays', /1 to 36500/],
    [{ bucket: {} }, 'with.bucket', /either size or edges/],
    [{ bucket: { size: 1, edges: [1] } }, 'with.bucket', /either size or edges/],
    [{ bucket: { size: 0 } }, 'with.bucket.size', /number above 0/],
    [{ bucket: { size: -1 } }, 'with.bucket.size', /number above 0/],
    [{ bucket: { size: 2 ** 53 } }, 'with.bucket.size', /number above 0/],
    [{ bucket: { size: 'weeks' } }, 'with.bucket.size', /one of hour, day/],
    [{ bucket: { edges: [] } }, 'with.bucket.edges', /list of 1 to 1000/],
    [{ bucket: { edges: 7 } }, 'with.bucket.edges', /list of 1 to 1000/],
    [{ bucket: { edges: [1, 1] } }, 'with.bucket.edges.1', /not above the edge before/],
    [{ bucket: { edges: [2, '1.9'] } }, 'with.bucket.edges.1', /not above the edge before/],
    [{ bucket: { edges: ['2024-01-02', '2024-01-01'] } }, 'with.bucket.edges.1', /not above/],
    [{ bucket: { edges: [1, '2024-01-01'] } }, 'with.bucket.edges.1', /a date like all others/],
    [{ bucket: { edges: ['2024-01-01 10:00', '2024-01-02'] } }, 'with.bucket.edges.0', /a number, or a date/],
    [{ custom: '' }, 'with.custom', /name of a mask/],
    [{ custom: '../x' }, 'with.custom', /name of a mask/],
  ])('says where %j is wrong: %s', (source, place, message) => {
    const read = readOperatorSpec(source, ['with'])
    const problems = 'problems' in read ? read.problems : []
    expect(problems.map(({ path }) => path.join('.'))).toContain(place)
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
  })

  it('names every place at once', () => {
    const read = readOperatorSpec({ partial: { keepFirst: -1, keepLast: 'x', more: 1 } })
    expect('problems' in read && read.problems.map(({ path }) => path.join('.'))).toEqual([
      'partial.more',
      'partial.keepFirst',
      'partial.keepLast',
    ])
  })
})

describe('parseOperator', () => {
  it('throws ERR_CONFIG_INVALID that says where and what', () => {
    expect(() => parseOperator({ partial: { keepLast: -1 } }, parts, ['mask', 0, 'with'])).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message: 'an operator of masking: mask[0].with.partial.keepLast: expected a whole number from 0 to 100',
      }),
    )
  })

  it.each(['own', 'toString', 'constructor'])('refuses the custom mask %s that nobody gave', (custom) => {
    expect(() => parseOperator({ custom }, { ...parts, custom: {} })).toThrow(/there is no custom mask/)
  })

  it('refuses a custom mask without a clock', () => {
    expect(() => parseOperator({ custom: 'own' }, { ...parts, custom: { own: () => '' } })).toThrow(
      /needs the option clock/,
    )
  })

  it('redacts with the type or a text of its own, and masks as missing', () => {
    expect(parseOperator('redact', parts).mask('4111', context)).toBe('[credit-card]')
    expect(parseOperator({ redact: 'gone' }, parts).mask('4111', context)).toBe('gone')
    expect(parseOperator('null', parts).mask('4111', context)).toBeNull()
    expect(parseOperator('redact', parts).mask('4111', { type: '', domain: '' })).toBe('[masked]')
  })

  it('says which operators tell equal values from others', () => {
    const specs = [
      'redact',
      'null',
      { partial: { keepLast: 4 } },
      'hash',
      'token',
      { bucket: { size: 1 } },
      { dateShift: { maxDays: 1 } },
      { custom: 'own' },
    ]
    const made = specs.map((spec) =>
      parseOperator(spec, { ...parts, custom: { own: () => null }, clock: { monotonicMs: () => 0 } }),
    )
    expect(made.map(({ name }) => name)).toEqual([...operatorNames.slice(0, 7), 'own'])
    expect(made.filter(({ deterministic }) => deterministic).map(({ name }) => name)).toEqual([
      'hash',
      'token',
      'dateShift',
      'own',
    ])
  })

  it('makes the operator of a specification that was read before', () => {
    expect(createOperator({ operator: 'redact', text: 'gone' }, parts).mask('x', context)).toBe('gone')
  })
})
