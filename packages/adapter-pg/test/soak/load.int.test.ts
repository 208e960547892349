import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApprovalRequest, Guard, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { ScriptedVote } from '@bothkeys/core/testing'
import { scriptedApprover } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { postgres } from '../../src/index.js'
import { dba, principalOf } from '../support/governed.js'
import { Attempts } from './attempts.js'
import type { Square, Supply } from './crowd.js'
import { deedKinds, loopbackSupply, oneOfTheCrowd, poolSupply, Turnstile } from './crowd.js'
import type { JournalContents } from './journal-contents.js'
import { readJournal } from './journal-contents.js'
import { loadPolicy, loadSchema, principals } from './load-policy.js'
import { Random } from './random.js'
import { isWhole, seed } from './scale.js'
import type { ServerLog } from './server-log.js'
import { readServerLog } from './server-log.js'

const seconds = isWhole ? 30 : 8
const clients = 200
/** How many of each principal's clients come through a loopback door. */
const loopbackClients = 6

interface Row {
  readonly principal: string
  readonly n: number
}

let server: LocalPostgres
let admin: pg.Client
let folder: string
const attempts = new Attempts()
const rows = new Map<number, Row[]>()
let log: ServerLog
let journal: JournalContents
const subjects = new Map<string, string>()
let handlesBefore: readonly string[]

beforeAll(async () => {
  server = await startPostgres({ jsonlog: true, settings: { log_statement: 'all', max_connections: '400' } })
  admin = new pg.Client(new URL('/app', server.superuserUrl).href)
  await admin.connect()
  await admin.query(loadSchema('known to the door alone'))
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-load-'))
  await run()
}, 900_000)

afterAll(async () => {
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The approver says yes or no by the table, after a while; for one of them it never says anything. */
function votesOn(
  request: ApprovalRequest,
  approver: ScriptedVote['approver'],
  random: Random,
): readonly ScriptedVote[] {
  const delayMs = random.between(0, 40)
  if (request.text.includes('into approved')) return [{ decision: 'allow', approver, delayMs }]
  if (request.text.includes('into disapproved')) return [{ decision: 'deny', approver, delayMs }]
  return [{ decision: 'allow', approver, delayMs: 3_600_000 }]
}

async function openGuard(random: Random): Promise<{ guard: Guard; target: ReturnType<typeof postgres> }> {
  const url = new URL('/app', server.superuserUrl)
  url.username = 'door'
  url.password = encodeURIComponent('known to the door alone')
  const target = postgres('db', { connectionString: url.href, schemaWriters: [server.user], statementComments: true })
  const person = await principalOf(dba)
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'load', content: loadPolicy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [scriptedApprover((request) => votesOn(request, person, random))],
    journal: fileJournal(folder),
  })
  return { guard, target }
}

async function run(): Promise<void> {
  console.log(`load: ${String(clients)} clients for ${String(seconds)} s, BOTHKEYS_SEED=${String(seed)}`)
  const random = new Random(seed)
  handlesBefore = process.getActiveResourcesInfo()
  const memoryBefore = process.memoryUsage()
  const { guard, target } = await openGuard(random)
  const supplies: Supply[] = []
  let isOver = false
  let arrived = 0
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const square: Square = {
    attempts,
    random,
    gate: new Turnstile(8),
    gathered: () => {
      if (++arrived === clients) open()
      return opened
    },
    isOver: () => isOver,
  }
  const everybody: Promise<void>[] = []
  const each = Math.floor(clients / principals.length)
  for (const [index, principal] of principals.entries()) {
    const session: Session = await guard.openSession({
      [unverifiedCredential]: {
        kind: 'agent',
        subject: principal,
        roles: ['agent'],
        owners: ['ada'],
        agentClass: 'etl',
      },
    })
    subjects.set(session.id, principal)
    const pooled = (index < clients % principals.length ? each + 1 : each) - loopbackClients
    const pool = poolSupply(target, session, pooled)
    const loopback = await loopbackSupply(target, session, loopbackClients)
    supplies.push(pool, loopback)
    for (let client = 0; client < pooled + loopbackClients; client++) {
      const supply = client < pooled ? pool : loopback
      const first = deedKinds[everybody.length % deedKinds.length] ?? 'insert'
      everybody.push(oneOfTheCrowd(principal, supply, square, first))
    }
  }
  const startedAt = performance.now()
  await opened
  const loginMs = performance.now() - startedAt
  const killed = terminateSome(random, () => isOver)
  await sleep(seconds * 1_000)
  isOver = true
  const highest = process.memoryUsage()
  await Promise.all(everybody)
  const terminated = await killed
  for (const supply of supplies) await supply.close()
  await guard.close()
  const after = process.memoryUsage()
  await collect()
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
  console.log(
    [
      `load: ${String(attempts.all.size)} writes tried, ${String(log.statements.length)} statements in the server's log, ${String(journal.intents.size)} intents, ${String(terminated)} backends terminated`,
      `load: everybody was connected after ${(loginMs / 1000).toFixed(1)} s; ${attempts.summary()}`,
      `load: errors that clients saw:\n  ${attempts.mostFrequent(12)}`,
      `load: memory in MiB, heap and resident: ${mebibytes(memoryBefore.heapUsed)} ${mebibytes(memoryBefore.rss)} before, ${mebibytes(highest.heapUsed)} ${mebibytes(highest.rss)} at the end of the load, ${mebibytes(after.heapUsed)} ${mebibytes(after.rss)} after close`,
    ].join('\n'),
  )
}

/** Ends server processes of the door now and then, as an operator or a failure would. Answers how many. */
async function terminateSome(random: Random, isOver: () => boolean): Promise<number> {
  let count = 0
  while (!isOver()) {
    await sleep(random.between(50, 300))
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'door' and application_name like 'bothkeys:%'
       order by random() limit 1`,
    )
    count += rowCount ?? 0
  }
  return count
}

/** Gathers what the server, its log and the journal say. */
async function collect(): Promise<void> {
  for (const table of ['entries', 'approved', 'disapproved', 'ignored', 'forbidden']) {
    for (const row of (await admin.query<Row>(`select principal, n from ${table}`)).rows) {
      rows.set(row.n, [...(rows.get(row.n) ?? []), row])
    }
  }
  log = await readServerLog(server.jsonLogFile ?? '', server.superuserUrl, 'door')
  journal = await readJournal(fileJournal(folder))
}

describe('two hundred clients of three principals', () => {
  it('did something of every kind', () => {
    const kinds = new Map<string, number>()
    for (const { kind } of attempts.all.values()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    expect([...kinds.keys()].toSorted()).toEqual([
      'approved',
      'broken',
      'cancelled',
      'denied',
      'disapproved',
      'ignored',
      'insert',
      'parameters',
      'slow',
      'transaction',
    ])
    const done = [...attempts.all.values()].filter(({ fate }) => fate === 'done').length
    expect(done).toBeGreaterThan(isWhole ? 250 : 0)
  })

  it('has an intent for every statement that the server saw, of the same session', () => {
    const orphans = log.statements.filter(({ isInternal, actionId, shortSession }) => {
      if (isInternal) return false
      const intent = actionId === undefined ? undefined : journal.intents.get(actionId)
      return intent === undefined || intent.session.slice(0, 8) !== shortSession
    })
    expect(orphans.slice(0, 5)).toEqual([])
  })

  it('attributes every statement to the principal that the statement itself names', () => {
    const wrong = log.statements.filter(({ isInternal, actionId = '', text }) => {
      if (isInternal) return false
      const named = /'(agent-\w+)'/.exec(text)?.[1]
      const intent = journal.intents.get(actionId)
      return named === undefined || intent?.subject !== named || subjects.get(intent.session) !== named
    })
    expect(wrong.slice(0, 5)).toEqual([])
    const foreign = [...rows.values()].flat().filter(({ n, principal }) => attempts.all.get(n)?.principal !== principal)
    expect(foreign.slice(0, 5)).toEqual([])
  })

  it('lost nothing that a client was told is done', () => {
    const lost = [...attempts.all.values()].filter(({ fate, n }) => fate === 'done' && !rows.has(n))
    expect(lost.slice(0, 5)).toEqual([])
  })

  it('ran nothing twice', () => {
    expect([...rows.values()].filter((found) => found.length > 1).slice(0, 5)).toEqual([])
    const ids = log.statements.flatMap(({ actionId }) => actionId ?? [])
    expect(ids).toHaveLength(new Set(ids).size)
  })

  it('never let through what was denied, disapproved or withdrawn', () => {
    const kept = new Set<string>()
    for (const { fate, mustNotRun, n } of attempts.all.values())
      if (mustNotRun || fate === 'refused') kept.add(String(n))
    const seen = log.raw.filter((line) => [...line.matchAll(/\b1\d{6}\b/g)].some(([n]) => kept.has(n)))
    expect(seen.slice(0, 5)).toEqual([])
    expect([...kept].filter((n) => rows.has(Number(n)))).toEqual([])
  })

  it('had nothing planned but what is held, and let the plans run nothing', () => {
    const denied = [...attempts.all.values()].filter(({ kind }) => kind === 'denied').map(({ n }) => String(n))
    expect(denied.length).toBeGreaterThan(0)
    const numbers = new Set(log.planning.flatMap((line) => line.match(/\b1\d{6}\b/g) ?? []))
    expect(denied.filter((n) => numbers.has(n))).toEqual([])
    const said = log.planning.map((line) => (JSON.parse(line) as { readonly message?: string }).message ?? '')
    const ran = said.flatMap((message) => /^(?:statement|execute [^:]*): (.*)$/s.exec(message)?.[1] ?? [])
    const plain =
      /^(?:BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;|EXPLAIN \(FORMAT JSON, VERBOSE, ANALYZE false\)\n|SELECT pg_catalog\.)/
    expect(ran.filter((text) => !plain.test(text))).toEqual([])
  })

  it('undid what was rolled back or failed, and kept transactions whole', () => {
    const undone = [...attempts.all.values()].filter(({ fate }) => fate === 'rolled-back' || fate === 'failed')
    expect(undone.filter(({ n }) => rows.has(n)).slice(0, 5)).toEqual([])
    const halves = [...attempts.all.values()].filter(
      ({ kind, n }) =>
        kind === 'transaction' &&
        attempts.all.get(n + 1)?.kind === 'transaction' &&
        rows.has(n) &&
        !rows.has(n + 1) &&
        !rows.has(n - 1),
    )
    expect(halves.slice(0, 5)).toEqual([])
  })

  it('recorded an outcome for every intent', () => {
    expect([...journal.intents.keys()].filter((id) => !journal.outcomes.has(id)).slice(0, 5)).toEqual([])
  })

  it('left no connection and no handle behind', async () => {
    await vi.waitFor(
      async () => {
        const { rows: left } = await admin.query(
          `select pid, state, query from pg_stat_activity where usename = 'door'`,
        )
        expect(left).toEqual([])
      },
      { timeout: 60_000, interval: 100 },
    )
    const count = (handles: readonly string[], kind: string): number => handles.filter((each) => each === kind).length
    await vi.waitFor(
      () => {
        const now = process.getActiveResourcesInfo()
        for (const kind of ['TCPSocketWrap', 'PipeWrap', 'TCPServerWrap', 'PipeServerWrap'])
          expect(count(now, kind)).toBeLessThanOrEqual(count(handlesBefore, kind))
      },
      { timeout: 60_000, interval: 100 },
    )
  })
})
