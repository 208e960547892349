import type { LedgerEntry } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { Reads } from '../src/reads.js'

const entry = (version: number): LedgerEntry => ({ value: `value ${String(version)}`, version })

describe('reads of one turn', () => {
  it('go out together, each key once, and each gets its own answer', async () => {
    const asked: (readonly string[])[] = []
    const reads = new Reads((keys) => {
      asked.push(keys)
      return Promise.resolve(new Map(keys.filter((key) => key !== 'gone').map((key, at) => [key, entry(at + 1)])))
    })
    const answers = await Promise.all(['a', 'gone', 'b', 'a'].map((key) => reads.get(key)))
    expect(answers).toEqual([entry(1), { value: undefined, version: 0 }, entry(2), entry(1)])
    expect(asked).toEqual([['a', 'gone', 'b']])
  })

  it('do not wait for those of another turn, nor see what those saw', async () => {
    let version = 0
    const reads = new Reads((keys) => {
      version++
      return Promise.resolve(new Map(keys.map((key) => [key, entry(version)])))
    })
    expect(await reads.get('a')).toEqual(entry(1))
    expect(await reads.get('a')).toEqual(entry(2))
  })

  it('fail together, and the next ones ask again', async () => {
    let fails = true
    const reads = new Reads((keys) =>
      fails ? Promise.reject(new Error('gone')) : Promise.resolve(new Map(keys.map((key) => [key, entry(1)]))),
    )
    const both = await Promise.allSettled([reads.get('a'), reads.get('b')])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await reads.get('a')).toEqual(entry(1))
  })
})
