import { describe, expect, it } from 'vitest'
import { dateOfBirth } from '../../../src/masking/detectors/date-of-birth.js'
import { foundBy } from './found-by.js'

const found = foundBy(dateOfBirth)

describe('dates of birth', () => {
  it.each([
    '1985-11-13',
    '19851113',
    '11/13/1985',
    '13.11.1985',
    '13/11/85',
    'November 13, 1985',
    '13 Nov 1985',
    '1st of May 1990',
  ])('are dates in a field of that name, or behind a word: %s', (date) => {
    expect(found(date)).toEqual([])
    expect(found(`created ${date}`, 'created_at')).toEqual([])
    expect(found(`born on ${date} in Bonn`)).toEqual([date])
    expect(found(`DOB: ${date}`)).toEqual([date])
    for (const field of ['dob', 'birth_date', 'dateOfBirth', 'BIRTHDAY']) expect(found(date, field)).toEqual([date])
  })

  it.each(['1985-13-13', '1985-11-32', '32/13/1985', '2985-11-13', '0.1985-11-13-x1'])('are not: %s', (text) => {
    expect(found(`born ${text}`, 'dob')).toEqual([])
  })

  it('a word speaks for the first date behind it alone', () => {
    expect(found('{"birthday":"1981-12-23","created_at":"2025-01-18T22:05:38Z"}')).toEqual(['1981-12-23'])
  })
})
