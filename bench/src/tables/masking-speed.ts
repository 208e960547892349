import type { Detector, Masker } from '@bothkeys/core/masking'
import { builtInDetectors, createMasker, maskBytes } from '@bothkeys/core/masking'
import { jsonLogText } from '../json-log-text.js'
import { logText } from '../log-text.js'
import { estimate } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { micros } from '../table.js'

const detectors: readonly Detector[] = [...builtInDetectors.values()]
const chunk = 65_536
const goalOfStream = 60

/** What is in short cells: the same columns as in the benchmark of many rows. */
const cells: Readonly<Record<string, (index: number) => string>> = {
  'a word': () => 'open',
  'a street': (index) => `street ${String(index)}`,
  'a timestamp': (index) => `2026-11-28 07:38:${String(10 + (index % 50))}`,
  'a sentence': () => 'order shipped to the warehouse',
}

/** How fast the built-in detectors and all views let pass what is clean. */
export const maskingSpeed: Benchmark = {
  name: 'masking-speed',
  measure({ rounds }) {
    const size = rounds === 1 ? 100_000 : 4_000_000
    const log = new TextEncoder().encode(logText(size))
    const json = new TextEncoder().encode(jsonLogText(size))
    const masker = cellMasker()
    const count = rounds === 1 ? 100 : 20_000
    const kinds = Object.entries(cells).map(
      ([name, make]) => [name, Array.from({ length: count }, (_, index) => make(index))] as const,
    )
    const streamed: number[] = []
    const ofJson: number[] = []
    const perCell = kinds.map((): number[] => [])
    for (let round = -1; round < rounds; round++) {
      const spent = [
        processorMs(() => stream(log)),
        processorMs(() => stream(json)),
        ...kinds.map(([, texts]) => processorMs(() => texts.forEach((text) => masker.text(text, { field: 'note' })))),
      ]
      if (round < 0) continue
      streamed.push(log.length / 1e3 / (spent[0] ?? 0))
      ofJson.push(json.length / 1e3 / (spent[1] ?? 0))
      for (const [index, values] of perCell.entries()) values.push((spent[index + 2] ?? 0) / count)
    }
    const { median } = estimate(streamed)
    return Promise.resolve({
      title: 'Speed of masking what is clean',
      method: `All built-in detectors in all views, processor time of the process. A stream of ${(log.length / 1e6).toFixed(1)} MB of log lines in ASCII (applications, JSON, requests, stack traces) in parts of 64 KiB, through \`maskBytes\`, and another of JSON, with ids, times and escapes; cells through \`masker.text\` with the name of a field. ${String(rounds)} rounds by turns.`,
      rows: [
        {
          figure: 'stream, MB/s',
          goal: `≥ ${String(goalOfStream)}`,
          accepted: '',
          measured: megabytes(streamed),
          verdict: median >= goalOfStream ? 'goal' : 'missed',
        },
        { figure: 'stream of JSON, MB/s', goal: '', accepted: '', measured: megabytes(ofJson), verdict: '' },
        ...kinds.map(([name], index): Row => {
          const of = estimate(perCell[index] ?? [])
          const measured = `${micros(of.median)} µs (${micros(of.low)}–${micros(of.high)})`
          return { figure: `cell, ${name}`, goal: '', accepted: '', measured, verdict: '' }
        }),
      ],
    })
  },
}

function megabytes(perSecond: readonly number[]): string {
  const { median, low, high } = estimate(perSecond)
  return `${median.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
}

function cellMasker(): Masker {
  return createMasker({ detect: detectors, with: 'redact', key: { mac: () => new Uint8Array(32) }, scope: 'bench' })
}

function stream(bytes: Uint8Array): void {
  const masking = maskBytes({ detectors, mask: (_, { type }) => `[${type}]` })
  for (let at = 0; at < bytes.length; at += chunk) masking.push(bytes.subarray(at, at + chunk))
  masking.end()
}

function processorMs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e3
}
