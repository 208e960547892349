const guards = (file, tests, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/agent-tools/src/${file}.ts`,
    find,
    replace,
    tests: tests.map((test) => `packages/agent-tools/test/${test}.test.ts`),
  }))

/** What models are shown of a database, and on which connections. */
export const agentSqlGuards = [
  ...guards(
    'sql/run-statement',
    ['sql/sql-tools.int'],
    [
      ['held statements leave connections to others', 'const most = 32', 'const most = 20'],
      ['statements do not run for ever', ', statement_timeout: timeoutMs'],
      ['statements are not begun for somebody who left', '    context.signal.throwIfAborted()\n'],
      ['statements are not sent for somebody who left', '    if (context.signal.aborted) {', '    if (false) {'],
      [
        'a statement that is not sent leaves its connection',
        '      client.release()\n      throw context',
        '      throw context',
      ],
      ['statements are withdrawn', "    context.signal.addEventListener('abort', leave, { once: true })\n"],
      ['statements say that they wait', 'context.onHeld && this.#target.onHeld(client, context.onHeld)', 'undefined'],
      ['statements say it to their own caller', '      stop?.()\n'],
      ['statements leave connections as they were', 'client.release(!isAsItWas)', 'client.release()'],
      ['what cannot connect is told', 'throw failureOf(error)\n    } finally', 'throw error\n    } finally'],
      ['rows are capped', "      if (rows.length >= caps.rows) return cutAt(cursor, rows, 'rows')\n"],
      ['characters are capped', "      if (written.length > left) return cutAt(cursor, rows, 'characters')\n"],
      ['characters of a result are counted', '      left -= written.length\n'],
      ['rows are read to their end', '  } while (last.command === undefined)', '  } while (false)'],
      [
        'the last row is not all',
        'command: rows.length < most ? result.command : undefined',
        'command: result.command',
      ],
      ['numbers lose no digits', '[21, 23, 26, 700, 701]', '[21, 23, 26, 700, 701, 20, 1700]'],
      ['numbers in JSON lose no digits', '  if (tooExact.test(text)) return text\n'],
      ['numbers that JSON has not are texts', 'Number.isFinite(Number(text)) ? Number(text) : text', 'Number(text)'],
      ['yes and no are told', "if (oid === boolean) return text === 't'\n"],
    ],
  ),
  ...guards(
    'sql/run-statement',
    ['sql/results'],
    [
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
      ['a result says that rows are missing', 'if (cut === undefined) return [', "if (cut !== 'characters') return ["],
      ['a result says that characters are missing', 'if (cut === undefined) return [', "if (cut !== 'rows') return ["],
      ['what is explained is not run', 'EXPLAIN (ANALYZE false) ${text}', '${text}'],
      ['names of a schema are values', '[schema, table], context', "['public', table], context"],
      ['one table is shown alone', '($2::text IS NULL OR table_name = $2)', '($2::text IS NULL OR true)'],
      ['statements have a length', 'z.string().min(1).max(100_000)', 'z.string()'],
      ['parameters are values', '.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))', '.array(z.any())'],
      ['tools for a database have names of their own', '!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(prefix)', 'false'],
      [
        'caps of a result are numbers',
        'Number.isSafeInteger(value) && value > 0 && value <= 10_000_000',
        'value <= 10_000_000',
      ],
      ['caps of a result are bounded', 'value > 0 && value <= 10_000_000', 'value > 0'],
    ],
  ),
]
