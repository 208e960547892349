import { describe, expect, it } from 'vitest'
import { bounded, changesBetween } from '../../src/evidence/changes.js'
import { Looks } from '../../src/evidence/looks.js'
import { LookRate } from '../../src/evidence/rate.js'
import { withoutVolatile } from '../../src/evidence/volatile.js'

describe('what changes between two objects', () => {
  it('is said field by field, and whole where all of it is new or gone', () => {
    const before = { a: { b: 1, c: [1, 2] }, gone: { x: 1 } }
    const after = { a: { b: 2, c: [1] }, new: [] }
    expect(changesBetween(before, after).changes).toEqual([
      { path: 'a.b', before: '1', after: '2' },
      { path: 'a.c[1]', before: '2', after: null },
      { path: 'gone', before: '{"x":1}', after: null },
      { path: 'new', before: null, after: '[]' },
    ])
  })

  it('looks different where it is, however long it is', () => {
    const long = 'x'.repeat(1_000)
    const [change] = changesBetween({ a: `${long}1` }, { a: `${long}2` }).changes
    expect([change?.before?.endsWith('1"'), change?.after?.endsWith('2"')]).toEqual([true, true])
  })

  it('is counted where people could not take it in', () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ path: `p${String(index)}`, before: null, after: 'x' }))
    const { changes, more } = bounded(many)
    expect([changes.length, more]).toEqual([40, 60])
    const long = bounded(many.map((change) => ({ ...change, after: 'x'.repeat(500) })))
    expect(long.changes.every(({ after }) => (after ?? '').length <= 160)).toBe(true)
    expect(long.changes.length + long.more).toBe(100)
    expect(long.changes.length).toBeLessThan(40)
  })

  it('is nothing that every write changes', () => {
    const metadata = { name: 'a', uid: 'u', resourceVersion: '1', generation: 2, managedFields: [], generateName: 'a-' }
    expect(withoutVolatile({ metadata }, false)).toEqual({ metadata: { name: 'a', uid: 'u', generateName: 'a-' } })
    expect(withoutVolatile({ metadata }, true)).toEqual({ metadata: { generateName: 'a-' } })
  })
})

it('no run has more than 300 requests looked at within a minute', () => {
  let nowMs = 0
  const rate = new LookRate(() => nowMs)
  for (let count = 0; count < 300; count++) rate.take('run-1')
  expect(() => {
    rate.take('run-1')
  }).toThrow(/cannot be looked at/)
  rate.take('run-2')
  nowMs = 60_000
  rate.take('run-1')
})

describe('a look', () => {
  const access = { beginInternal: () => undefined, principal: { subject: { id: 'a' } }, shortId: 's' } as never
  const never = { prepare: () => new Promise(() => undefined) } as never

  it('at a server into which nobody gets is over after a while', async () => {
    const looks = new Looks(access, never, new AbortController().signal, 1)
    await expect(looks.ask({ method: 'GET', path: '/' })).rejects.toThrow(/nobody could look/)
  })

  it('is over when nobody waits for it', async () => {
    const gone = new AbortController()
    const asked = new Looks(access, never, gone.signal).ask({ method: 'GET', path: '/' })
    gone.abort(new Error('gone'))
    await expect(asked).rejects.toThrow('gone')
  })
})
