const source = (name) => `packages/adapter-pg/src/door/${name}.ts`
const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const test = (name) => [`packages/adapter-pg/test/door/${name}.int.test.ts`]

/** What the door does between parsing, running and committing one statement. */
export const doorTransactionGuards = [
  ...[
    [
      'are locked before the last look',
      'statement-flow',
      "return this.#connection.transactionStatus !== 'E' && settlesNames(analysis, state)",
      "return this.#connection.transactionStatus === 'E' && settlesNames(analysis, state)",
    ],
    [
      'are locked in a transaction that is READ UNCOMMITTED',
      'server-state',
      '/^(repeatable read|serializable)$/',
      '/^(read uncommitted|repeatable read|serializable)$/',
    ],
    [
      'are locked for what EXECUTE runs',
      'statement-flow',
      "kind === 'prepared' ? (statements.get(name) ?? []) : []",
      "kind === 'prepared' && name === '' ? (statements.get(name) ?? []) : []",
    ],
    [
      'are locked for a statement that was prepared earlier',
      'extended',
      'const known = statement.deferred === undefined ? [statement] : []',
      'const known = statement.deferred === null ? [statement] : []',
    ],
    [
      'are locked in one transaction with the look: simple',
      'connection',
      'return this.#extended.open || this.#simple.open',
      'return this.#extended.open',
    ],
    [
      'are let go before people are asked: simple',
      'simple',
      "    this.#connection.send(sync, { kind: 'sync', own: true })\n    return this.#connection.quiet()\n",
      '    return undefined\n',
    ],
    [
      'are let go before people are asked: extended',
      'extended',
      "        this.#send(sync, { kind: 'sync', own: true })\n        return this.#connection.quiet()\n",
      '        return undefined\n',
    ],
    [
      'are refused where a command looks them up when it runs',
      'own-text',
      '  if (movable !== undefined) return { refusal: movable }\n',
      '',
    ],
    [
      'stay refused, and the client hears of it, when the look fails: simple',
      'simple',
      'if (connection.skipping) connection.tell(refusal)',
      'if (connection.skipping) void refusal',
    ],
    [
      'are not waited for behind a failure: extended',
      'extended',
      '        if (this.#connection.skipping) return Promise.resolve()\n',
      '',
      'parsed-first.int',
    ],
    [
      'are not looked at behind a failure',
      'connection',
      "    if (this.skipping) throw new BothKeysError('ERR_ABORTED', 'an earlier message of the batch failed')\n",
      '',
      'parsed-first.int',
    ],
    [
      'are locked whatever functions prepared',
      'name-lock',
      "  send(closeStatement(name), { kind: 'close', own: true })\n  send(parse(",
      '  send(parse(',
      'parsed-first.int',
    ],
    [
      'are those of the last look: simple',
      'simple',
      'if (!this.#parsed) this.#parse(sent)',
      'if (!this.#open) this.#parse(sent)',
      'simple',
    ],
    [
      'do not pass for a broken connection when it lacks values',
      'slots',
      "sqlState === '08P01' ? withoutValues : undefined",
      "sqlState === '' ? withoutValues : undefined",
      'parsed-first.int',
    ],
    [
      'are not answered as complete before the commit',
      'responses',
      '    this.#failed = true\n    this.#complete = undefined\n',
      '    this.#failed = true\n',
      'parsed-first.int',
    ],
    [
      'stay refused, and the client hears of it, when the look fails: extended',
      'extended',
      '      this.#connection.tell(refusal)\n',
      '',
    ],
  ].map(([what, file, find, replace, tests = 'lock-wait.int']) => ({
    name: `the names of a statement ${what}`,
    file: source(file),
    find,
    replace,
    tests: [`packages/adapter-pg/test/door/${tests}.test.ts`],
  })),
  ...[
    [
      'are undone above the bound: simple',
      source('simple'),
      "if (run.exceeds) connection.send(refusedParse, { kind: 'refused', refusal: run.exceeded() })",
      '',
    ],
    [
      'are undone above the bound: extended',
      source('extended'),
      'if (run.exceeds) this.#refuse(run.exceeded())',
      'void run.exceeds',
    ],
    [
      'are counted before the end of the transaction is sent: extended',
      source('extended'),
      'if (run.bounded) return this.#count(run)',
      'void this.#count',
    ],
    [
      'count in the answer alone',
      source('run'),
      '(this.#complete && (this.#rows === undefined || this.#rows > bound))',
      '(this.#complete && this.#rows !== undefined && this.#rows > bound + 1)',
    ],
    [
      'that are handed out one by one count all at once',
      source('run'),
      'return this.#suspended || (this.#complete &&',
      'return (this.#complete &&',
    ],
    ['that were undone are on record so', source('run'), "if (this.exceeds) return 'rolled-back'", ''],
    [
      'that were undone are not answered as changed',
      source('responses'),
      "if ('run' in head && head.run.exceeds) return 'drop'",
      '',
    ],
    [
      'stay on record when a portal is executed again',
      source('run'),
      '    if (this.#complete && this.analysis.statementCount === 1) return\n',
      '',
      'portals',
    ],
    ['are all on record when they come in parts', source('run'), '    this.#before += rows\n', '', 'portals'],
    ['by other commands inside are noticed', analyzer('analyse'), 'walk.modifications === 1 &&', ''],
    ['by rules are noticed', analyzer('relation-changes'), '      walk.changesUncounted = true\n', ''],
    ['by cascades are noticed', analyzer('relation-changes'), '      this.#walk.changesUncounted = true\n', ''],
  ].map(([what, file, find, replace, tests = 'affected']) => ({
    name: `changed rows ${what}`,
    file,
    find,
    replace,
    tests: test(tests),
  })),
]
