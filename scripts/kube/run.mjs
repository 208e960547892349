import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Runs a program at the lowest priority and calls `onLine` with each line that it prints. Rejects with the last lines when it
 * fails.
 */
export async function run(command, args, { cwd, env = {}, onLine = () => {} } = {}) {
  const child = spawn('nice', ['-n', '19', command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const last = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      last.push(line)
      if (last.length > 30) last.shift()
      onLine(line)
    })
  }
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${last.join('\n')}`)
}
