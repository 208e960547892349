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
    'followSetting(walk, name, constantsOf(body))',
    'void [followSetting, constantsOf]',
  ),
  guard('a setting has its name in any letters', names, 'const setting = name.toLowerCase()', 'const setting = name'),
  guard('so does set_config', source('routine-effects'), '      setPath(walk, call)\n'),
  guard(
    'set_config names its setting in any letters',
    source('routine-effects'),
    "set.toLowerCase() === 'search_path'",
    "set === 'search_path'",
  ),
  guard(
    'set_config of who knows what may be a path',
    source('routine-effects'),
    'if (set === undefined) return followAnything(walk)',
    'if (set === undefined) return',
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
  guard('relations are found by the path', names, 'meansOthers(holdersOf(catalog.relations.values()), paths) ||', ''),
  guard('types are', names, 'meansOthers(holdersOf(catalog.types.values()), paths) ||', ''),
  guard('functions are', names, 'callsOthers(holdersOf(catalog.routines.values()), paths)', 'false'),
  guard('by each schema', names, 'callsOthers(holdersOf(', 'meansOthers(holdersOf('),
  guard(
    'one that fits may be found no more',
    names,
    'const was = before.filter((schema) => schemas.has(schema))',
    'const was = before.filter((schema) => schemas.has(schema)).slice(0, found.length)',
  ),
  guard(
    'what is left to the server alone is called by everybody',
    names,
    'schemas.size > 1 && isUsers &&',
    'schemas.size > 1 && found.length > 0 &&',
  ),
  guard(
    'a role has a schema',
    names,
    "  if (setting === 'role' || setting === 'session_authorization') followRole(walk, values?.[0])\n",
    '',
  ),
  guard('so has who is taken for another', names, " || setting === 'session_authorization'", ''),
  guard(
    'a role that is not in the text may be any',
    names,
    "(role === undefined && listed.includes('$user'))",
    'false',
  ),
  guard('a path that cannot be read may have it', names, 'listed === undefined || (role', '(role'),
  guard('NONE is who logged in', names, "role?.toLowerCase() === 'none' ? state.sessionUser : role", 'role'),
  guard('a role may use other schemas', names, 'found.length > 1 || found.some', 'found.some'),
  guard('a role may have one of a name', names, ' || found.some((schema) => !before.includes(schema))', ''),
  guard('a schema of the role is looked into where the path says so', names, "(user ?? '')", "''"),
  guard(
    'but relations by the first',
    names,
    'meansOthers(holdersOf(catalog.relations',
    'callsOthers(holdersOf(catalog.relations',
  ),
  guard('a name that is not found runs nothing', names, 'found !== undefined && ', ''),
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
