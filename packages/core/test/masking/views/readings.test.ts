import { describe, expect, it } from 'vitest'
import { scan } from '@bothkeys/core/masking'
import { readingsOf } from '../../../src/masking/views/readings.js'
import { fc } from '../../properties.js'
import { amongDecoys } from '../support/decoys.js'
import { detectors, values } from '../support/detectors.js'
import { disguises } from '../support/disguises.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined

/** Where a reading says that it got a part from. */
function originOf(text: string, part: string): { read: string; from: string } | undefined {
  for (const reading of readingsOf(text) ?? []) {
    const start = reading.text.indexOf(part)
    if (start === -1) continue
    const { start: from, end: to } = reading.origin({ start, end: start + part.length })
    return { read: part, from: text.slice(from, to) }
  }
  return undefined
}

describe('a reading shows', () => {
  it.each([
    ['full width', 'a ４１１ b', '411', '４１１'],
    ['digits of other scripts', 'a ٤1१𝟙 b', '4111', '٤1१𝟙'],
    ['no characters without a width', 'a 4\u200b1\u00ad1\u2060 b', '411', '4\u200b1\u00ad1'],
    ['no combining marks', 'a 4\u03321\u0332 b', '41', '4\u03321'],
    ['no variation selectors and tags', 'a 4\ufe0f1\u{e0041}1 b', '411', '4\ufe0f1\u{e0041}1'],
    ['dashes', 'a 1–2−3‑4 b', '1-2-3-4', '1–2−3‑4'],
    ['blanks', 'a\u00a0b\u2003c\td', 'a b c d', 'a\u00a0b\u2003c\td'],
    ['look-alikes', 'а ехаmрlе.соm b', 'example.com', 'ехаmрlе.соm'],
    ['letters without accents', 'a josé b', 'jose', 'josé'],
    ['one character as several', 'a ﬁne b', 'fine', 'ﬁne'],
    ['no ANSI escapes', 'a 4\u001b[31m1\u001b[0m1\u001b]0;title\u0007 b', '411', '4\u001b[31m1\u001b[0m1'],
    ['no controls', 'a 4\u00001\b1 b', '411', '4\u00001\b1'],
    ['what \\u stands for', String.raw`a \u0034\u{31}\u0031 b`, '411', String.raw`\u0034\u{31}\u0031`],
    ['what \\x stands for', String.raw`a \x34\x31\xc3\xa9 b`, '41é', String.raw`\x34\x31\xc3\xa9`],
    ['what octal stands for', String.raw`a \064\061 b`, '41', String.raw`\064\061`],
    ['halves of a character', String.raw`a \ud83d\ude00 b`, '😀', String.raw`\ud83d\ude00`],
    ['percent encoding', 'a %34%31%C3%A9%u0031 b', '41é1', '%34%31%C3%A9%u0031'],
    ['HTML entities', 'a &#52;&#x31;&commat;&#0049 b', '41@1', '&#52;&#x31;&commat;&#0049'],
    ['line breaks in strings', String.raw`a 4\n1 b`, '4\n1', String.raw`4\n1`],
    ['hexadecimal', 'a \\x343131312d31313131 b', '4111-1111', '343131312d31313131'],
    ['hexadecimal behind 0x', 'a 0x343131312D31313131 b', '4111-1111', '343131312D31313131'],
    ['hexadecimal behind a digit', 'a 7343131312d31313131 b', '4111-1111', '343131312d31313131'],
    ['base64', 'a NDExMS0xMTEx b', '4111-1111', 'NDExMS0xMTEx'],
    ['base64url', 'a Pj8_NDExMS0xMTEx b', '>??4111-1111'.replace('??', '?\u003f'), 'Pj8_NDExMS0xMTEx'],
    ['base64 in a path', 'a /files/NDExMS0xMTEx/b', '4111-1111', 'NDExMS0xMTEx'],
    [
      'base64 among binary',
      `a ${Buffer.from([1, 2, 250, ...Buffer.from('4111-1111'), 3]).toString('base64')} b`,
      '4111-1111',
      '',
    ],
    ['base64 of UTF-16', `a ${Buffer.from('4111-1111', 'utf16le').toString('base64')} b`, '4\u00001\u00001', ''],
    ['groups of one', 'a 4 1 1 1 1 1 b', '411111', '4 1 1 1 1 1'],
    ['groups of four', 'in 4111.1111.11 b', '4111111111', '4111.1111.11'],
    ['the words beside groups apart', 'card 4111 1111 1111 said', 'card 411111111111 said', 'card 4111 1111 1111 said'],
    ['what a line break parts', 'a jane@exa\n  mple.com b', 'jane@example.com', 'jane@exa\n  mple.com'],
    ['digits apart from letters', 'a ref123456789ok b', ' 123456789 ', '123456789'],
    ['what was encoded twice', 'a JTM0JTMxJTMxJTMx b', '4111', 'JTM0JTMxJTMxJTMx'],
  ])('%s', (_, text, read, from) => {
    const found = originOf(text, read)
    expect(found?.read).toBe(read)
    if (from !== '') expect(found?.from).toBe(from)
  })

  it.each([
    ['a stamp of a log behind a line break', 'took 123456789\n2026-01-01 12:00 ok', '1234567892026'],
    ['letters that are hexadecimal apart from digits', 'a abc123456789 b', ' 123456789 '],
    ['letters that are hexadecimal apart from digits before them', 'a 123456789def b', '123456789 '],
    ['words of equal length as one', 'this that with from', 'thisthat'],
    [
      'what is encoded three times',
      `a ${[1, 2, 3].reduce((value: string) => Buffer.from(value).toString('base64'), '4111-1111')} b`,
      '4111-1111',
    ],
  ])('never %s', (_, text, read) => {
    expect(originOf(text, read)).toBeUndefined()
  })
})

it('reads what is far apart apart', () => {
  const text = `４１１１${' and so on\n'.repeat(100)}１１１１`
  const [, folded] = readingsOf(text) ?? []
  expect(folded?.text.length).toBeLessThan(text.length)
  expect(folded?.isWhole({ start: 0, end: 4 })).toBe(true)
  expect(folded?.isWhole({ start: 0, end: folded.text.length })).toBe(false)
})

it('reads clean text once', () => {
  const line = '2026-01-01T10:00:00Z level=info msg="order 12 shipped" path=/var/log/app.log\n'
  expect(readingsOf(line.repeat(50))).toHaveLength(1)
})

it('reads no more than some times the text', () => {
  const hostile = ['&amp;%25\\u0025', 'NDExMTEx', '4 1 1 1 1 ', '４', 'a\n@', '\ufdfa'].map((part) => part.repeat(2000))
  for (const text of [...hostile, hostile.join('')]) {
    const units = (readingsOf(text) ?? []).reduce((sum, reading) => sum + reading.text.length, 0)
    expect(units).toBeLessThanOrEqual(text.length * 25 + 16_384)
  }
  expect(readingsOf(amongDecoys(''))).toBeUndefined()
})

/** Texts with values in nested disguises. */
const pieces = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(' ', '\n', '%', '\\', '&#', '\u001b[', '４', '\ud800', 'aGVsbG8gd29ybGQh', '0x', '4 1 1 1 1 1'),
  fc
    .tuple(
      fc.constantFrom(...Object.values(values)),
      fc.array(fc.constantFrom(...Object.values(disguises)), { maxLength: 2 }),
    )
    .map(([value, writes]) => writes.reduce((text: string, write) => write(text), value)),
)
const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))
/** Values that are glued to others may be none before those are masked. */
const apart = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('\n;\n'))

it('says for every part a part of the text, in order', () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const reading of readingsOf(text) ?? []) {
        const whole = reading.origin({ start: 0, end: reading.text.length })
        expect(whole.start).toBeGreaterThanOrEqual(0)
        expect(whole.end).toBeLessThanOrEqual(text.length)
        let before = whole.start
        let end = whole.start
        for (let unit = 0; unit < reading.text.length; unit += 1) {
          const part = reading.origin({ start: unit, end: unit + 1 })
          expect(part.start).toBeGreaterThanOrEqual(before)
          expect(part.end).toBeGreaterThanOrEqual(part.start)
          before = part.start
          // What was put in between was made from nothing.
          if (part.end === part.start) continue
          expect(part.end).toBeGreaterThanOrEqual(end)
          end = part.end
        }
        expect(end).toBeLessThanOrEqual(text.length)
      }
    }),
    { numRuns: soak ? 5000 : 150 },
  )
})

it('says of what stands between places that are apart where the next begins', () => {
  const far = '４'.repeat(17) + 'a'.repeat(600) + '４'.repeat(17)
  const [, folded] = readingsOf(far) ?? []
  const starts = Array.from(folded?.text ?? '', (_, unit) => folded?.origin({ start: unit, end: unit + 1 }).start ?? -1)
  expect(folded?.text).toContain('\u0000')
  expect(starts).toEqual(starts.toSorted((one, other) => one - other))
})

it('leaves nothing to find where findings were masked', () => {
  fc.assert(
    fc.property(apart, (text) => {
      let masked = text
      for (const { start, end } of scan(text, detectors).toReversed())
        masked = `${masked.slice(0, start)}[###]${masked.slice(end)}`
      expect(scan(masked, detectors)).toEqual([])
    }),
    { numRuns: soak ? 20_000 : 800 },
  )
})
