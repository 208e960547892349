import { describe, expect, it } from 'vitest'
import type { JsonLimits, JsonMasking } from '../../src/masking/json/masking.js'
import { defaultJsonLimits } from '../../src/masking/json/masking.js'
import { maskJsonText, maskJsonValue } from '../../src/masking/json/mask-json.js'
import { parsePointer } from '../../src/masking/json/path-rule.js'
import { parseOperator } from '../../src/masking/index.js'
import { fc } from '../properties.js'
import { parts } from './support/mask-key.js'

const card = '4111111111111111'

/** Masks the card, and every text of a field `pin`. */
const text: JsonMasking['text'] = (value, { field }) => (field === 'pin' ? '[pin]' : value.replaceAll(card, '[card]'))
interface Settings {
  readonly paths?: Readonly<Record<string, unknown>>
  readonly numbers?: 'string' | 'null'
  readonly limits?: Partial<JsonLimits>
  readonly text?: JsonMasking['text']
}
const masking = ({ paths = {}, limits, ...others }: Settings): JsonMasking => ({
  text,
  numbers: 'string',
  paths: Object.entries(paths).map(([pointer, spec]) => ({
    steps: parsePointer(pointer) ?? [],
    operator: parseOperator(spec, parts),
    context: { type: 'x', domain: pointer },
  })),
  limits: { ...defaultJsonLimits, ...limits },
  ...others,
})
const mask = (source: string, settings: Settings = {}) => maskJsonText(source, masking(settings))
const maskValue = (value: unknown, settings: Settings = {}) => maskJsonValue(value, masking(settings))

describe('JSON that is masked', () => {
  it.each([
    ['{ "a" : "4111111111111111" , "b":[true,null] }', '{ "a" : "[card]" , "b":[true,null] }'],
    [`["x ${card} y"]`, '["x [card] y"]'],
    ['["\\u0034111111111111111"]', '["[card]"]'],
    [`"${card}"`, '"[card]"'],
    [`[${card}, -1, 2.50]`, '["[card]", -1, 2.50]'],
    ['[4.111111111111111e15]', '["[card]"]'],
    ['[4111111111111111.0]', '["[card].0"]'],
    ['[41111111111111110e-1]', '["[card]0e-1"]'],
    [`{"${card}":1}`, '{"[card]":1}'],
    [`{"${card}":1,"${card}":2,"[card]x":3}`, '{"[card]":1,"[card]#2":2,"[card]x":3}'],
    [`{"a":"${card}","a":"${card}"}`, '{"a":"[card]","a":"[card]"}'],
    [`{"__proto__":{"a":"${card}"}}`, '{"__proto__":{"a":"[card]"}}'],
    ['{"pin":"1234","x":{"pin":["1","2"],"other":"1"}}', '{"pin":"[pin]","x":{"pin":["[pin]","[pin]"],"other":"1"}}'],
    ['{"pin":1234,"x":1234}', '{"pin":"[pin]","x":1234}'],
  ])('masks strings, numbers and keys of %s', (source, masked) => {
    expect(mask(source)).toBe(masked)
    JSON.parse(masked)
  })

  it.each([
    ' { "a" : [ 1 , 1.0 , 1e2 , 12345678901234567890.123456789 , -0 , 1E+400 ] }\r\n',
    '{"a":1,"a":2}',
    '["\\u00e9\\/\\ud800"]',
    '{"":{},"x":[]}',
    '["{\\"a\\" : 1}", "[not json", "\\"quoted\\""]',
    'null',
  ])('leaves %s as it is to the byte', (source) => {
    expect(mask(source)).toBe(source)
  })

  it('makes of a number that is masked a string or null', () => {
    expect(mask(`[${card}]`, { numbers: 'null' })).toBe('[null]')
    expect(mask(`[${card}]`, { text: () => null })).toBe('[null]')
    expect(mask('[37]', { text: (value) => (value === '37' ? '30' : value) })).toBe('[30]')
    expect(mask('{"k":1}', { text: (value) => (value === 'k' ? null : value) })).toBe('{"[key]":1}')
  })

  it('masks JSON in strings, which stays JSON', () => {
    const inner = JSON.stringify({ a: card, pin: 7, deep: JSON.stringify([card]) })
    const masked = JSON.parse(mask(JSON.stringify({ payload: inner }))) as { payload: string }
    expect(JSON.parse(masked.payload)).toEqual({ a: '[card]', pin: '[pin]', deep: '["[card]"]' })
  })

  it('masks a string whole that holds JSON too deep within JSON', () => {
    const wrapped = (levels: number): string => {
      let source = JSON.stringify({ secret: '\u0000' })
      for (let level = 0; level < levels; level++) source = JSON.stringify({ v: source })
      return source
    }
    const reveal = (value: string): string => value.replaceAll('\u0000', '[nul]')
    expect(mask(wrapped(3), { text: reveal })).toContain('[nul]')
    expect(mask(wrapped(4), { text: (value) => value })).toContain('[json]')
    expect(mask(wrapped(4), { text: (value) => value })).not.toContain('secret')
    expect(mask(wrapped(1), { limits: { nested: 0 } })).toBe('{"v":"[json]"}')
    expect(mask('{"v":"[not json"}', { limits: { nested: 0 } })).toBe('{"v":"[not json"}')
  })

  it('masks whole what is nested too deeply or too long', () => {
    expect(mask('[[["x"]]]', { limits: { deepest: 3 } })).toBe('[[["x"]]]')
    expect(mask('[[[["x"]]]]', { limits: { deepest: 3 } })).toBe('"[json]"')
    expect(mask(JSON.stringify(['[[[["x"]]]]']), { limits: { deepest: 3 } })).toBe('["[json]"]')
    expect(mask('["xx"]', { limits: { longest: 6 } })).toBe('["xx"]')
    expect(mask('["xxx"]', { limits: { longest: 6 } })).toBe('"[json]"')
    const levels = 100_000
    expect(mask('['.repeat(levels) + ']'.repeat(levels))).toBe('"[json]"')
    expect(mask('['.repeat(levels) + ']'.repeat(levels), { limits: { deepest: 1e9 } })).toBe('"[json]"')
  })

  it.each([
    '',
    ' ',
    'secret',
    "{'a':1}",
    '{"a":1,}',
    '[1,]',
    '[01]',
    '[1.]',
    '[.5]',
    '[+1]',
    '[NaN]',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '[1 2]',
    '"a',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '[1]]',
    '[1] x',
    '{"a":1 "b":2}',
    'nul',
    '[',
    '{',
    '[1',
    '{"a":1',
    '\ufeff[1]',
    '\u00a0[1]',
    '"\\"',
  ])('masks whole what is no JSON: %j', (source) => {
    expect(mask(source)).toBe('"[json]"')
  })
})

describe('paths of JSON', () => {
  it('mask what stands there, whatever it is', () => {
    const settings = {
      paths: {
        '/a': 'redact',
        '/list/*/b': { partial: { keepLast: 2 } },
        '/n~1x/~0': 'null',
        '/*/every': { redact: 'gone' },
      },
    }
    expect(mask('{"a":"x","b":"x"}', settings)).toBe('{"a":"[x]","b":"x"}')
    expect(mask('{"a":{"deep":[1,"2"]}}', settings)).toBe('{"a":"[x]"}')
    expect(mask('{"a":true}', settings)).toBe('{"a":"[x]"}')
    expect(mask('{"a":null}', settings)).toBe('{"a":null}')
    expect(mask('{"a":123}', settings)).toBe('{"a":"[x]"}')
    expect(mask('{"list":[{"b":"1234567890"},{"c":1},{"b":[1]}]}', settings)).toBe(
      '{"list":[{"b":"***90"},{"c":1},{"b":"[x]"}]}',
    )
    expect(mask('{"list":{"any":{"b":"1234567890"}}}', settings)).toBe('{"list":{"any":{"b":"***90"}}}')
    expect(mask('{"n/x":{"~":[1],"y":1}}', settings)).toBe('{"n/x":{"~":null,"y":1}}')
    expect(mask('{"\\u0061":"x"}', settings)).toBe('{"\\u0061":"[x]"}')
    expect(mask('{"o":{"every":{}},"every":1}', settings)).toBe('{"o":{"every":"gone"},"every":1}')
    expect(mask('{"a":1,"a":"x"}', settings)).toBe('{"a":"[x]","a":"[x]"}')
  })

  it('keep numbers numbers where the operator makes some', () => {
    const settings = { paths: { '/age': { bucket: { size: 10 } } } }
    expect(mask('{"age":37}', settings)).toBe('{"age":30}')
    expect(mask('{"age":"37"}', settings)).toBe('{"age":"30"}')
    expect(mask('{"age":"unknown"}', settings)).toBe('{"age":"[x]"}')
    expect(mask('{"age":3}', { paths: { '/age': { bucket: { edges: [18] } } } })).toBe('{"age":null}')
  })

  it('go on in JSON within strings', () => {
    const settings = { paths: { '/payload/secret': 'redact' } }
    expect(mask(JSON.stringify({ payload: '{"secret":"s","x":1}' }), settings)).toBe(
      JSON.stringify({ payload: '{"secret":"[x]","x":1}' }),
    )
    expect(mask(JSON.stringify({ payload: '{"secret":"s","x":' }), settings)).toBe('{"payload":"[json]"}')
    expect(mask(JSON.stringify({ other: '{"secret":"s","x":' }), settings)).toBe(
      '{"other":"{\\"secret\\":\\"s\\",\\"x\\":"}',
    )
  })

  it('mask the whole text at the empty pointer', () => {
    expect(mask('{"a":1}', { paths: { '': 'redact' } })).toBe('"[x]"')
  })

  it('are JSON Pointers', () => {
    expect(parsePointer('/a~1b/*/~01/')).toEqual(['a/b', '*', '~1', ''])
    for (const wrong of ['a', 'a/b', '/~', '/~2', '/\ud800', '/x'.repeat(65)])
      expect(parsePointer(wrong)).toBeUndefined()
  })
})

describe('values that are masked as JSON', () => {
  it('masks what JSON says of them', () => {
    expect(maskValue({ a: card, b: [card, 1], c: undefined, d: 10n, e: new Date(0) })).toEqual({
      a: '[card]',
      b: ['[card]', 1],
      d: '10',
      e: '1970-01-01T00:00:00.000Z',
    })
    expect(maskValue(undefined)).toBeNull()
    expect(maskValue(BigInt(card))).toBe('[card]')
  })

  it('masks bytes whole', () => {
    expect(maskValue([Buffer.from(card), new Uint8Array(3), new ArrayBuffer(3)])).toEqual([
      '[bytes]',
      '[bytes]',
      '[bytes]',
    ])
  })

  it('masks whole what cannot be written', () => {
    const cycle: unknown[] = []
    cycle.push(cycle)
    const hostile = {
      get a(): string {
        throw new Error(card)
      },
    }
    for (const value of [cycle, hostile]) expect(maskValue(value)).toBe('[json]')
  })

  it('keeps a key __proto__ one', () => {
    const masked = maskValue(JSON.parse(`{"__proto__":{"a":"${card}"}}`)) as object
    expect(Object.keys(masked)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(masked)).toBe(Object.prototype)
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"a":"[card]"}}')
  })

  it('answers JSON without the card for any value, and the same where there is none', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('pin', card, '__proto__', 'a'))
    const value = fc.letrec<{ any: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(card, `x${card}`, Number(card), null, true),
      ),
      any: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
        tie('any').map((each) => JSON.stringify(each)),
      ),
    })).any
    fc.assert(
      fc.property(value, (each) => {
        const source = JSON.stringify(each)
        const masked = mask(source)
        JSON.parse(masked)
        expect(masked).not.toContain(card)
        if (!source.includes(card) && !source.includes('pin') && !masked.includes('[json]')) expect(masked).toBe(source)
      }),
    )
  })
})
