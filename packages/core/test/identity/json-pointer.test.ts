import { describe, expect, it } from 'vitest'
import { jsonPointer } from '../../src/identity/json-pointer.js'

/** The document of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'm~n': 8,
  'https://x/roles': ['dba'],
  own: JSON.parse('{"__proto__":{"roles":["dba"]}}') as unknown,
}

describe('a JSON Pointer', () => {
  it.each([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/m~0n', 8],
    ['/https:~1~1x~1roles', ['dba']],
    ['/own/__proto__/roles', ['dba']],
  ])('%s finds its value', (pointer, value) => {
    expect(jsonPointer(pointer, 'roles')(document)).toEqual(value)
  })

  it.each([
    '/none',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/length',
    '/__proto__/toString',
    '/constructor/name',
    '/foo/0/0',
  ])('%s finds nothing', (pointer) => {
    expect(jsonPointer(pointer, 'roles')(document)).toBeUndefined()
  })

  it('finds nothing that was put on Object.prototype', () => {
    Object.defineProperty(Object.prototype, 'polluted', { value: ['dba'], configurable: true })
    try {
      expect(jsonPointer('/polluted', 'roles')({})).toBeUndefined()
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted')
    }
  })

  it.each(['', 'roles', '/a~2', '/a~', '#/roles', 7, undefined])('%j is refused', (pointer) => {
    expect(() => jsonPointer(pointer, 'roles')).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})
