import type { CountryCode } from 'libphonenumber-js'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

/** Where national forms are looked for. They need context or a hint, so that more countries cost little. */
const countries: readonly CountryCode[] = [
  'US',
  'GB',
  'DE',
  'FR',
  'ES',
  'IT',
  'NL',
  'IN',
  'AU',
  'BR',
  'JP',
  'MX',
  'ZA',
  'SE',
]

/** E.164, with what people put between the digits (ITU-T E.123). Not a part of a number in groups, such as an ISBN. */
const international = /(?<![\w+]|\d[.-])(?:\+|00)[1-9](?:[ ./()-]{0,2}\d){6,14}(?![\w+])/g

/** The North American form. */
const american = /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?![\w-]|\.\d)/g

/** With a trunk prefix. */
const trunk = /(?<![\w.+:/-])(?:\(0|0)(?:[ ./()-]{0,2}\d){6,13}(?![\w:/-]|\.\d)/g

/** Any other. */
const plain = /(?<![\w.+:/-])\d(?:[ ./-]?\d){6,13}(?![\w:/-]|\.\d)/g

/** A number that an operator could have given out, by the length and form of its country's plan. */
function isInternational(match: string): boolean {
  const number = parsePhoneNumberFromString(match.replace(/^00/, '+'))
  return number?.isPossible() === true
}

function isNational(match: string): boolean {
  // From one number to another.
  if (match.includes('..')) return false
  // Dates, and times without colons.
  if (/^(?:19|20)\d\d[-./]\d\d?[-./]\d\d?/.test(match) || /^\d\d?[./-]\d\d?[./-](?:19|20)?\d\d$/.test(match))
    return false
  return countries.some((country) => parsePhoneNumberFromString(match, country)?.isValid() === true)
}

/** What says that a number is one to call. */
export const phoneWords: readonly string[] = [
  'phone',
  'telephone',
  'tel',
  'mobile',
  'cell',
  'call',
  'fax',
  'sms',
  'whatsapp',
  'dial',
  'text me',
  'telefon',
  'handy',
  'mobil',
  'téléphone',
  'portable',
  'teléfono',
  'telefono',
  'móvil',
  'msisdn',
]

/** Telephone numbers. National forms count only where words or the field say so: identifiers and dates look the same. */
export const phone: Detector = defineDetector({
  type: 'phone',
  patterns: [
    { pattern: international, validate: isInternational, score: { alone: 0.7, context: 0.95 } },
    { pattern: american, score: { alone: 0.4, context: 0.9 } },
    { pattern: trunk, validate: isNational, score: { alone: 0, context: 0.75 } },
    { pattern: plain, validate: isNational, score: { alone: 0, hint: 0.75 } },
  ],
  context: {
    words: phoneWords,
    before: 40,
    after: 16,
  },
  hint: /phone|mobile|(?:^|[^a-z])(?:tel|cell|fax|sms|msisdn|whatsapp)(?:[^a-z]|$)|telefon|handy/i,
  needs: { digits: 7 },
  longest: 48,
  score: { alone: 0, context: 0.75 },
})
