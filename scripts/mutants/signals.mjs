const core = (path) => `packages/core/${path}`

/** Signals of what is over leave nothing behind, and those of what goes on reach it. */
export const signalGuards = [
  ['what is over does not listen on', 'removeEventListener', 'hasOwnProperty'],
  ['what is aborted already counts', 'others.some(({ aborted }) => aborted)', 'others.length === 0'],
  ['the reason goes with it', 'this.#others.find(({ aborted }) => aborted)?.reason', 'undefined'],
]
  .map(([name, find, replace]) => ({
    name,
    file: core('src/model/joint-signal.ts'),
    find,
    replace,
    tests: [core('test/model/joint-signal.test.ts')],
  }))
  .concat(
    [
      ['a timer ends with its step', '    clearTimeout(timer)\n', ''],
      ['a step ends with its time', '    limit.abort(', '    void ('],
    ].map(([name, find, replace]) => ({
      name,
      file: core('src/identity/time-limit.ts'),
      find,
      replace,
      tests: [core('test/identity/time-limit.test.ts')],
    })),
  )
  .concat({
    name: 'what people decided is over for the session',
    file: core('src/enforce.ts'),
    find: 'keeps no place among what waits.\n    withdrawal.abort(over)',
    replace: 'keeps no place among what waits.\n    void withdrawal',
    tests: [core('test/enforce/signals-left.test.ts')],
  })
