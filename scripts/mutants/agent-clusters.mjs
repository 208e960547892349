const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '', only]) => ({
    name,
    file: `packages/agent-tools/src/cluster/${file}.ts`,
    find,
    replace,
    ...(only !== undefined && { only }),
    tests: tests.map((test) => `packages/agent-tools/test/cluster/${test}.test.ts`),
  }))

/** What models are shown of a cluster, and what they may name there. */
export const agentClusterGuards = [
  ...guards(
    'capped',
    ['capped'],
    [
      ['a text is cut', '.subarray(0, bytes)'],
      ['a text is cut between letters', 'text.slice(0, -1) : text', 'text : text'],
      [
        'an end is cut between letters',
        'while (start < 3 && start < bytes.length',
        'while (start < 0 && start < bytes.length',
      ],
      ['the beginning of an output is cut', 'part.subarray(0, room)', 'part'],
      ['the end of an output is cut', 'all.subarray(Math.max(0, all.length - this.#bytes))', 'all'],
      ['an output is copied', 'this.#parts.push(Buffer.from(part))', 'this.#parts.push(part)'],
      ['an output says that it is cut', 'const isCut = this.total > this.#bytes', 'const isCut = false'],
    ],
  ),
  ...guards(
    'cluster-failure',
    ['cluster-failure'],
    [
      [
        'a refusal of the door is one by its header',
        'refusal !== undefined && /^ERR_[A-Z_]+$/.test(refusal)',
        "message?.startsWith('ERR_') === true",
      ],
      ['the header of a refusal has its form', '/^ERR_[A-Z_]+$/.test(refusal)', 'true'],
      ['a refusal of the door has its rules', "cause.reason === 'Rule' ? cause.message : []", '[]'],
      [
        'what is no Status is not quoted',
        "return textAt(value, 'kind') === 'Status' ? value : undefined",
        'return value',
      ],
      ['messages of a server are short', 'message.slice(0, longest)', 'message'],
      ['reasons of a server are short', 'reason.slice(0, 100)', 'reason'],
    ],
  ),
  ...guards(
    'inputs',
    ['shown'],
    [
      ['a name leads nowhere else', '(?!\\.{1,2}$)', ''],
      ['a group leads nowhere else', '(?:[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?\\/)?', '(?:[a-z0-9.-]{1,200}\\/)?'],
      ['a name is one segment', '[A-Za-z0-9._:-]{1,253}', '[A-Za-z0-9._:/-]{1,253}'],
    ],
  ),
  ...guards(
    'object-table',
    ['shown'],
    [
      ['an object has one line', "text.replaceAll(/[\\s\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029]+/g, ' ')", 'text'],
      ['a cell is short', '.slice(0, 500)'],
    ],
  ),
  ...guards(
    'object-diff',
    ['shown'],
    [['differences are of own members', 'Object.hasOwn(object, name) ? object[name] : undefined', 'object[name]']],
  ),
  ...guards(
    'json',
    ['shown'],
    [
      [
        'fields are own members',
        'isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined',
        'isObject(value) ? value[name] : undefined',
      ],
    ],
  ),
  ...guards('shown-object', ['shown'], [['a second copy of an object is left out', 'name !== lastApplied', 'true']]),
  ...guards(
    'reading-tools',
    ['cluster-tools'],
    [
      [
        'an object that is cut says so',
        '        if (!isCut) return text\n',
        '        return text\n',
        'says that an object is cut',
      ],
      ['a list is no longer than it may be', '    if (left < 0) break\n', '', 'no more bytes than'],
      [
        'a list asks for no more than it may',
        'Math.min(input.limit ?? on.items, on.items)',
        'input.limit ?? 500',
        'goes on where it ended',
      ],
      ['a cut list gives no token', '  if (isCut)\n', '  if (isCut && next === undefined)\n', 'no more bytes than'],
    ],
  ),
  ...guards(
    'cluster-calls',
    ['cluster-tools'],
    [
      [
        'a call of a cluster is withdrawn',
        "    context.signal.addEventListener('abort', leave, { once: true })\n",
        '',
        'withdrawn when nobody',
      ],
      [
        'a call of a cluster says that it waits',
        ', ...(onHeld && { onHeld })',
        '',
        'waits for a person, and runs once',
      ],
      [
        'only a door is spoken to in the clear',
        "if (server?.startsWith('http://') === true) return server",
        'if (server !== undefined) return server',
        'in the clear',
      ],
    ],
  ),
  ...guards(
    'exec-in-pod',
    ['cluster-tools'],
    [
      [
        'a command ends in time',
        '    late.abort()\n  }, timeoutMs)',
        '  }, timeoutMs)',
        'keeps no more of what floods',
      ],
    ],
  ),
  ...guards(
    'cluster-tools',
    ['cluster-tools'],
    [
      [
        'caps of a cluster are numbers',
        'Number.isSafeInteger(value) && value > 0 && value <= most',
        'value <= most',
        'are not made with',
      ],
      ['caps of a cluster are bounded', 'value > 0 && value <= most', 'value > 0', 'are not made with'],
      [
        'tools for a cluster have names of their own',
        '!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(prefix)',
        'false',
        'are not made with',
      ],
    ],
  ),
]
