import { describe, expect, it } from 'vitest'
import { parseOperator } from '../../../src/masking/index.js'
import { fc } from '../../properties.js'
import { parts } from '../support/mask-key.js'

const context = { type: 'date', domain: 'visits', subject: 'patient-1' }
const shift = (value: string, maxDays = 30, of: object = context, scope = 'run-1') =>
  parseOperator({ dateShift: { maxDays } }, { ...parts, scope }).mask(value, { ...context, ...of }) ?? ''
const day = 86_400_000
const days = (one: string, other: string) => (Date.parse(other) - Date.parse(one)) / day

describe('dateShift', () => {
  it('moves by 1 to maxDays days, both ways', () => {
    const offsets = Array.from({ length: 400 }, (_, subject) =>
      days('2024-02-29', shift('2024-02-29', 3, { subject: String(subject) })),
    )
    expect([...new Set(offsets)].sort((one, other) => one - other)).toEqual([-3, -2, -1, 1, 2, 3])
  })

  it('keeps the days between two dates of a subject, and never a date', () => {
    const date = fc
      .date({ min: new Date('0200-01-01T00:00:00Z'), max: new Date('9800-01-01T00:00:00Z'), noInvalidDate: true })
      .map((each) => each.toISOString().slice(0, 10))
    fc.assert(
      fc.property(date, date, fc.string(), fc.integer({ min: 1, max: 36_500 }), (one, other, subject, maxDays) => {
        const [first, second] = [shift(one, maxDays, { subject }), shift(other, maxDays, { subject })]
        expect(days(first, second)).toBe(days(one, other))
        expect(Math.abs(days(one, first))).toBeGreaterThanOrEqual(1)
        expect(Math.abs(days(one, first))).toBeLessThanOrEqual(maxDays)
      }),
    )
  })

  it.each([
    ['2024-02-29 23:59:59.123456+02', / 23:59:59\.123456\+02$/],
    ['2024-02-29 13:00:00+05:30', / 13:00:00\+05:30$/],
    ['2024-02-29 13:00:00-00:01:15', / 13:00:00-00:01:15$/],
    ['2024-02-29 13:00', / 13:00$/],
    ['2024-02-29T13:00:00.000Z', /T13:00:00\.000Z$/],
    ['2024-02-29', /^\d{4}-\d\d-\d\d$/],
    ['0099-03-01', /^\d{4}-\d\d-\d\d$/],
  ])('keeps time, precision and zone of %s', (value, kept) => {
    const moved = shift(value, 1)
    expect(moved).toMatch(kept)
    expect(Math.abs(days(value.slice(0, 10), moved.slice(0, 10)))).toBe(1)
    expect(moved.length).toBe(value.length)
  })

  it('is the same for a subject in every domain, and another for another, another domain without one, and another run', () => {
    const of = (given: object, scope?: string) => shift('2024-02-29', 36_500, given, scope)
    expect(of({ domain: 'births' })).toBe(of({}))
    expect(of({ subject: 'patient-2' })).not.toBe(of({}))
    expect(of({ subject: undefined, domain: 'births' })).not.toBe(of({ subject: undefined }))
    expect(of({ subject: undefined, domain: 'patient-1' })).not.toBe(of({}))
    expect(of({}, 'run-2')).not.toBe(of({}))
  })

  it.each([
    '',
    'infinity',
    '-infinity',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-32',
    '2024-01-00',
    '0000-01-01',
    '10000-01-01',
    '0044-03-15 BC',
    '29.02.2024',
    '02/29/2024',
    '20240229',
    '2024-02-29 24:00:00',
    '2024-02-29 12:60',
    ' 2024-02-29',
    '2024-02-29\n',
    '2024-02-29 and more',
    '2024-02-29 13:00:00 Europe/Berlin',
    '1709164800',
    '٢٠٢٤-٠٢-٢٩',
    '0001-01-01',
    '9999-12-31',
  ])('redacts %j, which is no date or leaves the calendar', (value) => {
    const masked = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((subject) => shift(value, 36_500, { subject }))
    expect(masked).toContain('[date]')
    expect(masked).not.toContain(value)
  })
})
