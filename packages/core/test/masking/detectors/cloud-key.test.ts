import { describe, expect, it } from 'vitest'
import { cloudKey, keyRows } from '../../../src/masking/detectors/cloud-key.js'
import { foundBy } from './found-by.js'
import { hex, vendorKeys as keys, word } from '../support/vendor-keys.js'

const found = foundBy(cloudKey)
describe('keys of clouds and services', () => {
  it.each(keyRows)('are found: $vendor', ({ vendor, keywords }) => {
    const [key, before = ''] = keys[vendor] ?? ['']
    expect(found(`x ${before}${key} y`)).toEqual([key])
    expect(found(`{"x":"${before}${key}"}`)).toEqual([key])
    expect(keywords.some((keyword) => `${before}${key}`.toLowerCase().includes(keyword))).toBe(true)
    expect(keywords.every((keyword) => keyword === keyword.toLowerCase())).toBe(true)
  })

  it('without a form of their own are found only beside the name of the vendor', () => {
    const bare = Object.values(keys).filter(([key, before]) => before !== undefined && !key.includes('.'))
    expect(bare.length).toBeGreaterThan(10)
    for (const [key] of bare) expect(found(`digest ${key} of the build`)).toEqual([])
  })

  it('without a form of their own are not found far from the name of the vendor', () => {
    const key = hex(32)
    expect(found(`twilio ${key}`)).toEqual([key])
    expect(found(`twilio ${'x '.repeat(40)}${key}`)).toEqual([])
  })

  it.each([
    `AKIA${'X'.repeat(15)}`,
    `xAKIA${word(16).toUpperCase()}`,
    `LTAI${'x'.repeat(20)}`,
    `sk-${'x'.repeat(32)}`,
    'sk-button-primary-large-with-icon-left-aligned',
    'npm_config_registry',
    'ghp_tooshort',
    `aws commit ${'a1'.repeat(20)}`,
    'the aws_secret_access_key is ****************************************',
    'asia and skating',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('begin with a sign that each text with one has, so that most texts need no look', () => {
    const needed = cloudKey.needs.anyOf ?? []
    for (const { keywords } of keyRows) expect(needed).toEqual(expect.arrayContaining([...keywords]))
  })
})
