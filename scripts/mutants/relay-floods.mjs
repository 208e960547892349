const relay = (name) => `packages/approval-relay/src/${name}.ts`
const tests = (name) => [`packages/approval-relay/test/${name}.test.ts`]

/** That floods silence nobody, what is over stays over, and a path has one spelling. */
export const relayFloodGuards = [
  {
    name: 'of one sender a bounded number of refusals is told apart',
    file: relay('relay-record'),
    find: '(this.#ofOne.get(one) ?? 0) >= mostOfOne',
    replace: '(this.#ofOne.get(one) ?? 0) >= 1e9',
    tests: tests('record-floods'),
  },
  {
    name: 'each sender has a number of their own',
    file: relay('relay-record'),
    find: 'return { what, engine, by, who, channel, account }',
    replace: 'void by\n  return { what, engine, who, channel, account }',
    tests: tests('record-floods'),
  },
  {
    name: 'what was told is no longer counted to its sender',
    file: relay('relay-record'),
    find: 'else this.#ofOne.set(one, left)',
    replace: 'else this.#ofOne.set(one, left + 1)',
    tests: tests('record-floods'),
  },
  {
    name: 'what is over is not brought back by a restart',
    file: relay('relay-desk'),
    find: 'if (this.#over.engineOf(id) === engine) {',
    replace: "if (this.#over.engineOf(id) === '') {",
    tests: tests('store'),
  },
  {
    name: 'what is over is removed from disk after a restart',
    file: relay('relay-desk'),
    find: '        this.#left.add(id, request.lastN)\n',
    replace: '',
    tests: tests('store'),
  },
  {
    name: 'a path has one spelling',
    file: relay('http/routing'),
    find: 'if (part !== segment) return undefined',
    replace: 'if (part !== decoded(segment)) return undefined',
    tests: tests('http'),
  },
]
