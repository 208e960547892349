// `npm run bench`: measures every table, prints them, and writes RESULTS.md.
// `npm run bench -- select update` measures those; `--profile` profiles the governed work of them; `--rounds 40`.
// `--rehearse` runs each once and keeps nothing: `npm test` does, so that no change breaks the benchmarks unnoticed.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startPostgres } from '@bothkeys/local-postgres'
import { describeMachine } from './machine.js'
import { profile } from './profile.js'
import type { Bench, Benchmark } from './table.js'
import { markdown } from './table.js'
import { decide } from './tables/decide.js'
import { firstStatement } from './tables/first-statement.js'
import { kubeList } from './tables/kube-list.js'
import { kubeMemory } from './tables/kube-memory.js'
import { kubeReal } from './tables/kube-real.js'
import { kubeRequests } from './tables/kube-requests.js'
import { kubeWatches } from './tables/kube-watches.js'
import { largeResult } from './tables/large-result.js'
import { maskingSpeed } from './tables/masking-speed.js'
import { maskedResult } from './tables/masked-result.js'
import { masking } from './tables/masking.js'
import { select } from './tables/select.js'
import { start } from './tables/start.js'
import { streamHeap } from './tables/stream-heap.js'
import { tools } from './tables/tools.js'
import { twoKeys } from './tables/two-keys.js'
import { update } from './tables/update.js'

const all: readonly Benchmark[] = [decide, select, update, largeResult, firstStatement, streamHeap, start, twoKeys, tools, maskedResult, masking, maskingSpeed, kubeRequests, kubeReal, kubeList, kubeMemory, kubeWatches]

if (!import.meta.resolve('@bothkeys/core').endsWith('/dist/index.js')) {
  throw new Error('the benchmarks run on the built packages only: use `npm run bench`')
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: 'boolean', default: false },
    rehearse: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '25' },
  },
})
const rounds = values.rehearse ? 1 : Math.max(15, Number.parseInt(values.rounds) || 0)
const chosen = positionals.length === 0 ? all : positionals.map(named)

const server = await startPostgres()
try {
  if (values.profile) for (const benchmark of chosen) await profile(benchmark, { rounds, server })
  else await measureAll({ rounds, server })
} finally {
  await server.stop()
}

async function measureAll(bench: Bench): Promise<void> {
  const machine = describeMachine(`${server.version} (${server.source})`)
  console.log(`${machine.join('\n')}\n`)
  const tables: string[] = []
  for (const benchmark of chosen) {
    const table = markdown(await benchmark.measure(bench))
    console.log(table)
    tables.push(table)
  }
  if (values.rehearse || chosen.length < all.length) return
  const introduction = [
    '# Measured speed',
    '',
    'Written by `npm run bench`. Raw and governed runs take turns in one process; each ratio and difference is the median',
    'over the rounds, with its 95 % interval (bootstrap) in brackets. `reached` says `goal`, `accepted` or `missed`.',
    '',
    ...machine,
    '',
  ]
  writeFileSync(fileURLToPath(new URL('../RESULTS.md', import.meta.url)), [...introduction, ...tables].join('\n'))
}

function named(name: string): Benchmark {
  const found = all.find((benchmark) => benchmark.name === name)
  if (found === undefined) throw new Error(`no table "${name}"; there are: ${all.map((each) => each.name).join(', ')}`)
  return found
}
