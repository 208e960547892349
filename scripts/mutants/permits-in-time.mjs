const core = (name) => `packages/core/src/${name}.ts`
const lapses = ['packages/core/test/enforce/permit-lapses.test.ts']
const int = ['packages/adapter-pg/test/door/permits-in-time.int.test.ts']

const cursorInt = ['packages/adapter-pg/test/door/cursor-names.int.test.ts']
const facts = ['packages/adapter-pg/test/analyzer/facts.test.ts']
const names = ['packages/adapter-pg/test/door/registry.test.ts']
const analyzer = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const registry = 'packages/adapter-pg/src/door/registry.ts'

/** What the name of a cursor stands for. */
export const cursorNameGuards = [
  ['is not given by EXPLAIN', analyzer('explain'), '    keepingNames(walk, visit)\n', '    visit()\n', facts],
  [
    'is not given by EXPLAIN ANALYZE',
    analyzer('explain'),
    'keepingNames(walk, () => walk.visit(query, inner))',
    'walk.visit(query, inner)',
    facts,
  ],
  [
    'stays what it was behind EXPLAIN',
    analyzer('explain'),
    '  registry.length = length\n',
    '',
    [...facts, ...cursorInt],
  ],
  [
    'may be that of one that is open already',
    registry,
    'known === undefined ? analysis : eitherOf(known.analysis, analysis)',
    'analysis',
    names,
  ],
  ['has the effects of both', registry, '  effects.addAll(one.description.effects)\n', '', names],
  ['may change settings as either does', registry, 'one.settingFree && other.settingFree', 'other.settingFree', names],
  [
    'may change the catalog as either does',
    registry,
    'one.changesCatalog || other.changesCatalog',
    'other.changesCatalog',
    names,
  ],
  [
    'outlives its transaction where either does',
    registry,
    'holdable: holdable || known?.holdable === true',
    'holdable',
    names,
  ],
].map(([what, file, find, replace, tests]) => ({
  name: `the name of a cursor ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))

const counts = ['packages/core/test/duties/statement-counts.test.ts']

/** Texts of several statements under limits on statements. */
export const statementCountGuards = [
  ['count in the ledger', core('duties/claims'), 'statements: act.statements ?? 1,', 'statements: 1,', counts],
  ['are known to the rules', core('decided-action'), '    statements: statementsOf(description),\n', '', counts],
  [
    'are a whole number of them',
    core('decided-action'),
    'Number.isSafeInteger(statements) && statements >= 1',
    'statements < Infinity',
    counts,
  ],
  [
    'are not taken for as many as another text of the same effects',
    core('duties/known-claims'),
    'one.statements === other.statements',
    'one.statements !== 0',
    counts,
  ],
  ['are on record', core('request-digest'), 'statements === 1 ? {} : { statements }', '{}', counts],
  [
    'are on record where the text is recorded as it is',
    core('request-digest'),
    'recordedText === text && statements === 1',
    'recordedText === text',
    counts,
  ],
  [
    'count after a restart',
    core('record/replayed-duties'),
    'return { target, root, change, statements,',
    'return { target, root, change,',
    counts,
  ],
  [
    'are simulated',
    core('lint/simulate'),
    'const description = { operation, text, effects, statements, ...',
    'const description = { operation, text, effects, ...',
    counts,
  ],
  [
    'are counted by the analyzer',
    analyzer('analyse'),
    '...(statements.length > 1 ?',
    '...(statements.length > 1e6 ?',
    ['packages/adapter-pg/test/door/statement-counts.int.test.ts', ...facts],
  ],
].map(([what, file, find, replace, tests]) => ({
  name: `the statements of a text ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))

const once = ['packages/core/test/delegation/options-read-once.test.ts']

/** Options that callers hand in. */
export const optionGuards = [
  [
    'of a delegation are read once',
    core('session-keeper'),
    'const options = checkedDelegation(given)',
    'checkedDelegation(given)\n    const options = given',
    once,
  ],
  [
    'of a delegation are read once to the last role',
    core('delegation'),
    'isList(listed) ? Object.freeze([...listed]) : undefined',
    'isList(listed) ? listed : undefined',
    once,
  ],
  [
    'of a revocation are read once',
    core('revocations'),
    'untilMs: nowMs + forMs })',
    'untilMs: nowMs + (options.forMs ?? 0) })',
    once,
  ],
].map(([what, file, find, replace, tests]) => ({
  name: `options ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))

/** What was let through and waits: a portal between Bind and Execute, and between two of them. */
export const permitsInTimeGuards = [
  [
    'is looked at before each Execute',
    'packages/adapter-pg/src/door/extended.ts',
    '      run.permit.run()\n',
    '      run.permit.assertLive()\n',
    int,
  ],
  ['has to begin in time', core('permit'), 'if (!(waitedMs < this.#on.deadlineMs)) ', 'if (waitedMs < 0) ', lapses],
  [
    'has to begin by a clock that works',
    core('permit'),
    'if (!(waitedMs < this.#on.deadlineMs)) ',
    'if (waitedMs >= this.#on.deadlineMs) ',
    lapses,
  ],
  [
    'has to know what was revoked where the clock does not work',
    core('permit'),
    'unlookedMs < unseenMs ? undefined : this.#revocationsFresh()',
    'unlookedMs >= unseenMs ? this.#revocationsFresh() : undefined',
    lapses,
  ],
  [
    'has to know what was revoked while it waited',
    core('permit'),
    '    this.#refuse(revocationsUnknown)\n',
    '',
    ['packages/core/test/enforce/revoked-meanwhile.test.ts'],
  ],
  ['has begun once it ran', core('permit'), '    this.#begun = true\n', '', lapses],
  ['is over with its session', core('permit'), '  run(): void {\n    this.assertLive()\n', '  run(): void {\n', lapses],
  [
    'is over with what let it through',
    core('permit'),
    '    this.assertLive()\n    this.#assertCounts()\n    if (',
    '    this.assertLive()\n    if (',
    lapses,
  ],
  [
    'is not spent when it is over',
    core('permit'),
    "    this.#assertCounts()\n    this.#state = 'used'\n",
    "    this.#state = 'used'\n",
    lapses,
  ],
  ['stays over', core('permit'), 'this.#void ?? this.#lapsed()', 'this.#lapsed()', lapses],
  [
    'says on record why it did not run',
    core('permit'),
    "if (this.#void !== undefined && outcome === 'not-run')",
    "if (this.#state === 'issued')",
    lapses,
  ],
  [
    'is over with its policy, also when that comes back',
    core('lapsed'),
    'on.policyNow() !== policy)',
    'on.policyNow().digest !== policy.digest)',
    lapses,
  ],
  [
    'is over with its approval',
    core('lapsed'),
    'approved === undefined || on.approvals.counts(approved)',
    'approved === undefined || on !== undefined',
    lapses,
  ],
  ['knows its approval', core('enforce'), 'intend({ ...held, bound, approved }', 'intend({ ...held, bound }', lapses],
  [
    'is over when its approval expired',
    core('approvals/pending-request'),
    '!this.#expiry.expired() && !this.reliesOnRevoked()',
    '!this.reliesOnRevoked()',
    lapses,
  ],
  [
    'is over when somebody who approved is revoked',
    core('approvals/pending-request'),
    '!this.#expiry.expired() && !this.reliesOnRevoked()',
    '!this.#expiry.expired()',
    lapses,
  ],
].map(([what, file, find, replace, tests]) => ({
  name: `what was let through and waits ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))
