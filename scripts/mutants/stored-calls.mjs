const source = (name) => `packages/adapter-pg/src/${name}.ts`
const atDoor = ['packages/adapter-pg/test/door/stored-calls.int.test.ts']
const tokens = ['packages/adapter-pg/test/catalog/stored-use.test.ts']

/** Sequences and settings in views, rules and defaults. */
export const storedCallGuards = [
  {
    name: 'a sequence without a name is not hidden by one with a name',
    file: source('analyzer/routine-effects'),
    find: 'use.sequences.length > 0 && !use.drawsUnnamed',
    replace: 'use.sequences.length > 0',
    tests: atDoor,
  },
  {
    name: 'a setting that a view tells is read',
    file: source('analyzer/routine-effects'),
    find: '  readSettings(walk, use, via)\n',
    replace: '',
    tests: atDoor,
  },
  {
    name: 'all settings that a view tells are read',
    file: source('analyzer/routine-effects'),
    find: " || (shows.has(call.via) && routine.name !== 'current_setting')",
    replace: '',
    tests: atDoor,
  },
  {
    name: 'an operator that tells a setting reads it',
    file: source('analyzer/routine-effects'),
    find: '!isStored.has(call.via) || ',
    replace: '',
    tests: atDoor,
  },
  {
    name: 'a setting that only decides is not read',
    file: source('analyzer/routine-effects'),
    find: 'if (shows.has(via)) for (const name of settings)',
    replace: 'for (const name of settings)',
    tests: atDoor,
  },
  {
    name: 'a setting without a name may be any',
    file: source('catalog/stored-use'),
    find: 'if (currentSetting.has(routine)) settings',
    replace: 'if (currentSetting.has(routine) && bytes !== -1) settings',
    tests: tokens,
  },
  {
    name: 'only a constant of the very type is a name',
    file: source('catalog/stored-use-sql'),
    find: ':consttype (?:25|2205) ',
    replace: ':consttype [0-9]+ ',
    tests: tokens,
  },
]
