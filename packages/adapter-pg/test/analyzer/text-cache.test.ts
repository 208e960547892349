import { describe, expect, it } from 'vitest'
import { TextCache } from '../../src/analyzer/text-cache.js'

const texts = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `select ${String(index)}`)

describe('TextCache', () => {
  it('drops those that were not asked for the longest', () => {
    const cache = new TextCache<number>(2, 1_000)
    cache.set('one', 1)
    cache.set('two', 2)
    expect(cache.get('one')).toBe(1)
    cache.set('three', 3)
    expect(['one', 'two', 'three'].map((text) => cache.get(text))).toEqual([1, undefined, 3])
  })

  it('never holds more than it may, and keeps the newest', () => {
    const cache = new TextCache<string>(160, 100_000)
    for (const text of texts(1_000)) {
      cache.set(text, text)
      expect(cache.get(text)).toBe(text)
      expect(cache.size).toBeLessThanOrEqual(160)
    }
    for (const text of texts(1_000).slice(-150)) expect(cache.get(text)).toBe(text)
  })

  it('counts the characters of the texts that it holds', () => {
    const cache = new TextCache<number>(1_000, 100)
    for (let round = 0; round < 3; round++) cache.set('a'.repeat(60), round)
    cache.set('b'.repeat(40), 0)
    expect(cache.size).toBe(2)
    cache.set('c'.repeat(41), 0)
    expect(cache.get('a'.repeat(60))).toBeUndefined()
    expect(cache.size).toBe(2)
    cache.set('d'.repeat(100), 0)
    expect(cache.get('d'.repeat(100))).toBe(0)
    cache.set('e'.repeat(101), 0)
    expect(cache.get('e'.repeat(101))).toBeUndefined()
    expect(cache.size).toBe(1)
  })
})
