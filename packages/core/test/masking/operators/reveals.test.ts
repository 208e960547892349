import { describe, expect, it } from 'vitest'
import { operatorNames, parseOperator } from '../../../src/masking/index.js'
import { fc } from '../../properties.js'
import { maskKey, parts } from '../support/mask-key.js'

const specs: Readonly<Record<string, unknown>> = {
  redact: 'redact',
  null: 'null',
  partial: { partial: { keepFirst: 2, keepLast: 3 } },
  hash: 'hash',
  token: 'token',
  bucket: { bucket: { size: 1000 } },
  dateShift: { dateShift: { maxDays: 30 } },
  custom: { custom: 'own' },
}
const hostile = {
  throwing: {
    mac: () => {
      throw new Error('no key')
    },
  },
  echoing: { mac: (message: Uint8Array) => message },
  working: maskKey('a key'),
}

describe.each(operatorNames)('%s', (name) => {
  it('shows no more than it says, whatever the value, the key and the type are', () => {
    // No operator makes capitals of its own.
    const value = fc.stringMatching(/^[A-Z]{0,30}$/)
    const key = fc.constantFrom(...Object.values(hostile))
    const most = name === 'partial' ? 5 : 0
    fc.assert(
      fc.property(value, key, fc.string(), (text, given, domain) => {
        const operator = parseOperator(specs[name], {
          ...parts,
          key: given,
          custom: { own: (each) => each },
          clock: { monotonicMs: () => 0 },
        })
        const masked = operator.mask(text, { type: 'type', domain })
        const shown = masked?.replaceAll(/[^A-Z]/g, '') ?? ''
        expect(shown.length).toBeLessThanOrEqual(Math.min(most, Math.max(0, text.length - 6), text.length / 2))
      }),
    )
  })
})
