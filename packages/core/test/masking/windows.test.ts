import { describe, expect, it } from 'vitest'
import { windowsOf } from '../../src/masking/places/windows.js'
import { seededFaker } from './detectors/labelled-values.js'
import { labelledTexts } from './detectors/labelled-texts.js'
import { negativeLine, negativeTexts } from './detectors/negative-texts.js'
import { examples } from './support/examples.js'
import { disguises } from './support/disguises.js'
import { difference } from './support/scan-whole.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const seed = Number(process.env['BOTHKEYS_SEED'] ?? 7)

const kinds = Object.entries({ none: (value: string) => value, ...disguises })

const clean = Array.from({ length: 400 }, (_, index) => {
  const second = String(index % 60).padStart(2, '0')
  return `2026-11-28T07:38:${second}.123Z INFO [pool-1] app.Server - order shipped in ${String(index)} ms`
}).join('\n')

describe('what is looked at around hot places', () => {
  it('holds every example that a whole scan finds, in every disguise', () => {
    const missed: string[] = []
    for (const [type, example] of examples) {
      for (const [disguise, write] of kinds) {
        const text = `It was ${write(example)} he said.`
        const differs = difference(text)
        if (differs !== undefined) missed.push(`${type} as ${disguise}: ${differs} in ${text.slice(0, 300)}`)
      }
    }
    expect(missed).toEqual([])
  })

  it('holds every example wherever it stands in a long clean text', () => {
    const faker = seededFaker(seed)
    const missed: string[] = []
    for (let round = 0; round < (soak ? 5000 : 250); round += 1) {
      const [type, example] = faker.helpers.arrayElement(examples)
      const [disguise, write] = faker.helpers.arrayElement(kinds)
      const at = faker.number.int(clean.length)
      const beside = faker.helpers.arrayElement([' ', '\n', '"', '', '=', '\r\n', ','])
      const inserted = `${beside}${write(example)}${beside}`
      const differs = difference(clean.slice(Math.max(0, at - 5000), at) + inserted + clean.slice(at, at + 5000))
      if (differs !== undefined) missed.push(`${type} as ${disguise} at ${String(at)}: ${differs}; ${inserted}`)
    }
    expect(missed).toEqual([])
  })

  it('holds what is found in labelled texts, among texts that hold nothing', () => {
    const faker = seededFaker(seed)
    const missed: string[] = []
    for (const { text, field } of labelledTexts(seed, soak ? 11_000 : 600)) {
      const around = faker.datatype.boolean() ? text : `${negativeLine(faker)}\n${text}\n${negativeLine(faker)}`
      const differs = difference(around, field)
      if (differs !== undefined) missed.push(`${differs} in ${around}`)
    }
    for (const text of negativeTexts(seed, soak ? 2_000_000 : 100_000)) {
      const differs = difference(text)
      if (differs !== undefined) missed.push(`${differs} in ${text}`)
    }
    expect(missed).toEqual([])
  })

  it('is cut between words', () => {
    const text = 'some words '.repeat(400)
    const [window] = windowsOf(text, [{ start: 2000, end: 2001, kind: 1 }])
    expect([window?.start, window?.end].map((at) => text.slice((at ?? 0) - 1, (at ?? 0) + 1))).toEqual([
      expect.stringMatching(/^ \w$/),
      expect.stringMatching(/^\w $/),
    ])
  })
})
