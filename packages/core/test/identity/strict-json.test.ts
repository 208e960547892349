import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import { strictJsonObject } from '../../src/identity/strict-json.js'

const read = (text: string) => strictJsonObject(Buffer.from(text), 'it')

describe('an object in strict JSON', () => {
  it('reads as any other', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('', '\t', ' '), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        expect(read(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it.each([
    ['quotes and backslashes in a name', String.raw`{"a\"b":1,"a\\":2,"a\\\"":3}`],
    ['what would mean something outside of a text', String.raw`{"a":"\":{[ -1e999","b":"}","c":"1e999"}`],
    ['a text that is called as a name is', '{"a":"b","b":"a","c":["a","a"]}'],
    ['one name in two objects', '{"a":{"a":1},"b":[{"a":1},{"a":1}]}'],
  ])('may have %s', (_what, text) => {
    expect(read(text)).toEqual(JSON.parse(text))
  })

  it.each([
    ['a name twice, once escaped', String.raw`{"a\"b":1,"a\u0022b":2}`, 'has a name twice'],
    ['a name twice, behind a text with quotes', String.raw`{"a":"\\","b":"\"","a":1}`, 'has a name twice'],
    ['a name twice, behind blanks', '{"a":1,"a" \n:2}', 'has a name twice'],
    ['a number that is infinite', '{"a":[1,-1e999]}', 'has a number that is too large'],
    ['half a character', String.raw`{"a":"\ud800"}`, 'has a broken character'],
  ])('has not %s', (_what, text, reason) => {
    expect(() => read(text)).toThrow(reason)
  })
})
