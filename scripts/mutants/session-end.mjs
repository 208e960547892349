const keeper = 'packages/core/src/session-keeper.ts'
const sessionEnd = ['packages/core/test/enforce/session-end.test.ts']

/** A session that takes long to open is over when it would be anyway. */
export const sessionEndGuards = [
  {
    name: 'opening a session does not prolong it',
    file: keeper,
    find: '    await this.#record(live, undefined)\n    return this.#start(live, endsAtMs)',
    replace: '    await this.#record(live, undefined)\n    return this.#start(live, clock.monotonicMs() + leftMs)',
    tests: sessionEnd,
  },
  {
    name: 'a journal that fails is told in words of ours to whoever opens a session',
    file: keeper,
    find: "await within(deadlineMs, 'recording the session', 'ERR_JOURNAL_UNAVAILABLE', () =>",
    replace:
      "await ((_ms: number, _what: string, _code: string, step: () => unknown) => step())(deadlineMs, '', '', () =>",
    tests: sessionEnd,
  },
  {
    name: 'a session that is over when it is open is not answered',
    file: keeper,
    find: '    assertLive(live.requester)\n    return live.session\n',
    replace: '    return live.session\n',
    tests: sessionEnd,
  },
  {
    name: 'a guard that closes leaves no session that was being opened',
    file: keeper,
    find: "    if (this.#closed) void this.#end(live, 'closed')\n",
    replace: '',
    tests: sessionEnd,
  },
  {
    name: 'a session ends with its token also where no timer ran',
    file: keeper,
    find: "if (this.#time.nowMs() >= expiresAtMs) void this.#end(live, 'expired')",
    replace: '',
    tests: sessionEnd,
  },
  {
    name: 'a clock that is set back opens no session whose token is over',
    file: keeper,
    find: 'principal.expiresAt.getTime() - this.#time.nowMs()',
    replace: 'principal.expiresAt.getTime() - clock.wallMs()',
    tests: sessionEnd,
  },
  {
    name: 'a clock that is set back prolongs no session',
    file: keeper,
    find: 'if (this.#time.nowMs() >= expiresAtMs)',
    replace: 'if (this.#context.clock.wallMs() >= expiresAtMs)',
    tests: sessionEnd,
  },
  ...[
    [
      'when the intent is on record',
      'enforce',
      '  const reason = whyOver(requester)\n',
      '  const reason = undefined\n',
    ],
    ['before an action begins or goes on', 'permit', '    assertLive(this.#requester)\n', ''],
  ].map(([when, file, find, replace]) => ({
    name: `the time of a session is looked at ${when}`,
    file: `packages/core/src/${file}.ts`,
    find,
    replace,
    tests: sessionEnd,
  })),
  {
    name: 'an observer that rejects ends no process',
    file: 'packages/core/src/observers.ts',
    find: 'letGo(listener(event))',
    replace: 'listener(event)',
    tests: ['packages/core/test/enforce/guard.test.ts'],
  },
  {
    name: 'a trace function that rejects ends no process',
    file: 'packages/core/src/session-trace.ts',
    find: '      letGo(answer)\n',
    replace: '',
    tests: ['packages/core/test/enforce/trace.test.ts'],
  },
  {
    name: 'history chains leave room for approvals',
    file: 'packages/core/src/duties/claim-names.ts',
    find: "['chain', 'duty',",
    replace: "['duty',",
    tests: ['packages/core/test/ledger/memory-ledger.test.ts'],
  },
  {
    name: 'a SCIM user has the extension that it names',
    file: 'packages/core/src/identity/scim-user.ts',
    find: 'names.length === 0 && !namesExtension(user)',
    replace: 'names.length === 0',
    tests: ['packages/core/test/identity/http-directory.test.ts'],
  },
  {
    name: 'a clock that is set back brings no token back',
    file: 'packages/core/src/identity/jwt-verifier.ts',
    find: 'Math.floor(time.nowMs() / 1000)',
    replace: 'Math.floor(clock.wallMs() / 1000)',
    tests: ['packages/core/test/identity/jwt-verifier.test.ts'],
  },
  {
    name: 'employee numbers have no case',
    file: 'packages/core/src/identity/scim-user.ts',
    find: "number.normalize('NFC').toLowerCase()",
    replace: 'number',
    tests: ['packages/core/test/identity/http-directory.test.ts'],
  },
  {
    name: 'requests count against what a session may write',
    file: 'packages/core/src/enforce.ts',
    find: '  requester.spend(requestedCharacters(requester, action))\n',
    replace: '',
    tests: ['packages/core/test/enforce/admit.test.ts'],
  },
  {
    name: 'a target that fails to get ready ends no process',
    file: 'packages/core/src/look-again.ts',
    find: '    letGo(prepared)\n',
    replace: '',
    tests: ['packages/core/test/enforce/admit.test.ts'],
  },
  {
    name: 'whoever signs is told when nobody waits',
    file: 'packages/core/src/action-proofs.ts',
    find: '      waiting.abort(over)\n',
    replace: '',
    tests: ['packages/core/test/proofs/action-proofs.test.ts'],
  },
]
