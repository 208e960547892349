import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LocalPostgres, startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import type { Entry } from './entry.js'
import { quietSetting } from './fixture/trap.js'
import { type World, worldSql } from './fixture/worlds.js'
import { DatabaseObserver, type DatabaseState } from './observe/database-state.js'
import { flushSql, newSince, noCounters, readCounters } from './observe/counters.js'
import { readLocks } from './observe/locks.js'
import type { Observation, Side } from './observe/observation.js'
import { AccessWatch, readFiles, readServer } from './observe/server-state.js'
import { readSession } from './observe/session-state.js'
import { readStructure, type Structure } from './observe/structure.js'
import { printing, send } from './send.js'
import { Victim } from './victim.js'

/** Channels that somebody listens on while statements run. */
const channels = ['traps', 'news']

/** What a world looks like before anything runs in it. */
interface Known {
  readonly state: DatabaseState
  readonly structure: Structure
}

/** What an analyzer would know at this moment: the prepared session, before the statement. */
export interface Prepared {
  readonly session: pg.Client
  readonly text: string
  readonly fill: (text: string) => string
  readonly structure: Structure
}

/** Looks at the prepared session. Answers the names of the traps that do nothing this time. */
export type Inspect = (prepared: Prepared) => Promise<readonly string[]>

/** A server of its own with a template database per world; runs each entry in a fresh copy and tells what changed. */
export class Lab {
  readonly server: LocalPostgres
  readonly extensions: ReadonlySet<string>
  readonly #admin: pg.Client
  readonly #observer: DatabaseObserver
  readonly #templates = new Map<World, Promise<Known>>()
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
    const server = await startPostgres({ settings, inMemory: true })
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
  async run(entry: Entry, inspect: Inspect): Promise<Observation> {
    const known = await this.#template(entry.world)
    const database = await this.#copy(entry.world)
    const [subject, witness] = await Promise.all([
      this.#connect(database, printing),
      this.#connect(database, onlookers),
    ])
    try {
      return await this.#observe(entry, inspect, subject, witness, known)
    } finally {
      await Promise.all([subject.end().catch(() => undefined), witness.end()])
      await this.#cleanUp(entry, database)
      await this.#admin.query(`drop database if exists ${database} with (force)`)
    }
  }

  async #observe(
    entry: Entry,
    inspect: Inspect,
    subject: pg.Client,
    witness: pg.Client,
    known: Known,
  ): Promise<Observation> {
    const victim = await this.#freshVictim()
    const text = this.#fill(entry.text, victim)
    const { setup, opening = [], inTransaction = true } = entry
    for (const statement of setup ?? []) await subject.query(this.#fill(statement, victim))
    const notifications: string[] = []
    witness.on('notification', ({ channel, payload }) => notifications.push(`${channel} ${payload ?? ''}`))
    await witness.query(channels.map((channel) => `listen ${channel}`).join(';'))
    const fill = (each: string): string => this.#fill(each, victim)
    const quiet = await inspect({ session: subject, text, fill, structure: known.structure })
    await subject.query(`select pg_catalog.set_config('${quietSetting}', $1, false)`, [`,${quiet.join(',')},`])
    const early = await readSession(subject, flushSql)
    const countersBefore = setup === undefined ? noCounters : await readCounters(witness)
    if (inTransaction) await subject.query('begin')
    for (const statement of opening) await subject.query(this.#fill(statement, victim))
    const before: Side = {
      database: setup === undefined ? known.state : await this.#observer.read(witness, subject, known.state),
      // Its own reading would leave locks in the transaction.
      session: opening.length === 0 ? early : await readSession(subject),
      server: await readServer(witness),
      files: await readFiles(this.server.dataDirectory),
    }
    const watch = await this.#watchFiles()
    // Whoever reads a page may tidy it up, and logs that. All databases share this catalog; other runs leave dead rows in it.
    await witness.query('select from pg_catalog.pg_shdepend')
    const { logPosition } = await readLocks(witness, early.pid)
    const sending = send(subject, text, entry)
    const slept = await sawSleeping(witness, early.pid, sending)
    const outcome = await sending
    const held = await readLocks(witness, early.pid)
    const filesRead = await watch.accessed()
    const filesDuring = await readFiles(this.server.dataDirectory)
    const open = inTransaction && outcome.error === undefined && outcome.status !== 'I'
    const during = open ? await readSession(subject) : undefined
    if (inTransaction && outcome.status !== 'I') await subject.query(open ? 'commit' : 'rollback')
    const session = await readSession(subject, flushSql)
    const counters = await readCounters(witness)
    const database = await this.#observer.read(
      witness,
      session.hasTemporarySchema ? subject : undefined,
      before.database,
    )
    const isSameStructure = database.catalogs === known.state.catalogs
    return {
      before,
      after: {
        database,
        session,
        server: await readServer(witness),
        files: await readFiles(this.server.dataDirectory),
      },
      during,
      locks: held.locks,
      locksAfter: (await readLocks(witness, early.pid)).locks,
      filesDuring,
      filesRead: filesRead.map((path) => path.slice(this.server.dataDirectory.length + 1)),
      notifications,
      victim: await victim.state(text.includes(String(victim.pid))),
      trees: outcome.trees,
      called: new Set([...newSince(counters.called, countersBefore.called), ...outcome.told]),
      scanned: newSince(counters.scanned, countersBefore.scanned),
      maintained: newSince(counters.maintained, countersBefore.maintained),
      deletedFrom: newSince(counters.deleted, countersBefore.deleted),
      ...(isSameStructure ? known.structure : await readStructure(witness)),
      streamed: entry.copyIn !== undefined,
      relationNames: counters.names,
      logBytes: held.logPosition - logPosition,
      slept,
      command: outcome.command,
      error: outcome.error,
    }
  }

  #watchFiles(): Promise<AccessWatch> {
    return AccessWatch.on([
      ...['', 'readable.csv', 'numbers.csv'].map((name) => join(this.#scratch, name)),
      ...['pg_hba.conf', 'pg_ident.conf'].map((name) => join(this.server.dataDirectory, name)),
    ])
  }

  async #cleanUp(entry: Entry, database: string): Promise<void> {
    for (const { where, what } of entry.cleanup ?? []) {
      if (where === 'server') await this.#admin.query(what)
      else if (where === 'scratch') await rm(join(this.#scratch, what), { force: true })
      else await this.#inDatabase(database, (client) => client.query(what))
    }
  }

  #template(world: World): Promise<Known> {
    const known = this.#templates.get(world)
    if (known !== undefined) return known
    const made = this.#makeTemplate(world)
    this.#templates.set(world, made)
    return made
  }

  async #makeTemplate(world: World): Promise<Known> {
    const name = `world_${world}`
    await this.#admin.query(`create database ${name} template template0`)
    return this.#inDatabase(name, async (client) => {
      for (const part of worldSql(world, this.extensions)) await buildWorld(client, part)
      await client.query('vacuum (freeze)')
      return { state: await this.#observer.read(client), structure: await readStructure(client) }
    })
  }

  async #copy(world: World): Promise<string> {
    this.#runs += 1
    const database = `run_${String(this.#runs)}`
    await this.#admin.query(`create database ${database} template world_${world} strategy file_copy`)
    return database
  }

  async #inDatabase<Result>(database: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = await this.#connect(database, onlookers)
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
    if (this.#victim?.isFresh !== true) {
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

/** Looks now and then whether a session sleeps on purpose, until it is done. */
async function sawSleeping(witness: pg.Client, pid: number, done: Promise<unknown>): Promise<boolean> {
  const end = done.then(() => true)
  for (;;) {
    if (await Promise.race([end, sleep(100, false)])) return false
    const sql = `select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'`
    if ((await witness.query(sql, [pid])).rowCount === 1) return true
  }
}

/** Planning a statement on a table can be enough to run a trap: those do nothing then, and are not counted. */
const onlookers = `-c ${quietSetting}=,*, -c track_functions=none`

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
