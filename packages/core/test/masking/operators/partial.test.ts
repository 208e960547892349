import { describe, expect, it } from 'vitest'
import { createOperator, parseOperator } from '../../../src/masking/index.js'
import { fc } from '../../properties.js'
import { parts } from '../support/mask-key.js'

const context = { type: 'any', domain: 'any' }
const partial = (settings: object, value: string) => parseOperator({ partial: settings }, parts).mask(value, context)

describe('partial', () => {
  it.each([
    ['4111 1111 1111 1234', { keepLast: 4 }, '***1234'],
    ['4111 1111 1111 1234', { keepFirst: 4, keepLast: 4 }, '4111***1234'],
    ['DE89370400440532013000', { keepFirst: 4, keepLast: 2 }, 'DE89***00'],
    ['jane.doe@example.com', { keepFirst: 1, keepDomain: true }, 'j***@example.com'],
    ['jane.of.the.long.name@example.com', { keepFirst: 1, keepDomain: true }, 'j***@example.com'],
    ['jane.doe@example.com', { keepDomain: true }, '***@example.com'],
    ['jörg.müller@bücher.example', { keepFirst: 2, keepDomain: true }, 'jö***@bücher.example'],
  ])('shows of %s with %o: %s', (value, settings, masked) => {
    expect(partial(settings, value)).toBe(masked)
  })

  it.each([
    ['', '***'],
    ['7', '***'],
    ['secret', '***'],
    ['secrets', '***s'],
    ['12345678', '***78'],
    ['123-45-6789', '***789'],
    ['123456789012', '***789012'],
    ['1234567890123', '***890123'],
  ])('hides at least six characters and half of %j', (value, masked) => {
    expect(partial({ keepLast: 100 }, value)).toBe(masked)
  })

  it('hides half of the characters even where those that it hides are the wider ones', () => {
    expect(partial({ keepFirst: 8 }, `abcdefgh${'😀'.repeat(6)}`)).toBe('abcdefg***')
  })

  it('gives up the start before the end', () => {
    expect(partial({ keepFirst: 4, keepLast: 4 }, '123456789012')).toBe('12***9012')
    expect(partial({ keepFirst: 4, keepLast: 4 }, '1234567890')).toBe('***7890')
  })

  it('does not count separators as hidden', () => {
    expect(partial({ keepLast: 1 }, 'a----------b')).toBe('***')
    expect(partial({ keepLast: 1 }, 'a\u200B\u200B\u200B\u200B\u200B\u200B\u200Bb')).toBe('***')
    expect(partial({ keepLast: 4 }, '12/31/1999')).toBe('***99')
  })

  it('keeps a character whole, and shows none that is most of the value', () => {
    expect(partial({ keepFirst: 1, keepLast: 1 }, '👩‍👩‍👧‍👦abcdefghijklmnopqrstuvwxyz🇫🇷')).toBe('👩‍👩‍👧‍👦***🇫🇷')
    expect(partial({ keepLast: 1 }, `abcdefgh${'e'}${'\u0301'.repeat(50)}`)).toBe('***')
  })

  it('takes for an address only what can be nothing else', () => {
    const settings = { keepLast: 2, keepDomain: true }
    for (const value of [
      'john@smith-of-the-secret',
      'a b@example.com',
      'a@b@example.com',
      'password123@4111 1111.com',
      'password123@com',
      'password123@-a.com',
      'password123@a-.com',
      'password123@a..com',
      'password123@a.4111',
      `password123@${'a'.repeat(64)}.com`,
      `password123@${'a.'.repeat(126)}com`,
      `${'a'.repeat(129)}@example.com`,
    ]) {
      expect(partial(settings, value)).toBe(`***${value.slice(-2)}`)
    }
    expect(partial({ keepDomain: true }, 'me@example.com')).toBe('***@example.com')
    expect(partial({ keepFirst: 4, keepDomain: true }, 'secret@example.com')).toBe('***@example.com')
  })

  it('shows nothing of a value that is too long to tell its characters', () => {
    expect(partial({ keepLast: 4 }, 'x'.repeat(10_000))).toBe('***xxxx')
    expect(partial({ keepLast: 4 }, 'x'.repeat(10_001))).toBe('***')
  })

  it.each([-1, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'keeps nothing when told to keep %d characters',
    (count) => {
      const spec = { operator: 'partial', keepFirst: count, keepLast: count, keepDomain: false } as const
      expect(createOperator(spec, parts).mask('4111 1111 1111 1234', context)).toBe('***')
    },
  )

  it('never shows more than half, nor leaves fewer than six characters hidden', () => {
    const letters = fc.stringMatching(/^[a-zA-Z0-9äß€😀]{0,40}$/u)
    fc.assert(
      fc.property(letters, fc.nat(20), fc.nat(20), (value, keepFirst, keepLast) => {
        fc.pre(keepFirst + keepLast > 0)
        const [first = '', last = ''] = partial({ keepFirst, keepLast }, value)?.split('***') ?? []
        const [all, shown] = [[...value].length, [...first, ...last].length]
        expect(value.startsWith(first) && value.endsWith(last)).toBe(true)
        expect([...first].length).toBeLessThanOrEqual(keepFirst)
        expect([...last].length).toBeLessThanOrEqual(keepLast)
        expect(shown * 2).toBeLessThanOrEqual(all)
        expect(shown === 0 || all - shown >= 6).toBe(true)
      }),
    )
  })

  it('never shows more of a shorter value', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(20), fc.nat(20), (length, keepFirst, keepLast) => {
        fc.pre(keepFirst + keepLast > 0)
        const shown = (of: number) => partial({ keepFirst, keepLast }, 'abcdefghij'.repeat(7).slice(0, of))?.length ?? 0
        expect(shown(length)).toBeLessThanOrEqual(shown(length + 1))
      }),
    )
  })
})
