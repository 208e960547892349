import type { CatalogRow } from './database-state.js'
import type { Observation } from './observation.js'
import type { Edge } from './structure.js'
import { firstUserId, relationsRead } from '../server-tree.js'

/**
 * One thing that was observed. `on` names what it happened to: `schema.name` for relations and functions, else a word of
 * its own. The table in mapping.ts says which duty stands for which kind.
 */
export interface Fact {
  readonly kind: FactKind
  readonly on: string
}

export type FactKind =
  /** The server demanded the SELECT privilege on a relation. */
  | 'read'
  /** Rows of a relation are new or different; rows of it are gone. */
  | 'row-written'
  | 'row-deleted'
  /** A sequence stands elsewhere. */
  | 'sequence'
  /** A definition was made, changed or removed; privileges, owners or roles were. */
  | 'definition'
  | 'privilege'
  /** Settings stored for roles or databases, configuration files, and the reading of them. */
  | 'stored-setting'
  | 'configuration'
  /** Files of the server outside of its own. */
  | 'file-written'
  | 'file-read'
  /** The session: a setting, its role, a prepared statement, a cursor, a channel that it listens on. */
  | 'setting'
  | 'role'
  | 'prepared'
  | 'cursor'
  | 'listening'
  /** Locks that outlast the statement. */
  | 'table-lock'
  | 'row-lock'
  | 'advisory-lock'
  /** Somebody who listens was told. */
  | 'notification'
  /** Another backend lost its statement or its connection. */
  | 'backend'
  | 'large-object'
  | 'large-object-deleted'
  /** A user-defined function ran. */
  | 'called'
  /** Server-wide objects: databases, tablespaces, slots, origins, subscriptions, prepared transactions. */
  | 'database'
  | 'tablespace'
  | 'slot'
  | 'origin'
  | 'subscription'
  | 'prepared-transaction'
  /** The open transaction ended or began; the value of a setting was shown. */
  | 'transaction'
  | 'shown'
  /** A library was loaded; rows came from the client that the statement itself does not show. */
  | 'library'
  | 'streamed'
  /** Planner statistics; the file behind a relation, its contents unchanged. */
  | 'statistics'
  | 'storage'
  /** What others may notice though no data changed. */
  | 'statistics-reset'
  | 'snapshot'
  | 'log'
  | 'transaction-id'
  | 'delay'

/** What one run showed, in facts. */
export interface Facts {
  readonly list: readonly Fact[]
  /** Relations that the server so much as locked or scanned: nobody may claim to have read another one. */
  readonly touched: ReadonlySet<string>
}

/** Takes an observation apart. */
export function factsOf(observation: Observation): Facts {
  const rows = rowFacts(observation)
  const definitions = definitionFacts(observation)
  const sequences = sequenceFacts(observation)
  const changed = [...rows, ...definitions, ...sequences]
  const server = serverFacts(observation)
  const list = [
    ...readFacts(observation, new Set(rows.map(({ on }) => on))),
    ...changed,
    ...server,
    ...fileFacts(observation),
    ...sessionFacts(observation),
    ...lockFacts(observation, changed),
    ...storageFacts(observation, changed),
    ...observation.notifications.map((told): Fact => ({ kind: 'notification', on: told.split(' ')[0] ?? '' })),
    ...(observation.victim === 'untouched' ? [] : [{ kind: 'backend', on: observation.victim } as const]),
    ...largeObjectFacts(observation),
    ...[...observation.called].map((name): Fact => ({ kind: 'called', on: name })),
  ]
  return { list: [...list, ...traceFacts(observation, list)], touched: touchedBy(observation) }
}

function nameOf(observation: Observation, id: number): string {
  return observation.relationNames.get(id) ?? `#${String(id)}`
}

/**
 * What the statement's own tree and the trees of what it ran demand. For a foreign key the server looks up rows with
 * queries of its own; those belong to the change, so that relations joined to a changed one by a key count only when the
 * statement's own tree, the first, names them.
 */
function readFacts(observation: Observation, changed: ReadonlySet<string>): Fact[] {
  // What is prepared is analysed, and read when it is executed.
  if (observation.command === 'PREPARE') return []
  const read = new Set<string>()
  const keyed = joinedByKey(observation, changed)
  // The body of a new function is analysed, not run.
  const isBody =
    observation.after.database.catalogs.get('pg_proc') !== observation.before.database.catalogs.get('pg_proc')
  for (const [index, tree] of observation.trees.entries()) {
    for (const id of index > 0 && isBody ? [] : relationsRead(tree)) {
      const name = nameOf(observation, id)
      // Functions that describe objects look into the catalog with queries of their own.
      if (index === 0 || !(keyed.has(name) || id < firstUserId)) read.add(name)
    }
  }
  // What has no name any more was a table of the server's own for the time being.
  return [...read].filter((name) => !name.startsWith('#')).map((on) => ({ kind: 'read', on }))
}

/** Relations that a foreign key joins to one of these, at any distance. */
function joinedByKey({ graph }: Observation, relations: ReadonlySet<string>): ReadonlySet<string> {
  return reach(relations, graph, ({ kind }) => kind === 'foreign-key')
}

function rowFacts(observation: Observation): Fact[] {
  const { before, after } = observation
  const facts: Fact[] = []
  const come = new Map<string, ReadonlySet<string>>()
  const gone = new Map<string, ReadonlySet<string>>()
  for (const on of new Set([...before.database.rows.keys(), ...after.database.rows.keys()])) {
    const was = before.database.rows.get(on) ?? new Map<string, string>()
    const is = after.database.rows.get(on)
    // Rows that went with their relation belong to its definition.
    if (is === undefined) continue
    if ([...is].some(([key, row]) => was.get(key) !== row)) facts.push({ kind: 'row-written', on })
    come.set(on, new Set([...is.keys()].filter((key) => !was.has(key))))
    gone.set(on, new Set([...was.keys()].filter((key) => !is.has(key))))
  }
  for (const [on, keys] of gone) if (keys.size > 0) facts.push(lossOf(observation, on, keys, come))
  return distinct(facts)
}

/**
 * What it means that rows are gone: deleted, when the server counted deletions or replaced the file; else their key was
 * changed. A row that is in another partition now was written in both.
 */
function lossOf(
  { graph, deletedFrom, before, after }: Observation,
  on: string,
  keys: ReadonlySet<string>,
  come: ReadonlyMap<string, ReadonlySet<string>>,
): Fact {
  const family = [...reach(new Set([on]), graph, ({ kind }) => kind === 'inherits')].filter((name) => name !== on)
  const moved = [...keys].every((key) => family.some((name) => come.get(name)?.has(key) === true))
  const replaced = before.database.storage.get(on) !== after.database.storage.get(on)
  const deleted = (deletedFrom.has(on) || replaced) && !moved
  return { kind: deleted ? 'row-deleted' : 'row-written', on }
}

function sequenceFacts({ before, after }: Observation): Fact[] {
  return [...after.database.sequences]
    .filter(([name, state]) => before.database.sequences.has(name) && before.database.sequences.get(name) !== state)
    .map(([on]) => ({ kind: 'sequence', on }))
}

/** Catalogs whose every row gives or takes away a right. */
const privilegeCatalogs = new Set(['pg_default_acl', 'pg_policy', 'pg_init_privs'])

function definitionFacts({ before, after }: Observation): Fact[] {
  const facts: Fact[] = []
  for (const [catalog, is] of after.database.catalogs) {
    const was = before.database.catalogs.get(catalog) ?? new Map<string, CatalogRow>()
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const [old, now] = [was.get(key), is.get(key)]
      const defined = (old?.definition ?? '') !== (now?.definition ?? '')
      if (defined) facts.push({ kind: privilegeCatalogs.has(catalog) ? 'privilege' : 'definition', on: catalog })
      else if (old?.privileges !== now?.privileges) facts.push({ kind: 'privilege', on: catalog })
    }
  }
  return distinct(facts)
}

const serverParts: Readonly<Record<string, FactKind>> = {
  roles: 'privilege',
  memberships: 'privilege',
  parameter_privileges: 'privilege',
  this_database: 'privilege',
  databases: 'database',
  tablespaces: 'tablespace',
  stored_settings: 'stored-setting',
  subscriptions: 'subscription',
  origins: 'origin',
  slots: 'slot',
  prepared_transactions: 'prepared-transaction',
  shared_comments: 'definition',
  shared_labels: 'definition',
  configuration_loaded: 'configuration',
  statistics_reset: 'statistics-reset',
  log_file: 'log',
  checkpoint: 'log',
}

function serverFacts({ before, after }: Observation): Fact[] {
  const facts = [...after.server]
    .filter(([part, state]) => before.server.get(part) !== state)
    .map(([part]): Fact => ({ kind: serverParts[part] ?? 'configuration', on: part }))
  // Whoever makes or drops a database or a tablespace makes a checkpoint, too.
  const makesCheckpoint = facts.some(({ kind }) => kind === 'database' || kind === 'tablespace')
  return makesCheckpoint ? facts.filter(({ kind }) => kind !== 'log') : facts
}

function fileFacts(observation: Observation): Fact[] {
  const { before, after, filesDuring } = observation
  const facts: Fact[] = observation.filesRead.map((on) => ({ kind: 'file-read', on }))
  for (const files of [filesDuring, after.files]) {
    for (const path of new Set([...before.files.keys(), ...files.keys()])) {
      if (before.files.get(path) === files.get(path)) continue
      if (path.startsWith('pg_snapshots/')) facts.push({ kind: 'snapshot', on: path })
      else if (path.startsWith('scratch/')) facts.push({ kind: 'file-written', on: path })
      else facts.push({ kind: 'configuration', on: path })
    }
  }
  return distinct(facts)
}

/** Follow the state of the transaction, not of the session. */
const perTransaction = new Set(['transaction_read_only', 'transaction_isolation', 'transaction_deferrable'])

function sessionFacts({ before, during, after, command, streamed }: Observation): Fact[] {
  const facts: Fact[] = []
  const sides = [during, after.session].filter((side) => side !== undefined)
  for (const side of sides) {
    for (const name of new Set([...before.session.settings.keys(), ...side.settings.keys()])) {
      const differs = before.session.settings.get(name) !== side.settings.get(name)
      if (differs && !(perTransaction.has(name) && side !== during)) facts.push({ kind: 'setting', on: name })
    }
    if (before.session.roles !== side.roles) facts.push({ kind: 'role', on: side.roles })
    for (const part of ['prepared', 'cursors', 'channels'] as const) {
      const kind = part === 'prepared' ? 'prepared' : part === 'cursors' ? 'cursor' : 'listening'
      // Cursors close with the transaction that the battery ends itself.
      if (part === 'cursors' && side !== during && during !== undefined) continue
      const gone = [...before.session[part]].filter((name) => !side[part].has(name))
      const come = [...side[part]].filter((name) => !before.session[part].has(name))
      facts.push(...[...gone, ...come].map((on): Fact => ({ kind, on: on.split(' ')[0] ?? '' })))
    }
  }
  if (transactionCommands.test(command)) facts.push({ kind: 'transaction', on: command })
  if (command === 'SHOW') facts.push({ kind: 'shown', on: 'setting' })
  if (streamed) facts.push({ kind: 'streamed', on: 'client' })
  if (command === 'LOAD') facts.push({ kind: 'library', on: 'library' })
  return distinct(facts)
}

const transactionCommands = /^(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PREPARE TRANSACTION)/

/** A definition's own locks are part of it, and so are the ones under which rows are written. */
function lockFacts(observation: Observation, changed: readonly Fact[]): Fact[] {
  const facts: Fact[] = []
  const defined = changed.some(({ kind }) => kind === 'definition' || kind === 'privilege')
  // A sequence that stands elsewhere is said already.
  const rowsOf = new Set(changed.filter(({ kind }) => /^row-|^sequence$/.test(kind)).map(({ on }) => on))
  const keyed = joinedByKey(observation, rowsOf)
  const relations = new Set(observation.relationNames.values())
  for (const { kind, on, mode } of [...observation.locks, ...observation.locksAfter]) {
    const isIndex = kind === 'relation' && !relations.has(on)
    if (kind === 'advisory') facts.push({ kind: 'advisory-lock', on })
    else if (kind !== 'relation' || isIndex || on.startsWith('pg_catalog.')) continue
    else if (mode === 'RowShareLock' && !keyed.has(on)) facts.push({ kind: 'row-lock', on })
    else if (strongLocks.has(mode) && !defined && !rowsOf.has(on)) facts.push({ kind: 'table-lock', on })
  }
  return distinct(facts)
}

const strongLocks = new Set([
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
])

function storageFacts({ before, after, maintained }: Observation, changed: readonly Fact[]): Fact[] {
  const facts = [...maintained].map((on): Fact => ({ kind: 'statistics', on }))
  if (before.database.statistics !== after.database.statistics) facts.push({ kind: 'statistics', on: 'pg_statistic' })
  if (changed.length > 0) return facts
  for (const [on, file] of after.database.storage) {
    if (before.database.storage.get(on) !== file) facts.push({ kind: 'storage', on })
  }
  return facts
}

function largeObjectFacts({ before, after }: Observation): Fact[] {
  const facts: Fact[] = []
  for (const id of new Set([...before.database.largeObjects.keys(), ...after.database.largeObjects.keys()])) {
    const is = after.database.largeObjects.get(id)
    if (is === undefined) facts.push({ kind: 'large-object-deleted', on: id })
    else if (before.database.largeObjects.get(id) !== is) facts.push({ kind: 'large-object', on: id })
  }
  return facts
}

/** Traces that a statement leaves although nothing else was seen of it. */
function traceFacts(observation: Observation, seen: readonly Fact[]): Fact[] {
  const others = seen.filter(({ kind }) => kind !== 'read' && kind !== 'called')
  const facts: Fact[] = []
  if (observation.slept) facts.push({ kind: 'delay', on: 'time' })
  if (others.length > 0) return facts
  if (observation.during?.transactionId !== undefined) facts.push({ kind: 'transaction-id', on: 'transaction' })
  else if (observation.logBytes > 0) facts.push({ kind: 'log', on: 'write-ahead log' })
  return facts
}

function touchedBy(observation: Observation): ReadonlySet<string> {
  const touched = new Set(observation.scanned)
  for (const { kind, on } of observation.locks) if (kind === 'relation') touched.add(on)
  for (const tree of observation.trees) for (const id of relationsRead(tree)) touched.add(nameOf(observation, id))
  return touched
}

/** Everything that hangs together with some names along the edges that count, in either direction. */
export function reach(
  names: ReadonlySet<string>,
  graph: readonly Edge[],
  counts: (edge: Edge) => boolean,
): ReadonlySet<string> {
  const reached = new Set(names)
  for (let size = -1; size !== reached.size;) {
    size = reached.size
    for (const edge of graph) {
      if (!counts(edge)) continue
      if (reached.has(edge.from)) reached.add(edge.to)
      else if (reached.has(edge.to)) reached.add(edge.from)
    }
  }
  return reached
}

function distinct(facts: readonly Fact[]): Fact[] {
  return [...new Map(facts.map((fact) => [`${fact.kind} ${fact.on}`, fact])).values()]
}
