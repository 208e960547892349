import { describe, expect, it } from 'vitest'
import { cloudKey, keyRows } from '../../src/masking/detectors/cloud-key.js'
import { hotPlaces, placeKinds } from '../../src/masking/places/hot-places.js'
import { isWordAt, KeywordEnds } from '../../src/masking/places/keyword-ends.js'
import { beginsToken } from '../../src/masking/places/keyword-places.js'
import { withUnits } from '../../src/masking/places/units.js'
import { fc } from '../properties.js'
import { keysOf } from './support/keys-of.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined

/** Each word with its list where it ends, as streams go through a text. */
function wordsIn(text: string, lists: readonly (readonly string[])[]): readonly string[] {
  const ends = new KeywordEnds(lists)
  const found: string[] = []
  withUnits(text, (units) => {
    let last = 0
    for (let at = 0; at < text.length; at += 1) {
      last = ((last << 6) | (ends.codes[units[at] ?? 0] ?? 0)) & ends.all
      if ((((ends.bits[last >> 5] ?? 0) >>> (last & 31)) & 1) === 0) continue
      for (const word of ends.wordsOf(last, units, at))
        if (isWordAt(units, at, word))
          found.push(`${String.fromCharCode(...word.letters)} of ${String(word.list)} at ${String(at)}`)
    }
  })
  return found.toSorted()
}

/** The same by looking for one after the other. */
function wordsByOne(text: string, lists: readonly (readonly string[])[]): readonly string[] {
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  return lists
    .flatMap((words, list) =>
      words.flatMap((word) =>
        Array.from(lower, (_, at) => at)
          .filter((at) => lower.startsWith(word, at + 1 - word.length) && at + 1 >= word.length)
          .map((at) => `${word} of ${String(list)} at ${String(at)}`),
      ),
    )
    .toSorted()
}

describe('the words that end in three letters', () => {
  it('are those that one finds who looks for each', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[abk_~.1]{1,5}$/),
      fc.stringMatching(/^[ab]{5,7}$/),
      fc.constantFrom('key', 'secret', 'q~', 'private key', '-us', 'sk_4', 'aiza', 'azz'),
    )
    const lists = fc.array(fc.uniqueArray(word, { maxLength: 5 }), { minLength: 1, maxLength: 4 })
    const texts = fc.array(
      fc.oneof(
        word,
        word.map((each) => each.toUpperCase()),
        fc.constantFrom(' ', 'é', 'ſ', 'K', '\ud800', 'a', 'B'),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(lists, texts, (given, parts) => {
        const text = parts.join('')
        expect(wordsIn(text, given)).toEqual(wordsByOne(text, given))
      }),
      { numRuns: 1500 },
    )
  })

  it('are found when there are more letters than codes', () => {
    const letters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(0x21 + index)).filter(
      (letter) => letter === letter.toLowerCase(),
    )
    expect(wordsIn(letters.join(''), [letters])).toHaveLength(letters.length)
    expect(Math.max(...new KeywordEnds([letters]).codes)).toBe(63)
  })
})

describe('a keyword that begins a key', () => {
  it.each([
    ['after a letter or digit', /(?<!\w)pat[a-z]{9}/g, ['pat'], true],
    ['after some signs too', /(?<![\w.-])sg\.[a-z]{9}/g, ['sg.'], true],
    ['behind anything', /pat[a-z]{9}/g, ['pat'], false],
    ['after a digit only', /(?<![\d])pat[a-z]{9}/g, ['pat'], false],
    ['not at its beginning', /(?<!\w)[a-z]{9}pat/g, ['pat'], false],
    ['or not', /(?<!\w)pat[a-z]{9}|xpat\d/g, ['pat'], false],
    ['with a letter that may be missing', /(?<!\w)pat?[a-z]{9}/g, ['pat'], false],
    ['with a letter that may be repeated no time', /(?<!\w)pat{0,3}[a-z]{9}/g, ['pat'], false],
    ['beside other keywords', /(?<!\w)pat[a-z]{9}cio/g, ['pat', 'cio'], false],
    ['with a class for a letter', /(?<!\w)pa\d[a-z]{9}/g, ['pad'], false],
  ])('begins none inside of a word: %s', (_, pattern, keywords, begins) => {
    expect(beginsToken(pattern, keywords)).toBe(begins)
  })

  it('begins every key of its vendor', () => {
    const rows = keyRows.filter(({ pattern, keywords }) => beginsToken(pattern, keywords))
    expect(rows.length).toBeGreaterThan(30)
    for (const { pattern, keywords } of rows) {
      fc.assert(
        fc.property(keysOf(pattern), (key) => {
          expect(key.toLowerCase().startsWith(keywords[0] ?? '?')).toBe(true)
        }),
        { numRuns: 5 },
      )
    }
  })
})

describe('the word of a key', () => {
  const isFound = (text: string): boolean => cloudKey.find(text, {}).some(({ score }) => score >= 0.5)
  const isHot = (text: string): boolean => (hotPlaces(text).kinds & placeKinds.find) !== 0

  it.each([
    ['of the fewest characters', 'tskey-TFw4DKqj'],
    ['with commas', `fm2_${'a1B,'.repeat(20)}`],
    ['behind a comma', `a,fm2_${'a1Bc'.repeat(20)}`],
  ])('makes a place hot: of a key %s', (_, key) => {
    expect([isFound(key), isHot(key)]).toEqual([true, true])
  })

  it('makes a place hot in everything that is found', () => {
    for (const { pattern, context } of keyRows) {
      if (context !== undefined) continue
      fc.assert(
        fc.property(keysOf(pattern), (key) => {
          expect(isHot(key)).toBe(isFound(key))
        }),
        { numRuns: soak ? 1000 : 15 },
      )
    }
  })
})
