const source = (name) => `packages/adapter-pg/src/${name}.ts`
const unit = ['packages/adapter-pg/test/analyzer/whole-reads.test.ts']
const tests = ['packages/adapter-pg/test/door/withheld-errors.int.test.ts']
const found = ['packages/adapter-pg/test/door/withheld.test.ts']
const looked = ['packages/adapter-pg/test/masking/found-in-errors.int.test.ts']
const raised = ['packages/adapter-pg/test/masking/raised.int.test.ts']

/** What the client gets of the errors and notices of the server. */
export const withheldErrorGuards = [
  {
    name: 'detectors look through errors and notices',
    file: source('door/server-words'),
    find: 'this.#content === undefined ? bytes',
    replace: 'this.#content !== null ? bytes',
    tests: looked,
  },
  {
    name: 'they look at every text in them',
    file: source('door/withheld'),
    find: 'ownWords.includes(letter) ? value',
    replace: "ownWords.includes(letter) || letter !== 'M' ? value",
    tests: looked,
  },
  {
    name: 'who looks is remembered until the transaction ends',
    file: source('door/server-words'),
    find: 'permit.masks?.content ?? this.#content',
    replace: 'this.#content',
    tests: looked,
  },
  {
    name: 'an error is handed out only as far as the session may read what it may quote',
    file: source('door/responses'),
    find: 'refusal === undefined ? this.#tell(bytes) :',
    replace: "refusal === undefined ? 'pass' :",
    tests,
  },
  {
    name: 'so is a notice',
    file: source('door/responses'),
    find: "head?.kind === 'internal' ? 'drop' : this.#tell(bytes)",
    replace: "head?.kind === 'internal' ? 'drop' : 'pass'",
    tests,
  },
  {
    name: 'what the transaction has touched counts until its end',
    file: source('door/connection'),
    find: "if (status === 'I') this.#words.transactionEnded()",
    replace: 'this.#words.transactionEnded()',
    tests,
  },
  {
    name: 'what is over counts no more',
    file: source('door/connection'),
    find: "    if (status === 'I') this.#words.transactionEnded()\n",
    replace: '',
    tests,
  },
  {
    name: 'where people would be asked, details are withheld, too',
    file: source('door/server-words'),
    find: "if (effect !== 'allow') return withheld",
    replace: "if (effect === 'deny') return withheld",
    tests,
  },
  {
    name: 'what the server finds in the text itself is told',
    file: source('door/server-words'),
    find: "    if (fields.has('P')) return bytes\n",
    replace: '',
    tests,
  },
  {
    name: 'rules about texts are asked with a text',
    file: source('door/server-words'),
    find: "text: effects.map(asText).join(';\\n')",
    replace: "text: ''",
    tests,
  },
  {
    name: 'every column of a relation is asked for',
    file: source('analyzer/whole-reads'),
    find: "['*', ...relation.columns.keys()]",
    replace: "['*']",
    tests,
  },
  {
    name: 'children hold columns of their own',
    file: source('analyzer/whole-reads'),
    find: '      if (child !== undefined) found.add(child)\n',
    replace: '      if (child === undefined) found.add(relation)\n',
    tests: unit,
  },
  {
    name: 'maintenance of the database is of every table',
    file: source('analyzer/whole-reads'),
    find: "  return attributes['maintenance'] !== undefined && /^(?:schema|database):/.test(resource)",
    replace: "  return attributes['maintenance'] === 'none'",
    tests,
  },
  {
    name: 'what is sensitive is so here, too',
    file: source('analyzer/whole-reads'),
    find: '...relationAttributes(relation), columns',
    replace: 'columns',
    tests: unit,
  },
  {
    name: 'names in resources are read without their quotes',
    file: source('analyzer/resource'),
    find: "part.slice(1, -1).replaceAll('\"\"', '\"')",
    replace: 'part.slice(1, -1)',
    tests: unit,
  },
  {
    name: 'only messages that never hold values are kept',
    file: source('door/withheld'),
    find: 'namesOnly.test(sqlState) ?',
    replace: "sqlState !== '' ?",
    tests,
  },
  {
    name: 'those are kept',
    file: source('door/withheld'),
    find: 'namesOnly.test(sqlState) ?',
    replace: "sqlState === '' ?",
    tests,
  },
  ...[
    [
      'is known to have run',
      source('door/server-words'),
      '      if (isProgram(effect)) this.#programs.set(effect.resource, effect)\n',
      '',
    ],
    ['is over with its transaction', source('door/server-words'), '    this.#programs.clear()\n', ''],
    [
      'is withheld where something is masked alone',
      source('door/server-words'),
      ' || !this.#access.masks()) return undefined',
      ') return undefined',
    ],
    [
      'is told to whom no mask holds for',
      source('door/server-words'),
      "return effect === 'allow' ? undefined : rules",
      "return effect === 'allow' ? rules : rules",
    ],
    [
      'is not the words of the server',
      source('door/server-words'),
      'isOfRows(fields) ? undefined : this.#raised()',
      'undefined',
    ],
    [
      'does not have the words of the server withheld',
      source('door/server-words'),
      'isOfRows(fields) ? undefined : this.#raised()',
      'this.#raised()',
    ],
    ['stands in the context', source('door/withheld'), "!fields.has('W') && own", 'own'],
    ['raises from a file of its own', source('door/withheld'), " && ownSources.has(fields.get('F') ?? '')", '', found],
    ['may name anything', source('door/withheld'), '(isServers ? kept : keptOfPrograms)', 'kept'],
    ['may say anything with any condition', source('door/withheld'), 'isServers && namesOnly', 'namesOnly'],
  ].map(([what, file, find, replace, by = raised]) => ({
    name: `a function that raises ${String(what)}`,
    file,
    find,
    replace,
    tests: by,
  })),
]
