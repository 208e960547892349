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
      ['the configuration as a whole says no more', ' && { config: own }', ' && { config: whole }'],
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
        'found.runWithConfig(pickRunnableConfigKeys(own), async () => work(own))',
        'work(own)',
      ],
      [
        'functions within a tool belong to no trace',
        '    .run(undefined, () =>',
        '    .run(found.getInstance().getStore(), () =>',
      ],
      ['callbacks of the run see masked answers', '    callbacks: [],\n'],
    ],
  ),
]
