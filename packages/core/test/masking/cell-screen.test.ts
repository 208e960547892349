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
    ['a long digest', hash('1', 'sha256')],
    ['a digest in base64', hash('2', 'sha256', 'base64')],
    ['a word of telephones', 'call me'],
    ['a few words in a row', 'one two six ten'],
  ])('passes %s', (_, text) => {
    expect(mayHold(text)).toBe(false)
    expect(scanWhole(text)).toEqual([])
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
    const account = fc.stringMatching(
      /^[ ./()+_:-]{0,2}(?:NO|DE|GB|FR|de|tel|call |ssn )[ -]?\d{2}(?:[ -]?[\dA-Z]){0,30}$/,
    )
    const digest = fc.tuple(
      fc.uint8Array({ minLength: 9, maxLength: 32 }),
      fc.constantFrom('hex' as const, 'base64' as const),
    )
    const encoded = digest.map(([bytes, encoding]) => Buffer.from(bytes).toString(encoding))
    const any = fc.array(fc.oneof(number, account, encoded, fc.constantFrom(' ', 'ab', '.', '-')), {
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

  it('tells nothing for detectors that are not built in, and for fields that a detector knows', () => {
    const own: Detector = { type: 'own', needs: {}, longest: 1, find: () => [] }
    expect(cellScreen([...detectors, own], undefined)).toBeUndefined()
    expect(cellScreen(detectors, 'api_key')).toBeUndefined()
    expect(cellScreen(detectors, 'street')).toBeDefined()
  })
})
