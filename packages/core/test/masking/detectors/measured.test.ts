import { describe, expect, it } from 'vitest'
import { labelledTexts } from './labelled-texts.js'
import { falseMasks, measureLabelled, share } from './measure.js'
import { negativeTexts } from './negative-texts.js'

/** A tenth of what the benchmark measures, unless all of it is asked for. */
const part = process.env['BOTHKEYS_SOAK'] === undefined ? 10 : 1
const seed = Number(process.env['BOTHKEYS_SEED'] ?? 1)

describe('on labelled texts', () => {
  const { figures, mistakes } = measureLabelled(labelledTexts(seed, 11_000 / part))

  it.each([...figures])('finds nearly all of it and little else: %s', (type, { labelled, found, right }) => {
    expect(labelled).toBeGreaterThanOrEqual(1_000 / part)
    const [precision, recall] = [share(right, found), share(right, labelled)]
    const least = ['credit-card', 'email'].includes(type) ? 0.98 : 0.95
    const wrong = mistakes.filter((mistake) => mistake.includes(` ${type} `))
    expect(Math.min(precision, recall) >= least ? [] : wrong).toEqual([])
  })
})

describe('on texts with nothing sensitive', () => {
  it('masks at most once in a megabyte', () => {
    const { characters, masked } = falseMasks(negativeTexts(seed, 5_000_000 / part))
    expect(characters).toBeGreaterThanOrEqual(5_000_000 / part)
    expect(masked.length * 1_000_000 <= Math.max(characters, 1_000_000) ? [] : masked).toEqual([])
  })
})
