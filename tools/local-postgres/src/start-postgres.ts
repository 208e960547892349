import { randomBytes } from 'node:crypto'
import { appendFile, chown, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Account, serverAccount } from './account.js'
import { type Binaries, findBinaries } from './binaries.js'
import {
  type ClusterFolder,
  createClusterFolder,
  parentInMemory,
  parentOnDisk,
  reachableBinaries,
} from './cluster-folder.js'
import { createDatabase, type Database } from './database.js'
import { freePort } from './free-port.js'
import { settingLines } from './settings.js'
import { type Command, type RunningProcess, superviseFolder, type Supervisor } from './supervisor.js'

export type StartOptions = {
  /** For postgresql.conf; wins over the speed-minded defaults (`fsync=off` and the like). */
  readonly settings?: Readonly<Record<string, string>>
  /** The superuser's name. Default: `postgres`. */
  readonly superuser?: string
  /** Also log in JSON (`jsonLogFile`). Needs PostgreSQL 15. */
  readonly jsonlog?: boolean
  /** Keeps everything in memory where the machine can. For tests that create very many files. */
  readonly inMemory?: boolean
}

export type LocalPostgres = {
  /** Connects to the database `app` as its owner, who is no superuser. */
  readonly url: string
  readonly superuserUrl: string
  readonly host: '127.0.0.1'
  readonly port: number
  /** The owner of `app`. */
  readonly user: string
  readonly password: string
  readonly dataDirectory: string
  readonly socketDirectory: string
  readonly binDirectory: string
  /** What the server prints; with `jsonlog`, only what comes before its log starts. */
  readonly logFile: string
  readonly jsonLogFile: string | undefined
  readonly source: Binaries['source']
  /** For example `18.4`. */
  readonly version: string
  readonly majorVersion: number
  /** The postmaster's process id. */
  readonly pid: number
  /** Creates a database with an owner of its own; a random name when none is given. */
  createDatabase(name?: string): Promise<Database>
  /** Stops the server and removes everything it wrote. Safe to call twice. */
  stop(): Promise<void>
}

type Cluster = {
  readonly binDirectory: string
  readonly folder: ClusterFolder
  readonly supervisor: Supervisor
  readonly account: Account | undefined
  readonly superuser: string
  readonly superuserPassword: string
}

/**
 * Starts a PostgreSQL cluster of its own in a temporary folder, on a free port of 127.0.0.1, with random passwords.
 * As root the server runs as `nobody`. It is stopped and its folder removed by `stop()` or when this process ends,
 * however it ends. Throws when no PostgreSQL is found or the server does not come up, with the end of its log.
 */
export async function startPostgres(options: StartOptions = {}): Promise<LocalPostgres> {
  const binaries = findBinaries()
  const majorVersion = Number.parseInt(binaries.version)
  const jsonlog = options.jsonlog ?? false
  if (jsonlog && majorVersion < 15) throw new Error(`PostgreSQL ${binaries.version} has no jsonlog; 15 or newer has.`)

  const account = serverAccount()
  const memory = options.inMemory === true ? await parentInMemory(account, binaries) : undefined
  const folder = await createClusterFolder(account, memory ?? (await parentOnDisk(account)))
  const supervisor = superviseFolder(folder.root)
  try {
    const cluster: Cluster = {
      binDirectory: await reachableBinaries(binaries, account, folder),
      folder,
      supervisor,
      account,
      superuser: options.superuser ?? 'postgres',
      superuserPassword: randomBytes(18).toString('base64url'),
    }
    await initialise(cluster)
    const { port, pid } = await startServer(cluster, options.settings ?? {}, jsonlog)
    const superuserUrl = `postgres://${encodeURIComponent(cluster.superuser)}:${cluster.superuserPassword}@127.0.0.1:${String(port)}/postgres`
    const { url, user, password } = await createDatabase(superuserUrl, 'app')
    supervisor.release()
    return {
      url,
      superuserUrl,
      host: '127.0.0.1',
      port,
      user,
      password,
      dataDirectory: folder.data,
      socketDirectory: folder.socket,
      binDirectory: cluster.binDirectory,
      logFile: serverLog(folder),
      jsonLogFile: jsonlog ? jsonLog(folder) : undefined,
      source: binaries.source,
      version: binaries.version,
      majorVersion,
      pid,
      createDatabase: (name) => createDatabase(superuserUrl, name),
      stop: () => supervisor.stop(),
    }
  } catch (error) {
    await supervisor.stop()
    throw error
  }
}

async function initialise(cluster: Cluster): Promise<void> {
  const { folder, account, superuser, superuserPassword } = cluster
  const passwordFile = join(folder.root, 'password')
  await writeFile(passwordFile, superuserPassword, { mode: 0o600 })
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid)
  const logFile = join(folder.root, 'initdb.log')
  const initdb = await cluster.supervisor.start(
    program(cluster, 'initdb', logFile, [
      `--pgdata=${folder.data}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ]),
  )
  const exitCode = await initdb.exited
  await rm(passwordFile)
  if (exitCode !== 0) throw new Error(`initdb failed (exit ${String(exitCode)}):\n${await tail(logFile)}`)
}

async function startServer(
  cluster: Cluster,
  settings: Readonly<Record<string, string>>,
  jsonlog: boolean,
): Promise<{ port: number; pid: number }> {
  const { folder } = cluster
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const placement = { port, socketFolder: folder.socket, logFolder: folder.log, jsonlog }
    await appendFile(join(folder.data, 'postgresql.conf'), settingLines(settings, placement))
    const server = await cluster.supervisor.start(program(cluster, 'postgres', serverLog(folder), ['-D', folder.data]))
    if (await isReady(folder, server)) return { port, pid: server.pid }
    // With jsonlog, what goes wrong once its log has started stands there.
    const log = `${await tail(serverLog(folder))}${jsonlog ? await tail(jsonLog(folder)) : ''}`
    // Somebody else may have taken the port in between.
    if (attempt === 3 || !log.includes('Address already in use')) throw new Error(`PostgreSQL did not start:\n${log}`)
  }
}

/** Waits until the server accepts connections; false when it ended or took longer than two minutes. */
async function isReady(folder: ClusterFolder, server: RunningProcess): Promise<boolean> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    // The eighth line of this file is the server's own word on its state.
    const state = await readFile(join(folder.data, 'postmaster.pid'), 'utf8').catch(() => '')
    if (state.split('\n')[7]?.trim() === 'ready') return true
    const exitCode = await Promise.race([sleep(20), server.exited])
    if (exitCode !== undefined) return false
  }
  return false
}

function program(cluster: Cluster, name: string, logFile: string, args: readonly string[]): Command {
  const { account, binDirectory } = cluster
  // Nothing of this process's environment: PGPORT, PGDATA and the like would change what is started.
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return { command: join(binDirectory, name), args, logFile, options: { ...account, env } }
}

function serverLog(folder: ClusterFolder): string {
  return join(folder.root, 'server.log')
}

function jsonLog(folder: ClusterFolder): string {
  return join(folder.log, 'server.json')
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '(no log)')
  return text.split('\n').slice(-20).join('\n')
}
