import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import { readJsonText } from '../../src/policy/json-text.js'
import { readYamlText } from '../../src/policy/yaml-text.js'
import { loadError } from './load-error.js'

const blank = fc.stringMatching(/^(?: |\n|\r\n){0,3}$/)
const sign = fc.constantFrom('{', '}', '[', ']', ':', ',', '"')
const odd = fc.constantFrom(
  '\t',
  '\r',
  '#',
  ' #',
  '- ',
  '? ',
  '&a ',
  '*a',
  '!!str ',
  '---',
  '\n---\n',
  '%',
  "'",
  '\\',
  '0x1',
  '.5',
  '1e3',
  '-0',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '\uD800',
  '<<',
  '__proto__',
  '/*',
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '<<',
    '__proto__',
    '*',
    '&a',
    'a: b',
    ' # b',
    '- x',
    'no',
    '~',
    '😀',
    '\u2028',
    '\uFEFF',
    '\t',
    '\n',
  ),
)
const scalar = fc.oneof(
  anyText.map((text) => JSON.stringify(text)),
  fc.integer().map(String),
  fc.double().map((number) => JSON.stringify(number)),
  fc.maxSafeInteger().map(String),
  fc.constantFrom(
    'true',
    'false',
    'null',
    '0',
    '-0',
    '1e3',
    '1.0',
    '00',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\/"',
    '"\\x41"',
  ),
)

/** Texts in JSON, written in every way that JSON allows. */
const { object } = fc.letrec<{ value: string; object: string; list: string; member: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('list')),
  member: fc
    .tuple(blank, anyText, blank, blank, tie('value'), blank)
    .map(
      ([before, key, between, after, value, end]) => `${before}${JSON.stringify(key)}${between}:${after}${value}${end}`,
    ),
  object: fc
    .tuple(fc.array(tie('member'), { maxLength: 4 }), blank)
    .map(([members, end]) => `{${members.join(',')}${end}}`),
  list: fc
    .tuple(fc.array(fc.tuple(blank, tie('value'), blank), { maxLength: 4 }), blank)
    .map(([items, end]) => `[${items.map((item) => item.join('')).join(',')}${end}]`),
}))

const document = fc.tuple(blank, object, blank).map((parts) => parts.join(''))

/** The same with something put in, or taken out. */
const damaged = fc
  .tuple(document, fc.nat(), fc.nat({ max: 2 }), fc.oneof(sign, odd, fc.constant('')))
  .map(([text, place, length, put]) => {
    const at = place % (text.length + 1)
    return text.slice(0, at) + put + text.slice(at + length)
  })

function agrees(text: string): void {
  const value = readJsonText(text)
  if (value === undefined) return
  const read = readYamlText(text)
  expect(read.problems).toEqual([])
  expect(value).toStrictEqual(read.value)
  expect(Object.keys(value)).toEqual(Object.keys(read.value as object))
}

describe('a policy in JSON', () => {
  it('says what it says in YAML', () => {
    fc.assert(fc.property(document, agrees), { numRuns: 500 })
  })

  it('is left to the reader of YAML when it is not quite JSON', () => {
    fc.assert(fc.property(damaged, agrees), { numRuns: 1_500 })
  })

  it('is read when it is written as usual', () => {
    const policy = {
      version: 1,
      on: false,
      none: null,
      list: [[], {}, -7, 'größer', '"\\', 'a\nb'],
      'a b': { c: [true] },
    }
    for (const indent of [undefined, 2, 4]) {
      expect(readJsonText(JSON.stringify(policy, undefined, indent))).toEqual(policy)
      expect(readJsonText(`${JSON.stringify(policy, undefined, indent).replaceAll('\n', '\r\n')}\r\n`)).toEqual(policy)
    }
  })

  it.each([
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":1}'],
    ['__proto__ as key', '{"__proto__":1}'],
    ['a merge key', '{"<<":1}'],
    ['a key of 201 characters', `{"${'k'.repeat(201)}":1}`],
    ['half a character', '{"a":"\\ud800"}'],
    ['half a character, unescaped', '{"a":"\uD800"}'],
    ['a number that is not exact', '{"a":12345678901234567890}'],
    ['a list', '[1]'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a comma at the end', '{"a":1,}'],
    ['great depth', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`],
    ['great length', `{"a":"${'x'.repeat(200_000)}"}`],
  ])('is left to the reader of YAML with %s', (_what, text) => {
    expect(readJsonText(text)).toBeUndefined()
  })

  it('has its places in errors', () => {
    const text = '{\n  "version": 1,\n  "targets": { "orders": { "kind": "postgres", "x": 1 } },\n  "roles": {}\n}'
    expect(readJsonText(text)).toBeDefined()
    expect(loadError(text, 'bothkeys.json').message).toContain('bothkeys.json:3:48 targets.orders.x: unknown key "x"')
  })
})
