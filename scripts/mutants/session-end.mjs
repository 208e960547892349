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
    name: 'a session that is over when it is open is not answered',
    file: keeper,
    find: '    assertLive(live)\n    return live.session\n',
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
]
