import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import { patternCovers, patternMatches, patternsOverlap } from '../../src/policy/pattern-relations.js'
import type { Resource, ResourcePattern } from '../../src/policy/resource-pattern.js'
import { parseResource, parseResourcePattern, quoteSegment } from '../../src/policy/resource-pattern.js'

function pattern(text: string): ResourcePattern {
  const parsed = parseResourcePattern(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

function resource(text: string): Resource {
  const parsed = parseResource(text)
  if (parsed === undefined) throw new Error(`malformed: ${text}`)
  return parsed
}

describe('a resource pattern', () => {
  it.each([
    ['table:public.orders', 'table:public.orders', true],
    ['table:public.orders', 'table:public."orders"', true],
    ['table:"public".orders', 'table:public.orders', true],
    ['table:public.orders', 'table:public.ordersx', false],
    ['table:public.orders', 'table:public.order', false],
    ['table:public.orders', 'table:public.Orders', false],
    ['table:public.orders', 'view:public.orders', false],
    ['table:public.orders', 'table:public.orders.id', false],
    ['table:public.*', 'table:public.orders', true],
    ['table:public.*', 'table:public', false],
    ['table:public.*', 'table:public.orders.id', false],
    ['table:*.orders', 'table:any.orders', true],
    ['table:**', 'table:public', true],
    ['table:**', 'table:public.orders.id', true],
    ['table:public.**', 'table:public.orders.id', true],
    ['table:public.**', 'table:public', false],
    ['table:public."*"', 'table:public.orders', false],
    ['table:public."*"', 'table:public."*"', true],
    ['table:"a.b"', 'table:a.b', false],
    ['table:"a.b"', 'table:"a.b"', true],
    ['table:"a""b"', 'table:"a""b"', true],
    ['table:""', 'table:""', true],
    ['table:caf\u00E9', 'table:cafe\u0301', false],
  ])('%s on %s: %s', (text, against, matches) => {
    expect(patternMatches(pattern(text), resource(against))).toBe(matches)
  })

  it.each([
    '',
    'table',
    'table:',
    ':a',
    'Table:a',
    'ta ble:a',
    'table:a.',
    'table:.a',
    'table:a..b',
    'table:a:b',
    'table:"a',
    'table:"a"b',
    'table:a"b"',
    'table:a*',
    'table:*a',
    'table:***',
    'table:**.a',
    '*:a',
    'table:a."b',
  ])('cannot be written as %j', (text) => {
    expect(parseResourcePattern(text)).toBeTypeOf('string')
  })

  it('knows whether it names one resource', () => {
    expect(pattern('table:public."*"').literal).toBe(true)
    expect(pattern('table:public.*').literal).toBe(false)
    expect(pattern('table:**').literal).toBe(false)
  })

  const anySegments = fc.array(fc.string({ unit: 'binary', maxLength: 6 }), { minLength: 1, maxLength: 4 })

  it('reads back every name that is quoted where needed', () => {
    fc.assert(
      fc.property(anySegments, (segments) => {
        const text = `table:${segments.map(quoteSegment).join('.')}`
        expect(parseResource(text)).toEqual({ kind: 'table', segments })
        expect(pattern(text).literal).toBe(true)
        expect(pattern(pattern(text).text)).toEqual(pattern(text))
        expect(patternMatches(pattern(text), resource(text))).toBe(true)
      }),
    )
  })

  const smallPattern = fc
    .tuple(fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([segments, rest]) => pattern(`table:${[...segments, ...(rest ? ['**'] : [])].join('.')}`))
  /** Every resource over a small alphabet: longer than any pattern, and with names that no pattern has. */
  const everyResource: Resource[] = [1, 2, 3, 4, 5].flatMap((length) =>
    Array.from({ length: 3 ** length }, (_, code) => ({
      kind: 'table',
      segments: Array.from({ length }, (_unused, place) => 'abz'[Math.floor(code / 3 ** place) % 3] ?? ''),
    })),
  )

  it('covers and overlaps another exactly when the resources say so', () => {
    fc.assert(
      fc.property(smallPattern, smallPattern, (one, other) => {
        const both = everyResource.filter((each) => patternMatches(one, each) && patternMatches(other, each))
        const narrow = everyResource.filter((each) => patternMatches(other, each))
        expect(patternsOverlap(one, other)).toBe(both.length > 0)
        expect(patternCovers(one, other)).toBe(narrow.every((each) => patternMatches(one, each)))
      }),
      { numRuns: 2_000 },
    )
  })
})
