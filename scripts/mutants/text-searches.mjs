const policy = (name) => `packages/core/src/policy/${name}.ts`
const tests = ['packages/core/test/policy/text-searches.test.ts']

/** What rules look for in texts: searched once, and never for longer than is bearable. */
export const textSearchGuards = [
  {
    name: 'what was found in a text is remembered',
    file: policy('text-searches'),
    find: '      results.set(pattern, isFound)\n',
    replace: '',
    tests,
  },
  {
    name: 'only so many texts are remembered',
    file: policy('text-searches'),
    find: 'this.#searches.size <= mostTexts && ',
    replace: '',
    tests,
  },
  {
    name: 'only so many characters are remembered',
    file: policy('text-searches'),
    find: ' && this.#characters <= mostCharacters',
    replace: '',
    tests,
  },
  {
    name: 'the text that was used last is forgotten last',
    file: policy('text-searches'),
    find: 'if (this.#searches.delete(text)) this.#characters -= text.length',
    replace: 'if (this.#searches.has(text)) this.#characters -= text.length',
    tests,
  },
  {
    name: 'what is too long to be searched is denied',
    file: policy('decide'),
    find: "    if (result === 'too-long') this.#unsearched(rule)\n",
    replace: '',
    tests,
  },
  {
    name: 'it is said once',
    file: policy('decide'),
    find: 'if (this.#reasons.some((said) => said.rule === rule.id && said.reason === tooLongToSearch)) return',
    replace: '',
    tests,
  },
  {
    name: 'a search too long does not happen',
    file: policy('byte-search'),
    find: "if (steps > this.#left) return 'too-long'",
    replace: '',
    tests,
  },
  {
    name: 'rules count together',
    file: policy('byte-search'),
    find: '    this.#left -= steps\n',
    replace: '',
    tests,
  },
  {
    name: 'the size of patterns counts',
    file: policy('byte-search'),
    find: 'patterns.reduce((sum, { size }) => sum + size, 0)',
    replace: 'patterns.length',
    tests,
  },
  {
    name: 'arguments count',
    file: policy('byte-search'),
    find: ' + sizeOf(wanted) * lengthOf(argv)',
    replace: '',
    tests,
  },
]
