import { describe, expect, it } from 'vitest'
import { LookupCache } from '../../src/identity/lookup-cache.js'
import { account } from './directory-support.js'

describe('a cache of lookups', () => {
  it('keeps no more answers than it may: the oldest goes', async () => {
    const asked: string[] = []
    const cache = new LookupCache({
      ask: async ({ id }) => {
        asked.push(id)
        return Promise.resolve(id)
      },
      maxAgeMs: 1_000,
      nowMs: () => 0,
      maxEntries: 2,
      maxOpen: 8,
    })
    for (const id of ['a', 'b', 'c', 'c', 'b', 'a']) expect(await cache.find(account(id), false)).toBe(id)
    expect(asked).toEqual(['a', 'b', 'c', 'a'])
  })

  it('counts the age of an answer from when it was asked for', async () => {
    let now = 0
    let asked = 0
    const cache = new LookupCache({
      ask: async () => {
        asked++
        now += 900
        return Promise.resolve(asked)
      },
      maxAgeMs: 1_000,
      nowMs: () => now,
      maxEntries: 2,
      maxOpen: 8,
    })
    expect(await cache.find(account('a'), false)).toBe(1)
    now += 100
    expect(await cache.find(account('a'), false)).toBe(2)
  })
})
