import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Installed } from './installed.js'
import type { ServedFolder } from './served-folder.js'

const program = fileURLToPath(new URL('../../dist/bothkeys.js', import.meta.url))

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string }

/** `bothkeys serve` as a process of its own, built as it is published. */
export interface ServedProcess {
  readonly child: ChildProcess
  readonly pid: number
  readonly log: LogLine[]
  readonly errors: () => string
  /** Resolves to the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

/** As whom it runs, and from where. */
export interface RunOptions {
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly env?: Readonly<Record<string, string>>
  readonly installed?: Installed
}

/** Starts the command. Resolves when it serves, and when it ended without. */
export async function startProcess(folder: ServedFolder, how: RunOptions = {}): Promise<ServedProcess> {
  const served = runCommand(['serve', '--config', folder.config], how)
  await Promise.race([served.serving, served.ended])
  return served
}

/** Runs the command with these arguments. */
export function runCommand(
  args: readonly string[],
  { env = {}, installed, user }: RunOptions = {},
): ServedProcess & { readonly serving: Promise<void> } {
  if (!existsSync(program)) throw new Error('the command runs as it is built: run `npm run build` first')
  const child = spawn(installed?.node ?? process.execPath, [installed?.program ?? program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'], ...env },
    ...user,
  })
  const log: LogLine[] = []
  let errors = ''
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const serving = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line.startsWith('{') ? (JSON.parse(line) as LogLine) : { event: line })
      if (log.at(-1)?.event === 'serving') resolve()
    })
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      resolve(code ?? signal ?? '')
    })
  })
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal)
  return { child, pid: child.pid ?? 0, log, errors: () => errors, ended, serving, kill }
}

/** How a client reaches the door, with a token or a capability as the password. */
export function clientOf(folder: ServedFolder, password: string, options: pg.ClientConfig = {}): pg.Client {
  const client = new pg.Client({ ...doorOf(folder), password, ...options })
  client.on('error', () => undefined)
  return client
}

export function poolOf(folder: ServedFolder, password: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...doorOf(folder), password, ...options })
  pool.on('error', () => undefined)
  return pool
}

/** The socket has the port of PostgreSQL in its name. */
const doorOf = (folder: ServedFolder): pg.ClientConfig => ({
  host: folder.door,
  port: 5432,
  user: 'agent',
  database: folder.database,
})
