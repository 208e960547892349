import { expect, it } from 'vitest'
import { StateCache } from '../../src/door/state-cache.js'

it('tells every connection that the catalog changed through one of them', () => {
  const cache = new StateCache()
  const before = cache.generation
  cache.catalogChanged()
  expect(cache.generation).not.toBe(before)
})
