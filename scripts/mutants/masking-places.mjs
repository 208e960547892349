const source = (name) => `packages/core/src/masking/places/${name}.ts`
const tests = ['packages/core/test/masking/windows.test.ts']

/** Which places of a text are looked at. */
export const maskingPlaceGuards = [
  {
    name: 'words that are not ASCII speak for a date or a number',
    file: source('hot-places'),
    find: 'if (list !== undefined) this.#word(list, at + 1)',
    replace: '',
    tests,
  },
  {
    name: 'runs that may be encoded are looked at',
    file: source('hot-places'),
    find: 'if (this.#rows !== undefined && isPacked(this.#text, start, end)) this.#view(start, end)',
    replace: '',
    tests,
  },
  {
    name: 'accounts are looked at',
    file: source('hot-places'),
    find: 'if (isHotAccount(this.#text, at)) this.#find(at, at + 1)',
    replace: '',
    tests,
  },
  {
    name: 'numbers between letters are looked at',
    file: source('hot-places'),
    find: 'if (this.#rows !== undefined && isGluedChain(this.#text, chain)) this.#view(chain.start, chain.end)',
    replace: '',
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
]
