import { describe, expect, it } from 'vitest'
import { builtInDetectors, detectorsNamed } from '../../../src/masking/detectors/built-in-detectors.js'
import type { DetectorDefinition } from '../../../src/masking/detectors/define-detector.js'
import { defineDetector } from '../../../src/masking/detectors/define-detector.js'

const definition: DetectorDefinition = {
  type: 'employee-number',
  patterns: [/\bE-\d{6}\b/g],
  needs: { digits: 6, anyOf: ['e-'] },
  longest: 8,
  score: { alone: 0.4, context: 0.8, hint: 0.9 },
  context: { words: ['staff', 'id'], before: 20, after: 10 },
  hint: /employee/i,
}

const scores = (text: string, field?: string, changes: Partial<DetectorDefinition> = {}): readonly number[] =>
  defineDetector({ ...definition, ...changes })
    .find(text, field === undefined ? {} : { field })
    .map(({ score }) => score)

describe('a detector from a table', () => {
  it('finds what its pattern matches, as sure as its table says', () => {
    const detector = defineDetector(definition)
    expect(detector.find('x E-123456, E-654321', {})).toEqual([
      { start: 2, end: 10, score: 0.4 },
      { start: 12, end: 20, score: 0.4 },
    ])
    expect(detector).toMatchObject({ type: 'employee-number', longest: 8, needs: { digits: 6, anyOf: ['e-'] } })
  })

  it('is surer beside a word and in a field of that name', () => {
    expect(scores('staff E-123456')).toEqual([0.8])
    expect(scores('E-123456 (staff)')).toEqual([0.8])
    expect(scores('E-123456', 'employee_no')).toEqual([0.9])
    expect(scores('staff E-123456', 'employee_no')).toEqual([0.9])
    expect(scores('E-123456', 'order')).toEqual([0.4])
  })

  it('takes a context word as a word, a part of a name, or a long part of a word', () => {
    for (const text of [
      'id E-123456',
      'staff_id=E-123456',
      'personId: E-123456',
      'staffing E-123456',
      'ids E-123456',
    ]) {
      expect(scores(text)).toEqual([0.8])
    }
    for (const text of ['idea E-123456', 'paid E-123456', 'Distaffed E-123456', 'XIDX E-123456', '2id4 E-123456'])
      expect(scores(text)).toEqual([0.4])
  })

  it('takes no word that is too far away', () => {
    expect(scores(`staff${' '.repeat(15)}E-123456`)).toEqual([0.8])
    expect(scores(`staff${' '.repeat(16)}E-123456`)).toEqual([0.4])
    expect(scores(`E-123456${' '.repeat(6)}staff`)).toEqual([0.4])
  })

  it('finds nothing that is not valid', () => {
    expect(scores('E-123456 E-000000', undefined, { validate: (match) => match !== 'E-000000' })).toEqual([0.4])
  })

  it('finds only the group that is the secret', () => {
    const detector = defineDetector({ ...definition, patterns: [/key=(?<secret>\d+);/g] })
    expect(detector.find('key=123;', {})).toEqual([{ start: 4, end: 7, score: 0.4 }])
  })

  it('finds once what two patterns match, and what one matches a part of', () => {
    const [one, other] = [/E-\d{6}/g, { pattern: /\d{6}/g, score: { alone: 0.3 } }] as const
    expect(scores('E-123456', undefined, { patterns: [other, one] })).toEqual([0.4])
    expect(scores('E-123456', undefined, { patterns: [{ ...other, score: { alone: 0.6 } }, one] })).toEqual([0.4, 0.6])
  })

  it.each([
    ['a pattern that is not global', { patterns: [/x/] }],
    ['a sticky pattern', { patterns: [/x/gy] }],
    ['no pattern', { patterns: [] }],
    ['a global hint', { hint: /x/g }],
    ['an unknown option', { pattern: /x/g }],
  ])('is refused with %s', (_, changes) => {
    expect(() => defineDetector({ ...definition, ...changes })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})

describe('the built-in detectors', () => {
  it('have the names that policies use', () => {
    expect([...builtInDetectors.keys()]).toEqual([
      'credit-card',
      'iban',
      'email',
      'us-ssn',
      'phone',
      'ip',
      'date-of-birth',
      'jwt',
      'private-key',
      'cloud-key',
      'connection-password',
      'secret',
    ])
    for (const [name, { type, longest }] of builtInDetectors) {
      expect(type).toBe(name)
      expect(longest).toBeGreaterThan(0)
    }
  })

  it('are taken by name, each once', () => {
    expect(detectorsNamed(['email', 'iban', 'email'])).toEqual([
      builtInDetectors.get('email'),
      builtInDetectors.get('iban'),
    ])
  })

  it('of a name that does not exist are refused with the nearest', () => {
    expect(() => detectorsNamed(['e-mail'])).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message: 'detectorsNamed: there is no detector "e-mail"; did you mean "email"?',
      }) as Error,
    )
    expect(() => detectorsNamed(['constructor'])).toThrow('there is no detector "constructor"')
  })
})
