import { describe, expect, it } from 'vitest'
import { endedBetween } from '../../src/catalog/ended-between.js'

describe('the transactions that ended between two snapshots', () => {
  it.each([
    ['8:8:', '8:8:', []],
    ['8:8:', '9:9:', ['8']],
    ['8:8:', '8:11:8,10', ['9']],
    ['5:8:5,7', '5:8:5', ['7']],
    ['5:8:5,7', '8:8:', ['5', '7']],
    ['5:8:5,7', '7:10:7,9', ['5', '8']],
    ['999999999999998:999999999999998:', '999999999999999:999999999999999:', ['999999999999998']],
  ])('from %s to %s', (earlier, later, ended) => {
    expect(endedBetween(earlier, later)).toEqual(ended)
  })

  it.each([
    ['an older one', '9:9:', '8:8:'],
    ['one that misses what was over', '8:9:', '8:9:8'],
    ['too many', '8:8:', '1009:1009:'],
    [
      'too many that are open',
      `1:2000:${Array.from({ length: 1_001 }, (_, index) => index + 1).join(',')}`,
      '2000:2000:',
    ],
    ['a text that is something else', '8:8:', ''],
    ['no number', '8:8:', '9:x:'],
    ['ids beyond what a number holds', '8:8:', '8:9007199254740993:'],
  ])('cannot be told from %s', (_what, earlier, later) => {
    expect(endedBetween(earlier, later)).toBeUndefined()
  })
})
