import { describe, expect, it } from 'vitest'
import { scan, uncheckedType, type Detector, type Match } from '@bothkeys/core/masking'
import { amongDecoys } from './support/decoys.js'
import { card, detectors, email, ssn, values } from './support/detectors.js'
import { disguises } from './support/disguises.js'

function giving(type: string, matches: readonly Match[], needs: Detector['needs'] = {}): Detector {
  return { type, needs, longest: 100, find: () => matches }
}

describe('scan', () => {
  it('finds in the coordinates of the text, in order', () => {
    expect(scan(`é ${values.ssn}, ${values.email}, １２３-４５-６７８９`, detectors)).toEqual([
      { start: 2, end: 13, type: 'ssn', score: 0.9 },
      { start: 15, end: 35, type: 'email', score: 0.9 },
      { start: 37, end: 48, type: 'ssn', score: 0.9 },
    ])
  })

  it('makes one finding of those that overlap, of the type of the higher score', () => {
    const found = scan('0123456789', [
      giving('one', [{ start: 0, end: 5, score: 0.6 }]),
      giving('two', [{ start: 3, end: 8, score: 0.8 }]),
    ])
    expect(found).toEqual([{ start: 0, end: 8, type: 'two', score: 0.8 }])
  })

  it('keeps apart those that only touch', () => {
    const found = scan('0123456789', [
      giving('one', [
        { start: 0, end: 5, score: 0.6 },
        { start: 5, end: 8, score: 0.8 },
      ]),
    ])
    expect(found).toHaveLength(2)
  })

  it('leaves out what is less sure than the threshold', () => {
    const unsure = giving('unsure', [{ start: 0, end: 5, score: 0.4 }])
    expect(scan('0123456789', [unsure])).toEqual([])
    expect(scan('0123456789', [unsure], { threshold: 0.4 })).toHaveLength(1)
  })

  it('leaves out what is allowed, as written or as read', () => {
    const text = `${values.email} and jane.doe&#64;example.com`
    expect(scan(text, detectors)).toHaveLength(2)
    expect(scan(text, detectors, { allow: new Set([values.email]) })).toEqual([])
    expect(scan(text, detectors, { allow: new Set(['jane']) })).toHaveLength(2)
  })

  it('gives hints to detectors', () => {
    const seen: (string | undefined)[] = []
    const asking: Detector = { type: 'any', needs: {}, longest: 1, find: (_, { field }) => (seen.push(field), []) }
    scan('x', [asking], { hints: { field: 'customer_ssn' } })
    expect(seen).toEqual(['customer_ssn'])
  })

  it('asks a detector only about texts that hold what it needs', () => {
    const asked: string[] = []
    const asking = (type: string, needs: Detector['needs']): Detector => ({
      type,
      needs,
      longest: 1,
      find: () => (asked.push(type), []),
    })
    const all = [
      asking('three digits', { digits: 3 }),
      asking('four digits', { digits: 4 }),
      asking('a word', { anyOf: ['nothing', 'sk_live_'] }),
      asking('a word in a word', { anyOf: ['live'] }),
      asking('another word', { anyOf: ['sk_test_'] }),
      asking('both', { digits: 3, anyOf: ['he said'] }),
      asking('one of both', { digits: 9, anyOf: ['he said'] }),
      asking('no ASCII', { anyOf: ['straße'] }),
    ]
    scan('1, 2, 3 sk_sk_LIVE_ he said', all)
    expect(asked).toEqual(['three digits', 'a word', 'a word in a word', 'both', 'no ASCII'])
  })

  it('takes line breaks out only where nothing is found without', () => {
    expect(scan(`${values.email}\nINFO`, detectors)).toEqual([{ start: 0, end: 20, type: 'email', score: 0.9 }])
    expect(scan('jane.doe@exam\nple.com said', detectors)).toEqual([{ start: 0, end: 21, type: 'email', score: 0.9 }])
  })

  it('finds nothing over places that are apart', () => {
    const everything: Detector = {
      type: 'all',
      needs: {},
      longest: 9,
      find: (text) => [{ start: 0, end: text.length, score: 1 }],
    }
    const text = `４${' and so on\n'.repeat(100)}４`
    expect(scan(text, [everything])).toEqual([{ start: 0, end: text.length, type: 'all', score: 1 }])
    const only: Detector = { ...everything, find: (view) => (view.includes('４') ? [] : everything.find(view, {})) }
    expect(scan(text, [only])).toEqual([])
  })

  it('finds no part of a number that a view cuts', () => {
    const line = `${'7'.repeat(300)}${values.card} `
    const text = `４${line.repeat(1)}${'7'.repeat(600)}`
    expect(scan(text, [card])).toEqual([])
  })

  it('masks too much when a detector says what cannot be', () => {
    for (const match of [
      { start: -5, end: 4, score: 1 },
      { start: Number.NaN, end: 4, score: 1 },
      { start: 0, end: 4, score: Number.NaN },
    ]) {
      expect(scan('0123', [giving('odd', [match])])).toEqual([{ start: 0, end: 4, type: 'odd', score: 1 }])
    }
    expect(scan('0123', [giving('odd', [{ start: 2, end: 99, score: 1 }])])).toEqual([
      { start: 2, end: 4, type: 'odd', score: 1 },
    ])
  })

  it('finds all of a text in which too much can be read in other ways', () => {
    const text = amongDecoys(Buffer.from(disguises['spaced out']?.(values.card) ?? '').toString('base64'))
    expect(scan(text, detectors)).toEqual([{ start: 0, end: text.length, type: uncheckedType, score: 1 }])
    const apart = `${' all is well\n'.repeat(300)}`
    expect(scan(`${apart}${text}${apart}`, detectors)).toEqual([
      { start: expect.any(Number) as number, end: expect.any(Number) as number, type: uncheckedType, score: 1 },
    ])
  })

  it('throws what a detector throws', () => {
    const broken: Detector = {
      ...giving('broken', []),
      find() {
        throw new Error('out of order')
      },
    }
    expect(() => scan('x', [broken])).toThrow('out of order')
  })

  it('refuses unknown options', () => {
    expect(() => scan('x', [email, ssn], { treshold: 1 } as never)).toThrow('treshold')
  })
})
