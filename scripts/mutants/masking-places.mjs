const source = (name) => `packages/core/src/masking/places/${name}.ts`
const tests = ['packages/core/test/masking/windows.test.ts']

const through = ['packages/core/test/masking/seen-through.test.ts']

/** What is looked through that only folds or decodes, and what is not even looked at. */
const throughGuards = [
  [
    'what is found or read otherwise is looked at',
    'seen-through',
    'if ((kinds & (find | view)) !== 0) return true',
    '',
  ],
  ['what folds is looked through', 'seen-through', 'if ((kinds & fold) !== 0 && mayHoldFolded(part)) return true', ''],
  ['runs are looked through', 'seen-through', "mayHoldDecoded(part, 'runs') || ", ''],
  ['pieces of runs are looked through', 'seen-through', " || mayHoldDecoded(part, 'pieces')", ''],
  [
    'what is found in folded text counts',
    'seen-through',
    'folded).kinds & (find | view | packed)',
    'folded).kinds & (view | packed)',
  ],
  [
    'folded text that is read otherwise counts',
    'seen-through',
    'folded).kinds & (find | view | packed)',
    'folded).kinds & (find | packed)',
  ],
  [
    'folded text that may be encoded counts',
    'seen-through',
    'folded).kinds & (find | view | packed)',
    'folded).kinds & (find | view)',
  ],
  [
    'what is found in decoded text counts',
    'seen-through',
    '(kinds & (find | view | packed)) !== 0 ||',
    '(kinds & (view | packed)) !== 0 ||',
  ],
  [
    'decoded text that is read otherwise counts',
    'seen-through',
    '(kinds & (find | view | packed)) !== 0 ||',
    '(kinds & (find | packed)) !== 0 ||',
  ],
  [
    'decoded text that may be encoded counts',
    'seen-through',
    '(kinds & (find | view | packed)) !== 0 ||',
    '(kinds & (find | view)) !== 0 ||',
  ],
  ['decoded text is folded', 'seen-through', ' || ((kinds & fold) !== 0 && mayHoldFolded(decoded))', ''],
  ['detectors of users see what is decoded', '../scan', 'far.length === 0 && !mayGoOn', '!mayGoOn'],
  ['what may go on is looked at', '../scan', ' && !mayGoOn', ''],
  ['addresses are looked at', 'number-places', 'finds(email, text, at - 80, at + 640) || ', ''],
  ['passwords before an @ are looked at', 'number-places', ' || finds(connectionPassword, text, at - 480, at + 8)', ''],
  ['four numbers with dots are looked at', 'number-places', 'dots >= 3', 'dots > 3'],
  ['rows with a digit are looked at', 'rows', 'at - lastDigit >= reach && ', ''],
  ['rows with an @ are looked at', 'rows', ' && !this.#isAtWithin(at, reach, step)', ''],
  [
    'rows of blanks are looked at',
    'rows',
    'code === 0x20 && back > 2 ? back : 2',
    'code === 0x20 ? Math.max(3, back) : 2',
  ],
  ['rows that go on further than is seen are looked at', 'rows', 'reach <= seen && at', 'at'],
  ['zeros begin four letters of base64', '../views/packed', 'sextet === 0 || ', ''],
  ['tabs and line breaks do', '../views/packed', 'sextet === 2 || ', ''],
  ['returns do', '../views/packed', 'sextet === 3 || ', ''],
  ['a first letter of text counts', '../views/packed', 'sextet > 7 && sextet < 32', 'sextet > 8 && sextet < 32'],
  ['and the last of them', '../views/packed', 'sextet > 7 && sextet < 32', 'sextet > 7 && sextet < 31'],
  [
    'hexadecimal amid a run is found',
    '../views/packed',
    'isRunUnit[units[at] ?? 0] === 2) at -= 1',
    'isRunUnit[units[at] ?? 0] !== 2) at -= 1',
  ],
].map(([name, file, find, replace]) => ({ name, file: source(file), find, replace, tests: through }))

/** Which places of a text are looked at. */
export const maskingPlaceGuards = [
  {
    name: 'private keys of PuTTY are looked for',
    file: source('keyword-places'),
    find: "words: ['private key', 'private-lines']",
    replace: "words: ['private key']",
    tests,
  },
  {
    name: 'words that are not ASCII speak for a date or a number',
    file: source('hot-places'),
    find: 'if (list !== undefined) this.#word(list, Math.min(at + longestOther, this.#text.length))',
    replace: '',
    tests,
  },
  {
    name: 'runs that may be encoded are looked at',
    file: source('hot-places'),
    find: 'if (this.#rows !== undefined && isPacked(this.#text, start, end)) this.#view(start, end, placeKinds.packed)',
    replace: '',
    tests,
  },
  {
    name: 'accounts are looked at',
    file: source('hot-places'),
    find: 'if (isHotAccount(this.#text, this.#units, at)) this.#find(at, at + 1)',
    replace: '',
    tests,
  },
  {
    name: 'numbers between letters are looked at',
    file: source('hot-places'),
    find: 'if (digits >= 9 && this.#rows !== undefined && isGluedChain(this.#text, chain))',
    replace: 'if (false)',
    tests,
  },
  {
    name: 'a word behind a number speaks for it',
    file: source('hot-places'),
    find: 'if (end - last <= wordBehind && isPhoneBefore(this.#text, end)) this.#find(end - 1, end)',
    replace: '',
    tests,
  },
  {
    name: 'rows of separators are looked at',
    file: source('hot-places'),
    find: 'if (row !== undefined) this.#view(row.start, row.end)',
    replace: '',
    tests,
  },
  {
    name: 'values that go on in the next line are looked at',
    file: source('hot-places'),
    find: 'if (continued(text, at, end) !== undefined) this.#view(at, at + 1)',
    replace: '',
    tests,
  },
  {
    name: 'the name of a field makes a detector look at all',
    file: source('known-detectors'),
    find: '!known.has(detector) || detector.isHinted?.(field) === true',
    replace: '!known.has(detector)',
    tests,
  },
  {
    name: 'detectors that are not built in look at all',
    file: source('known-detectors'),
    find: 'if (field === undefined) return this.#unknown',
    replace: 'if (field === undefined) return []',
    tests: [
      'packages/core/test/masking/scan.test.ts',
      'packages/core/test/masking/user-detector.test.ts',
      'packages/core/test/masking/masker.test.ts',
    ],
  },
  {
    name: 'nine bare digits are looked at',
    file: source('number-places'),
    find: 'nine.test(chain) : digits === 9',
    replace: 'nine.test(chain) : false',
    tests,
  },
  ...throughGuards,
]
