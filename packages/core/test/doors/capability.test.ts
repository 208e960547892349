import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Capabilities, firstUseMs, looksLikeCapability } from '../../src/capability.js'

function capabilities(): { on: Capabilities<{ name: string }>; clock: { ms: number } } {
  const clock = { ms: 0 }
  return { on: new Capabilities(() => clock.ms), clock }
}

const ada = { name: 'ada' }
const grace = { name: 'grace' }

describe('a capability', () => {
  it('opens its target for its holder, as often as it likes', () => {
    const { on } = capabilities()
    const one = on.issue(ada, 'orders')
    expect([on.use(one, 'orders')?.holder, on.use(one, 'orders')?.holder]).toEqual([ada, ada])
    expect(looksLikeCapability(one)).toBe(true)
  })

  it('opens no other target', () => {
    const { on } = capabilities()
    expect(on.use(on.issue(ada, 'orders'), 'billing')).toBeUndefined()
  })

  it('has to be used within a minute, and then lasts', () => {
    const { on, clock } = capabilities()
    const used = on.issue(ada, 'orders')
    const unused = on.issue(ada, 'orders')
    clock.ms = firstUseMs - 1
    on.use(used, 'orders')?.used()
    clock.ms = firstUseMs
    expect(on.use(unused, 'orders')).toBeUndefined()
    expect(on.use(used, 'orders')?.holder).toBe(ada)
  })

  it('is not used by a login that comes to nothing', () => {
    const { on, clock } = capabilities()
    const one = on.issue(ada, 'orders')
    clock.ms = firstUseMs - 1
    expect(on.use(one, 'orders')?.holder).toBe(ada)
    expect(on.use(one, 'orders')?.holder).toBe(ada)
    clock.ms = firstUseMs
    expect(on.use(one, 'orders')).toBeUndefined()
    expect(on.lapsed(ada)).toBe(true)
  })

  it('is not used by a try at another target', () => {
    const { on, clock } = capabilities()
    const one = on.issue(ada, 'orders')
    on.use(one, 'billing')
    clock.ms = firstUseMs
    expect(on.use(one, 'orders')).toBeUndefined()
  })

  it('is worth nothing when a single character of it is another one', () => {
    const { on } = capabilities()
    const one = on.issue(ada, 'orders')
    for (let index = 0; index < one.length - 1; index++) {
      const other = one[index] === 'a' ? 'b' : 'a'
      expect(on.use(one.slice(0, index) + other + one.slice(index + 1), 'orders')).toBeUndefined()
    }
    for (const text of ['', 'bk_', `${one}a`, one.slice(0, -1), ` ${one}`])
      expect(on.use(text, 'orders')).toBeUndefined()
  })

  it('of one holder is not the name of another', () => {
    const { on } = capabilities()
    const [one, other] = [on.issue(ada, 'orders'), on.issue(grace, 'orders')]
    expect(on.use(one.slice(0, 20) + other.slice(20), 'orders')).toBeUndefined()
  })

  it('is gone when its holder is dropped', () => {
    const { on } = capabilities()
    const [one, other] = [on.issue(ada, 'orders'), on.issue(grace, 'orders')]
    on.drop(ada)
    expect([on.use(one, 'orders'), on.holderOf(one)]).toEqual([undefined, undefined])
    expect(on.use(other, 'orders')?.holder).toBe(grace)
    expect(on.size).toBe(1)
  })

  it('lapses for its holder when none was used in time', () => {
    const { on, clock } = capabilities()
    const one = on.issue(ada, 'orders')
    on.issue(ada, 'billing')
    on.issue(grace, 'orders')
    expect(on.lapsed(ada)).toBe(false)
    on.use(one, 'orders')?.used()
    clock.ms = firstUseMs
    expect([on.lapsed(ada), on.lapsed(grace)]).toEqual([false, true])
  })

  it('is kept as a hash alone', () => {
    const { on } = capabilities()
    const secret = on.issue(ada, 'orders').slice(20)
    expect(inspect(on, { depth: 9, showHidden: true })).not.toContain(secret)
  })
})
