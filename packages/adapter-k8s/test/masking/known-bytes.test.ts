import { describe, expect, it } from 'vitest'
import { KnownBytes } from '../../src/masking/known-bytes.js'

const bytes = Buffer.from('abcabdab')

describe('bytes that are known', () => {
  it('are known by all of them, in their context', () => {
    const known = new KnownBytes()
    expect(known.numberOf(bytes, 0, 3, 7, 1)).toBe(-1)
    expect(known.add(bytes, 0, 3, 7, 1, 5)).toBe(true)
    expect(known.numberOf(bytes, 0, 3, 7, 1)).toBe(5)
    expect(known.numberOf(Buffer.from('xabc'), 1, 4, 7, 1)).toBe(5)
    // The hash is the same for all of these.
    expect(known.numberOf(bytes, 3, 6, 7, 1)).toBe(-1)
    expect(known.numberOf(bytes, 6, 8, 7, 1)).toBe(-1)
    expect(known.numberOf(bytes, 0, 4, 7, 1)).toBe(-1)
    expect(known.numberOf(bytes, 0, 3, 7, 2)).toBe(-1)
    expect(known.numberOf(bytes, 0, 3, 8, 1)).toBe(-1)
  })

  it('are known in each context apart', () => {
    const known = new KnownBytes()
    const contexts = Array.from({ length: 2000 }, (_, index) => index)
    const added = new Set(contexts.filter((each) => each % 2 === 0 && known.add(bytes, 0, 3, 7, each, each)))
    expect(added.size).toBeGreaterThan(500)
    for (const each of contexts) {
      const number = known.numberOf(bytes, 0, 3, 7, each)
      if (number !== -1) expect([number, added.has(number)]).toEqual([each, true])
    }
  })

  it('are only so many, however short', () => {
    const known = new KnownBytes()
    const added = Array.from({ length: 40_000 }, (_, index) => {
      const text = Buffer.from(String(index))
      return known.add(text, 0, text.length, Math.imul(index, 0x9e37_79b1), 1, 0)
    })
    expect(known.isFull).toBe(true)
    expect(added.filter(Boolean).length).toBeLessThan(20_000)
  })

  it('are other bytes than those that are used again', () => {
    const known = new KnownBytes()
    const own = Buffer.from('abc')
    known.add(own, 0, 3, 7, 1, 0)
    own.fill('x')
    expect(known.numberOf(own, 0, 3, 7, 1)).toBe(-1)
    expect(known.numberOf(bytes, 0, 3, 7, 1)).toBe(0)
  })

  it('are few of those that fall on the same place', () => {
    const known = new KnownBytes()
    const texts = Array.from({ length: 100 }, (_, index) => Buffer.from(`text ${String(index)}`))
    const added = texts.filter((text) => known.add(text, 0, text.length, 7, 1, 3))
    expect(added.length).toBeGreaterThan(0)
    expect(added.length).toBeLessThan(20)
    for (const text of texts) {
      expect(known.numberOf(text, 0, text.length, 7, 1)).toBe(added.includes(text) ? 3 : -1)
    }
  })

  it('take so much room and no more, until they are forgotten', () => {
    const known = new KnownBytes()
    const textOf = (index: number): Buffer => Buffer.from(`text ${String(index)} ${'x'.repeat(index % 150)}`)
    const hashOf = (index: number): number => Math.imul(index, 0x9e37_79b1)
    const addAll = (): number[] =>
      Array.from({ length: 30_000 }, (_, index) => index).filter((index) => {
        const text = textOf(index)
        return known.add(text, 0, text.length, hashOf(index), index % 50, index)
      })
    const added = addAll()
    expect(known.isFull).toBe(true)
    expect(added.length).toBeGreaterThan(5000)
    expect(added.length).toBeLessThan(20_000)
    let remembered = 0
    for (const index of added) {
      const text = textOf(index)
      const number = known.numberOf(text, 0, text.length, hashOf(index), index % 50)
      if (number === index) remembered += 1
      else expect(number).toBe(-1)
    }
    expect(remembered).toBeGreaterThan(added.length * 0.9)
    known.clear()
    expect(known.isFull).toBe(false)
    const first = textOf(0)
    expect(known.numberOf(first, 0, first.length, hashOf(0), 0)).toBe(-1)
    expect(addAll().length).toBeGreaterThan(added.length * 0.9)
  })
})
