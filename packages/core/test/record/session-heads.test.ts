import { describe, expect, it } from 'vitest'
import { SessionHeads } from '../../src/record/session-heads.js'

describe('SessionHeads', () => {
  it('forgets closed sessions in the order of their closing, and open ones never', () => {
    const heads = new SessionHeads<number>(2)
    for (const [index, session] of ['a', 'b', 'c', 'd', 'e'].entries()) heads.set(session, index)
    for (const session of ['c', 'a', 'd']) heads.close(session)
    expect(['a', 'b', 'c', 'd', 'e'].map((session) => heads.get(session))).toEqual([0, 1, undefined, 3, 4])
    heads.close('a')
    heads.close('b')
    expect(heads.get('d')).toBeUndefined()
    expect(heads.get('a')).toBe(0)
  })

  it('takes every session as closed when a new process begins, except the survivor', () => {
    const heads = new SessionHeads<number>(1)
    for (const session of ['engine', 'a', 'b']) heads.set(session, 1)
    heads.closeAllBut('engine')
    expect(['engine', 'a', 'b'].map((session) => heads.get(session))).toEqual([1, undefined, 1])
  })

  it('keeps the order of forgetting when its heads are converted', () => {
    const heads = new SessionHeads<number>(1)
    for (const session of ['a', 'b']) heads.set(session, 1)
    heads.close('b')
    const texts = heads.map((head, session) => `${session}${String(head)}`)
    texts.close('a')
    expect([texts.get('a'), texts.get('b'), texts.size]).toEqual(['a1', undefined, 1])
    expect(heads.get('b')).toBe(1)
  })
})
