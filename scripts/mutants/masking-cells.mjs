const core = (name) => `packages/core/src/masking/${name}.ts`
const screens = ['packages/core/test/masking/cell-screen.test.ts']
const rows = ['packages/adapter-pg/test/door/row-masks.test.ts']

const screen = [
  ['letters of other scripts are looked at', 'new Uint8Array(256).fill(special)', 'new Uint8Array(256)'],
  ['an @ is looked at', '[@%&', '[%&'],
  ['percent encoding is looked at', '[@%&', '[@&'],
  ['entities are looked at', '[@%&', '[@%'],
  ['escapes are looked at', '%&\\\\]', '%&]'],
  ['controls are looked at', " || (code < 0x20 && unit !== '\\t')", ''],
  ['the last control is looked at', 'code < 127; code', 'code < 128; code'],
  [
    'digests that are encoded are looked at',
    'return isPackedWord(bytes, start, end) && mayHoldDigest(bytes, start, end)',
    'return false',
  ],
  [
    'what digests decode to is looked at',
    "return mayHoldDecoded(text, [{ start: 0, end: text.length }], 'runs')",
    'return false',
  ],
  ['words are looked for', 'if (word.list !== phoneList) return true', ''],
  ['a word of telephones speaks for a number', '        isCall = true\n      }', '      }'],
  ['a plus makes a number to call', 'else if (before === 0x2b) isCall = true', ''],
  [
    'seven digits are enough to call',
    '[fewestToCall, fewest, fewestInRow] = [7,',
    '[fewestToCall, fewest, fewestInRow] = [8,',
  ],
  ['nine digits in a cell are looked at', 'chain >= fewest || ', ''],
  ['nine are enough', '[7, 9, 5]', '[7, 10, 5]'],
  ['four numbers with dots in a cell are looked at', ' || dots >= apart) return', ') return'],
  ['dots are counted', 'if (before === 0x2e) dots += 1', 'if (before === 0x2e) dots += 0'],
  ['digits go on behind two signs', 'const apart = 3', 'const apart = 2'],
  ['only some signs part digits of one number', '(kind & between) === 0 ? apart : gap + 1', 'apart'],
  ['accounts in a cell are looked at', 'if (beginsAccount(bytes, start, at)) return true', ''],
  ['accounts begin behind a dash', 'before === 0x20 || before === 0x2d', 'before === 0x20'],
  ['accounts begin behind a blank', 'before === 0x20 || ', ''],
  ['an account begins with the value', 'if (first < start)', 'if (first <= start)'],
  ['two colons are looked at', 'at - lastColon === 1 || ', ''],
  ['seven colons are looked at', ' || colons >= fewestColons', ''],
  ['five letters are between two of them', '[fewestColons, nearColon] = [7, 5]', '[fewestColons, nearColon] = [7, 4]'],
  ['seven are enough', '[fewestColons, nearColon] = [7, 5]', '[fewestColons, nearColon] = [8, 5]'],
  ['separators behind a digit are a row', 'if (digits > 0 && (kind & separator) !== 0) isParted = true', ''],
  ['rows are looked for', 'if (isParted && digits >= fewestInRow && hasRows(bytes, start, end)) return true', ''],
  ['five digits are a row', '[7, 9, 5]', '[7, 9, 6]'],
  ['runs amid others may be encoded', 'isPacked(bytes, run, at)) return true', 'false) return true'],
  ['the last run may be', 'return end - run >= shortestRun && isPacked(bytes, run, end)', 'return false'],
  [
    'detectors of users see every value',
    'of(field, defaultThreshold).length === 0 ? mayHold',
    'of(field, defaultThreshold).length < 99 ? mayHold',
  ],
].map(([name, find, replace]) => ({ name, file: core('cell-screen'), find, replace, tests: screens }))

const byteRows = [
  ['separators beside each other are no row', 'if (hasDigit && (row & apart) !== 0) return true', ''],
  ['a step is eight at most, and no less', '0x1f0', '0xf0'],
  ['a step of four is enough', '0x1f0', '0x1e0'],
  ['separators further back are known', '(back > seen ? 0 : (bits[which] ?? 0) << back) | 1', '1'],
  ['values before are forgotten', '  bits.fill(0)\n', ''],
].map(([name, find, replace]) => ({ name, file: core('places/byte-rows'), find, replace, tests: screens }))

const digests = [
  ['what is no hexadecimal digit is no digest', 'if (kind === 0) return false', ''],
  ['words are looked for in digests', '.some((word) => isWordAt(bytes, at, word) &&', '.some((word) => false &&'],
  ['cards beside letters are looked at', 'if (digits >= fewestDigits) return false', ''],
  ['cards of twelve digits are', 'fewestDigits = 12', 'fewestDigits = 17'],
  ['numbers alone are', '(seen & letter) !== 0 && ', ''],
  ['accounts are', ' && !mayBeAccount(bytes, start, end)', ''],
].map(([name, find, replace]) => ({ name, file: core('places/digests'), find, replace, tests: screens }))

const words = [
  ['other words count inside of words', 'lists[list]?.begin === true', 'lists[list] !== undefined'],
  ['a key begins with the value', 'before >= start && ', ''],
  ['a key begins behind a sign', ' && isWordUnit(bytes[before] ?? 0)', ''],
].map(([name, find, replace]) => ({ name, file: core('places/keyword-places'), find, replace, tests: screens }))

const door = [
  [
    'texts are told from their bytes',
    'if (!mayChange(source, start, end)) return undefined\n',
    'if (mayChange(source, start, end)) return undefined\n',
  ],
  ['other types are', 'mayChange(source, start, end) && changed', '!mayChange(source, start, end) && changed'],
  ['what nobody tells is looked at', 'content.screen?.(name) ?? always', 'content.screen?.(name) ?? (() => false)'],
].map(([name, find, replace]) => ({
  name,
  file: 'packages/adapter-pg/src/door/cell-rules.ts',
  find,
  replace,
  tests: rows,
}))

const entropy = [
  ['characters are counted', 'counted[code] = (counted[code] ?? 0) + 1', 'counted[code] = 1'],
  ['counts are forgotten', '    counted[code] = 0\n', ''],
  ['other scripts are counted by character', 'isAscii = false', 'isAscii = true'],
].map(([name, find, replace]) => ({
  name,
  file: core('detectors/entropy'),
  find,
  replace,
  tests: ['packages/core/test/masking/detectors/entropy.test.ts'],
}))

/** What tells from bytes that nothing is in a value: what is told wrongly is never looked at. */
export const maskingCellGuards = [
  ...screen,
  ...byteRows,
  ...digests,
  ...words,
  ...entropy,
  ...door,
  {
    name: 'the name of a column tells what screens know',
    file: 'packages/core/src/result-masks.ts',
    find: 'cellScreen(detect, column)',
    replace: 'cellScreen(detect, undefined)',
    tests: ['packages/core/test/enforce/masks.test.ts'],
  },
]
