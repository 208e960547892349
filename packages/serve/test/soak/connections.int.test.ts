import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyJournal } from '@bothkeys/core'
import type { Database, LocalPostgres } from '@bothkeys/local-postgres'
import { createDatabase, startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../support/control-client.js'
import type { ServedFolder } from '../support/served-folder.js'
import { makeServedFolder } from '../support/served-folder.js'
import type { ServedProcess } from '../support/served-process.js'
import { clientOf, startProcess } from '../support/served-process.js'
import { isWhole, scaled } from './scale.js'

const connections = scaled(500)
const [warmUpMs, workMs] = isWhole ? [20_000, 120_000] : [3_000, 6_000]
/** How many agents there are, each with a session that its connections share. */
const agents = 9
/** How many connections are opened at the same time. */
const atOnce = 25
const megabyte = 1_048_576

let server: LocalPostgres
let database: Database
let owner: pg.Client
let folder: ServedFolder
let served: ServedProcess
const done = { goesOn: true, inserts: 0, reads: 0, wrong: 0 }
const errors: unknown[] = []

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: String(connections + 50) } })
  database = await createDatabase(server.superuserUrl)
  owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table notes (n int not null)')
  const { host, name, password, port, user } = database
  folder = await makeServedFolder({ database: { host, name, port }, login: { user, password } })
  const collector = new URL('../support/collect-on-signal.mjs', import.meta.url)
  served = await startProcess(folder, { env: { NODE_OPTIONS: `--import=${collector.href}` } })
  expect(served.errors()).toBe('')
})

afterAll(async () => {
  served.kill('SIGKILL')
  await served.ended
  await owner.end()
  await server.stop()
  rmSync(folder.path, { recursive: true })
})

/** What the process tells of itself. */
async function metrics(): Promise<(name: string) => number> {
  const { text } = await ask(folder.control, 'GET', '/metrics')
  return (name) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1),
    )
}

/** The memory of the process in megabytes: what is in use right after a collection, and what the system gave it. */
async function memory(): Promise<{ readonly heap: number; readonly rss: number }> {
  const collections = (): number => served.log.filter(({ event }) => event === 'collected').length
  const before = collections()
  served.kill('SIGUSR2')
  await expect.poll(collections).toBe(before + 1)
  const of = await metrics()
  return { heap: of('nodejs_heap_size_used_bytes') / megabyte, rss: of('process_resident_memory_bytes') / megabyte }
}

async function connected(index: number, token: string): Promise<pg.Client> {
  const client = clientOf(folder, token, { application_name: `client ${String(index)}` })
  await client.connect()
  return client
}

/** Reads its own number back and writes now and then, with pauses, for as long as it goes on. */
async function works(client: pg.Client, index: number): Promise<void> {
  try {
    for (let turn = 0; done.goesOn; turn++) {
      if (turn % 5 === 4) {
        await client.query('insert into notes values ($1)', [index])
        done.inserts++
      } else {
        const { rows } = await client.query<{ mine: number }>(
          'select $1::int as mine, count(*) from notes where n = -1',
          [index],
        )
        if (rows[0]?.mine !== index) done.wrong++
        done.reads++
      }
      await sleep(100)
    }
  } catch (error) {
    errors.push(error)
  }
}

it(`keeps ${String(connections)} connections at work with a memory that stays flat`, { timeout: 600_000 }, async () => {
  const alone = await memory()
  const startedAt = performance.now()
  const tokens = await Promise.all(
    Array.from({ length: agents }, (_, index) =>
      folder.issuer.token({ sub: `agent-${String(index + 1)}`, lifetimeS: 3_000 }),
    ),
  )
  const clients: pg.Client[] = []
  while (clients.length < connections) {
    const from = clients.length
    const next = Array.from({ length: Math.min(atOnce, connections - from) }, (_, index) =>
      connected(from + index, tokens[(from + index) % agents] ?? ''),
    )
    clients.push(...(await Promise.all(next)))
  }
  const connectedMs = performance.now() - startedAt
  const working = clients.map((client, index) => works(client, index))
  await sleep(warmUpMs)
  const [warm, before] = [await memory(), done.reads + done.inserts]
  const samples = [warm]
  const worked = (): number => done.reads + done.inserts - before
  // Everybody has a turn, and more than one, however slow the machine is.
  for (
    const until = performance.now() + workMs;
    performance.now() < until || (worked() <= connections && errors.length === 0);
  ) {
    await sleep(workMs / 8)
    samples.push(await memory())
  }
  const statements = worked()
  const open = await metrics()
  expect([open('bothkeys_sessions'), open('bothkeys_connections{target="db"}')]).toEqual([agents, connections])
  done.goesOn = false
  await Promise.all(working)
  await Promise.all(clients.map((client) => client.end()))
  await expect.poll(async () => (await metrics())('bothkeys_sessions')).toBe(0)
  await expect.poll(async () => (await metrics())('bothkeys_connections{target="db"}')).toBe(0)
  const after = await memory()
  const shown = (of: 'heap' | 'rss'): string => samples.map((sample) => sample[of].toFixed(0)).join(' ')
  console.log(
    `serve connections: ${String(connections)} in ${(connectedMs / 1_000).toFixed(1)} s, then ${String(statements)} statements in ${String(workMs / 1_000)} s; ` +
      `heap in use ${alone.heap.toFixed(0)} MB alone, ${shown('heap')} at work, ${after.heap.toFixed(0)} after; ` +
      `rss ${alone.rss.toFixed(0)} MB alone, ${shown('rss')} at work, ${after.rss.toFixed(0)} after`,
  )
  expect([errors, done.wrong]).toEqual([[], 0])
  expect((await owner.query<{ n: number }>('select count(*)::int as n from notes')).rows).toEqual([{ n: done.inserts }])
  // What is under way when it is collected differs from one sample to the next; what leaks is in all of them.
  const least = (of: 'heap' | 'rss'): number => Math.min(...samples.slice(-3).map((sample) => sample[of]))
  expect(least('heap')).toBeLessThan(warm.heap + 6 + (statements * 128) / megabyte)
  expect(least('rss')).toBeLessThan(warm.rss * 1.3 + 32)
  // What belonged to connections went with them.
  expect(after.heap).toBeLessThan(alone.heap + 16)
  served.kill('SIGTERM')
  expect(await served.ended).toBe(0)
  expect(await verifyJournal(folder.journal)).toMatchObject({ verdict: 'intact', damage: null })
})
