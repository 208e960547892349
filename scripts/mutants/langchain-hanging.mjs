const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '', only]) => ({
    name,
    file: `packages/langchain-tools/src/${file}.ts`,
    find,
    replace,
    ...(only !== undefined && { only }),
    tests: tests.map((test) => `packages/langchain-tools/test/${test}.test.ts`),
  }))

/** What keeps code of the host from holding calls. */
export const langchainHangingGuards = [
  ...guards(
    'read-by-schema',
    ['hanging-tools'],
    [
      [
        'a schema that hangs holds no call',
        "within(describeMs, reading(name), 'ERR_INTERNAL', () => byZod(schema, given))",
        'byZod(schema, given)',
      ],
    ],
  ),
  ...guards(
    'before-it-runs',
    ['hanging-tools'],
    [
      ['a schema that hangs before LangChain calls holds no call', '      reject(tooLate(ms, name))\n'],
      ['what is not waited for does not begin', 'if (isOver) throw tooLate(ms, name)', ''],
    ],
  ),
  ...guards(
    'in-time',
    ['hanging-tools'],
    [
      ['a tool ends in time', 'Promise.race([work(late.signal), over])', 'work(late.signal)'],
      ['a tool hears that it is late', '      late.abort(error)\n'],
    ],
  ),
  ...guards(
    'govern-tool',
    ['hanging-tools'],
    [
      ['a tool is told that it is late', 'signal: joint.signal', 'signal: config.signal'],
      ['describing has the limit of its tool', '() => describe(read), describeMs }', '() => describe(read) }'],
    ],
  ),
  ...guards(
    'tool-limits',
    ['hanging-tools'],
    [
      [
        'limits of tools are times',
        'if (Number.isSafeInteger(given) && given > 0 && given <= longest) continue',
        'continue',
      ],
    ],
  ),
]
