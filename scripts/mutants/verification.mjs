const record = (name) => `packages/core/src/record/${name}.ts`
const test = (...names) => names.map((name) => `packages/core/test/record/${name}.test.ts`)
const fileJournal = test('file-journal')
const lock = test('directory-lock')
const tampering = test('tampering')

/** Who may write a journal, and what verification finds in it. */
export const verificationGuards = [
  {
    name: 'an owner that lives keeps the directory',
    file: record('directory-lock'),
    find: 'if (highest > 0) await assertOwnerGone(directory, highest, options)',
    replace: 'if (highest > 1e9) await assertOwnerGone(directory, highest, options)',
    tests: [...lock, ...fileJournal],
  },
  {
    name: 'an owner that gives a sign of life keeps the directory',
    file: record('directory-lock'),
    find: "if (judged === 'alive' || fileSystem.status(path).modifiedAtMs !== firstSign) throw",
    replace: "if (judged === 'alive') throw",
    tests: lock,
  },
  {
    name: 'an owner that cannot be judged gets its time',
    file: record('directory-lock'),
    find: 'if (performance.now() >= untilMs) return\n',
    replace: 'if (performance.now() >= 0) return\n',
    tests: lock,
  },
  {
    name: 'a claim that is not the highest is given up',
    file: record('directory-lock'),
    find: 'if (lock.#confirm()) return lock',
    replace: 'return lock',
    tests: lock,
  },
  {
    name: 'an owner that was taken over writes nothing',
    file: record('directory-lock'),
    find: '      } else this.#lost = true\n',
    replace: '      }\n',
    tests: lock,
  },
  {
    name: 'an owner that stood still looks before it writes',
    file: record('directory-lock'),
    find: '    if (nowMs - this.#lastSignMs > this.#leaseMs / 2) this.#giveSign()\n',
    replace: '',
    tests: lock,
  },
  {
    name: 'a pid that was given again is another owner',
    file: record('lock-owner'),
    find: "return state.started === owner.started && !state.isOver ? 'alive' : 'dead'",
    replace: "return state.isOver ? 'dead' : 'alive'",
    tests: lock,
  },
  {
    name: 'pids mean nothing across boots and containers',
    file: record('lock-owner'),
    find: "if (self.boot === '' || self.boot !== owner.boot || self.namespace !== owner.namespace) return 'unknown'",
    replace: "if (self.boot === '') return 'unknown'",
    tests: lock,
  },
  ...[
    ['a gap', 'if (lsn > this.#lsn)', 'if (lsn < 0)'],
    ['a duplicate', 'if (lsn < this.#lsn) return', 'if (lsn < 0) return'],
    [
      'an event of another recorder',
      'if (recorder !== (this.#recorder ?? recorder)) return',
      "if (recorder === '') return",
    ],
    ['a hash that does not fit', 'if (prev !== (head?.hash ?? noHash)) {', 'if (false) {'],
    ['time that goes backwards', 'if (time < this.#lastTime) return', "if (time === '') return"],
  ].map(([what, find, replace]) => ({
    name: `verification finds ${what}`,
    file: record('chain-check'),
    find,
    replace,
    tests: tampering,
  })),
  ...[
    ['files that changed places', 'if (segment !== place.segment) return', 'if (segment < 0) return'],
    ['the end of a file that was cut off', 'if (lsn > place.lsn) {', 'if (lsn < 0) {'],
    [
      'an edited last event',
      'if (sameSummary(header.previous, place.previous)) return header',
      'if (header.segment >= 0) return header',
    ],
  ].map(([what, find, replace]) => ({
    name: `verification finds ${what}`,
    file: record('header-check'),
    find,
    replace,
    tests: tampering,
  })),
  {
    name: 'verification finds a missing file',
    file: record('journal-walk'),
    find: 'if (number !== index + 1) {',
    replace: 'if (number < 0) {',
    tests: tampering,
  },
  {
    name: 'damage in the middle is no torn tail',
    file: record('line-damage'),
    find: "if (isLastSegment && !isAmong(rest, undefined)) return 'torn'",
    replace: "if (isLastSegment) return 'torn'",
    tests: tampering,
  },
]
