import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const isWhole = process.env['BOTHKEYS_SOAK'] !== undefined
const mib = isWhole ? 1024 : 16
const mebibyte = 1024 * 1024
const script = fileURLToPath(new URL('support/stream-memory.mjs', import.meta.url))

interface Report {
  readonly given: number
  readonly taken: number
  readonly hits: number
  readonly chunks: number
  readonly samples: readonly { readonly mib: number; readonly heap: number; readonly rss: number }[]
}

describe('the memory of a stream of a masker', () => {
  it('is flat however much goes through', { timeout: isWhole ? 3_600_000 : 180_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(mib)])
    const { given, taken, hits, chunks, samples } = JSON.parse(stdout) as Report
    expect(given).toBeGreaterThanOrEqual(mib * mebibyte)
    expect(hits).toBe(2 * chunks)
    // Each address became a shorter word.
    expect(given - taken).toBe(hits * ('jane.doe@example.com'.length - '[email]'.length))
    // What is compiled and cached at first is no growth.
    const settled = samples.filter((sample) => sample.mib >= mib / 4)
    expect(settled.length).toBeGreaterThan(10)
    const growth = (of: 'heap' | 'rss'): number => (settled.at(-1)?.[of] ?? Infinity) - (settled[0]?.[of] ?? 0)
    const shown = (bytes: number): string => `${(bytes / mebibyte).toFixed(1)} MiB`
    console.log(
      `${String(mib)} MiB masked; from a quarter of it on, the heap grew by ${shown(growth('heap'))} to ` +
        `${shown(samples.at(-1)?.heap ?? 0)}, all memory by ${shown(growth('rss'))} to ${shown(samples.at(-1)?.rss ?? 0)}`,
    )
    expect(growth('heap')).toBeLessThan(4 * mebibyte)
    expect(growth('rss')).toBeLessThan(48 * mebibyte)
  })
})
