import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Readable, Writable } from 'node:stream'
import { type LocalPostgres, startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Entry } from './entry.js'
import { quietSetting, toldPrefix } from './fixture/trap.js'
import { type World, worldSql } from './fixture/worlds.js'
import { DatabaseObserver, type DatabaseState } from './observe/database-state.js'
import type { Edge, HeldLock, Observation, Side } from './observe/observation.js'
import { AccessWatch, readFiles, readServer } from './observe/server-state.js'
import { readSession } from './observe/session-state.js'
import { type PrintedValue, readPrintedTree } from './server-tree.js'
import { Victim } from './victim.js'

/** Channels that somebody listens on while statements run. */
const channels = ['traps', 'news']

/** What a run may be told beside its entry. */
export interface RunOptions {
  /** Traps that do nothing this time. */
  readonly quiet?: readonly string[]
  /** Called on the prepared session, before the statement: what an analyzer would know at this moment. */
  readonly inspect?: (session: pg.Client, text: string, fill: (text: string) => string) => Promise<void>
}

/** A server of its own with a template database per world; runs each entry in a fresh copy and tells what changed. */
export class Lab {
  readonly server: LocalPostgres
  readonly extensions: ReadonlySet<string>
  readonly #admin: pg.Client
  readonly #observer: DatabaseObserver
  readonly #templates = new Map<World, Promise<DatabaseState>>()
  readonly #scratch: string
  #victim: Victim | undefined
  #runs = 0

  private constructor(
    server: LocalPostgres,
    admin: pg.Client,
    observer: DatabaseObserver,
    extensions: ReadonlySet<string>,
    scratch: string,
  ) {
    this.server = server
    this.#admin = admin
    this.#observer = observer
    this.extensions = extensions
    this.#scratch = scratch
  }

  /** Starts the server. Nothing outside of it can be meant: the battery destroys things on purpose. */
  static async start(): Promise<Lab> {
    const server = await startPostgres({ settings })
    try {
      const admin = new pg.Client({ connectionString: server.superuserUrl })
      await admin.connect()
      for (const role of ['agent', 'helper', 'group_role']) await admin.query(`create role ${role} login`)
      await admin.query('create role chief superuser')
      await admin.query('grant helper to group_role')
      const scratch = join(server.dataDirectory, 'scratch')
      await mkdir(scratch)
      await chmod(scratch, 0o777)
      await writeFile(join(scratch, 'readable.csv'), '8001,1,canary-file\n')
      await writeFile(join(scratch, 'numbers.csv'), '901,1\n902,2\n')
      const { rows } = await admin.query<{ name: string }>('select name from pg_available_extensions')
      const extensions = new Set(rows.map(({ name }) => name))
      return new Lab(server, admin, await DatabaseObserver.of(admin), extensions, scratch)
    } catch (error) {
      await server.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#victim?.end()
    await this.#admin.end()
    await this.server.stop()
  }

  /** Whether this server can run the entry at all. */
  canRun(entry: Entry): boolean {
    const needs = entry.needs ?? []
    return this.server.majorVersion >= (entry.since ?? 0) && needs.every((name) => this.extensions.has(name))
  }

  /** Connects to a world's template copy that no run uses; for reading its catalog. */
  async withCopy<Result>(world: World, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    await this.#template(world)
    const database = await this.#copy(world)
    try {
      return await this.#inDatabase(database, use)
    } finally {
      await this.#admin.query(`drop database ${database} with (force)`)
    }
  }

  /** Runs one entry in a fresh copy of its world. Throws when the set-up fails; a failing statement is an observation. */
  async run(entry: Entry, options: RunOptions = {}): Promise<Observation> {
    const known = await this.#template(entry.world)
    const database = await this.#copy(entry.world)
    const quiet = `,${(options.quiet ?? []).join(',')},`
    const [subject, witness] = await Promise.all([
      this.#connect(database, `${printing} -c ${quietSetting}=${quiet}`),
      this.#connect(database),
    ])
    try {
      return await this.#observe(entry, options, subject, witness, known)
    } finally {
      await Promise.all([subject.end().catch(() => undefined), witness.end()])
      await this.#cleanUp(entry, database)
      await this.#admin.query(`drop database if exists ${database} with (force)`)
    }
  }

  async #observe(
    entry: Entry,
    options: RunOptions,
    subject: pg.Client,
    witness: pg.Client,
    known: DatabaseState,
  ): Promise<Observation> {
    const victim = await this.#freshVictim()
    const text = this.#fill(entry.text, victim)
    const inTransaction = entry.inTransaction !== false
    const pid = (await subject.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid ?? 0
    for (const statement of entry.setup ?? []) await subject.query(this.#fill(statement, victim))
    const notifications: string[] = []
    witness.on('notification', ({ channel, payload }) => notifications.push(`${channel} ${payload ?? ''}`))
    await witness.query(channels.map((channel) => `listen ${channel}`).join(';'))
    const usedBefore = await usage(witness, subject)
    const opening = entry.opening ?? []
    // Its own reading would leave locks in the transaction.
    const early = opening.length === 0 ? await readSession(subject) : undefined
    if (inTransaction) await subject.query('begin')
    for (const statement of opening) await subject.query(this.#fill(statement, victim))
    await options.inspect?.(subject, text, (each) => this.#fill(each, victim))
    const before: Side = {
      database: entry.setup === undefined ? known : await this.#observer.read(witness, subject, known),
      session: early ?? (await readSession(subject)),
      server: await readServer(witness),
      files: await readFiles(this.server.dataDirectory),
    }
    const watch = await AccessWatch.on([
      ...['', 'readable.csv', 'numbers.csv'].map((name) => join(this.#scratch, name)),
      join(this.server.dataDirectory, 'pg_hba.conf'),
      join(this.server.dataDirectory, 'pg_ident.conf'),
    ])
    const logBefore = await logPosition(witness)
    const startedAt = performance.now()
    const outcome = await send(subject, text, entry)
    const elapsedMs = performance.now() - startedAt
    const logBytes = (await logPosition(witness)) - logBefore
    const filesRead = await watch.accessed()
    const locks = await heldLocks(witness, pid)
    const filesDuring = await readFiles(this.server.dataDirectory)
    const open = inTransaction && outcome.error === undefined && outcome.status !== 'I'
    const during = open ? await readSession(subject) : undefined
    if (inTransaction && outcome.status !== 'I')
      await subject.query(outcome.error === undefined ? 'commit' : 'rollback')
    const used = await usage(witness, subject)
    await witness.query('select 1')
    const after: Side = {
      database: await this.#observer.read(witness, subject, before.database),
      session: await readSession(subject),
      server: await readServer(witness),
      files: await readFiles(this.server.dataDirectory),
    }
    return {
      before,
      after,
      during,
      locks,
      locksAfter: await heldLocks(witness, pid),
      filesDuring,
      filesRead: filesRead.map((path) => path.slice(this.server.dataDirectory.length + 1)),
      notifications,
      victim: await victim.state(text.includes(String(victim.pid))),
      trees: outcome.trees,
      called: new Set([...newSince(used.called, usedBefore.called), ...outcome.told]),
      scanned: newSince(used.scanned, usedBefore.scanned),
      maintained: newSince(used.maintained, usedBefore.maintained),
      deletedFrom: newSince(used.deleted, usedBefore.deleted),
      foreignCode: await foreignCode(witness),
      graph: await readGraph(witness),
      streamed: entry.copyIn !== undefined,
      relationNames: used.names,
      logBytes,
      elapsedMs,
      command: outcome.command,
      error: outcome.error,
    }
  }

  async #cleanUp(entry: Entry, database: string): Promise<void> {
    for (const { where, what } of entry.cleanup ?? []) {
      if (where === 'server') await this.#admin.query(what)
      else if (where === 'scratch') await rm(join(this.#scratch, what), { force: true })
      else await this.#inDatabase(database, (client) => client.query(what))
    }
  }

  #template(world: World): Promise<DatabaseState> {
    const known = this.#templates.get(world)
    if (known !== undefined) return known
    const made = this.#makeTemplate(world)
    this.#templates.set(world, made)
    return made
  }

  async #makeTemplate(world: World): Promise<DatabaseState> {
    const name = `world_${world}`
    await this.#admin.query(`create database ${name} template template0`)
    return this.#inDatabase(name, async (client) => {
      for (const part of worldSql(world, this.extensions)) await buildWorld(client, part)
      await client.query('vacuum (freeze)')
      return this.#observer.read(client)
    })
  }

  async #copy(world: World): Promise<string> {
    this.#runs += 1
    const database = `run_${String(this.#runs)}`
    await this.#admin.query(`create database ${database} template world_${world} strategy file_copy`)
    return database
  }

  async #inDatabase<Result>(database: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = await this.#connect(database)
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }

  async #connect(database: string, options?: string): Promise<pg.Client> {
    const url = new URL(this.server.superuserUrl)
    url.pathname = `/${database}`
    const client = new pg.Client({ connectionString: url.href, ...(options !== undefined && { options }) })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  async #freshVictim(): Promise<Victim> {
    if (this.#victim?.isSleeping !== true) {
      this.#victim?.end()
      this.#victim = await Victim.start(this.server.superuserUrl)
    }
    return this.#victim as Victim
  }

  #fill(text: string, victim: Victim): string {
    return text
      .replaceAll('{{victim}}', String(victim.pid))
      .replaceAll('{{scratch}}', this.#scratch)
      .replaceAll('{{port}}', String(this.server.port))
      .replaceAll('{{password}}', new URL(this.server.superuserUrl).password)
  }
}

/** Runs a part of a world; an error shows the place. */
async function buildWorld(client: pg.Client, sql: string): Promise<void> {
  try {
    await client.query(sql)
  } catch (error) {
    const at = error instanceof pg.DatabaseError ? Number(error.position ?? 1) : 1
    throw new Error(`a world cannot be built: ${String(error)} at: ${sql.slice(at - 1, at + 120)}`, { cause: error })
  }
}

/** Makes the server tell its trees to the session itself. */
const printing = '-c debug_print_rewritten=on -c debug_pretty_print=off -c client_min_messages=log'

const settings = {
  autovacuum: 'off',
  bgwriter_lru_maxpages: '0',
  checkpoint_timeout: '1d',
  max_wal_size: '20GB',
  max_prepared_transactions: '10',
  wal_level: 'logical',
  track_functions: 'all',
  session_preload_libraries: 'plpgsql',
  stats_fetch_consistency: 'none',
  log_min_messages: 'panic',
  jit: 'off',
}

interface Outcome {
  readonly trees: readonly PrintedValue[]
  /** Traps that said that they were called. */
  readonly told: ReadonlySet<string>
  readonly command: string
  readonly error: string | undefined
  /** Of the transaction: `I`dle, in a `T`ransaction, `E` failed. */
  readonly status: string
}

/** Sends the text as it is, in the simple protocol unless it has parameters, and collects the trees that the server prints meanwhile. */
async function send(client: pg.Client, text: string, entry: Entry): Promise<Outcome> {
  const printed: string[] = []
  const told = new Set<string>()
  const listen = (notice: { readonly message?: string | undefined; readonly detail?: string | undefined }): void => {
    if (notice.message?.startsWith('rewritten parse tree') === true) printed.push(notice.detail ?? '')
    else if (notice.message?.startsWith(toldPrefix) === true) told.add(notice.message.slice(toldPrefix.length))
  }
  client.on('notice', listen)
  const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter }
  // An error arrives before the server says in which state it leaves the transaction.
  const ready = new Promise<string>((resolve) => {
    connection.once('readyForQuery', (message: { readonly status: string }) => resolve(message.status))
    connection.once('end', () => resolve('I'))
  })
  let command = ''
  let error: string | undefined
  try {
    command = await perform(client, text, entry)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown)
  }
  const status = await ready
  client.off('notice', listen)
  return { trees: printed.map(readPrintedTree), told, command, error, status }
}

async function perform(client: pg.Client, text: string, { copyIn, parameters }: Entry): Promise<string> {
  if (copyIn !== undefined) {
    await pipeline(Readable.from([copyIn]), client.query(copyFrom(text)))
    return 'COPY'
  }
  if (/^copy\b.*\bto stdout\b/is.test(text)) {
    await pipeline(client.query(copyTo(text)), new Writable({ write: (_chunk, _encoding, done) => done() }))
    return 'COPY'
  }
  const results = await client.query(parameters === undefined ? text : { text, values: [...parameters] })
  return Array.isArray(results)
    ? results.map(({ command }: { command: string }) => command).join(', ')
    : results.command
}

async function logPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ at: string }>(`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at`)
  return Number(rows[0]?.at)
}

async function heldLocks(client: pg.Client, pid: number): Promise<readonly HeldLock[]> {
  const { rows } = await client.query<HeldLock>(locksSql, [pid])
  return rows
}

const locksSql = `
select l.locktype as kind, l.mode, case when l.locktype = 'relation'
  then coalesce((select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = l.relation), '#' || l.relation)
  else concat_ws(',', l.classid, l.objid) end as "on"
from pg_locks l where l.pid = $1 and l.granted and l.locktype in ('relation', 'advisory', 'object')`

async function readGraph(client: pg.Client): Promise<readonly Edge[]> {
  return (await client.query<Edge>(graphSql)).rows
}

async function foreignCode(client: pg.Client): Promise<ReadonlySet<string>> {
  const sql = `select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.oid >= 16384 and p.prolang = (select oid from pg_language where lanname = 'c')`
  return new Set((await client.query<{ name: string }>(sql)).rows.map(({ name }) => name))
}

const relationName = (id: string): string =>
  `(select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${id})`

const functionName = (id: string): string =>
  `(select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = ${id})`

const graphSql = `
select 'foreign-key' as kind, ${relationName('conrelid')} as from, ${relationName('confrelid')} as to from pg_constraint where contype = 'f'
union all select 'inherits', ${relationName('inhrelid')}, ${relationName('inhparent')} from pg_inherits
union all select distinct 'view', ${relationName('r.ev_class')}, ${relationName('d.refobjid')} from pg_depend d join pg_rewrite r on r.oid = d.objid
  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class and r.ev_class >= 16384
union all select 'owned-sequence', ${relationName('d.objid')}, ${relationName('d.refobjid')} from pg_depend d join pg_class c on c.oid = d.objid
  where d.classid = 'pg_class'::regclass and c.relkind = 'S' and d.refclassid = 'pg_class'::regclass
union all select 'aggregate', ${functionName('a.aggfnoid')}, ${functionName('f')} from pg_aggregate a,
  unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) f
  where a.aggfnoid >= 16384 and f >= 16384`

interface Usage {
  readonly called: ReadonlyMap<string, number>
  readonly scanned: ReadonlyMap<string, number>
  readonly deleted: ReadonlyMap<string, number>
  readonly maintained: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<number, string>
}

/** How often functions were called and relations scanned so far, once the session has handed in its counters. */
async function usage(witness: pg.Client, subject: pg.Client): Promise<Usage> {
  await subject.query('select pg_catalog.pg_stat_force_next_flush()').catch(() => undefined)
  const { rows } = await witness.query<{
    kind: string
    name: string
    id: number
    used: number
    deleted: number
    maintained: number
  }>(usageSql)
  const counts = (kind: string): ReadonlyMap<string, number> =>
    new Map(rows.filter((row) => row.kind === kind).map(({ name, used }) => [name, used]))
  const relations = rows.filter(({ kind }) => kind === 'relation')
  return {
    called: counts('function'),
    scanned: counts('relation'),
    deleted: new Map(relations.map(({ name, deleted }) => [name, deleted])),
    maintained: new Map(relations.map(({ name, maintained }) => [name, maintained])),
    names: new Map(relations.map(({ id, name }) => [id, name])),
  }
}

const usageSql = `
select 'function' as kind, schemaname || '.' || funcname as name, funcid::int as id, sum(calls)::float8 as used, 0::float8 as deleted, 0::float8 as maintained
from pg_stat_user_functions where schemaname <> 'pg_catalog' group by 2, 3
union all select 'relation', n.nspname || '.' || c.relname, c.oid::int,
  (pg_stat_get_numscans(c.oid) + coalesce((select sum(pg_stat_get_numscans(i.indexrelid)) from pg_index i where i.indrelid = c.oid), 0))::float8, pg_stat_get_tuples_deleted(c.oid)::float8,
  (pg_stat_get_vacuum_count(c.oid) + pg_stat_get_analyze_count(c.oid))::float8
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'm', 'v', 'p', 'f', 'S')`

function newSince(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set([...now].filter(([name, used]) => used > (before.get(name) ?? 0)).map(([name]) => name))
}
