import type { Guard } from '@bothkeys/core'
import { createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { CrashFileSystem } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgres } from '../../src/index.js'
import { crashPassword, crashPolicy, crashSchema, crashStatements } from './crash-policy.js'
import type { JournalContents } from './journal-contents.js'
import { readJournal } from './journal-contents.js'
import { Random } from './random.js'
import { scaled, seed } from './scale.js'
import type { LoggedStatement } from './server-log.js'
import { readServerLog } from './server-log.js'
import { StalledDisk } from './stalled-disk.js'

const crashes = scaled(200)
const syncedReads = [{ id: 'reads', target: 'db', duty: 'read', durability: 'synced' }]

type Identity = NonNullable<NonNullable<Parameters<typeof fileJournal>[1]>['identity']>

interface Crash {
  /** The intents that survived. */
  readonly intents: ReadonlySet<string>
  readonly unknown: number
}

let server: LocalPostgres
let admin: pg.Client
const all: Crash[] = []
let logged: readonly LoggedStatement[]

beforeAll(async () => {
  server = await startPostgres({ jsonlog: true, settings: { log_statement: 'all' } })
  admin = new pg.Client(new URL('/app', server.superuserUrl).href)
  await admin.connect()
  await admin.query(crashSchema)
  console.log(`crash: ${String(crashes)} times every unsynced byte is lost, BOTHKEYS_SEED=${String(seed)}`)
  const random = new Random(seed)
  for (let index = 0; index < crashes; index++) all.push(await crash(index, random))
  const log = await readServerLog(server.jsonLogFile ?? '', server.superuserUrl, 'door')
  logged = log.statements.filter(({ isInternal }) => !isInternal)
  report()
}, 900_000)

afterAll(async () => {
  await admin.end()
  await server.stop()
})

/** A process of its own in the eyes of the journal's lock. */
function processNumber(pid: number): Identity {
  const self = { pid, started: '', boot: 'boot', namespace: 'namespace' }
  return { self, judge: (owner) => (owner.pid === pid ? 'alive' : 'dead') }
}

/** Lets an agent work until the machine stops at a random system call, and opens what is left of the journal. */
async function crash(index: number, random: Random): Promise<Crash> {
  const disk = new CrashFileSystem()
  const { guard, pool } = await openPool(disk, index, syncsReads(index))
  // However early the machine stops, the server has seen one statement of each kind.
  await pool.query(`select ${String(firstNumber(index))}`)
  await pool.query(`insert into entries (n) values (${String(firstNumber(index))})`)
  const stopsAt = disk.calls + random.between(1, 60)
  disk.fault = (call) => (call >= stopsAt ? { kind: 'crash' } : undefined)
  await Promise.all([0, 1, 2, 3].map((worker) => work(pool, firstNumber(index) + worker * 100_000, random)))
  await pool.end()
  // It cannot record its end any more; its connections are gone all the same.
  await guard.close().catch(() => undefined)
  disk.restart(random.next() < 0.5 ? 'unsynced' : 'torn', () => random.next())
  disk.fault = undefined
  const left = await whatIsLeft(disk, index)
  expect([...left.intents.keys()].filter((id) => !left.outcomes.has(id))).toEqual([])
  return {
    intents: new Set(left.intents.keys()),
    unknown: [...left.outcomes.values()].filter((outcome) => outcome === 'unknown').length,
  }
}

/** In every second crash the policy asks for synced intents of reads too. */
function syncsReads(index: number): boolean {
  return index % 2 === 1
}

/** The lowest number in the statements of one crash. */
function firstNumber(index: number): number {
  return (index + 1) * 1_000_000
}

/** The crash that a statement belongs to, by the numbers in it. */
function crashOf({ text }: LoggedStatement): number {
  const number = (text.match(/\d+/g) ?? []).map(Number).find((each) => each >= firstNumber(0)) ?? 0
  return Math.floor(number / firstNumber(0)) - 1
}

function whatIsLeft(disk: CrashFileSystem, index: number): Promise<JournalContents> {
  return readJournal(fileJournal('/journal', { fileSystem: disk, identity: processNumber(index * 2 + 2) }))
}

async function openPool(
  disk: CrashFileSystem,
  index: number,
  syncReads: boolean,
): Promise<{ readonly guard: Guard; readonly pool: pg.Pool }> {
  const url = new URL('/app', server.superuserUrl)
  url.username = 'door'
  url.password = encodeURIComponent(crashPassword)
  const target = postgres('db', { connectionString: url.href, schemaWriters: [server.user], statementComments: true })
  const guard = await createGuard({
    policy: {
      load: () =>
        Promise.resolve({ name: 'crash', content: syncReads ? { ...crashPolicy, record: syncedReads } : crashPolicy }),
    },
    identity: unverifiedIdentity(),
    targets: [target],
    journal: fileJournal('/journal', { fileSystem: disk, identity: processNumber(index * 2 + 1) }),
  })
  const session = await guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })
  return { guard, pool: target.pool(session, { max: 4 }) }
}

/** Sends one statement after the other until one is refused, because nothing can be recorded any more. */
async function work(pool: pg.Pool, firstNumber: number, random: Random): Promise<void> {
  try {
    for (let n = firstNumber; ; n++) {
      const make = crashStatements[random.between(0, crashStatements.length - 1)]
      if (make !== undefined) await pool.query(make(n, random.next()))
    }
  } catch {
    // The machine has stopped.
  }
}

function isRead({ text }: LoggedStatement): boolean {
  return text.startsWith('select')
}

function lost(statements: readonly LoggedStatement[]): readonly LoggedStatement[] {
  const intents = new Set(all.flatMap((each) => [...each.intents]))
  return statements.filter(({ actionId }) => actionId === undefined || !intents.has(actionId))
}

function report(): void {
  const reads = logged.filter(isRead)
  console.log(
    `crash: ${String(logged.length)} statements in the server's log, ${String(logged.length - reads.length)} of them writes; ` +
      `of ${String(reads.length)} reads ${String(lost(reads).length)} lost their intent, as only write(2) is promised for them; ` +
      `${String(all.filter(({ unknown }) => unknown > 0).length)} of ${String(crashes)} journals had unknown outcomes`,
  )
}

describe('a machine that loses every unsynced byte', () => {
  it('still has the intent of every write that the server saw', () => {
    const writes = logged.filter((statement) => !isRead(statement))
    expect(writes.length).toBeGreaterThanOrEqual(crashes)
    expect(lost(writes).slice(0, 5)).toEqual([])
  })

  it('still has the intent of every statement, reads too, where the policy asks for synced reads', () => {
    const statements = logged.filter((statement) => syncsReads(crashOf(statement)))
    expect(statements.filter(isRead).length).toBeGreaterThanOrEqual(crashes / 2)
    expect(lost(statements).slice(0, 5)).toEqual([])
  })
})

describe('a machine that stops while its disk does not answer', () => {
  /** Sends a write, and when that is done and the disk stalled, a read. Returns the read, and what ends the machine. */
  async function readOnStalledDisk(
    index: number,
    syncReads: boolean,
  ): Promise<{ readonly read: Promise<unknown>; readonly stop: () => Promise<JournalContents>; disk: StalledDisk }> {
    const disk = new StalledDisk()
    const { guard, pool } = await openPool(disk, index, syncReads)
    await pool.query(`insert into entries (n) values (${String(firstNumber(index))})`)
    disk.stall()
    const read = pool.query(`select ${String(firstNumber(index) + 1)}`)
    const ended = read.catch(() => undefined)
    const stop = async (): Promise<JournalContents> => {
      disk.stop()
      await ended
      await pool.end()
      await guard.close().catch(() => undefined)
      disk.restart('unsynced')
      disk.fault = undefined
      return whatIsLeft(disk, index)
    }
    return { disk, read, stop }
  }

  /** The statements of one such machine in the server's log, and whether their intents are in what is left of the journal. */
  async function seen(index: number, { intents }: JournalContents): Promise<readonly (readonly [string, boolean])[]> {
    const { statements } = await readServerLog(server.jsonLogFile ?? '', server.superuserUrl, 'door')
    return statements
      .filter((statement) => !statement.isInternal && crashOf(statement) === index)
      .map(({ actionId = '', text }) => [text.split(' ')[0] ?? '', intents.has(actionId)])
  }

  it('has the intent of a write, and not that of the read that ran after it: only write(2) is promised for it', async () => {
    const { read, stop } = await readOnStalledDisk(crashes, false)
    await read
    expect(await seen(crashes, await stop())).toEqual([
      ['insert', true],
      ['select', false],
    ])
  })

  it('never ran the read where the policy asks for synced reads', async () => {
    const { disk, read, stop } = await readOnStalledDisk(crashes + 1, true)
    await vi.waitFor(() => {
      expect(disk.waiting).toBeGreaterThan(0)
    })
    const left = await stop()
    await expect(read).rejects.toThrow('could not be written')
    expect(await seen(crashes + 1, left)).toEqual([['insert', true]])
  })
}, 120_000)
