const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const test = (name) => [`packages/adapter-pg/test/door/${name}.int.test.ts`]

/** Looks at the server that it was made to stop. */
export const stoppedLookGuards = [
  {
    name: 'a look that the server was made to stop refuses the statement alone',
    file: door('internal-exchanges'),
    find: '      if (exchange.error === interrupted) throw stopped()\n',
    replace: '',
    tests: test('stopped-looks'),
  },
  {
    name: 'a simple query is refused for it',
    file: door('simple'),
    find: 'if (connection.closed || endsConnection(error)) throw error\n      return this.#refuse(this.#flow',
    replace: 'throw error\n      return this.#refuse(this.#flow',
    tests: test('stopped-looks'),
  },
]
