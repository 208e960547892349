const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '', only]) => ({
    name,
    file: `packages/agent-tools/src/${file}.ts`,
    find,
    replace,
    ...(only !== undefined && { only }),
    tests: tests.map((test) => `packages/agent-tools/test/${test}.test.ts`),
  }))

/** What models are shown of a database, and on which connections. */
export const agentSqlGuards = [
  ...guards(
    'sql/run-statement',
    ['sql/sql-tools.int'],
    [
      ['held statements leave connections to others', 'const most = 32', 'const most = 20', 'as many as may wait'],
      ['statements do not run for ever', ', statement_timeout: timeoutMs', '', 'run longer than they may'],
      [
        'statements are not sent for somebody who left',
        '    if (context.signal.aborted) {',
        '    if (false) {',
        'who left before',
      ],
      [
        'statements are withdrawn',
        "    context.signal.addEventListener('abort', leave, { once: true })\n",
        '',
        'withdrawn when nobody',
      ],
      [
        'statements say that they wait',
        'context.onHeld && this.#target.onHeld(client, context.onHeld)',
        'undefined',
        'say that they wait',
      ],
      ['statements say it to their own caller', '      stop?.()\n', '', 'say that they wait'],
      [
        'statements leave connections as they were',
        'client.release(!isAsItWas)',
        'client.release()',
        'leave nothing behind',
      ],
      [
        'what cannot connect is told',
        'throw failureOf(error)\n    } finally',
        'throw error\n    } finally',
        'say what was wrong',
      ],
      [
        'rows are capped',
        "      if (rows.length >= caps.rows) return cutAt(cursor, rows, 'rows')\n",
        '',
        'as many rows',
      ],
      [
        'characters are capped',
        "      if (written.length > left) return cutAt(cursor, rows, 'characters')\n",
        '',
        'as many characters',
      ],
      ['characters of a result are counted', '      left -= written.length\n', '', 'as many characters'],
      ['rows are read to their end', '  } while (last.command === undefined)', '  } while (false)', 'as many rows'],
      [
        'the last row is not all',
        'command: rows.length < most ? result.command : undefined',
        'command: result.command',
        'as many rows',
      ],
      ['numbers lose no digits', '[21, 23, 26, 700, 701]', '[21, 23, 26, 700, 701, 20, 1700]', 'every number'],
      ['numbers in JSON lose no digits', '  if (tooExact.test(text)) return text\n', '', 'every number'],
      [
        'numbers that JSON has not are texts',
        'Number.isFinite(Number(text)) ? Number(text) : text',
        'Number(text)',
        'every number',
      ],
      ['yes and no are told', "if (oid === boolean) return text === 't'\n", '', 'every number'],
    ],
  ),
  ...guards(
    'sql/run-statement',
    ['sql/results'],
    [
      ['statements are not begun for somebody who left', '    context.signal.throwIfAborted()\n'],
      [
        'a statement that is not sent leaves its connection',
        '      client.release()\n      throw context',
        '      throw context',
      ],
      [
        'what is no JSON is a text',
        '  try {\n    return JSON.parse(text)\n  } catch {\n    return text\n  }',
        '  return JSON.parse(text)',
      ],
    ],
  ),
  ...guards(
    'sql/sql-failure',
    ['sql/sql-failure'],
    [
      ['a refusal is said by the door', "error.routine === 'bothkeys' ?", 'true ?'],
      ['a refusal has its form', '/^(ERR_[A-Z_]+)(?: \\(rule (.+)\\))?$/', '/(ERR_[A-Z_]+)(?: \\(rule (.+)\\))?/'],
      ['a refusal has its rules', "rules: rules?.split(', ') ?? [],", 'rules: [],'],
      ['a refusal says what is next', '...(error.hint !== undefined && { hint: error.hint }),', ''],
      [
        'what nobody knows is not told as a failure',
        "error instanceof Error && 'code' in error && 'severity' in error",
        "typeof error === 'object' && error !== null && 'code' in error",
      ],
      ['what is no answer is not told as one', "'code' in error && 'severity' in error", "'code' in error"],
      ['failures of a server are short', 'return text.slice(0, longest)', 'return text'],
    ],
  ),
  ...guards(
    'sql/sql-tools',
    ['sql/sql-tools.int'],
    [
      [
        'a result says that rows are missing',
        'if (cut === undefined) return [',
        "if (cut !== 'characters') return [",
        'as many rows',
      ],
      [
        'a result says that characters are missing',
        'if (cut === undefined) return [',
        "if (cut !== 'rows') return [",
        'as many characters',
      ],
      ['what is explained is not run', 'EXPLAIN (ANALYZE false) ${text}', '${text}', 'without being run'],
      ['names of a schema are values', '[schema, table], context', "['public', table], context", 'columns of a schema'],
      [
        'one table is shown alone',
        '($2::text IS NULL OR table_name = $2)',
        '($2::text IS NULL OR true)',
        'columns of a schema',
      ],
      ['statements have a length', 'z.string().min(1).max(100_000)', 'z.string()', 'no value of a parameter'],
      [
        'parameters are values',
        '.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))',
        '.array(z.any())',
        'no value of a parameter',
      ],
      [
        'tools for a database have names of their own',
        '!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(prefix)',
        'false',
        'wrong option',
      ],
      [
        'caps of a result are numbers',
        'Number.isSafeInteger(value) && value > 0 && value <= 10_000_000',
        'value <= 10_000_000',
        'wrong option',
      ],
      ['caps of a result are bounded', 'value > 0 && value <= 10_000_000', 'value > 0', 'wrong option'],
    ],
  ),
]
