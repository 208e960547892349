import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseOperator } from '../../../src/masking/index.js'
import { memoryTokenVault } from '../../../src/testing/index.js'
import { fc } from '../../properties.js'
import { maskKey, parts } from '../support/mask-key.js'

const context = { type: 'email', domain: 'users' }
const text = fc.string({ unit: 'binary', maxLength: 12 })
const near = fc.constantFrom('', 'a', 'b', 'ab', 'a\0', '\0a', '\ud800', '\udc00', '\ufffd', 'é', 'e\u0301')
const word = fc.oneof(near, text)

describe.each(['hash', 'token'])('%s', (name) => {
  const make = (value: string, { domain = 'users', scope = 'run-1', type = 'email', across = 'run' } = {}) =>
    parseOperator({ [name]: { across } }, { ...parts, scope }).mask(value, { domain, type })

  it('is equal exactly when value, domain, type and scope are', () => {
    const one = fc.tuple(word, word, word, word)
    fc.assert(
      fc.property(one, one, fc.integer({ min: -1, max: 4 }), (first, second, changed) => {
        // One part is another, all are, or none is.
        const other = first.map((part, index) => (index === changed || changed === 4 ? (second[index] ?? '') : part))
        const masked = [first, other].map(([value = '', domain = '', scope = '', type = '']) => {
          const operator = parseOperator(name, { ...parts, scope })
          // A token shows the type, of which only the letters count here.
          return operator.mask(value, { domain, type })?.slice(-32)
        })
        expect(masked[0] === masked[1]).toBe(JSON.stringify(first) === JSON.stringify(other))
      }),
    )
  })

  it('differs by domain and by type', () => {
    expect(make('x', { domain: 'users' })).not.toBe(make('x', { domain: 'orders' }))
    expect(make('x', { type: 'a b' })?.slice(-32)).not.toBe(make('x', { type: 'a-b' })?.slice(-32))
  })

  it('does not take parts that meet elsewhere for the same', () => {
    expect(make('bc', { domain: 'a' })).not.toBe(make('c', { domain: 'ab' }))
    expect(make('x', { domain: 'run', across: 'runs' })).not.toBe(make('x', { scope: 'run' }))
    expect(make('\ud800')).not.toBe(make('\udc00'))
    expect(make('\ud800')).not.toBe(make('\ufffd'))
  })

  it('differs by root run unless all runs are to join', () => {
    expect(make('x', { scope: 'run-1' })).not.toBe(make('x', { scope: 'run-2' }))
    expect(make('x', { scope: 'run-1', across: 'runs' })).toBe(make('x', { scope: 'run-2', across: 'runs' }))
    expect(make('x', { scope: 'runs' })).not.toBe(make('x', { across: 'runs' }))
  })

  it('differs by key', () => {
    const other = parseOperator(name, { ...parts, key: maskKey('another') })
    expect(other.mask('x', context)).not.toBe(make('x'))
  })

  it('is as long for every value, and printable', () => {
    const length = make('')?.length
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const masked = make(value) ?? ''
        expect(masked.length).toBe(length)
        expect(masked).toMatch(/^[a-z0-9_]+$/)
      }),
    )
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('no key')
      },
    ],
    ['answers too few bytes', () => new Uint8Array(31)],
    ['answers nothing', () => undefined as unknown as Uint8Array],
    ['answers a promise', () => Promise.resolve(new Uint8Array(32)) as unknown as Uint8Array],
  ])('redacts when the key %s', (_what, mac) => {
    expect(parseOperator(name, { ...parts, key: { mac } }).mask('x', context)).toBe('[email]')
  })
})

describe('hash', () => {
  it('is HMAC-SHA256 of framed parts', () => {
    const framed = ['bothkeys.mask.hash.v1', 'run', 'run-1', 'email', 'users', 'jane@example.com'].map((part) => {
      const frame = Buffer.alloc(5)
      frame.writeUInt32BE(Buffer.byteLength(part), 1)
      return Buffer.concat([frame, Buffer.from(part)])
    })
    const expected = createHmac('sha256', 'a key of tests').update(Buffer.concat(framed)).digest('hex')
    expect(parseOperator('hash', parts).mask('jane@example.com', context)).toBe(expected)
  })
})

describe('token', () => {
  it('says its type, and nothing else of it than letters, digits, dots and dashes', () => {
    expect(parseOperator('token', parts).mask('x', context)).toMatch(/^email_[0-9a-hjkmnp-tv-z]{32}$/)
    const odd = { ...context, type: '"}\n<b>\u202e' }
    expect(parseOperator('token', parts).mask('x', odd)).toMatch(/^[\w.-]+_[0-9a-z]{32}$/)
  })

  it('is kept by the vault before it is seen', async () => {
    const vault = memoryTokenVault()
    const masked = parseOperator('token', { ...parts, vault }).mask('jane@example.com', context) ?? ''
    expect(await vault.reveal(masked)).toBe('jane@example.com')
    expect(await vault.reveal('email_0')).toBeUndefined()
  })

  it('is redacted when the vault takes no more', () => {
    const vault = memoryTokenVault(1)
    const operator = parseOperator('token', { ...parts, vault })
    expect(operator.mask('one', context)).toMatch(/^email_/)
    expect(operator.mask('two', context)).toBe('[email]')
    expect(operator.mask('one', context)).toMatch(/^email_/)
    expect(vault.size).toBe(1)
  })
})
