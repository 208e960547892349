import { fc } from '../properties.js'
import { describe, expect, it } from 'vitest'
import type { CanonicalInput } from '../../src/model/canonical-json.js'
import { canonicalJson } from '../../src/model/canonical-json.js'

/** What RFC 8785 says, in as few words as possible. */
function reference(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(reference).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${reference(member)}`).join(',')}}`
}

describe('canonical JSON', () => {
  it('is what RFC 8785 says, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), (value) => {
        expect(canonicalJson(value as CanonicalInput)).toBe(reference(value))
      }),
      { numRuns: 200 },
    )
  })

  it('sorts members as the example of RFC 8785, section 3.2.3, does', () => {
    const members = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    const order = [...canonicalJson(members).matchAll(/:"([^"]*)"/g)].map(([, value]) => value)
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('sorts keys that are numbers as texts', () => {
    expect(canonicalJson({ 10: 1, 9: 2, a: 3 })).toBe('{"10":1,"9":2,"a":3}')
  })

  it('escapes every character as JSON.stringify does', () => {
    const texts = Array.from({ length: 0x2100 }, (_, code) => `a${String.fromCharCode(code)}b`)
    expect(texts.map((text) => canonicalJson(text))).toEqual(texts.map((text) => JSON.stringify(text)))
  })

  it.each([
    ['"\ud800"', '\ud800'],
    ['a key', { '\udc00': 1 }],
  ] as const)('refuses half a character: %s', (_what, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_INVALID' }) as Error)
  })
})
