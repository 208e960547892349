import { define, type DefineAttributes, namedObject, newObject, runEventTriggers } from './define.js'
import { readValues } from './definition-reads.js'
import { creationSchema, findType, writtenName } from './names.js'
import { optionOf, roleName } from './objects.js'
import { definePublication } from './publications.js'
import { followAnything } from './flows.js'
import { resource } from './resource.js'
import { Scope } from './scope.js'
import { runStored } from './routine-effects.js'
import { followName, type NamedKind } from './taken-names.js'
import { bodyOf, cascadeOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** How commands name the object that they create or change. */
type Naming = (walk: Walk, body: TreeNode) => string

const global =
  (kind: string, field: string): Naming =>
  (_walk, body) =>
    resource(kind, textOf(body, field))

const listed =
  (kind: string, field: string): Naming =>
  (walk, body) => {
    const written = writtenName(namesOf(listOf(body, field)) ?? [])
    return written === undefined ? `${kind}:*` : newObject(walk, kind, written)
  }

const every =
  (kind: string): Naming =>
  () =>
    `${kind}:*`

const defines =
  (naming: Naming, sensitive = false): Handler =>
  (walk, body) => {
    define(walk, naming(walk, body), sensitive ? { sensitive: true } : {})
  }

/** Changes what is there already, wherever its name is found. */
const changes =
  (kind: string, field: string): Handler =>
  (walk, body) => {
    defineNamed(walk, kind, listOf(body, field))
  }

function defineNamed(walk: Walk, kind: string, names: readonly TreeNode[], attributes: DefineAttributes = {}): void {
  const written = writtenName(namesOf(names) ?? [])
  for (const target of written === undefined ? [`${kind}:*`] : namedObject(walk, kind, written))
    define(walk, target, attributes)
}

/** The same, of what is written with its arguments. */
const changesCalled =
  (kind: string, field: string): Handler =>
  (walk, body) => {
    defineNamed(walk, kind, listOf(nodeOf(body, field) ?? {}, 'objname'))
  }

/** ALTER FUNCTION may have it find other things by the names in it (SET search_path). */
const alterFunction: Handler = (walk, body) => {
  changesCalled('function', 'func')(walk, body, new Scope(undefined))
  followAnything(walk)
}

/** The script of an extension may also rewrite what event triggers watch over. */
const runsScript =
  (naming: Naming): Handler =>
  (walk, body) => {
    define(walk, naming(walk, body), { sensitive: true })
    runEventTriggers(walk, { rewrite: true })
    // What it makes may have any names.
    followAnything(walk)
  }

/** CREATE FUNCTION: the body is not run. Languages in which it could reach the server's process are sensitive. */
const createFunction: Handler = (walk, body) => {
  const language = textOf(bodyOf(optionOf(body, 'options', 'language'), 'String') ?? {}, 'sval')
  const definer = optionOf(body, 'options', 'security') !== undefined
  define(walk, listed('function', 'funcname')(walk, body), {
    ...(language !== '' && { language }),
    ...(definer && { security: true }),
    ...((language === 'c' || language === 'internal') && { sensitive: true }),
  })
  // Triggers, defaults and types that are there may run what it is replaced by.
  if (flagOf(body, 'replace')) followAnything(walk)
  followNew(walk, 'function', listOf(body, 'funcname'))
}

/** CREATE AGGREGATE, OPERATOR, TYPE, COLLATION and text search objects have one form. */
const createDefined: Handler = (walk, body) => {
  const kinds: Readonly<Record<string, string>> = {
    OBJECT_AGGREGATE: 'function',
    OBJECT_OPERATOR: 'operator',
    OBJECT_TYPE: 'type',
    OBJECT_COLLATION: 'collation',
  }
  const kind = textOf(body, 'kind')
  const named = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (named === 'function' || named === 'operator' || named === 'type') followNew(walk, named, listOf(body, 'defnames'))
  define(walk, listed(named ?? 'text-search', 'defnames')(walk, body))
}

/** CREATE SCHEMA with what is created in it at once. */
const createSchema: Handler = (walk, body, scope) => {
  const named = textOf(body, 'schemaname')
  const name = named === '' ? roleName(walk, nodeOf(body, 'authrole')) : named
  define(walk, resource('schema', name))
  if (listOf(body, 'schemaElts').length > 0) {
    // Names without schema in these commands mean the new schema first.
    walk.creatingIn = name
    walk.visitAll(listOf(body, 'schemaElts'), scope)
    walk.creatingIn = undefined
  }
}

/** What others mean by a name may be a new object of it. */
function followNew(walk: Walk, kind: NamedKind, names: readonly TreeNode[]): void {
  const { schema, name } = writtenName(namesOf(names) ?? []) ?? { schema: undefined, name: '' }
  followName(walk, kind, { schema: schema ?? creationSchema(walk), name })
}

/** CREATE TYPE in its other forms. */
const createType =
  (field: string): Handler =>
  (walk, body) => {
    define(walk, listed('type', field)(walk, body))
    followNew(walk, 'type', listOf(body, field))
  }

/** CREATE DOMAIN: whoever makes a value of it runs what its checks and its default call. */
const createDomain: Handler = (walk, body, scope) => {
  define(walk, listed('type', 'domainname')(walk, body))
  followNew(walk, 'type', listOf(body, 'domainname'))
  walk.visitAll(listOf(body, 'constraints'), new Scope(scope))
}

/** ALTER DOMAIN may check the rows of every table that uses it. */
const alterDomain: Handler = (walk, body, scope) => {
  defineNamed(walk, 'type', listOf(body, 'typeName'), cascadeOf(body))
  walk.visit(nodeOf(body, 'def'), new Scope(scope))
  // Values that others make of it run what a new check calls, which may keep them.
  if (textOf(body, 'subtype') === 'C') followAnything(walk)
  const written = writtenName(namesOf(listOf(body, 'typeName')) ?? [])
  const type = written === undefined ? undefined : findType(walk, written)
  if (type !== undefined) walk.mention([{ type: type.id }])
  runStored(walk, type?.functions ?? [], 'type')
  // ADD CONSTRAINT, VALIDATE and SET NOT NULL look at every value; DROP CONSTRAINT, DROP NOT NULL and DEFAULT at none.
  if (type !== undefined && !/^[XNT]$/.test(textOf(body, 'subtype'))) readValues(walk, type.id)
}

const alterSystem: Handler = (walk, body) => {
  define(walk, resource('setting', textOf(nodeOf(body, 'setstmt') ?? {}, 'name') || '*'), {
    object: 'system',
    sensitive: true,
  })
  followAnything(walk)
}

const importForeignSchema: Handler = (walk, body) => {
  define(walk, resource('schema', textOf(body, 'local_schema')), { object: 'foreign-table' })
  walk.effects.add('execute', resource('server', textOf(body, 'server_name')), { sensitive: true })
  // The other server says which names they have.
  followAnything(walk)
}

const loadLibrary: Handler = (walk, body) => {
  walk.effects.add('execute', resource('library', textOf(body, 'filename')), { sensitive: true })
  walk.settingFree = false
  walk.changesCatalog = true
}

/** What values pass through on their way to where others write or compare them, whatever its name is. */
const passesValues =
  (naming: Naming): Handler =>
  (walk, body) => {
    define(walk, naming(walk, body))
    followAnything(walk)
  }

/** In force for whoever logs in next, whose names then mean other things (search_path). */
const alterSetting =
  (kind: string, field: string): Handler =>
  (walk, body) => {
    define(walk, resource(kind, textOf(body, field)), { object: 'setting' })
    followAnything(walk)
  }

/** ALTER TABLE ALL IN TABLESPACE. */
const moveTables: Handler = (walk, body) => {
  define(walk, resource('tablespace', textOf(body, 'new_tablespacename')), { sensitive: true })
  // It is a change of each of the tables.
  runEventTriggers(walk)
}

/** Commands that create or change one object and run nothing of it. */
export const objectCommands: readonly (readonly [string, Handler])[] = [
  ['AlterCollationStmt', changes('collation', 'collname')],
  ['AlterDatabaseRefreshCollStmt', defines(global('database', 'dbname'))],
  ['AlterDatabaseSetStmt', alterSetting('database', 'dbname')],
  ['AlterDatabaseStmt', defines(global('database', 'dbname'))],
  ['AlterDomainStmt', alterDomain],
  ['AlterEnumStmt', changes('type', 'typeName')],
  ['AlterEventTrigStmt', defines(global('event-trigger', 'trigname'))],
  ['AlterExtensionContentsStmt', defines(global('extension', 'extname'), true)],
  ['AlterExtensionStmt', runsScript(global('extension', 'extname'))],
  ['AlterFdwStmt', defines(global('foreign-data-wrapper', 'fdwname'), true)],
  ['AlterForeignServerStmt', defines(global('server', 'servername'), true)],
  ['AlterFunctionStmt', alterFunction],
  ['AlterOpFamilyStmt', changes('operator-family', 'opfamilyname')],
  ['AlterOperatorStmt', changesCalled('operator', 'opername')],
  ['AlterPublicationStmt', definePublication],
  ['AlterStatsStmt', changes('statistics', 'defnames')],
  ['AlterSubscriptionStmt', defines(global('subscription', 'subname'), true)],
  ['AlterSystemStmt', alterSystem],
  ['AlterTSConfigurationStmt', changes('text-search', 'cfgname')],
  ['AlterTSDictionaryStmt', changes('text-search', 'dictname')],
  ['AlterTableMoveAllStmt', moveTables],
  ['AlterTableSpaceOptionsStmt', defines(global('tablespace', 'tablespacename'), true)],
  ['AlterTypeStmt', changes('type', 'typeName')],
  ['AlterUserMappingStmt', defines(global('server', 'servername'), true)],
  [
    'CompositeTypeStmt',
    (walk, body) => {
      const { schemaname, relname } = nodeOf(body, 'typevar') ?? {}
      const written = { schema: stringOr(schemaname), name: stringOr(relname) ?? '' }
      define(walk, newObject(walk, 'type', written))
      followName(walk, 'type', { ...written, schema: written.schema ?? creationSchema(walk) })
    },
  ],
  ['CreateAmStmt', defines(global('access-method', 'amname'), true)],
  ['CreateCastStmt', passesValues(every('cast'))],
  ['CreateConversionStmt', passesValues(listed('conversion', 'conversion_name'))],
  ['CreateDomainStmt', createDomain],
  ['CreateEnumStmt', createType('typeName')],
  ['CreateEventTrigStmt', defines(global('event-trigger', 'trigname'), true)],
  ['CreateExtensionStmt', runsScript(global('extension', 'extname'))],
  ['CreateFdwStmt', defines(global('foreign-data-wrapper', 'fdwname'), true)],
  ['CreateForeignServerStmt', defines(global('server', 'servername'), true)],
  ['CreateFunctionStmt', createFunction],
  ['CreateOpClassStmt', passesValues(listed('operator-class', 'opclassname'))],
  ['CreateOpFamilyStmt', defines(listed('operator-family', 'opfamilyname'))],
  ['CreatePLangStmt', defines(global('language', 'plname'), true)],
  ['CreatePublicationStmt', definePublication],
  ['CreateRangeStmt', createType('typeName')],
  ['CreateSchemaStmt', createSchema],
  ['CreateSubscriptionStmt', defines(global('subscription', 'subname'), true)],
  ['CreateTableSpaceStmt', defines(global('tablespace', 'tablespacename'), true)],
  ['CreateTransformStmt', passesValues(every('transform'))],
  ['CreateUserMappingStmt', defines(global('server', 'servername'), true)],
  ['CreatedbStmt', defines(global('database', 'dbname'))],
  ['DefineStmt', createDefined],
  ['DropSubscriptionStmt', defines(global('subscription', 'subname'), true)],
  ['DropTableSpaceStmt', defines(global('tablespace', 'tablespacename'), true)],
  ['DropUserMappingStmt', defines(global('server', 'servername'), true)],
  ['DropdbStmt', defines(global('database', 'dbname'), true)],
  ['ImportForeignSchemaStmt', importForeignSchema],
  ['LoadStmt', loadLibrary],
]

function stringOr(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
