import { describe, expect, it } from 'vitest'
import { parseOperator } from '../../../src/masking/index.js'
import { fc } from '../../properties.js'
import { parts } from '../support/mask-key.js'

const bucket = (settings: object, value: string) =>
  parseOperator({ bucket: settings }, parts).mask(value, { type: 'amount', domain: 'any' })

describe('bucket', () => {
  it.each([
    ['37', 10, '30'],
    ['30', 10, '30'],
    ['-5', 10, '-10'],
    ['-10', 10, '-10'],
    ['0.29999999999999999', '0.1', '0.2'],
    ['0.3', '0.1', '0.3'],
    ['1.23', 0.5, '1'],
    ['1.75', 0.5, '1.5'],
    ['-0', 10, '0'],
    ['-0.0001', 1, '-1'],
    ['9007199254740993', 2, '9007199254740992'],
    ['123456789012345678901234567890', '1000', '123456789012345678901234567000'],
    ['1.5e3', 1000, '1000'],
    ['15e-1', 1, '1'],
    ['+7.', 5, '5'],
    ['1e30', '1e29', '1000000000000000000000000000000'],
  ])('puts %s into buckets of %s: %s', (value, size, lower) => {
    expect(bucket({ size }, value)).toBe(lower)
  })

  it.each([
    ['2024-05-29 13:45:06.789+02', 'hour', '2024-05-29 13:00:00.000+02'],
    ['2024-05-29 13:45:06.789+02', 'day', '2024-05-29 00:00:00.000+02'],
    ['2024-05-29T13:45:06Z', 'month', '2024-05-01T00:00:00Z'],
    ['2024-06-30', 'quarter', '2024-04-01'],
    ['2024-12-31', 'quarter', '2024-10-01'],
    ['2024-05-29', 'year', '2024-01-01'],
    ['1987-05-29', 'decade', '1980-01-01'],
    ['0007-05-29', 'decade', '0001-01-01'],
  ])('puts %s into its %s: %s', (value, size, lower) => {
    expect(bucket({ size }, value)).toBe(lower)
  })

  it('puts a value at the highest edge below it, and gives one below all edges no value', () => {
    const ages = { edges: [18, 30, '65.5'] }
    expect(['18', '29.99', '30', '65.49', '65.5', '1e9', '17.999', '-3'].map((each) => bucket(ages, each))).toEqual([
      '18',
      '18',
      '30',
      '30',
      '65.5',
      '65.5',
      null,
      null,
    ])
    const dates = { edges: ['1950-01-01', '2000-01-01'] }
    const values = ['1949-12-31', '1950-01-01', '1999-12-31 23:59:59.5+02', '2024-02-29T01:00Z']
    expect(values.map((each) => bucket(dates, each))).toEqual([
      null,
      '1950-01-01',
      '1950-01-01 00:00:00.0+02',
      '2000-01-01T00:00Z',
    ])
  })

  it.each([
    '',
    'NaN',
    'Infinity',
    '-infinity',
    '1e99999',
    '1e1001',
    '0x10',
    '1,000',
    ' 1',
    '1\n',
    '--1',
    '1e',
    'secret',
    '１',
    '9'.repeat(1_001),
  ])('redacts %j', (value) => {
    expect(bucket({ size: 10 }, value)).toBe('[amount]')
    expect(bucket({ edges: [1] }, value)).toBe('[amount]')
  })

  it('redacts a date among numbers and a number among dates', () => {
    expect(bucket({ size: 10 }, '2024-02-29')).toBe('[amount]')
    expect(bucket({ size: 'month' }, '20240229')).toBe('[amount]')
    expect(bucket({ edges: ['2024-02-29'] }, '7')).toBe('[amount]')
    expect(bucket({ edges: [7] }, '2024-02-29')).toBe('[amount]')
  })

  it('is monotone, at most the value, and nearer than the size', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
    fc.assert(
      fc.property(integer, integer, fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.nat(12), (one, other, size, scale) => {
        const decimal = (digits: bigint) => `${String(digits)}e-${String(scale)}`
        const lower = (digits: bigint) => scaled(bucket({ size: decimal(size) }, decimal(digits)) ?? '', scale)
        const [first, second] = [lower(one), lower(other)]
        expect(first <= one && one < first + size).toBe(true)
        expect(first % size).toBe(0n)
        if (one <= other) expect(first <= second).toBe(true)
        else expect(first >= second).toBe(true)
      }),
    )
  })
})

/** A decimal times a power of ten. */
function scaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}
