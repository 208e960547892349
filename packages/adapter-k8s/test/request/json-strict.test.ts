import { describe, expect, it } from 'vitest'
import { parseJsonStrict, writeJson } from '../../src/request/json-strict.js'
import { isSameForAll } from '../../src/request/json-numbers.js'
import type { JsonValue } from '../../src/json.js'
import { fc } from '../support/properties.js'

const parse = (text: string) => parseJsonStrict(new TextEncoder().encode(text))

describe('a body of JSON', () => {
  it.each([
    ['a key that is given twice', '{"spec":{"hostPID":true},"spec":{}}'],
    ['a key that is given twice within', '[{"a":[{"b":1,"c":2,"b":3}]}]'],
    ['a key that is given twice, once with escapes', '{"spec":1,"sp\\u0065c":2}'],
    ['a key that is given twice around another object', '{"a":{"x":1},"b":2,"a":3}'],
    ['a key that is given twice around a list', '{"a":[1,"a"],"a":3}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['a whole number that doubles cannot count to', '{"a":9007199254740992}'],
    ['a whole number that is written with a power', '{"a":1e16}'],
    ['a whole number that is written with a point', '{"a":9007199254740993.0}'],
    ['a number that is written too exactly', '{"a":0.1000000000000000055}'],
    ['a number that is too large', '{"a":1e400}'],
    ['a number that is too small', '{"a":1e-400}'],
    ['a negative zero', '{"a":-0}'],
    ['a negative zero with a point', '{"a":-0.0}'],
    ['a number that is very long', `{"a":0.${'0'.repeat(50)}1}`],
    ['half of a surrogate pair', '{"a":"\\ud800"}'],
    ['half of a surrogate pair in a key', '{"\\udc00":1}'],
    ['trailing data', '{} {}'],
    ['a trailing comma', '{"a":1,}'],
    ['NaN', '{"a":NaN}'],
    ['a comment', '{} // no'],
    ['single quotes', "{'a':1}"],
    ['YAML', 'a: b'],
    ['nothing', ''],
    ['a mark of byte order', '\u{feff}{}'],
    ['a list that is nested too deeply', `${'['.repeat(101)}${']'.repeat(101)}`],
    ['objects that are nested too deeply', `${'{"a":'.repeat(101)}1${'}'.repeat(101)}`],
    ['what is nested endlessly', '['.repeat(1_000_000)],
    ['what is nested a million times', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
  ])('is refused for %s', (_, text) => {
    expect(parse(text)).toEqual({ refused: expect.any(String) })
  })

  it('is refused when it is not UTF-8', () => {
    expect(parseJsonStrict(new Uint8Array([0x22, 0xff, 0x22]))).toHaveProperty('refused')
    // Half of a surrogate pair, and a letter that is written too long.
    expect(parseJsonStrict(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]))).toHaveProperty('refused')
    expect(parseJsonStrict(new Uint8Array([0x22, 0xc1, 0x81, 0x22]))).toHaveProperty('refused')
  })

  it.each([
    '{}',
    '[]',
    `"${'[{'.repeat(200)}\\"${'[{'.repeat(200)}"`,
    `[${'[],{},'.repeat(200)}[]]`,
    'null',
    '"{\\"a\\":1,\\"a\\":2}"',
    '{"a":{"x":1},"b":{"x":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":["a","a"],"b":"a"}',
    '{"a":"\\ud83d\\ude00","b":"\\\\","c":"\\"","d":"\\\\\\"}"}',
    `${'['.repeat(100)}${']'.repeat(100)}`,
    '[0,1,-1,1.5,1.50,1e3,1E-7,123.456e-2,9007199254740991,-9007199254740991,0.1,0e5,5e-324,12345678901.5]',
    ' { "a" : [ true , false , null ] } ',
  ])('is read as it is: %s', (text) => {
    expect(parse(text)).toEqual({ value: JSON.parse(text) })
  })

  it('keeps a key that objects inherit', () => {
    const parsed = parse('{"__proto__":{"a":1},"constructor":2,"refused":"no"}')
    const { value } = parsed as { value: JsonValue }
    expect(Object.keys(value!)).toEqual(['__proto__', 'constructor', 'refused'])
    expect(writeJson(value)).toBe('{"__proto__":{"a":1},"constructor":2,"refused":"no"}')
  })

  it('is written so that YAML reads it alike', () => {
    expect(writeJson({ a: 'x\u0085y\u2028z\u2029\u007f\u{feff}é😀\n' })).toBe(
      '{"a":"x\\u0085y\\u2028z\\u2029\\u007f\\ufeffé😀\\n"}',
    )
  })

  it('is read when JSON.stringify wrote it, and is the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value)
        const isOdd = /(?<![\w."])-0(?![.\d])/.test(text) || /\\ud[89a-f]/.test(text) || hasLargeNumber(value)
        if (isOdd) return
        expect(parse(text)).toEqual({ value: JSON.parse(text) })
        expect(JSON.parse(writeJson(JSON.parse(text) as JsonValue))).toEqual(JSON.parse(text))
      }),
      { numRuns: 200 },
    )
  })

  it('is refused whenever a key comes twice, however it is written', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((text) => text.isWellFormed())
    const written = (text: string, isEscaped: boolean) =>
      isEscaped
        ? `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
        : JSON.stringify(text)
    fc.assert(
      fc.property(
        key,
        fc.uniqueArray(key, { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        (twice, others, one, other) => {
          const between = others.filter((each) => each !== twice).map((each) => `${written(each, one)}:{"x":[1,"x"]},`)
          const text = `{${written(twice, one)}:1,${between.join('')}${written(twice, other)}:2}`
          expect(parse(text)).toEqual({ refused: 'The body has an object that gives a key twice.' })
        },
      ),
      { numRuns: 1000 },
    )
  })
})

function hasLargeNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  return typeof value === 'object' && value !== null && Object.values(value).some((each) => hasLargeNumber(each))
}

describe('a number', () => {
  it('that JSON.stringify writes is the same for all, unless it is whole and large', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const isOdd = Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value))
        expect(isSameForAll(JSON.stringify(value)) || isOdd).toBe(true)
      }),
    )
  })

  it.each(['1', '0', '10', '1.0', '100e-2', '0.001e3', '1e+2', '0.0', '5e-324'])('%s is the same for all', (token) => {
    expect(isSameForAll(token)).toBe(true)
  })

  it.each(['1e16', '-9007199254740992', '5e-325', '3e-324', '1.00000000000000000001', '123456789012345678'])(
    '%s is not',
    (token) => {
      expect(isSameForAll(token)).toBe(false)
    },
  )
})
