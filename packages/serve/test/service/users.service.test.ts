import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Installed } from '../support/installed.js'
import { install } from '../support/installed.js'
import type { ServedFolder } from '../support/served-folder.js'
import { makeServedFolder } from '../support/served-folder.js'
import type { ServedProcess } from '../support/served-process.js'
import { startProcess } from '../support/served-process.js'

/** Users that need no account: the system knows them by number. */
const serveUser = { uid: 20_001, gid: 20_001 }
const agents = 20_010
const agentUser = { uid: 20_002, gid: agents }
const stranger = { uid: 20_003, gid: 20_003 }
const root = { uid: 0, gid: 0 }

let below: string
let installed: Installed
let folder: ServedFolder
let served: ServedProcess

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('the service tier runs as root: it starts processes of several users')
  below = realpathSync(mkdtempSync(join(tmpdir(), 'bothkeys-users-')))
  chmodSync(below, 0o755)
  installed = install(below)
  for (const name of ['probe.mjs', 'agent.mjs'])
    copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(installed.folder, name))
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table notes (n int); create table held (n int); insert into notes values (1), (2)')
  await owner.end()
  const { host, name, password, port, user } = database
  folder = await makeServedFolder({
    database: { host, name, port },
    login: { user, password },
    owner: serveUser,
    group: agents,
  })
  served = await startProcess(folder, { user: serveUser, installed, env: { A_SECRET: 'of the environment' } })
  expect(served.errors()).toBe('')
})

afterAll(async () => {
  served.kill('SIGKILL')
  await served.ended
  for (const path of [below, folder.path]) rmSync(path, { recursive: true })
})

type Tries = readonly (readonly [string, string | number])[]

/** What comes of it when a user tries. */
async function tries(user: typeof serveUser, what: Tries): Promise<Readonly<Record<string, string>>> {
  const probe = [join(installed.folder, 'probe.mjs'), JSON.stringify(what)]
  const { stdout } = await promisify(execFile)(installed.node, probe, {
    ...user,
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
  })
  return JSON.parse(stdout) as Record<string, string>
}

/** The files that only the serve process may read, as it made or was given them. */
function secrets(): Tries {
  const names = ['serve.yaml', 'db.password', 'policy.yaml', 'people.yaml', 'issuer.jwks', 'desk.jwks']
  const segments = readdirSync(folder.journal)
    .map((name) => join(folder.journal, name))
    .filter((path) => lstatSync(path).isFile())
    .map((path) => ['read', path] as const)
  expect(segments.length).toBeGreaterThan(0)
  return [...names.map((name) => ['read', join(folder.path, name)] as const), ...segments, ['list', folder.journal]]
}

/** What stands in the process, and what the kernel asks for ptrace's right to read. */
const inside = (): Tries => {
  const of = (name: string): string => `/proc/${String(served.pid)}/${name}`
  return [
    ['read', of('environ')],
    ['maps', of('maps')],
    ['list', of('fd')],
    ['link', of('cwd')],
    ['link', of('root')],
    ['signal', served.pid],
  ]
}

/** Where Yama is in force, not even the same user attaches. */
const attached = (): Tries => [
  ['memory', `/proc/${String(served.pid)}/mem`],
  ['trace', served.pid],
]

const refused = (results: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(results).flatMap(([what, came]) => (came === 'ok' ? [] : [what]))

const all = (what: Tries): readonly string[] => what.map(([name, on]) => `${name} ${String(on)}`)

describe('the user of the agents', () => {
  it('reads no file of the serve process, which that one does', async () => {
    expect(refused(await tries(serveUser, secrets()))).toEqual([])
    for (const user of [agentUser, stranger]) expect(refused(await tries(user, secrets()))).toEqual(all(secrets()))
  })

  it('reads nothing of the process itself, and cannot signal it', async () => {
    expect(refused(await tries(serveUser, inside()))).toEqual([])
    expect(readFileSync(`/proc/${String(served.pid)}/environ`, 'utf8')).toContain('A_SECRET')
    for (const user of [agentUser, stranger]) {
      const more: Tries = [...inside(), ['end', served.pid], ['debug', served.pid]]
      expect(refused(await tries(user, more))).toEqual(all(more))
    }
  })

  it('reads none of its memory and cannot trace it', async () => {
    const may = [await tries(serveUser, attached()), await tries(root, attached())]
    // Somebody can, so that the same check could fail.
    for (const what of all(attached())) expect(may.map((results) => results[what])).toContain('ok')
    for (const user of [agentUser, stranger]) expect(refused(await tries(user, attached()))).toEqual(all(attached()))
    expect(await tries(serveUser, [['signal', served.pid]])).toEqual({ [`signal ${String(served.pid)}`]: 'ok' })
  })

  it('connects to the door and the control socket, and not to the one that shows held statements', async () => {
    const sockets: Tries = [
      ['connect', join(folder.door, '.s.PGSQL.5432')],
      ['connect', folder.control],
      ['connect', folder.approvals],
    ]
    expect(existsSync(folder.approvals)).toBe(true)
    expect(refused(await tries(serveUser, sockets))).toEqual([])
    expect(refused(await tries(agentUser, sockets))).toEqual([`connect ${folder.approvals}`])
    expect(refused(await tries(stranger, sockets))).toEqual(all(sockets))
  })

  it('puts nothing in the place of what the serve process has', async () => {
    const writes: Tries = [
      ['write', join(folder.path, 'new')],
      ['write', folder.config],
      ['write', join(folder.door, 'new')],
      ['rename', join(folder.door, '.s.PGSQL.5432')],
      ['rename', folder.control],
      ['write', join(folder.journal, 'new')],
    ]
    for (const user of [agentUser, stranger]) expect(refused(await tries(user, writes))).toEqual(all(writes))
    const own = join(folder.path, 'own')
    expect(await tries(serveUser, [['write', own]])).toEqual({ [`write ${own}`]: 'ok' })
  })

  it('works through the door all the same, and a stranger does not', async () => {
    const asUser = async (user: typeof serveUser): Promise<unknown> => {
      const agent = [join(installed.folder, 'agent.mjs'), folder.door, folder.database, await folder.issuer.token()]
      const { stdout } = await promisify(execFile)(installed.node, agent, {
        ...user,
        env: {},
        cwd: '/',
        timeout: 60_000,
      })
      return JSON.parse(stdout)
    }
    expect(await asUser(agentUser)).toEqual({
      rows: [{ n: 1 }, { n: 2 }],
      denied: expect.stringContaining('ERR_DENIED'),
    })
    expect(await asUser(stranger)).toEqual({ failed: 'EACCES' })
  })
})
