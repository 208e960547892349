import type { Guard } from '@bothkeys/core'
import { createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { CrashFileSystem } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/index.js'
import { crashPassword, crashPolicy, crashSchema, crashStatements } from './crash-policy.js'
import { readJournal } from './journal-contents.js'
import { Random } from './random.js'
import { scaled, seed } from './scale.js'
import type { LoggedStatement } from './server-log.js'
import { readServerLog } from './server-log.js'

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
  const guard = await openGuard(disk, index, syncsReads(index))
  const session = await guard.guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })
  const pool = guard.target.pool(session, { max: 4 })
  await pool.query(`select ${String(firstNumber(index))}`)
  const stopsAt = disk.calls + random.between(1, 60)
  disk.fault = (call) => (call >= stopsAt ? { kind: 'crash' } : undefined)
  await Promise.all([0, 1, 2, 3].map((worker) => work(pool, firstNumber(index) + worker * 100_000, random)))
  await pool.end()
  // It cannot record its end any more; its connections are gone all the same.
  await guard.guard.close().catch(() => undefined)
  disk.restart(random.next() < 0.5 ? 'unsynced' : 'torn', () => random.next())
  disk.fault = undefined
  const left = await readJournal(fileJournal('/journal', { fileSystem: disk, identity: processNumber(index * 2 + 2) }))
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

async function openGuard(
  disk: CrashFileSystem,
  index: number,
  syncReads: boolean,
): Promise<{ readonly guard: Guard; readonly target: ReturnType<typeof postgres> }> {
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
  return { guard, target }
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
    expect(writes.length).toBeGreaterThan(crashes)
    expect(lost(writes).slice(0, 5)).toEqual([])
  })

  it('still has the intent of every statement, reads too, where the policy asks for synced reads', () => {
    const statements = logged.filter((statement) => syncsReads(crashOf(statement)))
    expect(statements.filter(isRead).length).toBeGreaterThan(crashes / 2)
    expect(lost(statements).slice(0, 5)).toEqual([])
  })

  it('lost intents of reads elsewhere, so that the loss was real', () => {
    const reads = logged.filter((statement) => isRead(statement) && !syncsReads(crashOf(statement)))
    expect(lost(reads).length).toBeGreaterThan(0)
  })
})
