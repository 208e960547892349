const guards = (folder, file, test, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/${folder}/src/${file}.ts`,
    find,
    replace,
    tests: [`packages/${folder}/test/${test}.test.ts`],
  }))

/** What every framework's calls go through. */
export const answeredCallsGuards = [
  ...guards('agent-tools', 'calls/answered-calls', 'calls/answered-calls', [
    ['an answered call reads its arguments', 'const input = inputOf(tool, args)', 'const input = args'],
    ['an answered call has a number', "typeof callId !== 'string' || callId === ''", 'false'],
    ['answered calls are of a conversation', "typeof thread !== 'string' || thread === ''", 'false'],
    [
      'a conversation tells its calls apart',
      'thread: this.#thread, callId',
      "thread: this.#thread, callId: 'x' + callId.slice(9)",
    ],
    ['nobody has a call begun who left', 'signal?.aborted === true', 'false'],
    ['the last one that leaves takes a call back', "    signal?.addEventListener('abort', leave, { once: true })\n"],
    ['one that leaves takes nothing from another', '      if (this.#waiting.has(place)) return\n'],
    ['a refused call is an answer', 'return { text: tellAgent(error), isRefused: true }', 'throw error'],
    ['an answered call says that it waits', '      onHeld?.(state.notice)\n'],
  ]),
]

/** Arguments that a tool does not take. */
export const misreadGuards = [
  ...guards('agent-tools', 'input-of', 'input-of', [
    [
      'a call that its tool does not take is on record',
      'throw refusedOnRecord(session, target, name, misread(name, read.error?.issues ?? []))',
      'throw (session && target && refusedOnRecord && misread(name, read.error?.issues ?? [])) as Error',
    ],
    [
      'a call that its tool does not take is refused',
      '  if (read.success) return read.data\n',
      '  return args as Input\n',
    ],
    ['what is wrong with arguments is told', "path, message].map(String).join(': ')", "path].map(String).join(': ')"],
    ['so much of what is wrong is told', 'wrong.slice(0, longest)', 'wrong'],
    ['a schema that throws refuses a call', '    return { success: false }\n', "    throw new Error('no schema')\n"],
  ]),
  ...guards('agent-tools', 'refused-on-record', 'refused-on-record', [
    [
      'a refused call is on record where its tool acts',
      'sessionAccess(session, target).refused(opaqueCall(name), refusalFrom(error))',
      'sessionAccess(session, target)',
    ],
    ['whoever cannot record a refusal says so', '    if (over instanceof BothKeysError) return over\n'],
  ]),
  ...guards('agent-tools', 'opaque-call', 'refused-on-record', [
    ['a misread call is opaque', "duty: 'opaque'", "duty: 'read'"],
    ['the name of a misread call is no other resource', ".replaceAll('\"', '')", ''],
    ['a misread call has its name on record', 'recordedText: `${name}(…)`', "recordedText: ''"],
  ]),
  ...guards('agent-tools', 'shown-schema', 'input-of', [
    [
      'a schema that is shown takes whatever comes',
      'run: { value: (payload: unknown) => payload }',
      'run: { value: schema._zod.run }',
    ],
    ['a schema that is shown has its description', ', parent: { value: schema }'],
  ]),
  ...guards('ai-sdk-tools', 'ai-tools', 'ai-tools', [
    ['the AI SDK refuses no arguments by itself', 'inputSchema: shownSchema(tool)', 'inputSchema: tool.schema'],
  ]),
  ...guards('mcp-server', 'mcp-server', 'mcp-server', [
    ['the MCP SDK refuses no arguments by itself', 'shownSchema(tool) as never', 'tool.schema as never'],
  ]),
  ...guards('langchain-tools', 'as-tool', 'misread-calls', [
    ['an edit that a tool does not take is on record', 'inputOf(governed, given)', 'schema.parse(given)'],
  ]),
]

/** Tools for the AI SDK. */
export const aiSdkGuards = [
  ...guards('ai-sdk-tools', 'ai-tools', 'ai-tools', [
    ['a call of the AI SDK has its own number', 'callId: toolCallId', 'callId: String(Math.random())'],
    ['a run of the AI SDK takes back what it aborts', ', signal: abortSignal'],
    ['tools of the AI SDK have names of their own', 'made.size !== tools.length', 'false'],
  ]),
]

/** Tools for OpenAI Agents. */
export const openAiAgentsGuards = [
  ...guards('openai-agents-tools', 'openai-tools', 'openai-tools', [
    ['a call of OpenAI Agents has its own number', "details?.toolCall?.callId ?? ''", 'String(Math.random())'],
    ['a run of OpenAI Agents takes back what it aborts', ', signal: details?.signal'],
    ['tools of OpenAI Agents wait for people of their own', 'needsApproval: false', 'needsApproval: true'],
  ]),
]

/** The server of the Model Context Protocol. */
export const mcpServerGuards = [
  ...guards('mcp-server', 'mcp-server', 'mcp-server', [
    [
      'a server of tools serves one session',
      'if (foreign === undefined) return',
      'if (foreign !== undefined || foreign === undefined) return',
    ],
    ['a served call is taken back', '          signal: callEnding(asking.signal),\n'],
    ['a served refusal is an error', 'isError: isRefused', 'isError: false'],
    ['a served call that waits says so', '            progress.waits(tool.name, notice)\n'],
    ['progress comes every so often', 'progressMs < 1', 'false'],
  ]),
  ...guards('mcp-server', 'progress', 'mcp-server', [
    ['progress goes on', '    this.#timer = setInterval(tell, this.#everyMs).unref()\n'],
  ]),
  ...guards('mcp-server', 'request-head', 'serve-http', [
    ['a served host is of this machine', 'return !isHere || (', 'return ('],
    ['a served page is allowed', 'origin !== undefined && !allowedOrigins.includes(origin)', 'false'],
    ['one bearer token is shown', '|| more.length > 0', ''],
  ]),
  ...guards('mcp-server', 'connections', 'serve-http', [
    [
      'a connection is of its token',
      'kept !== undefined && timingSafeEqual(kept.token, digest(token))',
      'kept !== undefined',
    ],
    ['a session ends with its connection', '      void session.close().catch(() => undefined)\n'],
    ['a connection ends with its session', 'if (connection.session.closed) void connection.close()', 'void connection'],
  ]),
  ...guards('mcp-server', 'serve-http', 'serve-http', [
    [
      'a served request shows a token',
      'if (token === undefined) return unauthorized(response)',
      "if (token === undefined) return response.end('{}')",
    ],
    ['a server goes on when connections cannot be taken', "  http.on('error', () => undefined)\n"],
    ['served connections are bounded', 'connections.size + opening.size >= mostConnections', 'false'],
    [
      'what began no connection leaves none',
      'if (connection.transport.sessionId === undefined) await connection.close()',
      '',
    ],
    ['a session without tools is closed', '        await session.close()\n        throw error', '        throw error'],
    [
      'a served call is of its request',
      'await duringRequest(gone.signal, () => connection.transport.handleRequest(request, response))',
      'await connection.transport.handleRequest(request, response)',
    ],
  ]),
  ...guards('mcp-server', 'serve-stdio', 'serve-stdio', [
    [
      'a server ends with its client',
      "  for (const event of ['end', 'close']) process.stdin.once(event, () => void close())\n",
    ],
  ]),
]

/** What has no description. */
export const undescribedGuards = [
  {
    name: 'a call that nobody can describe is on record',
    file: 'packages/agent-tools/src/govern.ts',
    find: '    access.refused(',
    replace: '    void Array.of(',
    tests: ['packages/langchain-tools/test/misread-calls.test.ts'],
  },
  {
    name: 'what an ended session leaves goes on elsewhere',
    file: 'packages/agent-tools/src/govern.ts',
    find: 'signal, asking: access.signal, ',
    replace: 'signal, ',
    tests: ['packages/langchain-tools/test/edited-elsewhere.test.ts'],
  },
]
