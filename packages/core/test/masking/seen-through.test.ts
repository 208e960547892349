import { describe, expect, it } from 'vitest'
import { builtInDetectors, maskText, scan, type Detector } from '@bothkeys/core/masking'
import { hotPlaces, placeKinds } from '../../src/masking/places/hot-places.js'
import { mayHold } from '../../src/masking/places/seen-through.js'
import { withUnits } from '../../src/masking/places/units.js'
import { windowsOf } from '../../src/masking/places/windows.js'
import { isPacked } from '../../src/masking/views/packed-runs.js'
import { packedEdits } from '../../src/masking/views/packed.js'
import { fc } from '../properties.js'
import { disguisedTexts, wide } from './support/disguised-texts.js'
import { difference } from './support/scan-whole.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const detectors: readonly Detector[] = [...builtInDetectors.values()]
const base64 = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('base64')
const hex = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString('hex')

const percent = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`

/** Whether any window of the text is read in every view. */
function isReadWhole(text: string): boolean {
  return windowsOf(text, hotPlaces(text).places).some(({ start, end, kind }) => mayHold(text.slice(start, end), kind))
}

describe('what is folded or decoded', () => {
  it.each([
    ['a card in full width', wide('4111111111111111')],
    ['a card in full width and in groups of two', wide('4111111111111111').replaceAll(/../gu, '$&.')],
    ['base64 in full width', wide(base64('jane.doe@example.com'))],
    ['an escape in full width', `${wide('jane%40')}example.com`],
    ['a card in hexadecimal', hex('4111111111111111')],
    ['a card in base64 in a path', `/files/${base64('4111111111111111')}/x`],
    [
      'a card in base64 that bytes follow which are no text',
      base64(Buffer.from('4111111111111111\u0001\u00ff', 'latin1')),
    ],
    ['a card in hexadecimal with zeros between', hex(Buffer.from('4111111111111111', 'utf16le'))],
    ['a card in base64 of characters of two bytes', base64(Buffer.from('x 4111111111111111', 'utf16le'))],
    [
      'a card in base64 of characters of two bytes from a zero on',
      base64(Buffer.from('4111111111111111', 'utf16le').swap16()),
    ],
    ['a short address in base64 behind a tab', base64(Buffer.from('\u00ff\u00ff\u00ff\ta@b.de\u00ff\u00ff', 'latin1'))],
    [
      'a short address in base64 behind a return',
      base64(Buffer.from('\u00ff\u00ff\u00ff\ra@b.de\u00ff\u00ff', 'latin1')),
    ],
    ['an address in base64 with a line break', base64(Buffer.from('\u00ffa@\nb.de\u00ff\u00ff\u00ff\u00ff', 'latin1'))],
    ['a card in a row that goes on in words', `371.449.635.398.431${'.abc'.repeat(14)}`],
    ['addresses in base64 wherever their letters stand', base64('~a~b ~c@de.fr ~~ ')],
    ['a card in groups of two', 'so 41.11.11.11.11.11.11.11 is'],
    ['a telephone number of eight digits', 'so +676 21234 it is'],
    ['a telephone number of seven digits behind a word', 'call 0301234 now'],
    [
      'a card in base64 behind a sentence in base64',
      `${base64('order shipped to the warehouse')}${' and so on'.repeat(100)} ${base64('4111111111111111')}`,
    ],
    [
      'a card in base64 far behind a sentence in base64',
      `${base64('order shipped to the warehouse')}${' and so on'.repeat(300)} ${base64('4111111111111111')}`,
    ],
    ['a telephone number before a word with an accent, and another number', '020 7946 0958\n2 móvil'],
    ['a short telephone number before a word with an accent, and another number', '0794605\n5móvil'],
    ['an address of an old network', 'from 203.0.113.7 on'],
    ['a card amid rows of blanks', 'a 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 b'],
    ['an address in a row of dots', 'ja.ne.do.e@.ex.am.pl.e..co.m'],
    ['an address in groups', 'jane.doe@.exam.ple..com is'],
    ['a card in a row that words begin', `${'abc.'.repeat(12)}411.111.111.111.111.1`],
    ['a password before an @', 'postgres://app:hunter2secret@localhost/app'],
    ['a card in hexadecimal amid letters', `xyz_${hex('4111111111111111')}_xyz`],
    ['a card in base64 amid controls', base64('4111 1111\u0001 1111 1111')],
    ['a card in groups of two in base64', base64('a 41.11.11.11.11.11.11.11 b')],
    ['a card in percent encoding in base64', base64('%34111111111111111')],
    ['an address in base64 in base64', base64(base64('jane.doe@example.com'))],
    ['a number that words in base64 speak for', `${base64('my social security no')} 123456789`],
    ['a number in base64 that words speak for', `ssn: ${base64('123456789 - 1')}`],
    ['a card of which one half is in base64', `4111 1111 ${base64('1111 1111 and')}`],
    [
      'a card in the second of two pieces of base64 in a path',
      `/${base64('some words that are longer')}/${base64('4111111111111111 so')}/`.replaceAll('=', ''),
    ],
    ['a card in percent encoding', '%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31'],
    [
      'a card in escapes that are in percent encoding',
      String.raw`\u003411111111111111`.replaceAll(/./g, percent) + '1',
    ],
    [
      'a card in base64 behind a line break in JSON',
      JSON.stringify({ log: `"x"\n${base64('4111 1111 1111 1111 so')}` }),
    ],
    ['a card in full width in base64 in JSON', JSON.stringify(`"x"\n${base64(`paid by ${wide('4111111111111111')}`)}`)],
    ['a card in escapes behind an accent', String.raw`é 41111111\u0031111\u00311\u00311`],
    ['a card in escapes of letters that are folded', String.raw`41111111\uff1111111\uff111`],
    ['a telephone number behind words in capitals beside an İ', 'İstanbul TELS 0212 555 12 34'],
    ['a date behind a word in capitals beside an İ', 'İ DOBS 1990-01-01'],
    ['a card over two lines', 'paid by 41111111\n11111111 it is'],
    ['a card over two lines that end in returns', 'paid by 41111111\r\n11111111 it is'],
    ['a card over two lines in escapes', String.raw`{"log":"paid by 41111111\n11111111 it is"}`],
    ['a card over two lines in base64', base64('paid by 41111111\n11111111 it is')],
    ['a card over two lines in full width', `paid by ${wide('41111111')}\n${wide('11111111')} it is`],
    ['a card in two pieces of base64', `${base64('so 4111 1111')} ${base64('1111 1111 it')}`],
  ])('is looked through: %s', (_, text) => {
    expect(difference(text)).toBeUndefined()
    expect(scan(text, detectors)).not.toEqual([])
  })

  it.each([
    ['names with accents', 'José Núñez and Zoë Müller-Lüdenscheidt from Łódź'],
    ['letters of other scripts', '東京都 と Ελλάδα и Россия'],
    ['a hash that decodes to a few letters', 'd41d8cd98f00b204656667686970e427'],
    ['a sentence in base64', base64('order shipped to the warehouse')],
    ['quotes in JSON', String.raw`{"log":"\"/checkout\" 404 54233\n","stream":"stdout"}`],
    ['a hash beside quotes in JSON', String.raw`{"log":"\"d41d8cd98f00b204656667686970e427\" pulled\n"}`],
    ['an accent beside quotes in JSON', String.raw`{"log":"\"José\" came in\n"}`],
    ['percent encoding', 'GET /search?q=red%20shoes%20and%20hats&page=7'],
    ['numbers around a line break', 'sync=0.031 s, total=17.22 s, 42741 kB\n1790420 rows in 31 s'],
  ])('is not read in every view where that shows nothing: %s', (_, text) => {
    expect(hotPlaces(text).kinds).not.toBe(0)
    expect(isReadWhole(text)).toBe(false)
    expect(difference(text)).toBeUndefined()
  })

  it.each([
    ['of letters with accents and escapes', String.raw`é\n`],
    ['of letters with accents, and little of escapes', String.raw`é\u0061`],
    ['of escapes of escapes', String.raw`some words of it\\n`],
  ])('is read in every view where too much comes of it to be looked through: %s', (_, text) => {
    expect(isReadWhole(text.repeat(60))).toBe(false)
    expect(isReadWhole(text.repeat(30_000))).toBe(true)
  })

  it('is shown to detectors that are not built in', () => {
    const own: Detector = {
      type: 'own',
      needs: {},
      longest: 20,
      find: (text) => [...text.matchAll(/warehouse/g)].map(({ index }) => ({ start: index, end: index + 9, score: 1 })),
    }
    expect(scan(base64('order shipped to the warehouse'), [own])).toHaveLength(1)
    expect(scan(wide('the warehouse'), [own])).toHaveLength(1)
  })

  it.each([
    ['in groups', 'so em.p1.23.45.67 it was'],
    ['spaced out', 'so e m p 1 2 3 4 5 6 7 it was'],
    ['spaced out, in base64', base64('so e m p 1 2 3 4 5 6 7 it was')],
  ])('is shown to detectors that are not built in: %s', (_, text) => {
    const own: Detector = {
      type: 'own',
      needs: { digits: 7 },
      longest: 20,
      find: (part) => [...part.matchAll(/emp\d{7}/g)].map(({ index }) => ({ start: index, end: index + 10, score: 1 })),
    }
    expect(scan(text, [own])).toHaveLength(1)
  })

  it.each([
    ['api_key', '6-0-i-k-u-6-f-x-i-l-l-z-y-a-j-d-b-z-2-l-q-s-c-t-q-9'],
    ['token', base64('q 7 i t l a b _ s e s s i o n z n 9 a 6 8 w 5 2 j c c q v l d 9')],
    ['phone', '27.0. .2.7.5.1'],
  ])('is shown to detectors that the name of the field speaks to: %s', (field, text) => {
    expect(difference(text, field)).toBeUndefined()
    expect(scan(text, detectors, { hints: { field } })).not.toEqual([])
  })

  it('fails when a detector does that is shown it', () => {
    const fails: Detector = {
      type: 'own',
      needs: {},
      longest: 20,
      find(part) {
        if (/1234567/.test(part)) throw new Error('out of order')
        return []
      },
    }
    expect(() => scan('so 1 2 3 4 5 6 7 it', [fails])).toThrow('out of order')
    expect(scan('so 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 it', detectors)).toHaveLength(1)
  })

  it('waits in a stream until it has ended', () => {
    const whole = `${'so '.repeat(300)}${base64(`${'and '.repeat(90)}4111111111111111 it was`)} he said`
    for (let at = 900; at < whole.length; at += 7) {
      const stream = maskText({ detectors, mask: () => '[masked]' })
      const seen = stream.push(whole.slice(0, at)) + stream.push(whole.slice(at)) + stream.end()
      expect(seen).not.toContain(base64('1111111111').slice(0, 12))
      expect(seen).toContain('[masked]')
    }
  })
})

it('is held back in a stream while folding and decoding hide its end', () => {
  const coloured = [...`${'j'.repeat(60)}@example.com`].map((letter) => `\u001b[31m${letter}\u001b[0m`).join('')
  const stream = maskText({ detectors, mask: () => '[masked]' })
  const whole = `${'so '.repeat(300)}${coloured} he said`
  const at = whole.indexOf('@')
  expect(stream.push(whole.slice(0, at)) + stream.push(whole.slice(at)) + stream.end()).not.toContain('j')
})

it.each([
  ['none in words, and behind them', 'order shipped', []],
  ['a row in the longer of two steps', '+.+4930+123456', [{ start: 0, end: 8, kind: placeKinds.view }]],
  [
    'a row in steps of three, where it ends',
    'ja/ne/@a/b./io',
    [
      { start: 2, end: 9, kind: placeKinds.view },
      { start: 2, end: 12, kind: placeKinds.view },
    ],
  ],
])('knows the places of a text: %s', (_, text, places) => {
  expect(hotPlaces(text).places).toEqual(places)
})

describe('what no value can be in', () => {
  it.each([
    ['a word of birth inside of another', 'syncedObjects on 1980-01-02'],
    ['a word of birth without a date', 'born in a town'],
    ['a word of birth too far from its date', `born ${'in a town '.repeat(4)}1980-01-02`],
    ['a word of telephones inside of another', '"ts":1790420423.003,"caller":"controller.go:123"'],
    ['a word of telephones inside of another, before a number', 'caller 0301234567 on'],
    ['an @ before no domain', '{"@timestamp":"2026-11-28","level":"info"}'],
    ['an @ behind a word and before a number', 'rows@42 of 1790420'],
    ['zeros in a hash', 'trace=4fa4e2cb0095615860ea4b6c2561ab03'],
    ['a plus before a number that nobody has', 'took +1234567 ns'],
  ])('is no place: %s', (_, text) => {
    expect(hotPlaces(text).kinds & placeKinds.find).toBe(0)
    expect(difference(text)).toBeUndefined()
  })

  it.each([
    ['a date behind a word of birth', 'born 1980-01-02'],
    ['a date behind a word of birth in a name', 'customerDob: 1980-01-02'],
    ['a date behind a long word of birth in another', 'mybirthday 1980-01-02'],
    ['a date as far from its word as may be', `xborn${'.'.repeat(36)}1980-01-02`],
    ['a date in words as far from its word as may be', `born${'.'.repeat(36)}31st of December 1980`],
    ['a date behind a word with an accent', 'née le 02.01.1980'],
    ['a number behind a word of telephones', 'calls 030 1234567 on'],
    ['a number as far from its word as may be', `xcall${'_'.repeat(35)} 0301234567 on`],
    ['a number before a word of telephones', '0301234567 (call)'],
    ['a number as far before its word as may be', `0301234567 ${'('.repeat(11)}callers`],
    ['a number before a long word of telephones in another', '0301234567 (mytelephone'],
    ['a number with a plus', 'to +49 30 123456 it is'],
    ['a number with zeros', 'to 0049 30 123456 it is'],
    ['a number with a plus of the fewest digits', '+2908123'],
    ['an address behind an @ that is none', '@timestamp: jane.doe@example.com'],
    ['a card in groups', 'paid by 3782 822463 10005 then'],
    ['a password in upper case before a host', 'JDBC:ORACLE:thin:scott/hunter2secret@db'],
  ])('is no reason to miss %s', (_, text) => {
    expect(difference(text)).toBeUndefined()
    expect(scan(text, detectors)).not.toEqual([])
  })
})

it('tells runs that are decoded from others as decoding does', () => {
  const text = fc
    .constantFrom('abc~ef', '\tq\n|\r"', 'a\u0000b\u0000c d', '#!~/}{', ' +"2 -')
    .map((part) => Buffer.from(part))
  const parts = fc.array(fc.oneof(fc.uint8Array({ maxLength: 5 }), text), { minLength: 1, maxLength: 5 })
  const encoded = fc
    .tuple(
      parts,
      fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const),
      fc.stringMatching(/^[\w+/-]{0,5}$/),
    )
    .map(([all, encoding, before]) => before + Buffer.concat(all).toString(encoding).replaceAll('=', ''))
  const isText = (decoded: Buffer): boolean =>
    /[\t\n\r -~]{6}/.test(decoded.toString('latin1').replaceAll('\u0000', ''))
  const isDecoded = (run: string): boolean => {
    const hexadecimal = (run.match(/[\da-f]{12,}/gi) ?? []).flatMap((digits) => [digits, digits.slice(1)])
    const pieces = [run, ...run.split(/[+/_-]/)].filter(({ length }) => length >= 12)
    return (
      hexadecimal.some((digits) => isText(Buffer.from(digits.slice(0, digits.length & ~1), 'hex'))) ||
      pieces.some((piece) => isText(Buffer.from(piece, 'base64')))
    )
  }
  fc.assert(
    fc.property(encoded, (run) => {
      expect(withUnits(run, (units) => isPacked(units, 0, run.length))).toBe(isDecoded(run))
      expect((['runs', 'pieces'] as const).some((by) => packedEdits(run, by).length > 0)).toBe(isDecoded(run))
    }),
    { numRuns: soak ? 200_000 : 5000 },
  )
})

it('is found as a scan finds it that looks at everything, with every detector, in every view', () => {
  fc.assert(
    fc.property(disguisedTexts, (text) => {
      expect(difference(text)).toBeUndefined()
    }),
    { numRuns: soak ? 20_000 : 600 },
  )
})
