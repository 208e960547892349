const source = (name) => `packages/core/src/masking/places/${name}.ts`
const test = (name) => `packages/core/test/masking/${name}.test.ts`
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))

/** How the units of a text are gone through, and what is told of them at once. */
export const maskingUnitGuards = [
  ...guards(
    'units',
    ['units'],
    [
      [
        'no room is too small for a text',
        'text.length <= (place === outer ? room : innerRoom) ? place.free : undefined',
        'place.free',
      ],
      ['a zero is behind the last unit', '(length + 1) * 2', 'length * 2'],
      ['many units that were looked at are cleared', 'this.units.fill(0, 0, length)', 'this.units.fill(0, 0, 0)'],
      [
        'a few units that were looked at are cleared',
        'at < length; at += 1) this.units[at] = 0',
        'at < 0; at += 1) this.units[at] = 0',
      ],
      ['units stay while others are looked at', '  place.free = undefined\n'],
      ['units are cleared when looking fails', '  } finally {\n', '  } catch (error) {\n    throw error\n  }\n  {\n'],
    ],
  ),
  ...guards(
    'keyword-ends',
    ['keyword-ends'],
    [
      [
        'anything may be before a short word',
        'letters.length < 3 ? 1 << (letters.length * width) : all + 1',
        'all + 1',
      ],
      ['several words end alike in one place', '(this.bits[end >> 5] ?? 0) | (1', '0 | (1'],
      [
        'words with the same end are all looked for',
        'this.#words[place]?.push({ letters, list })',
        'this.#words[place]',
      ],
      ['capital letters are letters', '? code + 0x20 : code', '? code : code'],
      ['Z is a capital letter', 'code <= 0x5a', 'code < 0x5a'],
      ['A is a capital letter', 'code >= 0x41', 'code > 0x41'],
      ['capital letters have the code of small ones', '    codes[letter.toUpperCase().charCodeAt(0)] = code\n'],
      ['six bits hold every code', '(next % 63) + 1', 'next + 1'],
      ['words are all there', '!== letters[index]) return false', '!== letters[index]) return index > 0'],
      [
        'anything may be before three letters that are a word',
        'code === undefined ? -1 : ',
        'code === undefined ? 0 : ',
      ],
      ['each letter may be before three', 'code >> 5 === half ? 1', 'half === 0 ? 1'],
      ['several letters may be before three', '(this.#befores[place * 2 + half] ?? 0) | letters', 'letters'],
    ],
  ),
  ...guards(
    'keyword-places',
    ['keyword-ends'],
    [
      ['a key behind anything may begin in a word', 'start === undefined || ', ''],
      ['keys with several keywords may begin with another', ' || others.length > 0', ''],
      ['one of two forms may begin otherwise', " || source.includes('|')", ''],
      ['the last letter of a keyword may be missing', ' && !/^[?*{]/.test(rest.slice(keyword.length))', ''],
      ['the form begins with the keyword', 'rest.startsWith(keyword) && ', ''],
      ['what is before a key is more than digits', '(?:\\\\w|\\[\\\\w[^\\]]*\\])', '(?:\\\\w|\\[\\\\[wd][^\\]]*\\])'],
      ['a class is no letter', '/\\\\([./+$])/g', '/\\\\(.)/g'],
    ],
  ),
  ...guards(
    'keyword-places',
    ['windows'],
    [
      [
        'a keyword begins a key where no word is before it',
        '(keywords[0]?.length ?? 0) + 1 : 0',
        '(keywords[0]?.length ?? 0) : 0',
      ],
      ['keys whose keyword does not begin them are looked for in words', 'before > 0 && ', ''],
    ],
  ),
  ...guards(
    'keyword-places',
    ['keyword-ends'],
    [
      ['the shortest keys are long enough', 'const shortestKey = 14', 'const shortestKey = 15'],
      ['keys have commas', "_.,+/=~:%-'", "_.+/=~:%-'"],
    ],
  ),
  ...guards(
    'hot-places',
    ['windows', 'seen-through'],
    [
      ['numbers of seven digits behind a plus are looked at', ' && this.#units[start - 1] !== 0x2b', ''],
      ['numbers of seven digits beside words of telephones are looked at', ' && !isBeside', ''],
      ['addresses of networks are looked at', '(digits < 9 && this.#dots < 3 && !', '(digits < 9 && !'],
      ['nine digits are looked at', 'if (digits < 9 && this', 'if (digits < 10 && this'],
      ['dots of addresses are counted', '=== 0x2e) this.#dots += 1', '=== 0x2e) this.#dots += 0'],
      ['words with accents are seen whole', 'Math.min(at + longestOther, this.#text.length)', 'at + 1'],
      ['keywords are looked for', 'isWordAt(units, at, word)) this.#word', '!isWordAt(units, at, word)) this.#word'],
    ],
  ),
  ...guards(
    'walk',
    ['windows', 'seen-through'],
    [
      ['a number ends where no digit follows', 'code <= 0x39; code', 'code <= 0x7a; code'],
      ['the whole number is looked at', 'walker.number(start, at + 1)', 'walker.number(at, at + 1)'],
      ['what is more than letters is told of', '((kind ^ packed) & ~letters)', '((kind ^ packed) & special)'],
      ['nothing behind the text is told of', 'if (at >= length) break', 'if (at > length) break'],
      ['what is not ASCII is told of', 'if (kind === other) walker.other(code, at)', ''],
      ['the last run is told of', 'if (length - run >= shortest) walker.run(run, length)', ''],
    ],
  ),
  ...guards(
    'walk',
    ['keyword-ends'],
    [
      [
        'words that end in a number are told of',
        '& 1) !== 0) walker.words(ends, at)',
        '& 1) > 1) walker.words(ends, at)',
      ],
      ['letters before digits of a word are known', '((kinds[code] ?? 0) & letters)', '0'],
    ],
  ),
  ...guards(
    'rows',
    ['windows', 'seen-through'],
    [
      ['an @ is enough in a row', '      if (code === 0x40) return true\n'],
      ['digits are enough in a row', '    return digits >= fewestDigits', '    return digits > 99'],
      ['the digits before a row count', 'this.#mayHold(at - reach, at + step)', 'this.#mayHold(at, at + step)'],
      ['the digits behind a row count', 'this.#mayHold(at - reach, at + step)', 'this.#mayHold(at - reach, at)'],
      ['digits near a row make it one', 'at - lastDigit >= seen && ', ''],
      ['a row that goes on far from digits is looked at', 'bits >>> (seen - longestStep) === 0 && ', ''],
      ['an @ near a row makes it one', ' && !this.#isAtWithin(at, seen, longestStep)', ''],
      ['rows that are longer than is seen are looked at', '(reach <= seen && !this.#mayHold', '(!this.#mayHold'],
    ],
  ),
  ...guards(
    'seen-through',
    ['seen-through'],
    [
      ['what is beside that is decoded is looked through', 'const beside = 320', 'const beside = 0'],
      [
        'every decoded part is looked through',
        'for (; this.#next < parts.length; this.#next += 1) {',
        'for (; this.#next < 1; this.#next += 1) {',
      ],
    ],
  ),
  ...[
    [
      'groups are shown to detectors that are not built in',
      'far.length === 0 ? findsIn : orFindsIn(far, prefilter, options)',
      'findsIn',
    ],
    [
      'groups that are decoded are shown to them',
      'hotPlaces(reading.text, finds).kinds',
      'hotPlaces(reading.text).kinds',
    ],
    ['who is shown groups is told the field', 'detector.find(text, hints)].length', 'detector.find(text, {})].length'],
  ].map(([name, find, replace]) => ({
    name,
    file: 'packages/core/src/masking/scan.ts',
    find,
    replace,
    tests: [test('seen-through')],
  })),
]
