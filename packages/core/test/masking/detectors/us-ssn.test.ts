import { describe, expect, it } from 'vitest'
import { usSsn } from '../../../src/masking/detectors/us-ssn.js'
import { foundBy } from './found-by.js'

const found = foundBy(usSsn)

describe('US social security numbers', () => {
  it.each(['536-22-1234', '001-01-0001', '899-99-9999', '665-12-3456'])('are found with dashes: %s', (number) => {
    expect(found(number)).toEqual([number])
    expect(found(`of ${number}.`)).toEqual([number])
    expect(found(`x${number}y`)).toEqual([number])
  })

  it.each(['000-12-3456', '666-12-3456', '900-12-3456', '987-65-4320', '536-00-1234', '536-22-0000'])(
    'that nobody was given are not: %s',
    (number) => {
      expect(found(`ssn ${number}`, 'ssn')).toEqual([])
      expect(found(`ssn ${number.replaceAll('-', '')}`, 'ssn')).toEqual([])
      expect(found(`ssn ${number.replaceAll('-', ' ')}`, 'ssn')).toEqual([])
    },
  )

  it.each(['1536-22-1234', '536-22-12345', '536-22-1234-5', '12-536-22-1234', '536-221-234'])(
    'are no parts of %s',
    (text) => {
      expect(found(text)).toEqual([])
    },
  )

  it('of nine plain digits are found only beside a word, or in a field of that name', () => {
    expect(found('536221234')).toEqual([])
    expect(found('536 22 1234')).toEqual([])
    expect(found('order 536221234', 'order_id')).toEqual([])
    for (const text of [
      'SSN: 536221234',
      '"customerSsn":"536221234"',
      'my social security number is 536221234',
      '536221234 (ssn)',
    ]) {
      expect(found(text)).toEqual(['536221234'])
    }
    expect(found('SSN 536 22 1234')).toEqual(['536 22 1234'])
    for (const field of ['ssn', 'customer_ssn', 'customerSsn', 'SSN', 'social_security_number', 'tax_id']) {
      expect(found('536221234', field)).toEqual(['536221234'])
    }
    for (const field of ['session', 'lessness', 'continent', 'tinted']) expect(found('536221234', field)).toEqual([])
  })

  it('are not found beside a word that is too far away', () => {
    expect(found(`ssn ${'x '.repeat(60)}536221234`)).toEqual([])
  })
})
