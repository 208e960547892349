const admit = ['packages/core/test/enforce/admit.test.ts']
const guard = ['packages/core/test/enforce/guard.test.ts']
const enforce = 'packages/core/src/enforce.ts'
const intent = 'packages/core/src/intent.ts'
const permit = 'packages/core/src/permit.ts'
const session = 'packages/core/src/session.ts'
const keeper = 'packages/core/src/session-keeper.ts'
const access = 'packages/core/src/access.ts'
const holder = 'packages/core/src/policy-holder.ts'
const digest = 'packages/core/src/request-digest.ts'
const digestTest = ['packages/core/test/enforce/request-digest.test.ts']

/** The one path: enforce, permit, sessions and the policy in force. */
export const path = [
  {
    name: 'a denied action does not run',
    file: enforce,
    find: "if (decision.effect === 'deny')",
    replace: "if (decision.effect === 'deny' && decision.rules.length > 99)",
    tests: admit,
  },
  {
    name: 'a held action waits for people',
    file: enforce,
    find: "if (decision.effect === 'hold') return",
    replace: "if (decision.effect === 'hold' && decision.rules.length > 99) return",
    tests: admit,
  },
  {
    name: 'a refusal by people is a refusal',
    file: enforce,
    find: "if ('refusal' in people)",
    replace: "if ('refused' in people)",
    tests: admit,
  },
  {
    name: 'nothing is held inside a transaction',
    file: enforce,
    find: "if (request.inTransaction && decision.obligations.holdInTransaction === 'deny')",
    replace: 'if (false)',
    tests: admit,
  },
  {
    name: 'the approval is spent before the action runs',
    file: enforce,
    find: 'const consumed = on.approvals.consume(people.approved, bound.digest)',
    replace: 'const consumed = undefined',
    tests: admit,
  },
  {
    name: 'the intent is waited for',
    file: enforce,
    find: 'if (isPromise(recorded)) await withDeadline(',
    replace: 'if (isPromise(recorded)) void withDeadline(',
    tests: admit,
  },
  {
    name: 'the journal has a deadline',
    file: enforce,
    find: "if (isPromise(recorded)) await withDeadline(recorded, 'recording the intent', on.deadlineMs, undefined)",
    replace: 'if (isPromise(recorded)) await recorded',
    tests: admit,
  },
  {
    name: 'a write is synced, not only written',
    file: intent,
    find: "return isPlainRead(action) ? 'written' : 'synced'",
    replace: "return 'written'",
    tests: admit,
  },
  {
    name: 'the target is looked at again before a write',
    file: enforce,
    find: "const recheck = isPlainRead(request.action) && decision.effect === 'allow' ?",
    replace: 'const recheck = true ?',
    tests: admit,
  },
  {
    name: 'a target that changed voids the permit',
    file: enforce,
    find: 'if (unchanged === false || late !== undefined) return',
    replace: 'if (late !== undefined) return',
    tests: admit,
  },
  {
    name: 'a session, caller or policy that ended meanwhile voids the permit',
    file: enforce,
    find: 'const late = endedMeanwhile(on, requester, request, policy)',
    replace: 'const late = undefined as Refusal | undefined',
    tests: admit,
  },
  {
    name: 'a policy that changed while the intent was written voids the permit',
    file: enforce,
    find: '  if (on.policyNow().digest === policy.digest) return undefined\n',
    replace: '  if (on !== undefined) return undefined\n',
    tests: admit,
  },
  {
    name: 'a closed session decides nothing',
    file: enforce,
    find: '  if (requester.signal.aborted) throw abortReason(requester.signal)\n',
    replace: '',
    tests: admit,
  },
  {
    name: 'whatever throws is a refusal',
    file: enforce,
    find: "    return { outcome: 'refused', refusal }\n  }\n  try {",
    replace: '    throw error\n  }\n  try {',
    tests: admit,
  },
  {
    name: 'a permit is used once',
    file: permit,
    find: "if (this.#state !== 'issued') {",
    replace: 'if (false) {',
    tests: admit,
  },
  {
    name: 'a permit dies with its session',
    file: permit,
    find: '    this.assertLive()\n',
    replace: '',
    tests: admit,
  },
  {
    name: 'an outcome is recorded once',
    file: permit,
    find: "    if (this.#state === 'settled') return\n",
    replace: '',
    tests: admit,
  },
  {
    name: 'only a guard makes sessions',
    file: session,
    find: 'if (maker !== sessionMaker) {',
    replace: 'if (false) {',
    tests: guard,
  },
  {
    name: 'what looks like a session is none',
    file: session,
    find: 'if (inner === undefined) {',
    replace: 'if (false) {',
    tests: guard,
  },
  {
    name: 'a session cannot be serialised',
    file: session,
    find: '  toJSON(): never {',
    replace: '  notToJSON(): never {',
    tests: guard,
  },
  {
    name: 'a session reaches the targets of its own guard only',
    file: access,
    find: 'if (state === undefined || !state.targets.has(target)) {',
    replace: 'if (state === undefined) {',
    tests: guard,
  },
  {
    name: 'a session ends with its principal',
    file: keeper,
    find: '    this.#expireAt(session, ending, clock.monotonicMs() + leftMs)\n',
    replace: '',
    tests: guard,
  },
  {
    name: 'a session whose opening is not on record does not open',
    file: keeper,
    find: '    await withDeadline(\n      journal.append(',
    replace: '    void withDeadline(\n      journal.append(',
    tests: guard,
  },
  {
    name: 'a session has a journal budget',
    file: keeper,
    find: 'if (written > this.#context.journalBudget)',
    replace: 'if (false)',
    tests: guard,
  },
  {
    name: 'a policy that widens needs a restart',
    file: holder,
    find: "if (change === 'widening' && !this.#options.dev) {",
    replace: 'if (false) {',
    tests: guard,
  },
  {
    name: 'a policy is on record before it decides',
    file: holder,
    find: '      await this.#record(next, change)\n      this.#current = next\n',
    replace: '      this.#current = next\n      await this.#record(next, change)\n',
    tests: guard,
  },
  {
    name: 'policy and code speak of the same targets',
    file: holder,
    find: '  checkTargets(policy, options.targets)\n',
    replace: '',
    tests: guard,
  },
  ...[
    ['action', '{"action":${parts.exact.text}', '{"action":{}'],
    ['actor', ',"actor":${requester.principalRecord.text}', ',"actor":0'],
    ['engine', ',"engine":${JSON.stringify(engine)}', ',"engine":0'],
    ['nonce', ',"nonce":"${nonce}"', ',"nonce":0'],
    ['parameters', ',"parameters":${parameters}', ',"parameters":0'],
    ['policy', ',"policy":"${policyDigest}"', ',"policy":0'],
    ['run', ',"run":${JSON.stringify(requester.principal.run.root)}', ',"run":0'],
    ['state', ',"state":${JSON.stringify(action.stateEpoch)}', ',"state":0'],
    ['target', ',"target":${targetRecord.text}}', ',"target":0}'],
  ].map(([member, find, replace]) => ({
    name: `the request digest covers the ${member}`,
    file: digest,
    find,
    replace,
    tests: digestTest,
  })),
]
