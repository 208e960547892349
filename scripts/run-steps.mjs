import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { countTests, writeCount } from './reports.mjs'
import { runStep } from './steps.mjs'

/**
 * Runs every step, also after one has failed, and prints each with its duration and a summary at the end.
 * With BOTHKEYS_REPORTS=<folder> it also leaves the counts of each step there. Resolves to the exit status.
 */
export async function runSteps(steps) {
  const reports = process.env.BOTHKEYS_REPORTS
  if (reports !== undefined) mkdirSync(reports, { recursive: true })
  console.log(`Node.js ${process.versions.node}`)
  const results = []
  for (const step of steps) {
    console.log(`\n── ${step.name}`)
    const startedAt = performance.now()
    const vitestReport = reports !== undefined && step.tests ? join(reports, `${step.name}.vitest.json`) : undefined
    const ok = await runStep(step, vitestReport && { BOTHKEYS_VITEST_REPORT: vitestReport })
    const result = { name: step.name, ok, seconds: (performance.now() - startedAt) / 1000 }
    console.log(line(result))
    results.push(result)
    if (reports !== undefined) writeCount(reports, step.name, countTests(ok, vitestReport))
  }
  console.log('\n── summary')
  for (const result of results) console.log(line(result))
  return results.every((result) => result.ok) ? 0 : 1
}

function line({ name, ok, seconds }) {
  return `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`
}
