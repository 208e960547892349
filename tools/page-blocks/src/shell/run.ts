import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'
import { missingFrom, scriptOf } from './script.js'
import type { Stage } from './stage.js'

const mostMs = 300_000
const told = 2_000

/** Runs the commands of a block on a stage. Resolves to what went wrong. */
export async function runBlock(stage: Stage, block: Block): Promise<readonly Problem[]> {
  const script = scriptOf(block)
  const mark = join(stage.folder, '..', 'failed-at')
  rmSync(mark, { force: true })
  const commands = stage.adapted(script.commands)
  // The first line is not the block's.
  const text = `set -Eeuo pipefail; trap 'echo $((LINENO - 1)) >"${mark}"' ERR\n${commands}\n`
  const { code, output } = await bash(text, stage)
  if (code !== 0) {
    const line = existsSync(mark) ? Number(readFileSync(mark, 'utf8')) : 1
    return [problemAt(block, line, `it ended with ${String(code)} and printed:\n${output.slice(-told)}`)]
  }
  const missing = missingFrom(output, script)
  if (missing === undefined) return []
  return [problemAt(block, missing.line, `this is not printed, or not in this order: ${missing.text}`)]
}

function bash(text: string, stage: Stage): Promise<{ readonly code: number | string; readonly output: string }> {
  const child = spawn('bash', ['-c', text], {
    cwd: stage.folder,
    env: stage.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: mostMs,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // What goes on beside has files of its own for what it prints, so that this comes when the commands are over.
    child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'nothing', output }))
  })
}
