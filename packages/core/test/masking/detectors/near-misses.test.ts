import { describe, expect, it } from 'vitest'
import { builtInDetectors } from '../../../src/masking/detectors/built-in-detectors.js'
import { keyRows } from '../../../src/masking/detectors/cloud-key.js'

/** What begins like a match again and again, and never ends as one. */
const nearMisses: readonly string[] = [
  '1',
  '1 ',
  '4111-',
  '4111111111111112 ',
  '0.',
  '12:',
  ':',
  '::',
  'a:',
  '1.',
  'DE89',
  'DE89 3704 ',
  'a',
  'a.',
  '@',
  'a@',
  'a@b.',
  '"',
  '"\\',
  "'",
  'eyJ',
  'eyJ.',
  'eyJhbGciOiJIUzI1NiJ9.',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN ',
  'password=',
  "password='",
  '://',
  'a://b:',
  'token=',
  'token="x',
  'authorization: ',
  '+1',
  '+1 (',
  '(',
  'may 1',
  'born 1',
  '536-22-',
  'ssn 53622123',
]

/**
 * Characters of each. Time that grew with the square of them would be minutes for each kind, so that these tests would not end
 * in the time that tests have.
 */
const size = process.env['BOTHKEYS_SOAK'] === undefined ? 100_000 : 1_000_000

describe('a long text of near misses is looked through', () => {
  it.each([...builtInDetectors.values()])('by $type', (detector) => {
    for (const miss of nearMisses) {
      const text = miss.repeat(Math.ceil(size / miss.length))
      expect(Array.isArray(detector.find(text, {}))).toBe(true)
    }
  })

  it('by the patterns of all vendors', () => {
    const detector = builtInDetectors.get('cloud-key')
    for (const { keywords } of keyRows) {
      for (const keyword of keywords) {
        for (const rest of ['', 'a', 'A1']) {
          const text = `${keyword}${rest}`.repeat(Math.ceil(size / 10 / (keyword.length + rest.length)))
          expect(detector?.find(text, {}).every(({ start, end }) => start < end)).toBe(true)
        }
      }
    }
  })
})
