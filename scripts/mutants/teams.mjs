const langchain = (test, file, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/langchain-tools/src/${file}.ts`,
    find,
    replace,
    tests: [`packages/langchain-tools/test/${test}.int.test.ts`],
  }))

/** Several agents in one graph. */
export const teamGuards = [
  {
    name: 'a call is of its sub-agent',
    file: 'packages/agent-tools/src/calls/call-key.ts',
    find: 'return names.every((name) => name !== undefined) ? names : [run.id]',
    replace: 'return names.length > 99 ? [run.id] : []',
    tests: ['packages/agent-tools/test/calls/sub-agents-apart.test.ts'],
  },
  {
    name: 'a sub-agent without a name is nobody else',
    file: 'packages/agent-tools/src/calls/call-key.ts',
    find: 'return names.every((name) => name !== undefined) ? names : [run.id]',
    replace: "return run.id === '' ? [] : names.map((name) => name ?? '')",
    tests: ['packages/agent-tools/test/calls/sub-agents-apart.test.ts'],
  },
  ...langchain('team', 'conversation', [
    ['a call is of its run', 'place(config, (namespace) => namespace.slice(0, -1))', 'place(config, () => [])'],
    ['a run is of its task', 'place(config, (namespace) => namespace)', 'place(config, () => [])'],
  ]),
  ...langchain('team', 'sub-agent-runs', [
    ['an interrupted run goes on', 'if (task !== undefined) this.#runs.set(task, run)'],
    [
      'an interrupted run keeps its session',
      'isOver = !isGraphInterrupt(error)',
      'isOver = isGraphInterrupt(error) || true',
    ],
    [
      'a run whose session ended does not go on',
      'if (session?.closed === true) this.#runs.delete(key)',
      'void [key, session]',
    ],
  ]),
  ...langchain('team', 'sub-agent', [
    ['calls of a run are remembered after it', '  rememberWith(session, delegator)\n'],
    ['a run knows its task by itself', 'config?.configurable === undefined ? getConfig() : config', 'config'],
  ]),
  ...langchain('team-rights', 'sub-agent-runs', [
    ['a session ends with its run', '    await run.session?.close()\n'],
    ['a run acts for its own session', 'await actAs(session, () => work(agent))', 'await work(agent)'],
  ]),
  ...langchain('team-rights', 'sub-agent', [
    ['a session without an agent is closed', '    await session.close()\n    throw error', '    throw error'],
    ['a sub-agent is not lent', 'if (borrowerOf(session) !== undefined) throw', 'if (name.length > 99) throw'],
  ]),
  ...langchain('team-rights', 'middleware', [
    [
      'the middleware lets tools of its own session through alone',
      'owner === session ? await',
      'owner !== undefined ? await',
    ],
  ]),
  ...langchain('team-rights', 'answer-call', [
    [
      'a tool is not lent',
      'lentCall(call) ?? (await answered(call, run, waiting))',
      'await answered(call, run, waiting)',
    ],
  ]),
  ...langchain('team-rights', 'lent-call', [
    ['what is lent is refused on record', "borrower === 'unknown' ? session : borrower", 'session'],
  ]),
  ...langchain('team-rights', 'acting-session', [
    ['a tool of a sub-agent is for its runs alone', "agent ?? (bound.has(owner) ? 'unknown' : undefined)", 'agent'],
  ]),
  ...langchain('team-tools', 'sub-agent-tool', [
    ['a sub-agent that fails is an answer', 'return notDone(call, error)', 'throw error'],
    ['a sub-agent interrupts who called it', 'if (isGraphBubbleUp(error)) throw error'],
    ['two calls of a sub-agent are two runs', 'JSON.stringify([place, call.callId])', 'JSON.stringify([place])'],
  ]),
]
