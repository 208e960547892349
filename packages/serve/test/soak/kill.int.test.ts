import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileJournal, verifyJournal } from '@bothkeys/core'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide, heldRequests } from '../support/control-client.js'
import type { ServedFolder } from '../support/served-folder.js'
import { makeServedFolder } from '../support/served-folder.js'
import type { ServedProcess } from '../support/served-process.js'
import { clientOf, startProcess } from '../support/served-process.js'
import { scaled } from './scale.js'

const kills = scaled(10)
const clients = 8

let database: Awaited<ReturnType<typeof freshDatabase>>
let folder: ServedFolder
let owner: pg.Client
let served: ServedProcess
/** Whether the clients are to go on, and whoever says yes to them. */
const run = { goesOn: true, isApproved: true }
/** The numbers that clients sent, and those that they were told are in the table. */
const sent = new Set<number>()
const told = new Set<number>()
let reads = 0
let next = 0

const isOver = (): boolean => !run.goesOn

/** Writes numbers, each waiting for a person, and reads between; comes back whenever the process is gone. */
async function works(agent: number): Promise<void> {
  while (run.goesOn) {
    const client = clientOf(folder, await folder.issuer.token({ sub: `agent-${String(agent)}` }))
    try {
      await client.connect()
      for (;;) {
        if (isOver()) break
        const number = ++next
        sent.add(number)
        await client.query(`insert into held values (${String(number)})`)
        told.add(number)
        await client.query('select count(*) from held')
        reads++
      }
    } catch {
      // Killed: what was under way may have happened or not.
      await sleep(50)
    } finally {
      void client.end().catch(() => undefined)
    }
  }
}

/** Says yes to whatever is held, once to each, and looks for more meanwhile. */
async function approves(): Promise<void> {
  const answered = new Set<string>()
  const answers: Promise<unknown>[] = []
  while (run.isApproved) {
    const held = await heldRequests(folder).catch(() => [])
    for (const each of held) {
      if (answered.has(each.id)) continue
      answered.add(each.id)
      answers.push(decide(folder, each, 'allow').catch(() => answered.delete(each.id)))
    }
    await sleep(10)
  }
  await Promise.all(answers)
}

beforeAll(async () => {
  database = await freshDatabase()
})

it('is killed and started again under load', { timeout: 600_000 }, async () => {
  const { host, name, password, port, superuserUrl, url, user } = database
  owner = new pg.Client(url)
  await owner.connect()
  await owner.query('create table held (n int not null)')
  folder = await makeServedFolder({ database: { host, name, port }, login: { user, password } })
  served = await startProcess(folder)
  const approving = approves()
  const working = Array.from({ length: clients }, (_, index) => works(index + 1))
  for (let kill = 0; kill < kills; kill++) {
    const before = told.size
    await expect.poll(() => told.size - before, { timeout: 60_000 }).toBeGreaterThan(3 + (kill % 7))
    served.kill('SIGKILL')
    expect(await served.ended).toBe('SIGKILL')
    served = await startProcess(folder)
    expect(served.errors()).toBe('')
  }
  const before = told.size
  await expect.poll(() => told.size - before, { timeout: 60_000 }).toBeGreaterThan(5)
  run.goesOn = false
  // What runs and what waits for a person is let end; whoever says yes must still be there for it.
  served.kill('SIGTERM')
  expect(await served.ended).toBe(0)
  run.isApproved = false
  await Promise.all([approving, ...working])
  const admin = new pg.Client(superuserUrl)
  await admin.connect()
  const others = `select from pg_stat_activity where usename = '${user}' and application_name like 'bothkeys%'`
  await expect.poll(async () => (await admin.query(others)).rowCount).toBe(0)
  await admin.end()
})

afterAll(async () => {
  served.kill('SIGKILL')
  await owner.end()
  rmSync(folder.path, { recursive: true })
})

interface Recorded {
  /** How the writes ended that were to run, by intent. */
  readonly writes: ReadonlyMap<string, readonly string[]>
  /** The requests whose approvals were spent for them. */
  readonly approvals: readonly string[]
  readonly reads: number
}

/** What the journal says, opened as a new process opens it: what was left open is closed as unknown. */
async function recorded(): Promise<Recorded> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
  const journal = await fileJournal(folder.journal).open({ recorder: 'doors', clock })
  const writes = new Map<string, string[]>()
  const approvals: string[] = []
  let readIntents = 0
  for await (const event of journal.read()) {
    const approval = event['approval'] as { readonly request: string } | undefined
    if (event.type === 'action.intent' && approval === undefined) readIntents++
    if (event.type === 'action.intent' && approval !== undefined) {
      writes.set(event['id'] as string, [])
      approvals.push(approval.request)
    }
    if (event.type === 'action.outcome') writes.get(event['intent'] as string)?.push(event['outcome'] as string)
  }
  await journal.close()
  return { writes, approvals, reads: readIntents }
}

describe('bothkeys serve, killed under load', () => {
  it('loses nothing and does nothing twice', async () => {
    const rows = (await owner.query<{ n: number }>('select n from held')).rows.map(({ n }) => n)
    const { approvals, reads: readIntents, writes } = await recorded()
    const ends = [...writes.values()].flat()
    const count = (end: string): number => ends.filter((each) => each === end).length
    const [completed, unknown] = [count('completed'), count('unknown')]
    console.log(
      `serve kill: ${String(kills)} times kill -9, ${String(sent.size)} writes sent, ${String(told.size)} told, ${String(rows.length)} rows, ` +
        `${String(writes.size)} intents (${String(completed)} completed, ${String(unknown)} unknown), ${String(reads)} reads`,
    )
    // Nothing twice: no row, no outcome, no approval.
    const inTable = new Set(rows)
    expect([inTable.size, new Set(approvals).size]).toEqual([rows.length, approvals.length])
    for (const outcomes of writes.values()) expect(outcomes).toHaveLength(1)
    // Nothing lost: what a client was told is there, and so is what the record calls completed.
    for (const number of told) expect([number, inTable.has(number)]).toEqual([number, true])
    expect(completed).toBeGreaterThanOrEqual(told.size)
    expect(rows.length).toBeGreaterThanOrEqual(completed)
    // Nothing without a record: what is there was sent, and is completed or unknown.
    for (const number of rows) expect([number, sent.has(number)]).toEqual([number, true])
    expect(rows.length).toBeLessThanOrEqual(completed + unknown)
    expect(told.size).toBeGreaterThan(kills * 3)
    expect(readIntents).toBeGreaterThanOrEqual(reads)
  })

  it('leaves a journal that verifies', async () => {
    expect(await verifyJournal(folder.journal)).toMatchObject({ verdict: 'intact', damage: null })
  })
})
