import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openStage } from '../stage.js'
import type { Benchmark, Row } from '../table.js'
import { verdict } from '../table.js'

/** What the child measures while it streams. */
export interface Growth {
  readonly rows: number
  readonly heapMiB: number
  readonly bufferMiB: number
}

/** How much the heap grows while a million rows go by. */
export const streamHeap: Benchmark = {
  name: 'stream-heap',
  async measure({ server }) {
    const stage = await openStage(server)
    try {
      const raw = await growth(stage.url, 'raw')
      const governed = await growth(stage.url, 'governed')
      const row = (figure: string, { heapMiB, bufferMiB }: Growth, goal?: number): Row => ({
        figure,
        goal: goal === undefined ? '' : `≤ ${String(goal)} MiB`,
        accepted: '',
        measured: `${heapMiB.toFixed(1)} MiB heap, ${bufferMiB.toFixed(1)} MiB buffers`,
        verdict: goal === undefined ? '' : verdict(heapMiB, goal),
      })
      return {
        title: 'Heap growth while streaming',
        method: `${governed.rows.toLocaleString('en')} rows of 4 columns through pg-query-stream in a process of its own; the highest of ten readings after a forced collection, less the one before.`,
        rows: [row('raw', raw), row('governed', governed, 32)],
      }
    } finally {
      await stage.close()
    }
  },
}

async function growth(url: string, kind: 'raw' | 'governed'): Promise<Growth> {
  const child = fileURLToPath(new URL('../stream-heap-child.ts', import.meta.url))
  const args = ['--expose-gc', '--import', 'tsx', child, kind, url]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 300_000 })
  return JSON.parse(stdout) as Growth
}
