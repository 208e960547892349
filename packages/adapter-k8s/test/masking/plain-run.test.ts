import { describe, expect, it } from 'vitest'
import { ObjectMask } from '../../src/masking/object-mask.js'
import { PlainRun } from '../../src/masking/plain-run.js'

const item = '{"metadata":{"name":"a","managedFields":[1]},"a":"x"}'
const shown = '{"metadata":{"name":"a"},"a":"x"}'
const other = '{"password":"hunter2"}'

function run(longest = 8_000_000): {
  push: (text: string, hasItems?: boolean) => readonly unknown[]
  readonly run: PlainRun
} {
  const items = new ObjectMask({ resource: 'pods' }).plainItems('PodList')
  if (items === undefined) throw new Error('no items are plain')
  const made = new PlainRun(items, longest)
  return {
    run: made,
    push: (text, hasItems = false) => {
      const { output, rest, what } = made.push(Buffer.from(text), hasItems)
      return [output?.toString(), what, Buffer.from(rest).toString()]
    },
  }
}

describe('plain items that follow each other', () => {
  it('go out together, up to what is none', () => {
    expect(run().push(`${item},${item},`)).toEqual([`${shown},${shown}`, 'more', ''])
    expect(run().push(`${item},${item},`, true)).toEqual([`,${shown},${shown}`, 'more', ''])
    expect(run().push(`${item},${other},${item},`)).toEqual([shown, 'other', `${other},${item},`])
    expect(run().push(`{"a":1},{"a":2},${other}`)).toEqual(['{"a":1},{"a":2}', 'other', other])
    expect(run().push(`${other},`, true)).toEqual([undefined, 'other', `${other},`])
  })

  it('end with the list', () => {
    expect(run().push(`${item},{"a":1}],"b":[{}]}`)).toEqual([`${shown},{"a":1}`, 'end', ',"b":[{}]}'])
    expect(run().push(']}')).toEqual([undefined, 'other', ']}'])
  })

  it('wait for what is missing of the last', () => {
    const { push } = run()
    expect(push(`${item},{"a"`)).toEqual([shown, 'more', ''])
    expect(push(':1', true)).toEqual([undefined, 'more', ''])
    expect(push('},', true)).toEqual([',{"a":1}', 'more', ''])
  })

  it('do not keep bytes that their sender uses again', () => {
    const { run: made } = run()
    const bytes = Buffer.from('{"a":"x')
    made.push(bytes, false)
    bytes.fill(0)
    expect(made.push(Buffer.from('"},'), false).output?.toString()).toBe('{"a":"x"}')
  })

  it('are not read anew for ever', () => {
    const { push } = run()
    const begun = '{"a":"'
    expect(push(begun)).toEqual([undefined, 'more', ''])
    const pieces: string[] = []
    let what: unknown = 'more'
    while (what === 'more' && pieces.length < 100) {
      pieces.push('x')
      ;[, what] = push('x')
    }
    expect(what).toBe('other')
    expect(pieces.length).toBeLessThan(20)
    expect(run().push(`{"a":"${'x'.repeat(70_000)}`)[1]).toBe('other')
    expect(run(50).push(`{"a":"${'x'.repeat(50)}`)[1]).toBe('other')
  })

  it('are read anew as often for each', () => {
    const { push } = run()
    for (let count = 0; count < 20; count += 1) {
      push('{"a":')
      for (let piece = 0; piece < 5; piece += 1) expect(push('')[1]).toBe('more')
      expect(push('1},', true)).toEqual([',{"a":1}', 'more', ''])
    }
  })

  it('are as long as items may be', () => {
    const long = `{"a":"${'x'.repeat(50)}"}`
    expect(run(long.length).push(`${long},`)).toEqual([long, 'more', ''])
    expect(run(long.length - 1).push(`${long},`)).toEqual([undefined, 'other', `${long},`])
  })

  it('are worth it while there are many', () => {
    const { push, run: made } = run()
    for (let count = 0; count < 100; count += 1) push(`${item},`)
    for (let count = 0; count < 20; count += 1) push(`${item},${other},`)
    expect(made.isWorthIt).toBe(true)
    for (let count = 0; count < 100; count += 1) push(`${other},`)
    expect(made.isWorthIt).toBe(false)
  })
})
