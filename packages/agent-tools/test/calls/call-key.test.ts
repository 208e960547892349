import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callKey } from '../../src/index.js'

let stage: ToolStage
let session: Session
beforeAll(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterAll(() => stage.close())

const usual = { thread: 'thread-1', callId: 'call-1', name: 'say', args: { text: 'hello' } as unknown }
const keyOf = (given: Partial<typeof usual> = {}, of = session): string => callKey({ session: of, ...usual, ...given })

/** Arguments that something could take for one another. */
const told = [
  null,
  undefined,
  true,
  'true',
  0,
  -0,
  '0',
  1,
  1n,
  '1',
  '',
  [],
  {},
  [[]],
  [''],
  ['a', 'b'],
  ['a,b'],
  [['a'], 'b'],
  [['a', 'b']],
  { a: 'b' },
  { a: undefined },
  { a: null },
  { a: { b: 1 } },
  { a: 1, b: 1 },
  { 'a":1,"b': 1 },
  { 'a.b': 1 },
  { $number: '-0' },
  { $undefined: true },
  { $bigint: '1' },
  JSON.parse('{"__proto__":{"a":1}}'),
  JSON.parse('{"constructor":{"a":1}}'),
  NaN,
  Infinity,
  // One letter, written in two ways, and letters that look alike.
  'caf\u00e9',
  'cafe\u0301',
  '\ufffd',
  '\u0000',
  '\\u0000',
  'a\u200b',
  'a',
  '😀',
  '\\ud83d\\ude00',
]

describe('the key of a call', () => {
  it('is the same for the same call, in whatever order its arguments are written', () => {
    const args = { b: [{ d: 1, c: 2 }], a: 'x', é: 1, '😀': 2 }
    const other = { '😀': 2, é: 1, a: 'x', b: [{ c: 2, d: 1 }] }
    expect(keyOf({ args })).toBe(keyOf({ args: other }))
    expect(keyOf()).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf({ args: ['a', 'b'] })).not.toBe(keyOf({ args: ['b', 'a'] }))
  })

  it('is the same in another session of the same agent, as one has that is opened again', async () => {
    expect(keyOf({}, await stage.session())).toBe(keyOf())
  })

  it('is another one for other arguments, however alike', () => {
    expect(new Set(told.map((args) => keyOf({ args }))).size).toBe(told.length)
  })

  it('is another one in another conversation, for another number and for another tool', () => {
    const others = [
      {},
      { thread: 'thread-2' },
      { callId: 'call-2' },
      { name: 'tell' },
      { thread: 'call-1', callId: 'thread-1' },
    ]
    expect(new Set(others.map((given) => keyOf(given))).size).toBe(others.length)
  })

  it('is another one where its parts touch elsewhere', () => {
    const apart = [
      { thread: 'a', callId: 'bc' },
      { thread: 'ab', callId: 'c' },
      { thread: 'a","b', callId: 'c' },
      { thread: 'a', callId: 'b","c' },
      { thread: 'a', callId: '1:b' },
      { thread: 'a1:', callId: 'b' },
      { thread: '', callId: 'abc' },
      { thread: 'abc', callId: '' },
    ]
    expect(new Set(apart.map((given) => keyOf(given))).size).toBe(apart.length)
  })

  it('is another one for another agent, and for each of its sub-agents', async () => {
    const delegated = (name?: string): Promise<Session> =>
      session.delegate({ roles: ['agent'], ttlMs: 60_000, ...(name !== undefined && { name }) })
    const [one, other, nameless] = [await delegated('one'), await delegated('other'), await delegated()]
    const below = await one.delegate({ roles: ['agent'], ttlMs: 30_000, name: 'other' })
    const { principal } = session
    const issued = { principal: { ...principal, subject: { ...principal.subject, issuer: 'another' } } } as Session
    const sessions = [session, issued, await stage.session('agent-2'), one, other, nameless, below]
    expect(new Set(sessions.map((of) => keyOf({}, of))).size).toBe(sessions.length)
    expect(keyOf({}, await delegated('one'))).toBe(keyOf({}, one))
  })

  it.each([
    { thread: '\ud800' },
    { callId: 'a\udfff' },
    { name: '\ud83d' },
    { args: { text: '\ud800' } },
    { args: new Map() },
  ])('is refused for %o, which could be written as something else', (given) => {
    expect(() => keyOf(given)).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_INVALID' }))
  })
})
