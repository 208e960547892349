import { describe, expect, it } from 'vitest'
import { phone } from '../../../src/masking/detectors/phone.js'
import { foundBy } from './found-by.js'

const found = foundBy(phone)

describe('telephone numbers', () => {
  it.each([
    '+1 212 555 0123',
    '+12125550123',
    '+44 20 7946 0958',
    '+49 30 901820',
    '+33 6 12 34 56 78',
    '+81 90-1234-5678',
    '0044 20 7946 0958',
  ])('in the international form are found: %s', (number) => {
    expect(found(number)).toEqual([number])
    expect(found(`reach me at ${number}.`)).toEqual([number])
  })

  it.each(['(212) 555-0123', '212-555-0123', '212.555.0123', '020 7946 0958', '030 901820', '06 12 34 56 78'])(
    'in a national form are found only beside a word, or in a field of that name: %s',
    (number) => {
      expect(found(number)).toEqual([])
      expect(found(`paid ${number}`, 'amount')).toEqual([])
      expect(found(`phone: ${number}`)).toEqual([number])
      expect(found(`call ${number} now`)).toEqual([number])
      expect(found(number, 'contact_phone')).toEqual([number])
      expect(found(number, 'tel')).toEqual([number])
    },
  )

  it('without separators and trunk prefix are found in a field of that name', () => {
    expect(found('2125550123', 'mobile')).toEqual(['2125550123'])
    expect(found('phone 68614864 4059297')).toEqual([])
  })

  it.each([
    ['a country that does not exist', '+999 123 456 789'],
    ['too short', '+44 123'],
    ['a time zone', '+0200'],
    ['costs', 'cost=0.00..972.47'],
    ['a part of an ISBN', '978-1-006-83883-5'],
    ['a decimal', '919.00498 413.6 256.896'],
  ])('are not: %s', (_, text) => {
    expect(found(`phone ${text}`)).toEqual([])
  })

  it.each(['2024-05-17', '17.05.2024', '05/17/2024', '12:34:56', '20240517123456789'])(
    'are no dates, times or long ids: %s',
    (text) => {
      expect(found(`call ${text}`, 'phone')).toEqual([])
    },
  )
})
