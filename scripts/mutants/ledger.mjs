const file = 'packages/core/src/ledger/memory-ledger.ts'
const tests = ['packages/core/test/ledger/memory-ledger.test.ts']

/** The live state: one of many writers wins. */
export const ledgerGuards = [
  ...[
    {
      name: 'a commit compares before it sets',
      find: 'if (own.some((change) => change.expectedVersion !== (this.#live(change.key, nowMs)?.version ?? 0))) return false',
      replace: 'if (own.length === 0) return false',
    },
    {
      name: 'a commit sets all or nothing',
      find: 'if (own.some((change) => change.expectedVersion !== (this.#live(change.key, nowMs)?.version ?? 0))) return false',
      replace:
        'if (own.every((change) => change.expectedVersion !== (this.#live(change.key, nowMs)?.version ?? 0))) return false',
    },
    {
      name: 'the ledger is bounded',
      find: '    this.#assertRoom(own)\n',
      replace: '',
    },
    {
      name: 'an expired entry counts as absent',
      find: 'return entry === undefined || isExpired(entry.expiresAtMs, nowMs) ? undefined : entry',
      replace: 'return nowMs < 0 ? undefined : entry',
    },
    {
      name: 'expired entries make room',
      find: '    this.#dropExpired(nowMs)\n',
      replace: '',
    },
    {
      name: 'an entry that was written again does not expire early',
      find: 'if (this.#entries.get(soonest.key)?.version === soonest.version) this.#entries.delete(soonest.key)',
      replace: 'this.#entries.delete(soonest.key)',
    },
    {
      name: 'a version is never given twice',
      find: 'const version = ++this.#lastVersion',
      replace: 'const version = (this.#entries.get(key)?.version ?? 0) + 1',
    },
    {
      name: 'a commit names a key once',
      find: 'if (new Set(changes.map((change) => change.key)).size !== changes.length) {',
      replace: 'if (false) {',
    },
    {
      name: 'what the ledger holds cannot be changed from outside',
      find: "  if (typeof value !== 'object' || value === null) return value\n",
      replace: '  if (value !== undefined) return value\n',
    },
    {
      name: 'a closed ledger refuses',
      find: "    if (this.#closed) throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger is closed, so nothing ran')\n",
      replace: '',
    },
  ].map((guard) => ({ ...guard, file, tests })),
  {
    name: 'what rules count leaves room for approvals',
    file: 'packages/core/src/ledger/room.ts',
    find: 'newKeys.some(isCounted) ? maxEntries - keptFree(maxEntries) : maxEntries',
    replace: 'newKeys.some(isCounted) ? maxEntries : maxEntries',
    tests,
  },
  ...[
    [
      'all attempts have one deadline',
      'within',
      '    this.#limit ??= this.#start()\n',
      '    this.end()\n    this.#limit = this.#start()\n',
    ],
    ['only true is a commit', 'update', '    if (isCommitted !== false) throw noAnswer()\n', ''],
    ['nobody knows of a commit that takes too long', 'update', 'await committed.catch(lost)', 'await committed'],
    ['a read that nobody waits for ends no process', 'update', '    letGo(read)\n', ''],
  ].map(([name, module, find, replace]) => ({
    name: `of an update, ${name}`,
    file: `packages/core/src/ledger/${module}.ts`,
    find,
    replace,
    tests: ['packages/core/test/ledger/update.test.ts'],
  })),
]
