import { expect, it } from 'vitest'
import { builtInDetectors, scan } from '@bothkeys/core/masking'
import { values } from './support/detectors.js'
import { disguises } from './support/disguises.js'

const detectors = [...builtInDetectors.values()]
const types = { card: 'credit-card', iban: 'iban', email: 'email', ssn: 'us-ssn' } as const

/** What no view undoes. */
const notUndone: ReadonlySet<string> = new Set([
  'reversed email',
  'reversed card',
  'reversed iban',
  'reversed ssn',
  'rot13 iban',
  'glued to letters iban',
])

it('finds 85 or more of 96 values, plain and in 23 disguises', () => {
  const missed: string[] = []
  let tried = 0
  for (const [disguise, write] of Object.entries(disguises)) {
    for (const type of Object.keys(types) as (keyof typeof types)[]) {
      tried += 1
      const written = write(values[type])
      const text = `It was ${written} he said.`
      const found = scan(text, detectors).filter((finding) => finding.type === types[type])
      const covered = found.some(
        ({ start, end }) => start <= 7 + written.length * 0.2 && end >= 7 + written.length * 0.8,
      )
      if (!covered) missed.push(`${disguise} ${type}`)
    }
  }
  console.log(`caught ${String(tried - missed.length)}/${String(tried)}; missed: ${missed.join(', ')}`)
  expect(tried).toBe(96)
  expect(missed.filter((name) => !notUndone.has(name))).toEqual([])
  expect(tried - missed.length).toBeGreaterThanOrEqual(85)
})
