const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const [names, drop, values] = [source('taken-names'), source('drop'), source('range-values')]
const guard = (name, file, find, replace = '') => ({ name, file, find, replace, tests })

/** Names and paths by which functions of others find other things. */
export const lineageNameGuards = [
  guard('pg_settings are settings', source('relation-changes'), '      followAnything(this.#walk)\n', ''),
  guard(
    'SET changes what names mean',
    source('set-statements'),
    "if (name.toLowerCase() === 'search_path') followPath(walk, constantsOf(body))",
    'void [followPath, constantsOf]',
  ),
  guard('a setting has its name in any letters', source('set-statements'), 'name.toLowerCase() ===', 'name ==='),
  guard('so does set_config', source('routine-effects'), '      setPath(walk, call)\n'),
  guard(
    'set_config names its setting in any letters',
    source('routine-effects'),
    "set.toLowerCase() !== 'search_path'",
    "set !== 'search_path'",
  ),
  guard(
    'set_config of who knows what may be a path',
    source('routine-effects'),
    'if (set !== undefined && set.toLowerCase()',
    'if (set === undefined || set.toLowerCase()',
  ),
  guard(
    'a path that is not in the text may be any',
    names,
    'if (after === undefined) return followAnything(walk)',
    'if (after === undefined) return',
  ),
  guard('a name of several parts is no schema', names, 'name?.length === 1', 'name !== undefined'),
  guard(
    'the schema of the user is one',
    names,
    "schema === '$user' ? state.currentUser",
    "schema === '' ? state.currentUser",
  ),
  guard(
    'those that are not named come first',
    names,
    '    ...implicit.filter((schema) => !after.includes(schema)),\n',
    '',
  ),
  guard(
    'relations are found by the path',
    names,
    'meansOthers(holdersOf(catalog.relations.values()), 1, paths) ||',
    '',
  ),
  guard('types are', names, 'meansOthers(holdersOf(catalog.types.values()), 1, paths) ||', ''),
  guard('functions are', names, 'meansOthers(holdersOf(catalog.routines.values()), Infinity, paths)', 'false'),
  guard('by each schema', names, 'catalog.routines.values()), Infinity,', 'catalog.routines.values()), 1,'),
  guard(
    'but relations by the first',
    names,
    'catalog.relations.values()), 1,',
    'catalog.relations.values()), Infinity,',
  ),
  guard('a name that is not found runs nothing', names, '.slice(0, found.length)', ''),
  guard('a function is taken', names, 'return catalog.routinesNamed(name).length > 0', 'return false'),
  guard('a builtin operator is taken', names, ' || catalog.builtinOperatorsNamed(name).length > 0', ''),
  guard('a relation is a type', names, " || isTaken(catalog, 'type', { schema, name })", ''),
  guard('one of the same schema is replaced, or fails', names, ' && object.schema !== schema', ''),
  guard(
    'a renamed relation is read',
    drop,
    'if (ofRelationItself.has(type)) followNamed(walk, body)\n  followNewName',
    'followNewName',
  ),
  guard(
    'a moved relation is read',
    drop,
    'if (ofRelationItself.has(type)) followNamed(walk, body)\n  if (kindOf',
    'if (kindOf',
  ),
  guard('a renamed column is read', drop, "followRenamed(walk, relation, textOf(body, 'subname'))", 'void 0'),
  guard(
    'the others stay',
    drop,
    "followRenamed(walk, relation, textOf(body, 'subname'))",
    'followRenamed(walk, relation)',
  ),
  ...['TABLE', 'VIEW', 'MATVIEW', 'FOREIGN_TABLE', 'INDEX', 'SEQUENCE'].map((kind) =>
    guard(`a renamed ${kind.toLowerCase()} is one of itself`, drop, `  'OBJECT_${kind}',\n`),
  ),
  guard(
    'values under another name are where no rule looks',
    values,
    'flows.divert([{ sources: sourcesOf(columnOrigins(catalog, relation, column).sources) }])',
    'void [flows, sourcesOf(columnOrigins(catalog, relation, column).sources)]',
  ),
  {
    name: 'what functions of others find is kept from whoever gets masked columns',
    file: names,
    find: 'if (isTaken(walk.catalog, kind, written)) followAnything(walk)',
    replace: 'void isTaken',
    tests: ['packages/adapter-pg/test/masking/ways-around.int.test.ts'],
    only: 'a table before that of a',
  },
]
