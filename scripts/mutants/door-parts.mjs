const source = (name) => `packages/adapter-pg/src/door/${name}.ts`
const test = (name) => [`packages/adapter-pg/test/door/${name}.test.ts`]

/** Parts of the door that decide without a server: what starts, what no policy allows, what counts as fresh. */
export const doorPartGuards = [
  ...[
    ['another database', 'return value === database ? undefined :', "return value !== '' ? undefined :"],
    ['another encoding', "return /^'?utf-?8'?$/i.test(value) ? undefined :", 'return value.length > 0 ? undefined :'],
    ['options', "return value.trim() === '' ? undefined :", 'return value.length >= 0 ? undefined :'],
    ['replication', 'return /^(false|off|no|0)$/i.test(value) ? undefined :', 'return value.length > 0 ? undefined :'],
    [
      'settings outside the list',
      "    return refusalFor('a start-up parameter is outside the list')\n".slice(4),
      'return undefined\n',
    ],
    ['bytes behind its end', "    if (name === '') {\n      body.end()\n", "    if (name === '') {\n"],
    ['another major version', 'if (version >>> 16 !== 3) return refused(', 'if (version >>> 16 > 99) return refused('],
  ].map(([what, find, replace]) => ({
    name: `a start-up with ${what} is refused`,
    file: source('startup'),
    find,
    replace,
    tests: test('startup'),
  })),
  {
    name: 'start-up settings are forwarded from the list alone',
    file: source('startup'),
    find: "if (name !== 'application_name' && startupSettings.has(name.toLowerCase())) settings",
    replace: "if (name !== 'application_name') settings",
    tests: test('startup'),
  },
  {
    name: 'a reader cannot write by default',
    file: source('upstream-config'),
    find: "  if (readOnly) options.push(setting('default_transaction_read_only', 'on'))\n",
    replace: '',
    tests: test('upstream-config'),
  },
  {
    name: 'quotes mean what the analysis takes them for',
    file: source('upstream-config'),
    find: "  options.push(setting('standard_conforming_strings', 'on'))\n",
    replace: '',
    tests: test('upstream-config'),
  },
  {
    name: 'a value hides no other setting',
    file: source('upstream-config'),
    find: 'return `-c ${name}=${value.replaceAll(/[\\\\\\s]/g, (character) => `\\\\${character}`)}`',
    replace: 'return `-c ${name}=${value}`',
    tests: test('upstream-config'),
  },
  {
    name: 'BEGIN of a reader is READ ONLY',
    file: source('begin'),
    find: "const modes = ['READ ONLY']",
    replace: "const modes = ['READ WRITE']",
    tests: test('never-allowed'),
  },
  ...[
    [
      'COPY FROM STDIN in the extended protocol',
      "  if (extended && analysis.copy === 'in') return copyInExtended\n",
      '',
    ],
    [
      'a script of a reader with its own transaction',
      '  if (readOnly && analysis.containsTransactionControl) return scriptOfReader\n',
      '',
    ],
    [
      'READ WRITE of a reader',
      '  if (readOnly && analysis.transaction?.readOnly === false) return writingReader\n',
      '',
    ],
    ['a name of the door', '  return refuseNamesOf(analysis)\n', '  return undefined\n'],
  ].map(([what, find, replace]) => ({
    name: `no policy allows ${what}`,
    file: source('never-allowed'),
    find,
    replace,
    tests: test('never-allowed'),
  })),
  {
    name: 'a reported setting that texts depend on ends the connection',
    file: source('settings'),
    find: 'if (must !== undefined && must.toLowerCase() !== value.toLowerCase()) throw poisoned(name)',
    replace: '',
    tests: test('settings'),
  },
  {
    name: 'a reported setting that nothing asked for ends the connection',
    file: source('settings'),
    find: '  if (!expected) throw poisoned(name)\n',
    replace: '',
    tests: test('settings'),
  },
  {
    name: 'a reported setting that lets a reader write ends the connection',
    file: source('settings'),
    find: "  if (readOnly && name === 'default_transaction_read_only' && value !== 'on') throw poisoned(name)\n",
    replace: '',
    tests: test('settings'),
  },
  {
    name: 'a server that reads texts otherwise is refused at login',
    file: source('settings'),
    find: 'if (value === undefined || value.toLowerCase() !== must.toLowerCase()) throw poisoned(name)',
    replace: '',
    tests: test('settings'),
  },
  {
    name: 'a look that sees other settings ends the connection',
    file: source('settings'),
    find: '    if (settings[name]?.toLowerCase() !== must.toLowerCase()) throw poisoned(name)\n',
    replace: '    if (settings[name] === must + must) throw poisoned(name)\n',
    tests: test('settings'),
  },
  {
    name: 'a look that sees a reader who may write ends the connection',
    file: source('settings'),
    find: "  if (readOnly && settings['default_transaction_read_only'] !== 'on') throw poisoned('default_transaction_read_only')\n",
    replace: '',
    tests: test('settings'),
  },
  ...[
    ['is looked at again when it is old', ' && performance.now() - this.#lookedAtMs <= maxAgeMs', ''],
    [
      'is looked at again after a change elsewhere',
      'const fresh = this.#generation === this.#cache.generation &&',
      'const fresh =',
    ],
    [
      'is looked at again when something may have changed it',
      'if (this.#stale || !fresh) return this.#look()',
      'if (!fresh) return this.#look()',
    ],
    [
      'is looked at before a write',
      'return (await this.#look(over, owns)).key === described.key',
      'return described.key !== undefined',
    ],
    ['is checked at each look', '    checkState(look.state.session.settings, this.#readOnly)\n', ''],
    [
      'counts a change during a look as one after it',
      '    this.#generation = generation\n',
      '    this.#generation = this.#cache.generation + generation * 0\n',
    ],
    ['is asked for in full after a write', 'this.#wrote ? undefined : this.#last,', 'this.#last,'],
    [
      'tells the other connections of a change',
      'if (analysis.changesCatalog || analysis.containsTransactionControl) this.#cache.catalogChanged()',
      '',
    ],
    [
      'tells the other connections at the end of a transaction',
      '        this.#stale = true\n        this.#cache.catalogChanged()\n',
      '        this.#stale = true\n',
    ],
    [
      'is looked at again after BEGIN',
      "if (this.#changedInTransaction || analysis.transaction?.verb === 'begin') this.#stale = true",
      'if (this.#changedInTransaction) this.#stale = true',
    ],
    [
      'is looked at again after a transaction failed',
      "    if (before !== 'I' && after === 'E' && this.#changedInTransaction) this.#stale = true\n",
      '',
    ],
    [
      'knows who asked for a setting',
      'for (const run of runs) if (!run.analysis.settingFree) return true',
      'for (const run of runs) if (run.analysis.settingFree) return true',
    ],
  ].map(([what, find, replace]) => ({
    name: `the state of the server ${what}`,
    file: source('state-keeper'),
    find,
    replace,
    tests: test('state-keeper'),
  })),
]
