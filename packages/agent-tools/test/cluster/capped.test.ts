import { describe, expect, it } from 'vitest'
import { beginning, Kept } from '../../src/cluster/capped.js'

const bytes = (text: string): number => Buffer.byteLength(text)
/** Letters of one, two, three and four bytes. */
const letters = 'aé€😀'.repeat(20)

describe('the beginning of a text', () => {
  it('is all of it where that fits', () => {
    expect(beginning('aé', 3)).toEqual({ text: 'aé', isCut: false })
    expect(beginning('', 1)).toEqual({ text: '', isCut: false })
  })

  it('is no longer than it may be, in whole letters', () => {
    for (let most = 1; most < bytes(letters); most++) {
      const { isCut, text } = beginning(letters, most)
      expect(isCut).toBe(true)
      expect(letters.startsWith(text)).toBe(true)
      expect(bytes(text)).toBeGreaterThan(most - 4)
      expect(bytes(text)).toBeLessThanOrEqual(most)
    }
  })
})

/** What is kept of a text that comes in parts of so many bytes. */
function kept(text: string, most: number, side: 'beginning' | 'end', size: number): Kept {
  const all = Buffer.from(text)
  const kept_ = new Kept(most, side)
  for (let at = 0; at < all.length; at += size) kept_.add(all.subarray(at, at + size))
  return kept_
}

describe.each([1, 2, 7, 1_000])('what is kept of an output, in parts of %i bytes', (size) => {
  it('is all of it where that fits', () => {
    for (const side of ['beginning', 'end'] as const) {
      const all = kept(letters, bytes(letters), side, size)
      expect([all.capped, all.total]).toEqual([{ text: letters, isCut: false }, bytes(letters)])
    }
  })

  it('is its beginning, no longer than it may be, in whole letters', () => {
    for (let most = 1; most < bytes(letters); most++) {
      const { capped, total } = kept(letters, most, 'beginning', size)
      expect([capped.isCut, total]).toEqual([true, bytes(letters)])
      expect(letters.startsWith(capped.text)).toBe(true)
      expect(bytes(capped.text)).toBeGreaterThan(most - 4)
      expect(bytes(capped.text)).toBeLessThanOrEqual(most)
    }
  })

  it('is its end, no longer than it may be, in whole letters', () => {
    for (let most = 1; most < bytes(letters); most++) {
      const { capped, total } = kept(letters, most, 'end', size)
      expect([capped.isCut, total]).toEqual([true, bytes(letters)])
      expect(letters.endsWith(capped.text)).toBe(true)
      expect(bytes(capped.text)).toBeGreaterThan(most - 4)
      expect(bytes(capped.text)).toBeLessThanOrEqual(most)
    }
  })
})

it('what is kept of an output does not change with the buffer that it came in', () => {
  for (const side of ['beginning', 'end'] as const) {
    const output = new Kept(10, side)
    const part = Buffer.from('hello')
    output.add(part)
    part.fill(0)
    expect(output.capped.text).toBe('hello')
  }
})

it('an output of bytes that are no letters is kept as it is', () => {
  const output = new Kept(3, 'end')
  output.add(Buffer.alloc(10, 0x80))
  expect(bytes(output.capped.text)).toBeLessThanOrEqual(3)
})
