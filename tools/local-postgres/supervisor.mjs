// Owns one folder and the processes that live in it. It runs apart from its parent (own session, so Ctrl-C does not reach
// it), takes commands on stdin, and when stdin closes, for whatever reason, stops its processes and removes the folder.
// Plain JavaScript: Node 20 cannot load TypeScript, and this must start from source and from a build alike.
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'

const folder = process.argv[2]
const running = new Set()
let closing = false

const reply = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

/** Starts `{ id, command, args, options, logFile }`; answers `{ id, pid }` at once and `{ id, exit }` when it has ended. */
function start({ id, command, args, options, logFile }) {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  running.add(child)
  child.on('error', (error) => reply({ id, exit: -1, error: error.message }))
  child.on('spawn', () => reply({ id, pid: child.pid }))
  child.on('exit', (code, signal) => reply({ id, exit: code ?? -1, ...(signal && { signal }) }))
  child.on('close', () => running.delete(child))
}

/** PostgreSQL's three ways to stop: fast, immediate, and the one it cannot refuse. */
async function stop(child) {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL']) {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await Promise.race([
      new Promise((resolve) => child.once('exit', resolve)),
      new Promise((resolve) => setTimeout(resolve, 5_000).unref()),
    ])
  }
}

async function close() {
  if (closing) return
  closing = true
  await Promise.all([...running].map(stop))
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  process.exit(0)
}

process.chdir('/')
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void close())
process.stdout.on('error', () => {}) // the parent is gone: stdin closes too
createInterface({ input: process.stdin })
  .on('line', (line) => closing || start(JSON.parse(line)))
  .on('close', () => void close())
