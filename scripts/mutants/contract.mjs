const contract = ['packages/adapter-pg/test/contract.int.test.ts']
const measured = 'packages/adapter-pg/src/door/measured-rows.ts'

/** What the contract of adapters alone must miss. */
export const contractGuards = [
  {
    name: 'the contract misses rows that are counted',
    file: measured,
    find: "if (!permit.measured) return 'pass'",
    replace: "if (!permit.measured || permit.measured) return 'pass'",
    tests: contract,
    only: 'hands out no more rows',
  },
  {
    name: 'the contract misses the end of an answer that is too long',
    file: measured,
    find: '        this.#events.fatal(error)\n',
    replace: '        void error\n',
    tests: contract,
    only: 'of one answer',
  },
  {
    name: 'the contract misses a limit on actions',
    file: 'packages/core/src/duty-reservation.ts',
    find: 'return this.#ask(this.#claimsOf(rules, act), whoOf(act))',
    replace: 'return this.#ask({ claims: [], unknown: undefined }, whoOf(act))',
    tests: contract,
    only: 'lets no more actions through',
  },
]
