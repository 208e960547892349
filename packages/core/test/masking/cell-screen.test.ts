import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { builtInDetectors, type Detector } from '@bothkeys/core/masking'
import { cellScreen } from '../../src/masking/cell-screen.js'
import { fc } from '../properties.js'
import { labelledTexts } from './detectors/labelled-texts.js'
import { negativeTexts } from './detectors/negative-texts.js'
import { disguisedTexts } from './support/disguised-texts.js'
import { disguises } from './support/disguises.js'
import { examples } from './support/examples.js'
import { scanWhole } from './support/scan-whole.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const seed = Number(process.env['BOTHKEYS_SEED'] ?? 7)
const detectors: readonly Detector[] = [...builtInDetectors.values()]

function mayHold(text: string): boolean {
  const bytes = Buffer.from(`4@${text}1@`)
  return cellScreen(detectors, undefined)?.(bytes, 2, bytes.length - 2) ?? true
}

/** A text of which the screen says that it holds nothing, and in which a scan finds something that looks at everything. */
function missed(text: string): string | undefined {
  return mayHold(text) || scanWhole(text).length === 0 ? undefined : text
}

const hash = (of: string, kind: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash(kind).update(of).digest(encoding)

/** An account with its check digits, and with what parts them from the country. */
function accountOf(country: string, rest: string, between = ''): string {
  const digits = [...`${rest}${country}00`].map((letter) => parseInt(letter, 36)).join('')
  const check = 98n - (BigInt(digits) % 97n)
  return `${country}${between}${String(check).padStart(2, '0')}${rest}`
}

/** One of which most is letters. */
const account = (between = ''): string => accountOf('LU', '010ABCDEFGHIJKLM', between)

describe('the screen of cells', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'open'],
    ['a name', 'person 99999'],
    ['a sentence with a number', 'paid by invoice 12345'],
    ['a price', '1234.50'],
    ['eight digits', '12345678'],
    ['two dots', '10.12.300'],
    ['a date', '2026-11-28'],
    ['a time', '07:38:12.123'],
    ['a moment', '2026-11-28T07:38:12Z'],
    ['a long word', 'internationalization'],
    ['a path', '/usr/share/doc'],
    ['a name with dashes', 'blue-green-deployment'],
    ['a digest', hash('1', 'md5')],
    ['a long digest', hash('7', 'sha256')],
    ['a digest with eleven digits in a row', 'abc01234567890def01234567890f'],
    ['a digest in capital letters', hash('4', 'md5').toUpperCase()],
    ['a digest that decodes to a few letters', hash('17', 'md5')],
    ['a digest with letters that begin a key', hash('38', 'md5')],
    ['a digest that begins as an account of another length', `ad12${hash('1', 'md5').slice(4)}`],
    ['a word that ends with letters that begin a key', 'idEAA'],
    ['a digest in base64', hash('2', 'sha256', 'base64')],
    ['a word of telephones', 'call me'],
    ['a few words in a row', 'one two six ten'],
  ])('passes %s', (_, text) => {
    expect(mayHold(text)).toBe(false)
    expect(scanWhole(text)).toEqual([])
  })

  it.each([
    ['a card of which a control parts the groups', '4111\u007f1111\u007f1111\u007f1111'],
    ['a card with a control that is no last one', '4111\u00011111\u00011111\u00011111'],
    ['a card with an escape', '4111\\x31111\\x31111\\x31111'],
    ['a short number that a word speaks for', 'call =03090820'],
    ['a short number before its word', '03090820, call'],
    ['seven digits behind a plus', '+290 2222'],
    ['eight digits behind a plus', '+290 22222'],
    ['a number to call from abroad alone', '0029022222'],
    ['an address of four digits', '8.8.4.4'],
    ['an address behind other dots', 'v 1.2 at 8.8.4.4'],
    ['an account', account()],
    ['an account with a blank', account(' ')],
    ['an account with a dash', account('-')],
    ['an account behind a word', `to ${account()}`],
    ['an account behind a sign', `=${account()}`],
    ['an account in small letters', account().toLowerCase()],
    ['an address of 128 bits', '2001:1db8:1111:2222:3333:4444:5555:6666'],
    ['a short one of 128 bits', 'fe80::a'],
    ['a card in steps of two', '4_1_1_1_1_1_1_1_1_1_1_1_1_1_1_1'],
    ['a card in steps of three', '41_11_11_11_11_11_11_11'],
    ['a card in steps of four', '411_111_111_111_111_1'],
    ['a number in one step of four', 'ssn 536_904_399'],
    ['a card in steps of eight', '4111111_1111111_11'],
    ['an SSN', '536-90-4399'],
    ['a card between letters of digests', 'abcdef4111111111111111'],
    ['a card before them', '4111111111111111abcdef'],
    ['a card of fourteen digits between them', 'abcdef36111111111111'],
    ['a card alone', '4111111111111111'],
    ['a key that might be a digest', `4b1d${hash('5', 'sha256').slice(0, 38)}`],
    ['an account of digits and a to f', accountOf('AD', '00012030ABCDEFABCDEF')],
    ['a card in hexadecimal alone', Buffer.from('4111111111111111').toString('hex')],

    ['a key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a card in base64', Buffer.from('4111111111111111').toString('base64')],
    ['a card in hexadecimal, and a word', `${Buffer.from('4111111111111111').toString('hex')} it`],
  ])('stops %s', (_, text) => {
    expect(scanWhole(text)).not.toEqual([])
    expect(mayHold(text)).toBe(true)
  })

  it('stops every example in every disguise', () => {
    const passed = examples.flatMap(([type, example]) =>
      Object.entries({ none: (value: string) => value, ...disguises }).flatMap(([disguise, write]) =>
        ['', 'it was ', 'x']
          .flatMap((before) => missed(before + write(example)) ?? [])
          .map((text) => `${type} as ${disguise}: ${text}`),
      ),
    )
    expect(passed).toEqual([])
  })

  it('stops what a scan finds that looks at everything', () => {
    fc.assert(
      fc.property(disguisedTexts, (text) => {
        expect(missed(text)).toBeUndefined()
      }),
      { numRuns: soak ? 20_000 : 400 },
    )
  })

  it('stops what is found in labelled texts, and in digits, letters and separators in any order', () => {
    const labelled = [...labelledTexts(seed, soak ? 11_000 : 400)].flatMap(({ text }) => missed(text) ?? [])
    const negative = [...negativeTexts(seed, soak ? 1_000_000 : 50_000)].flatMap((text) => missed(text) ?? [])
    expect([...labelled, ...negative]).toEqual([])
    const number = fc.stringMatching(/^(?:[\d]{1,4}[ ./()+_:-]{0,2}){1,9}$/)
    const accounts = fc.stringMatching(
      /^[ ./()+_:-]{0,2}(?:NO|DE|GB|FR|de|tel|call |ssn )[ -]?\d{2}(?:[ -]?[\dA-Z]){0,30}$/,
    )
    const digest = fc.tuple(
      fc.uint8Array({ minLength: 9, maxLength: 32 }),
      fc.constantFrom('hex' as const, 'base64' as const),
    )
    const encoded = digest.map(([bytes, encoding]) => Buffer.from(bytes).toString(encoding))
    const digits = fc.stringMatching(/^[a-f]{0,3}\d{0,17}[a-f]{0,4}\d{0,4}$/)
    const any = fc.array(fc.oneof(number, accounts, encoded, digits, fc.constantFrom(' ', 'ab', '.', '-')), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(any, (parts) => {
        expect(missed(parts.join(''))).toBeUndefined()
      }),
      { numRuns: soak ? 100_000 : 2000 },
    )
  })

  it('tells each value by itself', () => {
    expect(['123-45678', '1234567-8', '123-45678'].map(mayHold)).toEqual([false, false, false])
  })

  it('tells a key from what is before the value', () => {
    const key = 'EAABfosUBtkDvJEnnaXQsjTcTRpgiAmwjenzKBJBkhUWzsZawiTCrTfGbjZHXteDHDHXrbIQIenqwGgTMbEFJRXtAJygEqraSzDA'
    expect(scanWhole(key)).not.toEqual([])
    const bytes = Buffer.from(`x${key}`)
    expect(cellScreen(detectors, undefined)?.(bytes, 1, bytes.length)).toBe(true)
  })

  it('tells nothing for detectors that are not built in, and for fields that a detector knows', () => {
    const own: Detector = { type: 'own', needs: {}, longest: 1, find: () => [] }
    expect(cellScreen([...detectors, own], undefined)).toBeUndefined()
    expect(cellScreen(detectors, 'api_key')).toBeUndefined()
    expect(cellScreen(detectors, 'street')).toBeDefined()
  })
})
