import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Database } from '@bothkeys/local-postgres'
import { root } from '../pages.js'
import type { NotRun } from './apart.js'
import { makeIssuer } from './issuer.js'
import { makeJournal } from './journal.js'
import { below, makeServedFolder } from './served-folder.js'
import { installPrograms, makeStandIns, pathWithout } from './stand-ins.js'

/** What the commands of one page run on: a folder, a database and the programs of the packages. */
export interface Stage {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Puts the names of a page in this stage's place. */
  adapted(text: string): string
  /** Whether its door is open: some command of the page has begun to serve. */
  isServing(): boolean
  /** The command lines that were not run, since last asked. */
  notes(): readonly string[]
  /** Ends what its commands have started, and removes the folder. */
  close(): void
}

/** Opens a stage on a configuration of `bothkeys serve`. */
export async function openStage(database: Database, config: string, notRun: NotRun): Promise<Stage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bk-')))
  const notes = join(folder, 'notes')
  const servers = join(folder, 'servers')
  const standIns = join(folder, 'stand-ins')
  const work = join(folder, 'work')
  const programs = join(work, 'node_modules', '.bin')
  mkdirSync(work)
  for (const file of [notes, servers]) writeFileSync(file, '')
  writeFileSync(join(work, 'package.json'), JSON.stringify({ private: true, scripts: scriptsOf(root) }))
  const issuer = await makeIssuer()
  makeServedFolder(folder, config, database, issuer)
  makeStandIns(standIns, notes, notRun)
  installPrograms(programs)
  await makeJournal(join(work, 'audit'))
  const token = await issuer.token('https://idp.example.com', 'bothkeys', ['ingest'])
  writeFileSync(join(work, 'token'), `*:*:*:*:${token}\n`, { mode: 0o600 })
  return {
    folder: work,
    environment: {
      PATH: [standIns, programs, pathWithout(standIns)].join(delimiter),
      HOME: work,
      CREDENTIALS_DIRECTORY: join(folder, 'credentials'),
      BOTHKEYS_SERVERS: servers,
      TOKEN: token,
      // Whoever asks somebody outside of this machine is not answered.
      http_proxy: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
      no_proxy: 'localhost,127.0.0.1',
    },
    adapted: (text) => below(folder, text).replaceAll('requirepeer=bothkeys', `requirepeer=${userInfo().username}`),
    isServing: () => readFileSync(servers, 'utf8') !== '',
    notes: () => {
      const noted = readFileSync(notes, 'utf8').split('\n').slice(0, -1)
      writeFileSync(notes, '')
      return noted
    },
    close: () => {
      for (const pid of readFileSync(servers, 'utf8').split('\n').slice(0, -1)) end(Number(pid))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The scripts of the repository, which run there: a page that shows one means a clone of it. */
function scriptsOf(repository: string): Readonly<Record<string, string>> {
  const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { readonly scripts: object }
  return Object.fromEntries(Object.keys(scripts).map((name) => [name, `npm --prefix "${repository}" run ${name}`]))
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
