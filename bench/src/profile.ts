import { mkdirSync, writeFileSync } from 'node:fs'
import { findSourceMap } from 'node:module'
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench, Benchmark } from './table.js'

const folder = fileURLToPath(new URL('../profiles', import.meta.url))
const workMs = 6_000

/**
 * Profiles the governed work of a table after a warm-up, writes a `.cpuprofile` (Chrome DevTools opens it), and prints the
 * functions that cost most by themselves, in microseconds per run. Positions are those of the TypeScript sources when
 * Node runs with --enable-source-maps.
 */
export async function profile(benchmark: Benchmark, bench: Bench): Promise<void> {
  if (benchmark.work === undefined) throw new Error(`there is no work to profile in ${benchmark.name}`)
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await benchmark.work(bench, 1_500)
  await session.post('Profiler.start')
  const runs = await benchmark.work(bench, workMs)
  const { profile: recorded } = await session.post('Profiler.stop')
  session.disconnect()
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${benchmark.name}.cpuprofile`)
  writeFileSync(file, JSON.stringify(recorded))
  console.log(`\n${String(runs)} runs; ${relative(process.cwd(), file)} has the whole profile. Self time per run:\n`)
  for (const { name, microseconds } of selfTimes(recorded).slice(0, 50)) {
    console.log(`${(microseconds / runs).toFixed(2).padStart(8)} µs  ${name}`)
  }
}

function selfTimes(profile: Profiler.Profile): readonly { readonly name: string; readonly microseconds: number }[] {
  const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node.callFrame)]))
  const totals = new Map<string, number>()
  profile.samples?.forEach((id, index) => {
    const name = names.get(id) ?? 'unknown'
    totals.set(name, (totals.get(name) ?? 0) + (profile.timeDeltas?.[index] ?? 0))
  })
  return [...totals]
    .map(([name, microseconds]) => ({ name, microseconds }))
    .toSorted((a, b) => b.microseconds - a.microseconds)
}

function nameOf({ functionName, url, lineNumber, columnNumber }: Profiler.Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const entry = findSourceMap(path)?.findEntry(lineNumber, columnNumber)
  if (entry !== undefined && 'originalSource' in entry && typeof entry.originalSource === 'string') {
    const source = entry.originalSource.startsWith('file:') ? fileURLToPath(entry.originalSource) : entry.originalSource
    return `${name}  ${shortened(source)}:${String(entry.originalLine + 1)}`
  }
  return `${name}  ${shortened(path)}:${String(lineNumber + 1)}`
}

function shortened(path: string): string {
  return path.replace(/^.*\/node_modules\//, '').replace(/^.*\/(packages|bench)\//, '$1/')
}
