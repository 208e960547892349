import { describe, expect, it } from 'vitest'
import { obstacle } from '../../src/pages/obstacle.js'
import type { PageSession } from '../../src/pages/page-sessions.js'
import { gravity } from '../../src/pages/risk.js'
import type { DeskAnswer, DeskEntry, PersonView } from '../../src/desk.js'

const person = { subject: { issuer: 'https://login.example', id: 'ann' } }
const session: PageSession = { person, level: 'signed', method: 'house', formToken: 't' }
const request = {} as PersonView['request']
const whole: PersonView = {
  text: 't',
  request,
  complete: true,
  masked: false,
  digest: 'd',
  allowUpTo: 'phishing-resistant',
}
const answer = (id: string, issuer = 'https://login.example') =>
  ({ by: { subject: { id, issuer } }, decision: 'allow', atMs: 0 }) as DeskAnswer

function tried(
  decision: 'allow' | 'deny',
  view: Partial<PersonView> = {},
  {
    answers = [],
    isFresh = true,
    nowMs = 0,
  }: { answers?: readonly DeskAnswer[]; isFresh?: boolean; nowMs?: number } = {},
) {
  const entry = { request: { id: 'r', expiresAt: new Date(1_000) }, answers, receivedAtMs: 0 } as unknown as DeskEntry
  return obstacle(decision, { entry, view: { ...whole, ...view }, session }, { isFresh, nowMs })?.text
}

describe('what keeps somebody from deciding', () => {
  it('is nothing when all is well', () => {
    expect([tried('allow'), tried('deny')]).toEqual([undefined, undefined])
  })

  it.each<readonly [string, Partial<PersonView>]>([
    ['masked', { masked: true }],
    ['cut', { complete: false }],
    ['for channels alone', { allowUpTo: 'channel' }],
  ])('is that it is %s, from approving alone', (_what, view) => {
    expect(tried('allow', view)).toContain('You cannot approve')
    expect(tried('deny', view)).toBeUndefined()
  })

  it('is nothing where the policy masks values of it and it is shown else', () => {
    expect(tried('allow', { complete: false, hidden: true, allowUpTo: 'channel' })).toBeUndefined()
    expect(tried('allow', { complete: false, hidden: true, masked: true })).toContain('You cannot approve')
  })

  it('is the end of its time, to the millisecond', () => {
    expect(tried('deny', {}, { nowMs: 999 })).toBeUndefined()
    expect(tried('deny', {}, { nowMs: 1_000 })).toBe('It has expired.')
  })

  it('is an answer of their own, and of nobody else', () => {
    const others = [answer('bob'), answer('ann', 'https://other.example')]
    expect(tried('allow', {}, { answers: others })).toBeUndefined()
    expect(tried('deny', {}, { answers: [...others, answer('ann')] })).toBe('You have answered already.')
    const ranOut = { ...answer('ann'), atMs: -600_000 }
    const refused = { ...answer('ann'), receipt: { counted: false, reason: 'no-role' } } as const
    expect(tried('deny', {}, { answers: [ranOut, refused] })).toBeUndefined()
  })

  it('is an old login', () => {
    expect(tried('allow', {}, { isFresh: false })).toContain('too old')
    expect(tried('deny', {}, { isFresh: false })).toContain('too old')
  })
})

describe('what is grave', () => {
  const effect = (duty: string, attributes = {}, resource = 'table:public.t') =>
    ({ duty, resource, attributes }) as never

  it.each(['approve', 'audit', 'define', 'grant', 'opaque', 'policy', 'transfer'])('is %s', (duty) => {
    expect(gravity([effect('read'), effect(duty)])).toHaveLength(1)
  })

  it('is what reaches every row, unless it only reads, and what is not shown', () => {
    expect(gravity([effect('delete', { unbounded: true }), effect('write', { unbounded: true })])).toHaveLength(1)
    expect(gravity([effect('write', { payload: 'unbound' })])).toHaveLength(1)
    const wide = effect('delete', {}, 'destroy:destroy.wideDelete')
    expect(gravity([effect('delete'), wide])).toEqual(['more goes than what is named'])
    expect(
      gravity([effect('read', { unbounded: true }), effect('write'), effect('delete'), effect('execute')]),
    ).toEqual([])
  })
})
