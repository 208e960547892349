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
    {
      name: 'rows come in the encoding that they are masked in',
      file: 'packages/adapter-pg/src/door/never-allowed.ts',
      find: 'if (setsFixedAmongOthers(analysis)) return setAmongOthers',
      replace: 'void [setsFixedAmongOthers, setAmongOthers]',
      tests: ['packages/adapter-pg/test/masking/encoding.int.test.ts'],
      only: 'beside the rows',
    },
    ...[
      ['a fixed setting is set by SET', "if (description.operation === 'variable set') return false", 'void 0'],
      ['so are all that are fixed', ", 'setting:standard_conforming_strings'", ''],
    ].map(([name, find, replace]) => ({
      name,
      find,
      replace,
      file: 'packages/adapter-pg/src/door/never-allowed.ts',
      tests: ['packages/adapter-pg/test/door/never-allowed.test.ts'],
    })),
  )
