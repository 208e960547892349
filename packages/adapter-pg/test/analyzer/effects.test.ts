import { describe, expect, it } from 'vitest'
import * as groups from './cases.js'
import { effectLines } from './support/shop.js'

describe.each(Object.entries(groups))('effects of %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (text, expected) => {
    expect((await effectLines(text)).toSorted()).toEqual(expected.toSorted())
  })
})
