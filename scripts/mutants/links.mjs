/** How a server is left. */
export const linkGuards = [
  {
    name: 'what came while the process stood still is heard',
    file: 'packages/adapter-pg/src/door/when-late.ts',
    find: 'if (left > 0) wait()',
    replace: 'if (left < 0) wait()',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
  {
    name: 'a server that says nothing more is left all the same',
    file: 'packages/adapter-pg/src/door/when-late.ts',
    find: 'else late()',
    replace: '',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
  {
    name: 'nothing is waited for from a server that is gone',
    file: 'packages/adapter-pg/src/door/server-link.ts',
    find: 'if (socket.destroyed) return Promise.resolve()',
    replace: '',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
  {
    name: 'nothing is waited for from a server of which nothing is believed',
    file: 'packages/adapter-pg/src/door/server-link.ts',
    find: 'if (this.idle || this.#tracker.over) done()',
    replace: 'if (this.idle) done()',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
  {
    name: 'the last answer is heard when it is recorded',
    file: 'packages/adapter-pg/src/door/server-link.ts',
    find: '          this.#pace()\n          this.#heard()\n',
    replace: '          this.#pace()\n',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
  {
    name: 'nothing is believed behind what cannot be recorded',
    file: 'packages/adapter-pg/src/door/responses.ts',
    find: '        this.#over = true\n        this.#events.fatal(error)\n',
    replace: '        this.#events.fatal(error)\n',
    tests: ['packages/adapter-pg/test/door/server-link.test.ts'],
  },
]
