import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { fileJournal } from '@bothkeys/core'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Agent } from './agent.js'
import type { AgentConfig } from './crash-agent.js'
import { crashPassword, crashSchema } from './crash-policy.js'
import type { JournalContents } from './journal-contents.js'
import { readJournal } from './journal-contents.js'
import { Random } from './random.js'
import { isWhole, scaled, seed } from './scale.js'
import type { LoggedStatement } from './server-log.js'
import { readServerLog } from './server-log.js'

const kills = scaled(200)
/** How many kills in a row find the same journal directory. */
const killsPerFolder = 10

interface Kill {
  readonly connections: number
  /** Whether the agent had begun to work. */
  readonly wasReady: boolean
  /** The numbers of the statements that it was told are done. */
  readonly done: readonly number[]
  /** Intents that had no outcome when the journal was opened. */
  readonly open: number
}

let server: LocalPostgres
let admin: pg.Client
let folder: string
const all: Kill[] = []
const journals = new Map<string, JournalContents>()
let logged: readonly LoggedStatement[]
const counts = new Map<number, number>()

beforeAll(async () => {
  const agent = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
  if (!existsSync(agent)) throw new Error('the agent runs on the built packages: run `npm run build` first')
  server = await startPostgres({ jsonlog: true, settings: { log_statement: 'all' } })
  admin = new pg.Client(new URL('/app', server.superuserUrl).href)
  await admin.connect()
  await admin.query(crashSchema)
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-crash-'))
  console.log(`crash: ${String(kills)} times kill -9, BOTHKEYS_SEED=${String(seed)}`)
  const random = new Random(seed)
  for (let index = 0; index < kills; index++) all.push(await crash(index, random))
  await vi.waitFor(
    async () => {
      expect((await admin.query(`select from pg_stat_activity where usename = 'door'`)).rowCount).toBe(0)
    },
    { timeout: 60_000, interval: 100 },
  )
  const log = await readServerLog(server.jsonLogFile ?? '', server.superuserUrl, 'door')
  logged = log.statements.filter(({ isInternal }) => !isInternal)
  for (const { n } of (await admin.query<{ n: number }>('select n from entries')).rows)
    counts.set(n, (counts.get(n) ?? 0) + 1)
  report()
}, 900_000)

afterAll(async () => {
  await admin.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Starts an agent, kills it at a random moment, and opens its journal. */
async function crash(index: number, random: Random): Promise<Kill> {
  const config = configOf(index, {
    folder: join(folder, `journal-${String(Math.floor(index / killsPerFolder))}`),
    connections: [1, 4, 16][random.between(0, 2)] ?? 1,
    seed: random.between(0, 2 ** 31),
  })
  const agent = new Agent(config)
  // One in ten dies before it works: while it opens the journal, or logs in.
  if (random.next() < 0.1) await sleep(random.between(100, 900))
  else await agent.ready.then(() => sleep(random.between(0, 120)))
  const { done, wasReady } = await agent.kill()
  const before = journals.get(config.folder)?.intents.size ?? 0
  const contents = await readJournal(fileJournal(config.folder))
  journals.set(config.folder, contents)
  const newest = [...contents.intents.keys()].slice(before)
  return {
    connections: config.connections,
    wasReady,
    done,
    open: newest.filter((id) => contents.outcomes.get(id) === 'unknown').length,
  }
}

function configOf(index: number, more: Pick<AgentConfig, 'connections' | 'folder' | 'seed' | 'waits'>): AgentConfig {
  return { url: doorUrl(), schemaWriter: server.user, firstNumber: (index + 1) * 1_000_000, ...more }
}

function doorUrl(): string {
  const url = new URL('/app', server.superuserUrl)
  url.username = 'door'
  url.password = encodeURIComponent(crashPassword)
  return url.href
}

function report(): void {
  const share = (kills_: readonly Kill[]): string => {
    const between = kills_.filter(({ open }) => open > 0).length
    return `${String(between)} of ${String(kills_.length)}`
  }
  const seen = new Set(logged.flatMap(({ actionId }) => actionId ?? []))
  const unknown = [...journals.values()].flatMap(({ outcomes }) =>
    [...outcomes].filter(([, outcome]) => outcome === 'unknown'),
  )
  console.log(
    [
      `crash: killed between an intent and its outcome: ${share(all)}; of those with one connection ${share(all.filter(({ connections }) => connections === 1))}; ${String(all.filter(({ wasReady }) => !wasReady).length)} before they worked`,
      `crash: ${String(logged.length)} statements in the server's log, ${String([...journals.values()].reduce((sum, { intents }) => sum + intents.size, 0))} intents, ${String(unknown.length)} of them with an unknown outcome, of which the server began ${String(unknown.filter(([id]) => seen.has(id)).length)}`,
    ].join('\n'),
  )
}

describe('an agent that is killed', () => {
  it('while its statement runs leaves the intent, with an unknown outcome', async () => {
    const config = configOf(kills, { folder: join(folder, 'journal-waits'), connections: 1, seed, waits: true })
    const agent = new Agent(config)
    const running = `select pid from pg_stat_activity where usename = 'door' and wait_event = 'PgSleep' and query like '%pg_sleep(3600)%'`
    await vi.waitFor(
      async () => {
        expect((await admin.query(running)).rowCount).toBe(1)
      },
      { timeout: 60_000, interval: 50 },
    )
    await agent.kill()
    await admin.query(`select pg_terminate_backend(pid) from (${running}) as it`)
    const { intents, outcomes } = await readJournal(fileJournal(config.folder))
    expect([...intents.keys()].map((id) => outcomes.get(id))).toEqual(['completed', 'unknown'])
  })
})

describe('an agent that is killed at random', () => {
  it.runIf(isWhole)('dies between an intent and its outcome in at least three of ten cases', () => {
    expect(all.filter(({ open }) => open > 0).length).toBeGreaterThanOrEqual(kills * 0.3)
  })

  it('leaves an intent for every statement that the server saw', () => {
    const intents = new Set([...journals.values()].flatMap((contents) => [...contents.intents.keys()]))
    expect(logged.filter(({ actionId }) => actionId === undefined || !intents.has(actionId)).slice(0, 5)).toEqual([])
    expect(logged.length).toBeGreaterThan(kills)
  })

  it('leaves a journal in which every intent has one outcome, if only an unknown one', () => {
    for (const { intents, outcomes, stray } of journals.values()) {
      expect(stray).toBe(0)
      expect([...intents.keys()].filter((id) => !outcomes.has(id))).toEqual([])
    }
  })

  it('leaves the outcome of everything that it was told is done, and its effect once', () => {
    const written = new Map<number, string | undefined>()
    for (const { text, actionId = '' } of logged) {
      const n = Number(/\b\d{7,}\b/.exec(text)?.[0])
      for (const { outcomes } of journals.values()) if (outcomes.has(actionId)) written.set(n, outcomes.get(actionId))
    }
    const done = all.flatMap((kill) => kill.done)
    expect(done.filter((n) => written.get(n) !== 'completed').slice(0, 5)).toEqual([])
    expect([...counts].filter(([, count]) => count > 1)).toEqual([])
    const inserted = new Set(
      logged.filter(({ text }) => text.startsWith('insert')).map(({ text }) => Number(/\b\d{7,}\b/.exec(text)?.[0])),
    )
    expect(done.filter((n) => inserted.has(n) && !counts.has(n))).toEqual([])
  })
})
