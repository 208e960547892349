import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

/** The Social Security Administration gives out no area 000, 666 or 9xx, no group 00 and no serial 0000 (POMS RM 10201.030). */
const area = String.raw`(?!000|666|9)\d{3}`
const group = String.raw`(?!00)\d{2}`
const serial = String.raw`(?!0000)\d{4}`

const dashed = new RegExp(String.raw`(?<!\d[-.]?)${area}-${group}-${serial}(?![-.]?\d)`, 'g')
const spaced = new RegExp(String.raw`(?<![\w.-]|\d )${area}[ .]${group}[ .]${serial}(?!\w|[ .-]\d)`, 'g')
const plain = new RegExp(String.raw`(?<![\w.-])${area}${group}${serial}(?![\w-]|\.\d)`, 'g')

/** US social security numbers. Nine digits are one only where words or the field say so: a third of all numbers could be. */
export const usSsn: Detector = defineDetector({
  type: 'us-ssn',
  patterns: [
    { pattern: dashed, score: { alone: 0.7, context: 0.95 } },
    { pattern: spaced, score: { alone: 0.3, context: 0.85 } },
    { pattern: plain, score: { alone: 0.05, context: 0.8, hint: 0.9 } },
  ],
  context: {
    words: [
      'ssn',
      'ssns',
      'ss#',
      'social security',
      'social_security',
      'socialsecurity',
      'social sec',
      'soc sec',
      'taxpayer',
      'tax id',
      'tax_id',
      'tin',
    ],
    before: 64,
    after: 24,
  },
  hint: /(?:^|[^a-z])ssn|ssn(?:[^a-z]|$)|Ssn|SSN|social.?sec|soc_?sec|tax_?(?:payer)?_?id|(?:^|_)tin(?:_|$)/,
  needs: { digits: 9 },
  longest: 11,
  score: { alone: 0.7, hint: 0.95 },
})
