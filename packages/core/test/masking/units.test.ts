import { describe, expect, it } from 'vitest'
import { withUnits } from '../../src/masking/places/units.js'

const seen = (text: string): string =>
  withUnits(text, (units) => String.fromCharCode(...units.subarray(0, text.length)))

describe('the units of a text', () => {
  it.each([
    ['none', ''],
    ['a few', 'jane@example.com'],
    ['many', 'order 4111 '.repeat(40)],
    ['some that are no ASCII', `é☕😀\ud800${'ß'.repeat(60)}`],
  ])('are those of the text: %s', (_, text) => {
    expect(seen(text)).toBe(text)
  })

  it('are all there of a text for which no room is kept', () => {
    const text = `${'a'.repeat(200_000)}4111`
    expect(withUnits(text, (units) => String.fromCharCode(...units.subarray(199_998, 200_004)))).toBe('aa4111')
  })

  it.each([3, 400, 131_072, 200_000])('have a zero behind the last of them: %i', (length) => {
    expect(withUnits('x'.repeat(length), (units) => units[length])).toBe(0)
  })

  it.each([3, 400])('leave nothing behind: %i', (length) => {
    seen('x'.repeat(length))
    expect(withUnits('', (units) => units.subarray(0, length).every((unit) => unit === 0))).toBe(true)
  })

  it('leave nothing behind when looking fails', () => {
    const fails = (): string =>
      withUnits('x'.repeat(400), () => {
        throw new Error('out of order')
      })
    expect(fails).toThrow('out of order')
    expect(withUnits('', (units) => [units.length > 400, units.subarray(0, 400).every((unit) => unit === 0)])).toEqual([
      true,
      true,
    ])
  })

  it('stay while another text is looked at', () => {
    const both = withUnits('outer', (units) => [seen('inside'), String.fromCharCode(...units.subarray(0, 5))])
    expect(both).toEqual(['inside', 'outer'])
  })

  it('stay while two others are looked at, one in the other', () => {
    const all = withUnits('outer', (units) =>
      withUnits('inside', (others) => [
        seen('most inside'),
        String.fromCharCode(...others.subarray(0, 6)),
        String.fromCharCode(...units.subarray(0, 5)),
      ]),
    )
    expect(all).toEqual(['most inside', 'inside', 'outer'])
  })

  it('of short texts that are looked at meanwhile have their own room, which is kept', () => {
    const room = (): Uint16Array => withUnits('inside', (units) => units)
    withUnits('outer', (units) => {
      expect(room()).toBe(room())
      expect(room()).not.toBe(units)
    })
  })
})
