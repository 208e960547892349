const source = (name) => `packages/adapter-pg/src/door/${name}.ts`
const login = ['packages/adapter-pg/test/served/login.test.ts']
const turns = ['packages/adapter-pg/test/door/check-turns.test.ts']

/** Who is looked at in which order at a served door, and what stays of a password. */
export const loginTurnsGuards = [
  {
    name: 'a client that is refused while it is looked at makes room',
    file: source('loopback-clients'),
    find: "        gone.addEventListener('abort', () => stands('refused'), { once: true })\n",
    replace: '',
    tests: login,
  },
  {
    name: 'a password waits for its turn',
    file: source('password-authentication'),
    find: 'over = await turns.take(claims(login), gone)',
    replace: 'over = () => undefined',
    tests: login,
  },
  {
    name: 'a turn is given back',
    file: source('password-authentication'),
    find: '      over?.()\n',
    replace: '',
    tests: login,
  },
  {
    name: 'as many are looked at as may be',
    file: source('check-turns'),
    find: 'if (this.#checks.fit(keys)) return this.#begin(keys)',
    replace: 'if (keys.length > 0) return this.#begin(keys)',
    tests: turns,
  },
  {
    name: 'as many wait as may',
    file: source('check-turns'),
    find: '    if (!this.#line.fit(keys)) throw tooMany()\n',
    replace: '',
    tests: turns,
  },
  {
    name: 'each claim has its share',
    file: source('check-turns'),
    find: 'this.#max / 2 ** depth',
    replace: 'this.#max',
    tests: turns,
  },
  {
    name: 'a turn goes on to the next',
    file: source('check-turns'),
    find: '      for (const waiting of this.#waiting) if (this.#checks.fit(waiting.keys)) waiting.begin()\n',
    replace: '',
    tests: turns,
  },
  {
    name: 'a turn goes to nobody whose share is taken',
    file: source('check-turns'),
    find: 'if (this.#checks.fit(waiting.keys)) waiting.begin()',
    replace: 'waiting.begin()',
    tests: turns,
  },
  {
    name: 'a turn is given back once',
    file: source('check-turns'),
    find: '      if (isOver) return\n',
    replace: '',
    tests: turns,
  },
  {
    name: 'a check that never ends gives its turn back',
    file: source('check-turns'),
    find: 'setTimeout(over, this.#checkMs)',
    replace: 'setTimeout(() => undefined, this.#checkMs)',
    tests: turns,
  },
  {
    name: 'who is gone waits no more',
    file: source('check-turns'),
    find: "      gone.addEventListener('abort', leave, { once: true })\n",
    replace: '',
    tests: turns,
  },
  {
    name: 'who is gone before its turn takes none',
    file: source('check-turns'),
    find: '    if (gone.aborted) throw left()\n',
    replace: '',
    tests: turns,
  },
  {
    name: 'a place in the line is given back',
    file: source('check-turns'),
    find: 'if (this.#waiting.delete(waiting)) this.#line.giveBack(waiting.keys)',
    replace: 'this.#waiting.delete(waiting)',
    tests: turns,
  },
  {
    name: 'pieces of a password are overwritten',
    file: source('frames'),
    find: '    if (this.#wipes) this.#overwrite()\n',
    replace: '',
    tests: login,
  },
  {
    name: 'half a password is overwritten',
    file: source('login'),
    find: "    if (this.#context.entry.kind === 'unknown') this.#reader.wipe()\n",
    replace: '',
    tests: login,
  },
  {
    name: 'what a client of a socket sent is not copied',
    file: source('login'),
    find: "this.#context.entry.kind === 'unknown' ? chunk : Buffer.from(chunk)",
    replace: 'Buffer.from(chunk)',
    tests: login,
  },
]
