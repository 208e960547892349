const relay = (name) => `packages/approval-relay/src/${name}.ts`
const tests = (...names) => names.map((name) => `packages/approval-relay/test/${name}.test.ts`)

/** Who waits at the relay, who wakes them, and how much room there is. */
export const relayWaitingGuards = [
  {
    name: 'an answer wakes everybody who waits for it',
    file: relay('pending-entry'),
    find: '    for (const done of this.#waiting) done()\n',
    replace: '    const [first] = this.#waiting\n    first?.()\n',
    tests: tests('waiting'),
  },
  {
    name: 'what was decided before somebody waits is not waited for',
    file: relay('engine-api'),
    find: 'if (waitS > 0 && entry.evidenceAfter(after).length === 0) await',
    replace: 'if (waitS > 0) await',
    tests: tests('waiting'),
  },
  {
    name: 'a question is no longer waited with when its engine is gone',
    file: relay('http/relay-server'),
    find: "      if (!response.writableFinished && message.method === 'GET') over.abort(ending)\n",
    replace: '',
    tests: tests('waiting'),
  },
  {
    name: 'an engine has its own places',
    file: relay('waiting-places'),
    find: 'if (waiting >= this.#share) {',
    replace: 'if (waiting >= 0) {',
    tests: tests('waiting'),
  },
  {
    name: 'what is common is bounded',
    file: relay('waiting-places'),
    find: '      if (this.#commonTaken >= this.#common) return false\n',
    replace: '',
    tests: tests('waiting'),
  },
  {
    name: 'an engine waits no more than its limit',
    file: relay('waiting-places'),
    find: '    if (waiting >= this.#perEngine) return false\n',
    replace: '',
    tests: tests('waiting'),
  },
  {
    name: 'a common place is given back',
    file: relay('waiting-places'),
    find: '    if (waiting > this.#share) this.#commonTaken--\n',
    replace: '',
    tests: tests('waiting'),
  },
  {
    name: 'a place of its own is no common one',
    file: relay('waiting-places'),
    find: 'if (waiting > this.#share) this',
    replace: 'if (waiting > 0) this',
    tests: tests('waiting'),
  },
  {
    name: 'a place is given back when nobody waits any more',
    file: relay('engine-api'),
    find: '      this.#places.release(engine)\n',
    replace: '',
    tests: tests('waiting'),
  },
  {
    name: 'what could not be kept takes no room',
    file: relay('relay-desk'),
    find: '      this.#room.release(engine, bytes)\n      throw error\n',
    replace: '      throw error\n',
    tests: tests('room'),
  },
  {
    name: 'what ended takes no room',
    file: relay('relay-desk'),
    find: '    this.#room.release(entry.request.engine, entry.bytes)\n',
    replace: '',
    tests: tests('room'),
  },
  {
    name: 'what waited before a restart takes room',
    file: relay('relay-desk'),
    find: '      this.#room.restore(engine, request.bytes)\n',
    replace: '',
    tests: tests('room'),
  },
  {
    name: 'bytes that ended take no room',
    file: relay('room-of-engines'),
    find: 'bytes: used.bytes - bytes }',
    replace: 'bytes: used.bytes }',
    tests: tests('room'),
  },
  {
    name: 'what cannot be removed is told',
    file: relay('store/files'),
    find: "if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error",
    replace: 'void error',
    tests: tests('room'),
  },
]
