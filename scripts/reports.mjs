import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Counts a step: its single tests when vitest reported them, else the step itself. A failed step has a failure. */
export function countTests(ok, vitestReport) {
  if (vitestReport === undefined || !existsSync(vitestReport)) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(vitestReport, 'utf8'))
  return { passed: numPassedTests, failed: ok ? numFailedTests : Math.max(numFailedTests, 1) }
}

export function writeCount(folder, name, count) {
  writeFileSync(join(folder, `${name}.count.json`), JSON.stringify(count))
}

/**
 * Adds up a folder of tiers, each a folder of counts with a file `status` that holds the tier's exit status.
 * A tier without counts, or one that ended badly though nothing in it failed, is one failure.
 */
export function sumTiers(folder) {
  const total = { passed: 0, failed: 0 }
  for (const tier of readdirSync(folder)) {
    const files = readdirSync(join(folder, tier))
    const counts = files
      .filter((file) => file.endsWith('.count.json'))
      .map((file) => JSON.parse(readFileSync(join(folder, tier, file), 'utf8')))
    const failed = counts.reduce((sum, count) => sum + count.failed, 0)
    const status = files.includes('status') ? readFileSync(join(folder, tier, 'status'), 'utf8').trim() : 'none'
    const broken = failed === 0 && (counts.length === 0 || status !== '0')
    total.passed += counts.reduce((sum, count) => sum + count.passed, 0)
    total.failed += failed + (broken ? 1 : 0)
  }
  if (total.passed + total.failed === 0) total.failed = 1
  return total
}
