const test = (...names) => names.map((name) => `packages/core/test/masking/${name}.test.ts`)
const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/core/src/masking/${file}.ts`,
    find,
    replace,
    tests,
  }))

/** What a masker masks in texts and JSON, and what is masked whole. */
export const maskerGuards = [
  ...guards('json/mask-json', test('json'), [
    ['a long text is masked whole', "  if (text.length > masking.limits.longest) return { refused: 'limit' }\n"],
    ['JSON too deep within JSON is masked whole', 'return isJson(text) ? whole : undefined', 'return undefined'],
    ['JSON in a string that is beyond a limit is masked whole', "walked.refused === 'limit' || ", ''],
    ['a string that a path goes on in is masked whole when it is no JSON', ' || states.length > 0 ? whole', ' ? whole'],
    [
      'what is no JSON is masked whole',
      "typeof walked === 'string' ? walked : JSON.stringify(whole)",
      "typeof walked === 'string' ? walked : text",
    ],
    [
      'bytes are masked whole',
      "  if (ArrayBuffer.isView(original) || original instanceof ArrayBuffer) return redactedAs('bytes')\n",
    ],
  ]),
  ...guards('json/walk', test('json'), [
    ['deep JSON is masked whole', "    if (depth >= this.#masking.limits.deepest) throw new Refused('limit')\n"],
    ['what follows JSON is no part of it', "      if (this.#at < this.#text.length) throw new Refused('invalid')\n"],
    ['keys are masked', '      this.#key(start, key, names)\n'],
    ['keys that become the same stay two', 'count === 1 ? name : `${name}#${String(count)}`', 'name'],
    ['numbers are also read without an exponent', 'new Set([text, plainNumber(text)])', 'new Set([text])'],
    ['the key is a hint', '{ field: key }', '{}'],
    ['an escaped quote ends no string', 'while (end >= 0 && this.#isEscaped(end))', 'while (end < -1)'],
    ['a mask that is no number stays JSON', 'masked !== null && isNumber(masked)', 'masked !== null'],
  ]),
  ...guards('json/path-rule', test('json'), [
    ['a step is any key', "rule.steps[at] === '*' || ", ''],
    [
      'escapes of pointers are read in their order',
      ".replaceAll('~1', '/').replaceAll('~0', '~')",
      ".replaceAll('~0', '~').replaceAll('~1', '/')",
    ],
  ]),
  ...guards('user-detector', test('user-detector'), [
    ['a pattern is short', 'if (pattern.length > longestPattern) {', 'if (pattern.length > 1e9) {'],
    ['a pattern is small', 'if (compiled.programSize() > largestProgram) {', 'if (compiled.programSize() > 1e9) {'],
    [
      'a pattern finds something',
      "  if (compiled.matches('')) throw wrongOption(of, 'the pattern finds the empty text')\n",
    ],
    [
      'a piece with many matches is one',
      '    if (found.length === mostMatches) return [{ start: 0, end: piece.length }]\n',
    ],
    ['pieces overlap', 'start += piece - overlap', 'start += piece'],
    ['a cut is no beginning', '(match.start === 0 && start > 0) || ', ''],
    ['a cut is no end', ' || (part.end === end && end < text.length)', ''],
    ['a long match counts where it is cut', 'if (!isCut || part.end - part.start > longest)', 'if (!isCut)'],
    ['needs are in lower case', 'anyOf.every(isFound)', 'anyOf.length > 0'],
  ]),
  ...guards('async-detector', test('async-detector'), [
    ['a text that is not answered is masked whole', "text === '' ? [] : wholly(text)", '[]'],
    [
      'there is one answer for each text',
      'Array.isArray(answers) && answers.length === batch.length',
      'Array.isArray(answers)',
    ],
    ['a part is in the text', ' && end <= text.length'],
    ['a part begins in the text', 'start >= 0 && ', ''],
    ['a part is not empty', 'start < end && ', ''],
    ['a part is counted in whole units', 'Number.isInteger(start) && Number.isInteger(end) && ', ''],
    ['a part ends with a character', ' || isWithinCharacter(text, end)'],
    ['a part begins with a character', ' || isWithinCharacter(text, start)'],
    ['a type is one that was said', 'types.includes(type) && ', ''],
    ['a score is one', ' && score >= 0 && score <= 1'],
    ['there are no more parts than characters', ' || answer.length > text.length'],
    ['a long text is not sent', ' || length > longestText'],
    ['who is stopped is not asked on', '    if (signal.aborted) return\n'],
    ['who is asked is told to stop', '    stop.abort()\n'],
    ['late answers change nothing', 'return [...found]', 'return found'],
    ['batches are of some texts', 'batch.length === mostTexts || ', ''],
    ['batches are of some size', ' || units + length > mostUnits', ''],
  ]),
  ...guards('masker', test('masker'), [
    [
      'what a detector throws masks the whole text',
      "return text === '' ? [] : [{ start: 0, end: text.length, type: uncheckedType, score: 1 }]",
      'return []',
    ],
    ['no pattern allows a text that nobody looked at', 'type === uncheckedType || !(', '!('],
    ['a text is missing only when all of it is', ' && start === 0 && end === text.length'],
  ]),
  ...guards('scan', test('masker'), [
    [
      'what nobody looked at is that whatever else is found',
      'finding.type === uncheckedType || (last.type !== uncheckedType && finding.score > last.score)',
      'finding.score > last.score',
    ],
  ]),
  ...guards('masker-options', test('masker', 'masker-stream'), [
    ['no pattern allows what nobody knows', '!unknownTypes.has(type) && ', ''],
    ['what is undecided is redacted', 'new Set([uncheckedType, undecidedType])', 'new Set([uncheckedType])'],
    ['no part is seen of what nobody looked at', '  for (const type of unknownTypes) operators.set(type, redact())\n'],
    ['options exist', "  assertKnownOptions('createMasker', options, optionNames)\n"],
    ['operators are for types that something finds', 'if (!types.has(type)) throw', 'if (type === "") throw'],
    ['asking has its limits', '  checkedLimits({ ...asking, threshold })\n'],
    ['there is a root run', " || options.scope === ''"],
  ]),
]
