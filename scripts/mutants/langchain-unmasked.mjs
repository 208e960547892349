const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/langchain-tools/src/${file}.ts`,
    find,
    replace,
    tests: tests.map((test) => `packages/langchain-tools/test/${test}.test.ts`),
  }))

/** What a tool of the host does before its answer is masked. */
export const langchainUnmaskedGuards = [
  ...guards(
    'govern-tool',
    ['traces', 'streams'],
    [
      [
        'traces of a run see masked answers',
        'alone(config, late, (own) => tool.invoke(call, own))',
        'tool.invoke(call, config) as Promise<unknown>',
      ],
    ],
  ),
  ...guards(
    'unseen',
    ['streams'],
    [
      ['what is not masked is not written to the stream', '    writer: () => undefined,\n'],
      ['the configuration as a whole says no more', '{ config: own }', '{ config: whole }'],
      ['graphs within a tool are not streamed', '      __pregel_stream: undefined,\n'],
      ['graphs within a tool are in no checkpoint', '      __pregel_checkpointer: new MemorySaver(),\n'],
      ['tasks within a tool are in no checkpoint', '      __pregel_call: undefined,\n'],
      ['a tool changes no state by itself', '      __pregel_send: undefined,\n'],
    ],
  ),
  ...guards(
    'unseen',
    ['traces'],
    [
      [
        'functions within a tool find no tracer',
        'untraced(pickRunnableConfigKeys(own) ?? {}, async () => work(own))',
        'work(own)',
      ],
      ['callbacks of the run see masked answers', '    callbacks: [],\n'],
    ],
  ),
  ...guards(
    'untraced',
    ['traces'],
    [
      [
        'the first run that is found belongs to no trace',
        'storage.run(undefined, patternOf)',
        'storage.run(storage.getStore(), patternOf)',
      ],
      ['no run tells the next one anything', '  for (const name of shared) own[name] = copyOf(run[name])\n'],
      ['nor does what is deep in it', '[name, copyOf(member)]', '[name, member]'],
      [
        'a copy of a run is not traced either',
        'Object.assign(Object.create(Object.getPrototypeOf(run) as object) as Record<string, unknown>, run)',
        'Object.create(run) as Record<string, unknown>',
      ],
      ['each run has a number of its own', '.replace(id, ownId)'],
      ['a run has its configuration', ', [key]: config }', ' }'],
      [
        'what is not known is left to LangChain',
        "typeof extra !== 'object' || extra === null || typeof id !== 'string'",
        "typeof extra !== 'object' || extra === null",
      ],
    ],
  ),
]
