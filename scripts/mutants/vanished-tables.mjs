const file = 'packages/adapter-pg/src/door/vanished-tables.ts'
const tests = ['packages/adapter-pg/test/door/vanished-tables.test.ts']

/** Tables that masks name and the catalog does not have. */
export const vanishedTableGuards = [
  [
    'lets nothing be read that also defines',
    "effects.every(({ duty }) => duty === 'define')",
    "effects.some(({ duty }) => duty === 'define')",
  ],
  [
    'is looked for again for other masks',
    '  if (known?.masked === masked) return',
    '  if (known !== undefined) return',
  ],
  ['is looked for', '=== undefined)\n  if (gone', '=== null)\n  if (gone'],
]
  .map(([what, find, replace]) => ({ name: `a masked table that is gone ${what}`, file, find, replace, tests }))
  .concat(
    {
      name: 'a door looks whether masked tables are there',
      file: 'packages/adapter-pg/src/door/statement-flow.ts',
      find: 'return vanishedTable(this.#context.access.maskedColumns(), catalog, description.effects)',
      replace: 'return vanishedTable([], catalog, description.effects)',
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
