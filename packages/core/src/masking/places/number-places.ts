import { defaultThreshold, type Detector, type Hints } from '../detector.js'
import { issuersOf } from '../detectors/card-issuers.js'
import { connectionPassword } from '../detectors/connection-password.js'
import { creditCard } from '../detectors/credit-card.js'
import { email, isBeforeDomain } from '../detectors/email.js'
import { endOfIban } from '../detectors/iban.js'
import { ibanCountries } from '../detectors/iban-countries.js'
import { ip } from '../detectors/ip.js'
import { phone } from '../detectors/phone.js'
import { usSsn } from '../detectors/us-ssn.js'
import { ungluedEdits } from '../views/unglued.js'

/** Digits with at most two blanks, dots, dashes, slashes and brackets between any two. */
export interface Chain {
  readonly start: number
  readonly end: number
  readonly digits: number
  /** How many of them are right behind a dot. */
  readonly dots: number
}

const noHints: Hints = Object.freeze({})
const four = /\d\.\d{1,3}\.\d{1,3}\.\d/
const nine = /\d{3}[-. ]?\d\d[-. ]?\d{4}/
const abroad = /(?<!\d)00[1-9]/

/** Whether a view parts the chain from letters beside it. */
export function isGluedChain(text: string, { start, end, digits }: Chain): boolean {
  if (digits < 9 || !(isLetter(text.charCodeAt(start - 1)) || isLetter(text.charCodeAt(end)))) return false
  return ungluedEdits(text.slice(Math.max(0, start - 13), end + 13)).length > 0
}

/** Whether something is found in the chain. `beside`: words of telephones are near. */
export function isHotChain(text: string, { start, end, digits, dots }: Chain, beside: boolean): boolean {
  const isCalled = start > 0 && text.charCodeAt(start - 1) === 0x2b
  if (isCalled && digits >= 7 && finds(phone, text, start - 64, end + 48)) return true
  if (dots >= 3 && four.test(text.slice(start, end)) && finds(ip, text, start - 24, end + 8)) return true
  if (digits < 7) return false
  if (beside && finds(phone, text, start - 64, end + 48)) return true
  if (digits < 9) return false
  const chain = text.slice(start, end)
  if (abroad.test(chain) && finds(phone, text, start - 64, end + 48)) return true
  // Nine bare digits are one only when they are all.
  const isNine = end - start > digits ? nine.test(chain) : digits === 9
  if (isNine && finds(usSsn, text, start - 96, end + 48)) return true
  // Bare digits are a card only when all of them are a number that an issuer gives out: times in milliseconds are none.
  const isIssued = end - start > digits || issuersOf(chain).length > 0
  return digits >= 12 && isIssued && finds(creditCard, text, start - 64, end + 48)
}

/** Whether there is a telephone number before a word that speaks for it, and that ends at `end`. */
export function isPhoneBefore(text: string, end: number): boolean {
  return finds(phone, text, end - 160, end + 1)
}

/** Whether an address of e-mail is around an `@`, or a password before it. */
export function isHotAt(text: string, at: number): boolean {
  if (isBeforeDomain(text, at) && finds(email, text, at - 80, at + 640)) return true
  return passwords.test(text.slice(Math.max(0, at - 480), at + 8)) && finds(connectionPassword, text, at - 480, at + 8)
}

/** Whether an IPv6 address may be around a colon. */
export function isHotColon(text: string, at: number): boolean {
  return finds(ip, text, at - 56, at + 56)
}

/** What `connectionPassword` needs. */
const passwords = new RegExp((connectionPassword.needs.anyOf ?? []).join('|'), 'i')

const countries = new Uint8Array(26 * 26)
for (const country of ibanCountries) countries[(country.charCodeAt(0) - 65) * 26 + country.charCodeAt(1) - 65] = 1

/** Whether two characters, in either case, are a country that has IBANs. */
export function isCountry(first: number, second: number): boolean {
  const [one, other] = [(first | 0x20) - 97, (second | 0x20) - 97]
  return one >= 0 && one <= 25 && other >= 0 && other <= 25 && countries[one * 26 + other] === 1
}

/** Whether an IBAN has its first check digit at `at`. `units` are those of the text. */
export function isHotAccount(text: string, units: Uint16Array, at: number): boolean {
  if (at < 2) return false
  const before = units[at - 1] ?? 0
  const second = before === 0x20 || before === 0x2d ? at - 2 : at - 1
  if (second < 1 || !isCountry(units[second - 1] ?? 0, units[second] ?? 0)) return false
  if (second > 1 && isWordUnit(units[second - 2] ?? 0)) return false
  return endOfIban(text, second - 1) !== undefined
}

/** Whether a detector finds something between two places, without the name of a field. */
export function finds(detector: Detector, text: string, from: number, to: number): boolean {
  return detector.find(text.slice(Math.max(0, from), to), noHints).some(({ score }) => score >= defaultThreshold)
}

function isWordUnit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 97 && (code | 0x20) <= 122)
}

function isLetter(code: number): boolean {
  return ((code | 0x20) >= 97 && (code | 0x20) <= 122) || code === 0x5f
}
