import { langchainHangingGuards } from './langchain-hanging.mjs'
import { langchainUnmaskedGuards } from './langchain-unmasked.mjs'

const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '', only]) => ({
    name,
    file: `packages/langchain-tools/src/${file}.ts`,
    find,
    replace,
    ...(only !== undefined && { only }),
    tests: tests.map((test) => `packages/langchain-tools/test/${test}.test.ts`),
  }))

/** Tools and middleware for LangChain. */
export const langchainToolGuards = [
  ...langchainHangingGuards,
  ...langchainUnmaskedGuards,
  ...guards(
    'govern-tool',
    ['govern-tool', 'answer-call'],
    [
      ['a tool runs with what it read when it was decided', 'throw readOtherwise(name)', 'readOtherwise(name)'],
      ['a tool is decided by what it reads', 'describe: () => describe(read)', 'describe: () => describe(own)'],
      ['a governed tool is decided', 'governed(session, governs, own, context, { run, masked })', 'invoke(own)'],
      [
        'a governed tool has the number of its call',
        "id: callId, type: 'tool_call'",
        "id: 'call-9', type: 'tool_call'",
      ],
    ],
  ),
  ...guards(
    'govern-tool',
    ['tool-answers'],
    [['what a tool answers is a message of its call', 'isToolMessage(answer as ToolMessage)', 'true']],
  ),
  ...guards(
    'tool-on-record',
    ['middleware', 'agent.int'],
    [
      [
        'a governed tool acts for its session',
        'return actsFor(Object.assign(made, { call: called }), session)',
        'return Object.assign(made, { call: called })',
      ],
    ],
  ),
  ...guards(
    'read-arguments',
    ['govern-tool', 'answer-call'],
    [
      [
        'arguments that are none of a tool are refused',
        "  throw new BothKeysError('ERR_SNAPSHOT_INVALID', `the arguments are none of ${name}`, {\n    hint: 'call it as its schema says',\n  })\n",
        '  return given\n',
      ],
    ],
  ),
  ...guards(
    'mask-answer',
    ['tool-answers'],
    [
      [
        'changes of the graph are not shown unmasked',
        '  if (isCommand(answer)) {',
        '  if (isCommand(answer)) return answer\n  if (isCommand(answer)) {',
      ],
      ['answers are masked', 'content: mask(text)', 'content: text'],
      ['a masked answer has the name of its call', '    name,\n', '    name: answer.name ?? name,\n'],
      ['a masked answer has the number of its call', 'tool_call_id: callId', 'tool_call_id: answer.tool_call_id'],
      ['a masked answer says no more than whether it failed', "status === 'error' && {", '{'],
      [
        'answers of several parts are masked',
        "typeof content === 'string' ? content : JSON.stringify(content)",
        "typeof content === 'string' ? content : ''",
      ],
      [
        'what goes beside an answer is left out',
        'return new ToolMessage({\n    content: mask(text)',
        'return new ToolMessage({\n    artifact: answer.artifact,\n    content: mask(text)',
      ],
    ],
  ),
  ...guards('tool-answer', ['tool-answers'], [['a refusal is an error to LangChain', ", status: 'error' })", ' })']]),
  ...guards(
    'conversation',
    ['answer-call'],
    [
      [
        'numbers name conversations',
        "typeof thread !== 'string' && typeof thread !== 'number'",
        "typeof thread !== 'string'",
      ],
    ],
  ),
  ...guards(
    'middleware',
    ['middleware'],
    [
      [
        'refusals of the middleware are on record',
        'refusedOnRecord(session, target, name, error)',
        '(Array.of(session, target, name, refusedOnRecord), error)',
      ],
    ],
  ),
  ...guards(
    'read-by-schema',
    ['misread-calls'],
    [
      ['a schema that throws aborts no run', "    return { isRead: false, wrong: '' }\n", '    throw new Error()\n'],
      ['arguments are read by a JSON Schema', 'if (valid) return', 'if (valid || errors.length > 0) return'],
    ],
  ),
  ...guards(
    'tool-on-record',
    ['misread-calls'],
    [
      ['calls that LangChain refuses are on record', 'refusedOnRecord(session, target, name, why)', 'why'],
      [
        'calls that LangChain refuses are answered',
        '      if (why === undefined) throw error\n',
        '      throw error\n',
      ],
    ],
  ),
  ...guards(
    'until-aborted',
    ['called-by-hosts'],
    [
      ['whoever aborts a call leaves it', "    signal.addEventListener('abort', leave, { once: true })\n"],
      ['what nobody waits for does not begin', '      leave()\n      return\n', ''],
    ],
  ),
  ...guards(
    'tool-on-record',
    ['called-by-hosts'],
    [
      [
        'a call is described by, and interrupts, what it is told of',
        'untraced(pickRunnableConfigKeys(own) ?? {}, () => answer(read, own))',
        'answer(read, own)',
      ],
      [
        'a function that is called by itself reads its arguments',
        'called(args, config)\n',
        'answer(args, config as ToolRunnableConfig)\n',
      ],
    ],
  ),
  ...guards(
    'middleware',
    ['misread-calls'],
    [
      [
        'calls that a tool does not take are refused on record',
        'await whyMisread(tool, toolCall.args, limits.describeMs)',
        'await (async () => undefined as BothKeysError | undefined)()',
      ],
    ],
  ),
  ...guards(
    'govern-tool',
    ['misread-calls', 'govern-tool'],
    [['edits that a tool does not take are on record', 'refusedOnRecord(session, target, name, error)', 'error']],
  ),
  ...guards(
    'middleware',
    ['middleware'],
    [
      ['a tool with another schema is another one', 'before?.schema === schema', 'before !== undefined'],
      ['tools of another session are refused', 'owner === session ? await', 'owner !== undefined ? await'],
      ['own tools go to their doors', 'owner === session ? await', 'owner === null ? await'],
      [
        'tools of another session are not described anew',
        'owner === undefined && tool !== undefined',
        'tool !== undefined',
      ],
      ['tools that there are not are refused', 'owner === undefined && tool !== undefined', 'owner === undefined'],
      [
        'tools that nobody describes are refused',
        'if (error === undefined) return handler(request)',
        'if (error === undefined || owner === undefined) return handler(request)',
      ],
      [
        'tools are described by their own names',
        'governing.get(name)',
        "(name in tools ? each((tools as Record<string, Governs['describe']>)[name]!) : undefined)",
      ],
      ['the middleware fails at once', '  // Fails now, not at the first call.\n  sessionAccess(session, target)\n'],
      ['another agent is told', '  if (owner !== undefined) return lentError()\n'],
      [
        'the handler runs the governed tool',
        'handler({ ...request, tool: governed(tool as StructuredToolInterface) })',
        'handler(request)',
      ],
    ],
  ),
  ...guards(
    'human-request',
    ['human-request'],
    [
      ['one decision is on one call', 'more.length === 0 && decisions', 'decisions'],
      [
        'a decision is one that was asked for',
        'decisions.some((allowed) => allowed === type)',
        "['approve', 'edit', 'reject', 'respond'].includes(type as string)",
      ],
      ['decisions are own members', 'value === null || !Object.hasOwn(value, key)) return', 'value === null) return'],
      [
        'decisions are a list',
        'Array.isArray(value) ? (value as readonly unknown[]) : []',
        '(value === undefined || value === null ? [] : Array.from(value as ArrayLike<unknown>))',
      ],
      [
        'an edit has arguments',
        "name === undefined || typeof args !== 'object' || args === null || Array.isArray(args)",
        'name === undefined || args === undefined',
      ],
      ['an edit is whole', "?? { type: 'approve' }", "?? { type: 'reject', message: undefined }"],
      ['what people say is short', 'value.slice(0, mostText)', 'value'],
      [
        'a person is asked what they may say',
        'allowedDecisions: decisions',
        "allowedDecisions: ['approve', 'edit', 'reject', 'respond']",
      ],
    ],
  ),
  ...guards(
    'waiting',
    ['human-request'],
    [
      ['calls wait in a way that there is', '  if (!ways.includes(wait)) throw', '  if (false) throw'],
      [
        'decisions are known ones',
        'decisions.length === 0 || decisions.some((each) => !known.includes(each))',
        'decisions.length === 0',
      ],
      ['calls wait with some decision', 'decisions.length === 0 || decisions.some(', 'decisions.some('],
      ['decisions do not change', 'decisions: Object.freeze([...decisions])', 'decisions'],
      ['nothing is edited unless it is said', "= ['approve', 'reject']", "= ['approve', 'edit', 'reject']"],
      ['calls wait in place unless it is said', "wait = 'in-place' }", "wait = 'durable' }"],
    ],
  ),
  ...guards(
    'answer-call',
    ['answer-call'],
    [
      ['a refusal aborts no run', '    return notDone(call, error)\n', '    throw error\n'],
      [
        'an interrupt is passed on',
        '    if (isGraphBubbleUp(error)) throw error\n    return notDone',
        '    return notDone',
      ],
      [
        'an interrupt is no lack of a checkpointer',
        '    if (isGraphBubbleUp(error)) throw error\n    process',
        '    process',
      ],
      [
        'calls without a checkpointer wait in place',
        '    return undefined\n  }\n}\n\n/** Whoever',
        '    throw error\n  }\n}\n\n/** Whoever',
      ],
      ['calls are of their conversation', "thread === undefined || callId === '' ?", "callId === '' ?"],
      [
        'an edited call has a key of its own',
        'return answered({ ...call, args: decision.args }, run, waiting)',
        'return run(decision.args, { signal: never })',
      ],
      [
        'an edit stays with its tool',
        "      if (decision.name !== call.name) return refused(call, 'Not done: an edit cannot make it a call of another tool.')\n",
      ],
      [
        'what a person turns down is withdrawn',
        '  const ran = await takenBack(key, waiting)\n',
        '  const ran = undefined\n',
      ],
      ['evidence is handed in', 'await waiting.submit?.(state.notice.requestId, decision.approval)', ''],
      [
        'a conversation approves nothing',
        "if (decision.type !== 'approve') return decided(",
        "if (decision.type === 'approve') return run(call.args, { signal: never })\n    if (decision.type !== 'approve') return decided(",
      ],
      ['a call in place is taken back', "  signal.addEventListener('abort', leave, { once: true })\n"],
    ],
  ),
  ...guards(
    'as-tool',
    ['misread-calls'],
    [['edited arguments of a door are read', 'given === args ? args : inputOf(governed, given)', 'given']],
  ),
]
