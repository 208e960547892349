import { expect, it } from 'vitest'
import { entropyOf, looksRandom } from '../../../src/masking/detectors/entropy.js'
import { fc } from '../../properties.js'

/** By the book, and in the order of the characters, so that sums are the same to the last bit. */
function entropyByTheBook(text: string): number {
  const characters = Array.from(text)
  return [...new Set(characters)]
    .map((one) => characters.filter((other) => other === one).length / text.length)
    .reduce((bits, share) => bits - share * Math.log2(share), 0)
}

it('is the entropy of the characters, whatever was looked at before', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '\u007f', '😀'), maxLength: 40 })
  fc.assert(
    fc.property(fc.oneof(letters, fc.string({ maxLength: 40 })), (text) => {
      expect(entropyOf(text)).toBe(entropyByTheBook(text))
      expect(entropyOf('abab')).toBe(1)
    }),
  )
})

it('tells what was drawn at random', () => {
  expect(looksRandom('q7Zr2LmX9vB4nT6kW8yD')).toBe(true)
  expect(looksRandom('aaaaaaaaaaaaaaaaaaaa1')).toBe(false)
})
