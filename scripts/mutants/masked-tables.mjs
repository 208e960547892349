const file = 'packages/adapter-pg/src/door/masked-tables.ts'
const tests = ['packages/adapter-pg/test/door/masked-tables.test.ts']

/** Tables that masks name and the catalog does not have. */
export const maskedTableGuards = [
  [
    'lets nothing be read that also defines',
    "effects.every(({ duty }) => duty === 'define')",
    "effects.some(({ duty }) => duty === 'define')",
  ],
  [
    'is looked for again for other masks',
    '    if (looked?.masked === masked) return',
    '    if (looked !== undefined) return',
  ],
  ['is looked for', ' || relation === undefined) refusal', ') refusal'],
  ['is known by its object id', 'if (moved !== undefined || ', 'if ('],
  ['is one of its database', 'JSON.stringify([catalog.database, ', 'JSON.stringify(['],
  ['is remembered', '      else this.#known.set(name, relation.id)\n', ''],
]
  .map(([what, find, replace]) => ({ name: `a masked table that is gone ${what}`, file, find, replace, tests }))
  .concat(
    {
      name: 'a door looks whether masked tables are there',
      file: 'packages/adapter-pg/src/door/statement-flow.ts',
      find: 'refusal(this.#context.access.maskedColumns(), catalog',
      replace: 'refusal([], catalog',
      tests: ['packages/adapter-pg/test/masking/side-channels.int.test.ts'],
      only: 'a table renamed',
    },
    {
      name: 'what others put into notifications is not handed out where something is masked',
      file: 'packages/adapter-pg/src/door/server-words.ts',
      find: 'if (!this.#access.masks()) return bytes',
      replace: 'if (bytes.length > 0) return bytes',
      tests: ['packages/adapter-pg/test/door/masked-results.int.test.ts'],
      only: 'notifications',
    },
  )
