import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { grantPolicy, heldWrites } from '../grants/support.js'

describe('what may be granted', () => {
  const load = (grant: object) =>
    loadPolicy({ name: 'x', content: { ...grantPolicy, hold: [{ ...heldWrites, grant }] } as typeof grantPolicy })

  it('is nothing unless a hold rule says so', () => {
    expect(loadPolicy({ name: 'x', content: grantPolicy }).grantCaps).toEqual(
      new Map([['H1', { uses: 20, ttlMs: 3_600_000 }]]),
    )
    const { grant: _none, ...plain } = heldWrites
    expect(loadPolicy({ name: 'x', content: { ...grantPolicy, hold: [plain] } }).grantCaps).toBeUndefined()
  })

  it.each<[string, object]>([
    ['more than 1,000 uses', { uses: 1_001, ttl: '1h' }],
    ['no use', { uses: 0, ttl: '1h' }],
    ['half a use', { uses: 1.5, ttl: '1h' }],
    ['more than a day', { uses: 1, ttl: '25h' }],
    ['no time', { uses: 1, ttl: '0m' }],
    ['no end', { uses: 1 }],
    ['any number', { ttl: '1h' }],
    ['an unknown key', { uses: 1, ttl: '1h', renew: true }],
  ])('cannot be %s', (_what, grant) => {
    expect(() => load(grant)).toThrow(expect.objectContaining({ code: 'ERR_POLICY_INVALID' }))
    expect(load({ uses: 1_000, ttl: '24h' }).grantCaps?.size).toBe(1)
  })

  it.each<[string, object]>([
    ['by text', { text: 'secret' }],
    ['by arguments', { argv: 'secret' }],
    ['for what is opaque alone', { duty: 'opaque' }],
    ['for privileges alone', { duty: ['grant', 'opaque'] }],
  ])('cannot be said %s', (_what, change) => {
    const content = { ...grantPolicy, hold: [{ ...heldWrites, ...change }] } as typeof grantPolicy
    expect(() => loadPolicy({ name: 'x', content })).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY_INVALID', message: expect.stringContaining('hold[0].grant') }),
    )
  })
})
