const tests = (...names) => names.map((name) => `packages/adapter-pg/test/${name}.test.ts`)
const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const catalog = (name) => `packages/adapter-pg/src/catalog/${name}.ts`
const keeper = tests('door/state-keeper')
const cache = tests('door/state-cache.int')
const rows = tests('door/row-changes')
const state = tests('catalog/build-catalog')
const ended = tests('catalog/ended-between')

/** When the short question stands for a look at the whole catalog. */
export const lookGuards = [
  [
    'asks anew when something else was sent',
    door('state-keeper'),
    '    this.#noteWrite(analysis)\n    this.#tookSnapshot',
    '    this.#tookSnapshot',
    keeper,
  ],
  [
    'forgets a transaction that does something else',
    door('state-keeper'),
    '    if (this.#transaction !== undefined) this.#cache.rowChanges.delete(this.#transaction)\n',
    '',
    keeper,
  ],
  [
    'learns no id in a transaction that did something else',
    door('state-keeper'),
    '    if (this.#wroteInTransaction) return\n',
    '',
    keeper,
  ],
  [
    'asks for an id before changes of rows alone',
    door('state-keeper'),
    'changesRowsAlone(analysis) && mayChange(described)',
    'mayChange(described)',
    keeper,
  ],
  [
    'asks for no id where nothing may change',
    door('state-keeper'),
    'changesRowsAlone(analysis) && mayChange(described)',
    'changesRowsAlone(analysis)',
    keeper,
  ],
  [
    'begins anew behind the end of a transaction',
    door('state-keeper'),
    '      this.#changedInTransaction = this.#wroteInTransaction = false\n      this.#transaction = undefined\n',
    '      this.#changedInTransaction = this.#wroteInTransaction = false\n',
    keeper,
  ],
  [
    'trusts transactions for a second',
    door('state-cache'),
    '(transaction) => trusts && this.rowChanges.has(transaction)',
    '(transaction) => this.rowChanges.has(transaction)',
    cache,
  ],
  [
    'keeps the time of the last full look',
    door('state-cache'),
    'since === undefined || before === undefined ? askedAtMs : before.provenAtMs',
    'askedAtMs',
    cache,
  ],
  [
    'knows the end of its own transaction',
    catalog('session-state'),
    'const own of [transaction, before.transaction]',
    'const own of [transaction]',
    state,
  ],
  [
    'asks for the id of its own transaction',
    catalog('state-probe'),
    'session, ownTransaction]',
    "session, 'NULL::pg_catalog.text']",
    cache,
  ],
  [
    'looks at all of it behind unknown transactions',
    catalog('session-state'),
    'endedBetween(before.snapshot, snapshot)?.every(harmless) !== true',
    'endedBetween(before.snapshot, snapshot) === undefined',
    state,
  ],
  [
    'looks at all of it when snapshots cannot be compared',
    catalog('session-state'),
    '?.every(harmless) !== true',
    '?.every(harmless) === false',
    state,
  ],
  [
    'looks at all of it in an unknown transaction',
    catalog('session-state'),
    'const own of [transaction, before.transaction]',
    'const own of [before.transaction]',
    state,
  ],
  [
    'counts what had not begun',
    catalog('ended-between'),
    '[...from.open, ...begun].filter',
    '[...from.open].filter',
    ended,
  ],
  ['counts what was open', catalog('ended-between'), '[...from.open, ...begun].filter', '[...begun].filter', ended],
  ['takes no older snapshot', catalog('ended-between'), 'if (to.next < from.next || to.next', 'if (to.next', ended],
  [
    'takes no snapshot that misses something',
    catalog('ended-between'),
    '  for (const id of to.open) if (id < from.next && !from.open.has(id)) return undefined\n',
    '',
    ended,
  ],
  [
    'counts no more than it can',
    catalog('ended-between'),
    ' || to.next - from.next > maxTransactions) return',
    ') return',
    ended,
  ],
  [
    'reads no longer list than it can',
    catalog('ended-between'),
    '  if (ids.length > maxTransactions) return undefined\n',
    '',
    ended,
  ],
  [
    'takes no change of the catalog for one of rows',
    door('row-changes'),
    'if (changesCatalog || !settingFree',
    'if (!settingFree',
    rows,
  ],
  [
    'takes no change of settings for one of rows',
    door('row-changes'),
    'changesCatalog || !settingFree || ',
    'changesCatalog || ',
    rows,
  ],
  [
    'takes no other command for a change of rows',
    door('row-changes'),
    ' || !rowCommands.has(description.operation)) return',
    ') return',
    rows,
  ],
  [
    'takes no other duty for a change of rows',
    door('row-changes'),
    '    if (!rowDuties.has(duty)) return false\n',
    '',
    rows,
  ],
  [
    'takes no table of another server for a plain one',
    door('row-changes'),
    "resource.startsWith('table:') && attributes['kind'] === undefined",
    "resource.startsWith('table:')",
    rows,
  ],
  [
    'forgets the oldest transactions',
    door('row-changes'),
    '    if (this.#transactions.size >= maxTransactions) {',
    '    if (this.#transactions.size < 0) {',
    rows,
  ],
].map(([what, file, find, replace, run]) => ({
  name: `a look in short ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [run].flat(),
}))
