import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Guard } from '@bothkeys/core'
import { accountsAsPeople, createGuard, fileJournal, signedApprover, unverifiedIdentity } from '@bothkeys/core'
import type { ApprovalSubject } from '@bothkeys/core/signing'
import { signApproval } from '@bothkeys/core/signing'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RecordedIntent } from './journal-contents.js'
import { readJournal } from './journal-contents.js'
import { Random } from './random.js'
import { scaled, seed } from './scale.js'
import type { LoggedStatement } from './server-log.js'
import { readServerLog } from './server-log.js'
import type { TwoKeysConfig } from './two-keys-agent.js'
import { desk, doorPassword, peopleOf, twoKeysPolicy, twoKeysSchema } from './two-keys-policy.js'

const kills = scaled(200)
const afterMs = 1_000
const atOnce = 4
const limitMs = 120_000

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'd1', alg: 'ES256', use: 'sig' }
const takeover = { key: randomBytes(32), afterMs }

/** One of the two, seen from the test that kills it. */
class Worker {
  readonly name: string
  /** What it was told to do and has not said to be done. */
  readonly jobs = new Set<number>()
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>
  readonly #printed: Promise<unknown>
  /** Resolves when it begins to work, or when it has ended. */
  readonly ready: Promise<unknown>
  #complaint = ''

  constructor(name: string, config: TwoKeysConfig, hear: (worker: Worker, line: string) => void) {
    this.name = name
    const script = fileURLToPath(new URL('./two-keys-agent.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(config)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#exited = once(child, 'exit')
    child.stderr.on('data', (text) => (this.#complaint += String(text)))
    // What is written to one that is being killed is lost, as it should be.
    child.stdin.on('error', () => undefined)
    const lines = createInterface({ input: child.stdout })
    this.#printed = once(lines, 'close')
    lines.on('line', (line) => {
      hear(this, line)
    })
    const ready = new Promise<void>((resolve) => {
      lines.once('line', () => {
        resolve()
      })
    })
    this.ready = Promise.race([ready, this.#exited])
  }

  do(n: number): void {
    this.jobs.add(n)
    this.#child.stdin?.write(`${String(n)}\n`)
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    const [, signal] = await this.#exited
    await this.#printed
    if (signal !== 'SIGKILL') throw new Error(`the agent ended by itself: ${this.#complaint}`)
  }
}

interface Asked {
  readonly n: number
  /** The process that asked first. */
  readonly by: string
  /** What became of the evidence, once somebody decided. */
  receipt?: string
}

let server: LocalPostgres
let admin: pg.Client
let folder: string
let people: Guard
const workers = new Map<string, Worker>()
const requests = new Map<string, Asked>()
/** The undecided request of each action whose process was killed. */
const left = new Map<number, string>()
const survived: boolean[] = []
/** Where the killed processes' actions stood. */
const stood = { unasked: 0, undecided: 0, decided: 0 }
const random = new Random(seed)
const deciding = new Set<Promise<void>>()
let next = 1
let enough = false
/** Nobody decides before. */
let thought = Promise.resolve()
let done = 0

let logged: readonly LoggedStatement[]
const intents = new Map<string, readonly (RecordedIntent & { readonly journal: string })[]>()
const rows = new Map<number, number>()

function start(name: string): Worker {
  const url = new URL('/app', server.superuserUrl)
  url.username = 'door'
  url.password = encodeURIComponent(doorPassword)
  const worker = new Worker(
    name,
    {
      url: url.href,
      ledgerUrl: new URL('/ledger', server.superuserUrl).href,
      schemaWriter: server.user,
      folder: join(folder, name),
      jwk,
      key: takeover.key.toString('hex'),
      afterMs,
    },
    hear,
  )
  workers.set(name, worker)
  return worker
}

function hear(worker: Worker, line: string): void {
  const [word = '', n = '', ...rest] = line.split(' ')
  if (word === 'done') {
    worker.jobs.delete(Number(n))
    done += 1
  }
  if (word === 'asks') asked(worker, numberIn(n), JSON.parse(rest.join(' ')) as ApprovalSubject)
  while (!enough && worker.jobs.size < atOnce) worker.do(next++)
}

/** The door's parameters stand behind their types. */
function numberIn(parameter: string): number {
  const [, value] = JSON.parse(parameter) as [type: number, value: string]
  return Number(value)
}

function asked(worker: Worker, n: number, subject: ApprovalSubject): void {
  const before = left.get(n)
  if (before !== undefined) survived.push(before === subject.req)
  left.delete(n)
  if (requests.has(subject.req)) return
  const request: Asked = { n, by: worker.name }
  requests.set(subject.req, request)
  const decision = decide(request, subject)
  deciding.add(decision)
  void decision.finally(() => deciding.delete(decision))
}

/** A person takes a while, and hands the answer in where no agent is. */
async function decide(request: Asked, subject: ApprovalSubject): Promise<void> {
  await sleep(random.between(0, 800))
  await thought
  const ann = { issuer: peopleOf, id: 'ann' }
  const evidence = await signApproval(
    { ...subject, dec: 'allow' },
    { issuer: desk, subject: ann, level: 'signed', key: privateKey, keyId: 'd1', algorithm: 'ES256' },
  )
  request.receipt = 'on its way'
  let tries = 1
  let receipt = await people.approvals.submit(subject.req, evidence)
  // On a slow machine the ledger may not answer in time, although it has it.
  for (; receipt.counted === false && receipt.reason === 'failed'; tries++) {
    await sleep(100)
    receipt = await people.approvals.submit(subject.req, evidence)
  }
  if (receipt.counted !== false || (tries > 1 && receipt.reason === 'already-used')) request.receipt = 'taken in'
  else request.receipt = receipt.reason
}

async function killOne(): Promise<void> {
  // One in ten dies before it works: while it opens the ledger or the journal, or logs in.
  if (random.next() >= 0.1) await Promise.all([...workers.values()].map(({ ready }) => ready))
  await sleep(random.between(50, 1_200))
  const [victim, survivor] = random.next() < 0.5 ? (['one', 'two'] as const) : (['two', 'one'] as const)
  await kill(victim, survivor)
}

async function kill(victim: string, survivor: string): Promise<void> {
  const killed = workers.get(victim)
  const other = workers.get(survivor)
  if (killed === undefined || other === undefined) throw new Error('a process is missing')
  await killed.kill()
  for (const n of killed.jobs) {
    const [id, request] = [...requests].findLast(([, each]) => each.n === n) ?? []
    if (id === undefined || request === undefined) stood.unasked += 1
    else if (request.receipt === undefined) {
      stood.undecided += 1
      left.set(n, id)
    } else stood.decided += 1
    other.do(n)
  }
  start(victim)
}

beforeAll(async () => {
  if (!existsSync(fileURLToPath(new URL('../../dist/index.js', import.meta.url))))
    throw new Error('the agents run on the built packages: run `npm run build` first')
  server = await startPostgres({ jsonlog: true, settings: { log_statement: 'all' } })
  admin = new pg.Client(new URL('/app', server.superuserUrl).href)
  await admin.connect()
  await admin.query('create database ledger')
  await admin.query(twoKeysSchema)
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-two-keys-'))
  people = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'two-keys', content: twoKeysPolicy }) },
    identity: unverifiedIdentity(),
    targets: [postgres('db', { connectionString: server.superuserUrl })],
    approvers: [
      signedApprover({ name: 'desk', issuer: desk, jwks: { keys: [jwk] }, people: () => ({ roles: ['dba'] }) }),
    ],
    ledger: await postgresLedger({ connection: { connectionString: new URL('/ledger', server.superuserUrl).href } }),
    journal: fileJournal(join(folder, 'people')),
  })
  console.log(`two keys: ${String(kills)} times kill -9, BOTHKEYS_SEED=${String(seed)}`)
  start('one')
  start('two')
  for (let kill = 0; kill < kills; kill++) await killOne()
  enough = true
  await allDone()
  await killWhileAPersonThinks()
  await Promise.all(deciding)
  await Promise.all([...workers.values()].map((worker) => worker.kill()))
  await vi.waitFor(
    async () => {
      expect((await admin.query(`select from pg_stat_activity where usename = 'door'`)).rowCount).toBe(0)
    },
    { timeout: limitMs, interval: 100 },
  )
  const log = await readServerLog(server.jsonLogFile ?? '', server.superuserUrl, 'door')
  logged = log.statements.filter(({ isInternal, text }) => !isInternal && text.includes('insert into entries'))
  for (const name of workers.keys()) {
    const contents = await readJournal(fileJournal(join(folder, name)))
    for (const [id, intent] of contents.intents)
      intents.set(id, [...(intents.get(id) ?? []), { ...intent, journal: name }])
  }
  for (const { n } of (await admin.query<{ n: number }>('select n from entries')).rows)
    rows.set(n, (rows.get(n) ?? 0) + 1)
  report()
}, 1_800_000)

afterAll(async () => {
  await people.close()
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

function allDone(): Promise<void> {
  return vi.waitFor(
    () => {
      expect([...workers.values()].flatMap(({ jobs }) => [...jobs])).toEqual([])
    },
    { timeout: limitMs, interval: 100 },
  )
}

/** What happens at random before, for certain: asked in one, killed, taken over by the other, decided, run there. */
async function killWhileAPersonThinks(): Promise<void> {
  let decideNow = (): void => undefined
  thought = new Promise((resolve) => {
    decideNow = resolve
  })
  const n = next++
  workers.get('one')?.do(n)
  const isAsked = (): void => {
    expect([...requests.values()].map((request) => request.n)).toContain(n)
  }
  await vi.waitFor(isAsked, { timeout: limitMs, interval: 20 })
  await kill('one', 'two')
  const isAskedAgain = (): void => {
    expect(left.has(n)).toBe(false)
  }
  await vi.waitFor(isAskedAgain, { timeout: limitMs, interval: 20 })
  decideNow()
  await allDone()
}

function report(): void {
  const used = [...intents.values()].flat()
  const elsewhere = used.filter(({ journal, request = '' }) => requests.get(request)?.by !== journal)
  console.log(
    [
      `two keys: ${String(done)} actions done; where those of the killed stood: not asked yet ${String(stood.unasked)}, undecided ${String(stood.undecided)}, decided ${String(stood.decided)}`,
      `two keys: ${String(survived.length)} undecided requests asked about again, ${String(survived.filter(Boolean).length)} of them the same request`,
      `two keys: ${String(requests.size)} requests, ${String(used.length)} spent, ${String(elsewhere.length)} of them in the other process; ${String(logged.length)} statements in the server's log`,
    ].join('\n'),
  )
}

describe('two processes that are killed at random', () => {
  it('run nothing that is not on record, and nothing twice', () => {
    expect(logged.length).toBeGreaterThan(0)
    const seen = new Map<string | undefined, number>()
    for (const { actionId } of logged) seen.set(actionId, (seen.get(actionId) ?? 0) + 1)
    const wrong = [...seen].filter(([id, times]) => times > 1 || intents.get(id ?? '')?.length !== 1)
    expect(wrong).toEqual([])
  })

  it('spend each request once, and none that nobody signed', () => {
    const used = [...intents.values()].flat().map(({ request }) => request)
    expect(new Set(used).size).toBe(used.length)
    expect(used.filter((id) => requests.get(id ?? '')?.receipt !== 'taken in')).toEqual([])
  })

  it('write no row more often than it was approved', () => {
    const allowed = new Map<number, number>()
    for (const { request = '' } of [...intents.values()].flat()) {
      const n = requests.get(request)?.n ?? 0
      allowed.set(n, (allowed.get(n) ?? 0) + 1)
    }
    expect([...rows].filter(([n, times]) => times > (allowed.get(n) ?? 0))).toEqual([])
    expect(rows.size).toBeGreaterThanOrEqual(done)
  })

  it('leave requests behind that the other one takes over, with what people sign meanwhile', () => {
    expect(survived.length).toBeGreaterThan(0)
    expect(survived.filter((same) => !same)).toEqual([])
    const spent = [...intents.values()].flat()
    expect(spent.some(({ journal, request = '' }) => requests.get(request)?.by !== journal)).toBe(true)
  })
})
