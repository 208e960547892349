import { closeSync, fdatasync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type pg from 'pg'
import { interleave, runFor } from '../interleave.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark } from '../table.js'
import { microsText, ratioText, verdict } from '../table.js'

const text = "update orders set status = 'paid' where id = $1"
const line = Buffer.from(`${'x'.repeat(1_499)}\n`)

/** A single-row UPDATE by primary key, whose intent is on disk before it leaves. */
export const update: Benchmark = {
  name: 'update',
  async measure({ rounds, server }) {
    const stage = await openStage(server)
    const file = openSync(join(stage.folder, 'bare'), 'a', 0o600)
    const syncLater = promisify(fdatasync)
    try {
      const samples = await interleave(
        [
          { name: 'raw', run: updater(await stage.raw()) },
          { name: 'governed', run: updater(await stage.governed('file')) },
          {
            name: 'sync',
            run: () => {
              writeSync(file, line)
              fdatasyncSync(file)
              return Promise.resolve()
            },
          },
          {
            name: 'later',
            run: () => {
              writeSync(file, line)
              return syncLater(file)
            },
          },
        ] as const,
        { rounds, turns: 10, perTurn: 10 },
      )
      const added = pairwise(samples.governed, samples.raw, (governed, raw) => governed - raw)
      const syncs = estimate(pairwise(added, samples.sync, (ms, sync) => (ms - 0.05) / sync))
      return {
        title: 'Single-row UPDATE by primary key',
        method: `\`${text}\` with the server's own \`fsync\` off, so that the only sync is the journal's. Bare fdatasync: a line of 1,500 bytes appended to a file beside the journal, \`fdatasyncSync\`. ${String(rounds)} rounds of 100 of each.`,
        rows: [
          plain('raw UPDATE', samples.raw),
          plain('bare fdatasync', samples.sync),
          plain('bare fdatasync beside the event loop', samples.later),
          {
            figure: 'governed − raw',
            goal: '≤ 1.5 × fdatasync + 50 µs',
            accepted: '',
            measured: microsText(estimate(added)),
            verdict: verdict(syncs.median, 1.5),
          },
          {
            figure: '(governed − raw − 50 µs) ÷ fdatasync',
            goal: '≤ 1.50',
            accepted: '',
            measured: ratioText(syncs),
            verdict: verdict(syncs.median, 1.5),
          },
        ],
      }
    } finally {
      closeSync(file)
      await stage.close()
    }
  },
  async work({ server }, milliseconds) {
    const stage = await openStage(server)
    try {
      return await runFor(milliseconds, updater(await stage.governed('file')))
    } finally {
      await stage.close()
    }
  },
}

function plain(figure: string, samples: readonly number[]): {
  figure: string
  goal: string
  accepted: string
  measured: string
  verdict: ''
} {
  return { figure, goal: '', accepted: '', measured: microsText(estimate(samples)), verdict: '' }
}

function updater(client: pg.Client): (index: number) => Promise<unknown> {
  return (index) => client.query(text, [1 + ((index * 7919) % 20_000)])
}
