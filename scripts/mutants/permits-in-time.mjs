const core = (name) => `packages/core/src/${name}.ts`
const lapses = ['packages/core/test/enforce/permit-lapses.test.ts']
const int = ['packages/adapter-pg/test/door/permits-in-time.int.test.ts']

/** What was let through and waits: a portal between Bind and Execute, and between two of them. */
export const permitsInTimeGuards = [
  [
    'is looked at before each Execute',
    'packages/adapter-pg/src/door/extended.ts',
    '      run.permit.run()\n',
    '      run.permit.assertLive()\n',
    int,
  ],
  [
    'has to begin in time',
    core('permit'),
    'this.#clock.monotonicMs() - this.#issuedMs >= this.#on.deadlineMs',
    'this.#clock.monotonicMs() < this.#issuedMs',
    lapses,
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
    "this.#void !== undefined && outcome.outcome === 'not-run' ?",
    "this.#state === 'issued' ?",
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
