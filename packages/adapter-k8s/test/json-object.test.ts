import { describe, expect, it } from 'vitest'
import { isObject, own } from '../src/json-object.js'
import type { JsonObject } from '../src/json.js'

const parse = (text: string) => JSON.parse(text) as JsonObject

describe('an object of JSON', () => {
  it('has the keys that are its own', () => {
    expect(own(parse('{"a":1}'), 'a')).toBe(1)
    expect(own(parse('{}'), 'toString')).toBeUndefined()
    expect(own(parse('{}'), '__proto__')).toBeUndefined()
    expect(own(parse('{"__proto__":{"a":1}}'), 'a')).toBeUndefined()
    expect(own(parse('{"__proto__":1}'), '__proto__')).toBe(1)
  })

  it('is no list, text or null', () => {
    expect([[], 'a', null, 1, undefined].some((value) => isObject(value))).toBe(false)
    expect(isObject({})).toBe(true)
  })
})
