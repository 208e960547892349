import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { shopPolicy } from '../policy.js'
import { estimate } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { verdict } from '../table.js'

interface Start {
  readonly importMs: number
  readonly readyMs: number
}

/** From the first line of a program to a guard that is ready. */
export const start: Benchmark = {
  name: 'start',
  async measure({ rounds }) {
    const folder = mkdtempSync(join(tmpdir(), 'bothkeys-bench-'))
    const policyFile = join(folder, 'policy.json')
    writeFileSync(policyFile, JSON.stringify(shopPolicy(50), undefined, 2))
    const starts: Record<'memory' | 'file', Start[]> = { memory: [], file: [] }
    try {
      for (let round = 0; round < rounds; round++) {
        for (const kind of ['memory', 'file'] as const) {
          starts[kind].push(await startOnce(kind, policyFile, join(folder, `journal-${String(round)}`)))
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return {
      title: 'Start',
      method: `\`import '@bothkeys/core'\` and createGuard on a policy file of 50 rules, in a fresh process, Node's own start excluded. ${String(rounds)} processes of each kind.`,
      rows: [
        row('import alone', starts.memory, ({ importMs }) => importMs),
        row('import and createGuard, memory journal', starts.memory, ({ readyMs }) => readyMs, 150),
        row('import and createGuard, new file journal', starts.file, ({ readyMs }) => readyMs, 150),
      ],
    }
  },
}

function row(figure: string, starts: readonly Start[], part: (start: Start) => number, goal?: number): Row {
  const { median, low, high } = estimate(starts.map(part))
  return {
    figure,
    goal: goal === undefined ? '' : `≤ ${String(goal)} ms`,
    accepted: '',
    measured: `${median.toFixed(0)} ms (${low.toFixed(0)}–${high.toFixed(0)})`,
    verdict: goal === undefined ? '' : verdict(median, goal),
  }
}

async function startOnce(kind: 'memory' | 'file', policyFile: string, folder: string): Promise<Start> {
  const child = fileURLToPath(new URL('../import-child.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [child, kind, policyFile, folder], { timeout: 60_000 })
  return JSON.parse(stdout) as Start
}
