import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { countTests, sumTiers, writeCount } from '../reports.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-reports-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function tier(name, status, counts) {
  const tierFolder = join(folder, name)
  mkdirSync(tierFolder)
  for (const [step, count] of Object.entries(counts)) writeCount(tierFolder, step, count)
  if (status !== undefined) writeFileSync(join(tierFolder, 'status'), `${status}\n`)
}

it('adds up the steps of all tiers', () => {
  tier('one', 0, { lint: { passed: 1, failed: 0 }, unit: { passed: 20, failed: 0 } })
  tier('two', 1, { unit: { passed: 18, failed: 2 } })
  expect(sumTiers(folder)).toEqual({ passed: 39, failed: 2 })
})

it('counts a tier that did not start as a failure', () => {
  tier('one', 0, { unit: { passed: 20, failed: 0 } })
  tier('two', 127, {})
  expect(sumTiers(folder)).toEqual({ passed: 20, failed: 1 })
})

it('counts a tier that was cut off as a failure', () => {
  tier('one', undefined, { unit: { passed: 20, failed: 0 } })
  tier('two', 124, { unit: { passed: 20, failed: 0 } })
  expect(sumTiers(folder)).toEqual({ passed: 40, failed: 2 })
})

it('does not call nothing a success', () => {
  expect(sumTiers(folder)).toEqual({ passed: 0, failed: 1 })
})

it('counts a failure when vitest failed although every test passed', () => {
  const report = join(folder, 'report.json')
  writeFileSync(report, JSON.stringify({ numPassedTests: 3, numFailedTests: 0 }))
  expect(countTests(false, report)).toEqual({ passed: 3, failed: 1 })
  expect(countTests(true, report)).toEqual({ passed: 3, failed: 0 })
})

it('counts a step without single tests as one', () => {
  expect(countTests(true, undefined)).toEqual({ passed: 1, failed: 0 })
  expect(countTests(false, join(folder, 'never-written.json'))).toEqual({ passed: 0, failed: 1 })
})
