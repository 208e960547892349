import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { root } from './root.mjs'

/**
 * Runs one command line and resolves to `{ ok, output }`. Its output goes to the terminal, or with `quiet` into `output`.
 * The workspace's tools are on the PATH, and they run on the Node.js that runs this.
 */
export function execute(commandLine, { cwd = root, env = {}, quiet = false } = {}) {
  const path = [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter)
  // PGHOST and the like are the developer's own; nothing here may follow them.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  const child = spawn(commandLine, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env, PATH: path },
    shell: true,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: error.message }))
    child.on('close', (code) => resolve({ ok: code === 0, output }))
  })
}
