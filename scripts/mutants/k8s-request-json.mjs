const source = (name) => `packages/adapter-k8s/src/request/${name}.ts`
const test = (name) => `packages/adapter-k8s/test/request/${name}.test.ts`
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({ name, file: source(file), find, replace, tests: tests.map(test) }))

/** Which JSON every reader reads alike. */
export const k8sRequestJsonGuards = [
  ...guards(
    'json-strict',
    ['json-strict'],
    [
      ['bodies are UTF-8 throughout', 'fatal: true', 'fatal: false'],
      ['bodies have no mark of byte order', 'ignoreBOM: true', 'ignoreBOM: false'],
      ['bodies are scanned', 'oddityIn(text) ?? ', ''],
      ['bodies are not nested deeply', 'if (isTooDeep(text))', 'if (false)'],
      ['bodies are the same in YAML', '\\u007f-\\u009f\\u2028\\u2029\\ufeff', '\\u007f'],
    ],
  ),
  ...guards(
    'json-depth',
    ['json-strict'],
    [
      [
        'brackets in strings nest nothing',
        'if (code === 0x22) at = strings.endOf(at) - 1\n',
        'if (code === 0) at = strings.endOf(at) - 1\n',
      ],
      ['what is closed nests nothing', 'depth -= 1', 'depth -= 0'],
      ['objects nest, too', '(code | 0x20) === 0x7b', 'code === 0x5b'],
    ],
  ),
  ...guards(
    'json-strings',
    ['json-strict'],
    [
      ['escaped quotes end nothing', ' && isEscaped(this.#text, quote)', ' && false'],
      ['escaped escapes escape nothing', '(quote - start) % 2 === 1', 'quote > start'],
    ],
  ),
  ...guards(
    'json-scan',
    ['json-strict'],
    [
      ['keys are given once', 'keys?.has(key) === true', 'false'],
      ['keys with escapes are keys', 'const string = isEscaped\n', 'const string = isEscaped && !this.#isAtKey\n'],
      ['surrogates come in pairs', 'isEscaped && !string.isWellFormed()', 'false'],
      ['numbers are the same for all', 'isSameForAll(token) ? undefined :', 'true ? undefined :'],
      ['values are no keys', 'if (code === colon) this.#isAtKey = false', 'if (code === colon) this.#isAtKey = true'],
      ['closed objects have no more keys', ' this.#open.pop()', ' this.#isAtKey = false'],
    ],
  ),
  ...guards(
    'json-numbers',
    ['json-strict'],
    [
      ['numbers have an end', '  if (token.length > longest) return false\n'],
      ['zeros are not negative', '  if (Object.is(value, -0)) return false\n'],
      [
        'whole numbers can be counted to',
        '  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false\n',
      ],
      ['numbers are worth what is written', 'return decimalOf(token) === decimalOf(String(value))', 'return true'],
    ],
  ),
]
