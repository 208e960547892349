import { describe, expect, it } from 'vitest'
import type { UserDetectorOptions } from '../../src/masking/index.js'
import { userDetector } from '../../src/masking/index.js'
import { fc } from '../properties.js'

const employee = (more: Partial<UserDetectorOptions> = {}) =>
  userDetector({ type: 'employee', pattern: String.raw`\bEMP-\d{6}\b`, ...more })
const found = (text: string, more?: Partial<UserDetectorOptions>) =>
  employee(more)
    .find(text, {})
    .map(({ start, end }) => text.slice(start, end))

describe("a user's detector", () => {
  it('finds every match of its pattern, in UTF-16 code units', () => {
    expect(employee().find('😀 EMP-123456, EMP-1, EMP-654321', {})).toEqual([
      { start: 3, end: 13, score: 1 },
      { start: 22, end: 32, score: 1 },
    ])
    expect(employee({ score: 0.6 }).find('EMP-123456', {})).toEqual([{ start: 0, end: 10, score: 0.6 }])
    expect(found('xEMP-123456 emp-123456')).toEqual([])
    expect(found('emp-123456', { pattern: String.raw`(?i)\bemp-\d{6}` })).toEqual(['emp-123456'])
  })

  it('passes its needs and its longest match on', () => {
    const needs = { digits: 6, anyOf: ['emp-'] }
    expect(employee({ needs, longest: 10 })).toMatchObject({ type: 'employee', needs, longest: 10 })
    expect(employee()).toMatchObject({ needs: {}, longest: 256 })
  })

  it('finds a match wherever it stands in a long text, and none that a cut would make', () => {
    const value = 'EMP-123456'
    for (const settings of [{}, { pattern: '^EMP-[0-9]{6}|[^x]EMP-[0-9]{6}$|EMP-[0-9]{6}' }]) {
      for (let before = 4_070; before < 4_110; before += 3) {
        expect(found(`${'x'.repeat(before)} ${value} ${'y'.repeat(9_000)}`, settings)).toEqual([value])
      }
    }
    for (let before = 3_000; before < 4_100; before += 61) {
      expect(found('a'.repeat(before) + 'b'.repeat(6_000), { pattern: '^a|b$|^b|a$', longest: 1 })).toEqual(['a', 'b'])
      expect(found('x'.repeat(before) + value + 'x'.repeat(6_000))).toEqual([])
    }
  })

  it('finds a match that is longer than was said', () => {
    const text = `${'x'.repeat(5_000)}${'7'.repeat(20_000)}${'x'.repeat(5_000)}`
    const [first, ...others] = employee({ pattern: '7+', longest: 8 }).find(text, {})
    expect(others).toEqual([])
    expect(first).toEqual({ start: 5_000, end: 25_000, score: 1 })
  })

  it('takes a piece with too many matches for one match', () => {
    const many = 'EMP-123456 '.repeat(65)
    expect(employee().find(`${many}tail`, {})).toEqual([{ start: 0, end: many.length + 4, score: 1 }])
    expect(employee().find('EMP-123456 '.repeat(64), {})).toHaveLength(64)
  })

  it('ends on texts and patterns that were made to take long', () => {
    const text = `${'a'.repeat(30_000)}!`
    for (const pattern of ['(a+)+$', '(a|a)*b', 'a[^y]*y|a', '(.*a){20}b']) {
      expect(employee({ pattern }).find(text, {}).length).toBeLessThan(1_000)
    }
  })

  it('answers what the pattern finds in texts of one piece', () => {
    const alphabet = fc.constantFrom('a', 'b', ' ', '😀', '1')
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (letters) => {
        const text = letters.join('')
        const expected = [...text.matchAll(/a+b|1/g)].map(([part]) => part)
        expect(found(text, { pattern: 'a+b|1' })).toEqual(expected)
      }),
    )
  })

  it.each<[object, RegExp]>([
    [{ pattern: '' }, /not an empty one/],
    [{ pattern: 7 }, /pattern is a text/],
    [{ pattern: '(' }, /linear dialect/],
    [{ pattern: String.raw`(a)\1` }, /linear dialect/],
    [{ pattern: '(?=a)b' }, /linear dialect/],
    [{ pattern: 'a*' }, /finds the empty text/],
    [{ pattern: 'a'.repeat(1_001) }, /at most 1000 characters/],
    [{ pattern: '((a{50}){20}){3}' }, /linear dialect|too large/],
    [{ pattern: 'a{1000}b{1000}' }, /too large/],
    [{ type: 'Employee' }, /type is lower case/],
    [{ type: '' }, /type is lower case/],
    [{ score: 0 }, /score is above 0/],
    [{ score: 1.1 }, /score is above 0/],
    [{ score: Number.NaN }, /score is above 0/],
    [{ longest: 0 }, /longest is from 1/],
    [{ longest: 4_097 }, /longest is from 1/],
    [{ needs: { anyOf: [] } }, /needs.anyOf/],
    [{ needs: { anyOf: ['EMP'] } }, /needs.anyOf/],
    [{ needs: { digits: -1 } }, /needs.digits/],
    [{ needs: { digit: 1 } }, /no option digit; did you mean "digits"/],
    [{ patern: 'x' }, /no option patern; did you mean "pattern"/],
  ])('refuses %j', (more, message) => {
    expect(() => employee(more)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })
})
