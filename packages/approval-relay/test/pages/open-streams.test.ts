import { describe, expect, it } from 'vitest'
import { OpenStreams } from '../../src/pages/open-streams.js'

const never = new AbortController().signal

describe('the streams that are open', () => {
  it('are twelve of one person, and a thousand of all', () => {
    const open = new OpenStreams()
    const ann = Array.from({ length: 12 }, () => open.take('ann', never))
    expect(ann).not.toContain(undefined)
    expect(open.take('ann', never)).toBeUndefined()
    for (let n = 12; n < 1_000; n++) expect(open.take(String(n), never)).toBeDefined()
    expect(open.take('bob', never)).toBeUndefined()
    ann[0]?.()
    expect(open.take('bob', never)).toBeDefined()
  })

  it('give their place back once', () => {
    const open = new OpenStreams()
    const [one] = Array.from({ length: 12 }, () => open.take('ann', never))
    one?.()
    one?.()
    expect(open.take('ann', never)).toBeDefined()
    expect(open.take('ann', never)).toBeUndefined()
  })

  it('give it back when whoever asked is gone before they begin', () => {
    const open = new OpenStreams()
    const gone = new AbortController()
    for (let n = 0; n < 12; n++) open.take('ann', gone.signal)
    gone.abort()
    expect(open.take('ann', gone.signal)).toBeUndefined()
    const again = Array.from({ length: 13 }, () => open.take('ann', never))
    expect(again.filter((place) => place === undefined)).toHaveLength(1)
  })
})
