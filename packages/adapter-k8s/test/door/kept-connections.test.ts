import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isSame } from '../../src/door/kept-agent.js'
import { Upstream, type UpstreamRequest } from '../../src/door/upstream.js'
import { TinyApi } from '../support/tiny-api.js'

let api: TinyApi
beforeEach(async () => {
  api = await TinyApi.start()
})
afterEach(() => api.close())

function asked(signal: AbortSignal = new AbortController().signal): UpstreamRequest {
  return { method: 'GET', path: '/api/v1/pods', headers: {}, signal }
}

describe('the connections to the API server', () => {
  it('keeps its connection for a login that stays, and opens another for one that does not', async () => {
    const config = api.config()
    const certificates = ['a', 'a', 'b']
    vi.spyOn(config, 'applyToHTTPSOptions').mockImplementation((options) => {
      options.ca = Buffer.from('authority')
      options.cert = certificates.shift()
      return Promise.resolve()
    })
    const upstream = new Upstream(config)
    const ports = []
    for (let count = 0; count < 3; count++) {
      const answer = await (await upstream.prepare())(asked())
      ports.push(answer.socket.localPort)
      for await (const _ of answer) void _
      // Its connection is free after that.
      await new Promise((resolve) => setImmediate(resolve))
    }
    upstream.close()
    expect(ports[1]).toBe(ports[0])
    expect(ports[2]).not.toBe(ports[0])
  })

  it('sends nothing for whoever left before', async () => {
    const upstream = new Upstream(api.config())
    const send = await upstream.prepare()
    await expect(send(asked(AbortSignal.abort(new Error('left'))))).rejects.toThrow('left')
    await new Promise((resolve) => setTimeout(resolve, 20))
    upstream.close()
    expect(api.seen).toEqual([])
  })

  it('breaks an answer off that nobody waits for any more', async () => {
    const body = new Readable({ read: () => undefined })
    body.push('{')
    api.answer = () => ({ body })
    const upstream = new Upstream(api.config())
    const waiting = new AbortController()
    const answer = await (await upstream.prepare())(asked(waiting.signal))
    waiting.abort(new Error('left'))
    await expect(
      (async () => {
        for await (const _ of answer) void _
      })(),
    ).rejects.toThrow('aborted')
    await vi.waitFor(() => {
      expect(body.destroyed).toBe(true)
    })
    upstream.close()
  })
})

describe('the material of two logins', () => {
  it.each([
    ['texts', { ca: 'a' }, { ca: 'b' }],
    ['bytes', { key: Buffer.from('a') }, { key: Buffer.from('b') }],
    ['bytes and a text', { key: Buffer.from('a') }, { key: 'a' }],
    ['lists', { ca: ['a', Buffer.from('b')] }, { ca: ['a', Buffer.from('c')] }],
    ['lists of which one is longer', { ca: ['a'] }, { ca: ['a', 'b'] }],
    ['whether the server is believed', { rejectUnauthorized: false }, {}],
  ])('is told apart by %s', (_, one, other) => {
    expect([isSame(one, other), isSame(other, one)]).toEqual([false, false])
    expect(isSame(one, structuredClone(one))).toBe(true)
  })
})
