const source = (name) => `packages/adapter-pg/src/analyzer/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const [drop, objects, relations, values] = [
  source('drop'),
  source('define-objects'),
  source('define-relations'),
  source('range-values'),
]
const guard = (name, file, find, replace = '') => ({ name, file, find, replace, tests })

/** Definitions that let values stand under another name, or that others run later. */
export const lineageDefinitionGuards = [
  guard(
    'a function that is replaced may be run by others',
    objects,
    "if (flagOf(body, 'replace')) followAnything(walk)",
    'void flagOf',
  ),
  guard(
    'a new function is run by nobody yet',
    objects,
    "if (flagOf(body, 'replace')) followAnything",
    'if (flagOf !== undefined) followAnything',
  ),
  guard(
    'what a new domain calls is read',
    objects,
    "define(walk, listed('type', 'domainname')(walk, body))\n  walk.visitAll(",
    "define(walk, listed('type', 'domainname')(walk, body))\n  void [walk, scope, Scope]; void (",
  ),
  guard(
    'a trigger or a rule is handed the rows of others',
    relations,
    'followAnything(walk)',
    'void [walk, followAnything]',
  ),
  guard(
    'a renamed schema renames its relations',
    drop,
    "if (relation.schema === textOf(body, 'subname')) followRenamed",
    'if (relation.id < 0) followRenamed',
  ),
  guard(
    'those of other schemas stay',
    drop,
    "if (relation.schema === textOf(body, 'subname')) followRenamed",
    'if (relation.id !== 0) followRenamed',
  ),
  guard('a renamed relation is read', drop, 'if (ofRelationItself.has(type)) followNamed(walk, body)', 'void 0'),
  guard(
    'a moved relation is read',
    drop,
    "if (ofRelationItself.has(textOf(body, 'objectType'))) followNamed(walk, body)",
    'void 0',
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
]
