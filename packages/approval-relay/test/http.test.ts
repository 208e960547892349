import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { envelopeOf } from './support/envelopes.js'
import { never, people, RelayStage } from './support/relay-stage.js'
import type { ApprovalChannel, ChannelDesk } from '../src/channel.js'

/** Sends bytes as they are, and answers with what came back until the connection ended. */
async function raw(stage: RelayStage, ...lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(stage.url).port), '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  socket.write(lines.join('\r\n'))
  await closed
  return Buffer.concat(parts).toString()
}

const head = ['Host: x', 'Authorization: Bearer a.b.c', 'Content-Type: application/json']

describe('a request that a proxy could read in another way', () => {
  it.each<[string, readonly string[], number]>([
    ['a chunked body', ['POST /v1/requests HTTP/1.1', ...head, 'Transfer-Encoding: chunked', '', '0', '', ''], 411],
    ['chunks of nothing', ['GET /healthz HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked', '', '0', '', ''], 411],
    [
      'trailers that are announced',
      ['POST /v1/requests HTTP/1.1', ...head, 'Content-Length: 1', 'Trailer: Host', '', 'a'],
      411,
    ],
    ['two lengths', ['POST /v1/requests HTTP/1.1', ...head, 'Content-Length: 1', 'Content-Length: 2', '', 'ab'], 400],
    [
      'length and chunks',
      ['POST /v1/requests HTTP/1.1', ...head, 'Content-Length: 5', 'Transfer-Encoding: chunked', '', '0', '', ''],
      400,
    ],
    ['no length', ['POST /v1/requests HTTP/1.1', ...head, '', ''], 411],
    ['a body where there is none', ['GET /healthz HTTP/1.1', 'Host: x', 'Content-Length: 1', '', 'a'], 400],
    [
      'two tokens',
      ['POST /v1/requests HTTP/1.1', ...head, 'Authorization: Bearer d.e.f', 'Content-Length: 0', '', ''],
      400,
    ],
    [
      'an expectation',
      ['POST /v1/requests HTTP/1.1', ...head, 'Expect: 100-continue', 'Content-Length: 9', '', ''],
      417,
    ],
    ['another expectation', ['POST /v1/requests HTTP/1.1', ...head, 'Expect: magic', 'Content-Length: 9', '', ''], 417],
    [
      'a compressed body',
      ['POST /v1/requests HTTP/1.1', ...head, 'Content-Encoding: gzip', 'Content-Length: 1', '', 'a'],
      400,
    ],
    ['an address of another server', ['GET http://other/healthz HTTP/1.1', 'Host: x', '', ''], 400],
    ['two slashes', ['GET //healthz HTTP/1.1', 'Host: x', '', ''], 400],
    ['no host', ['GET /healthz HTTP/1.1', '', ''], 400],
    ['an old version', ['GET /healthz HTTP/1.0', 'Host: x', '', ''], 505],
    ['a folded header', ['GET /healthz HTTP/1.1', 'Host: x', ' more', '', ''], 400],
    ['a long head', ['GET /healthz HTTP/1.1', 'Host: x', `X: ${'x'.repeat(20_000)}`, '', ''], 431],
    ['a body without a token', ['POST /v1/requests HTTP/1.1', 'Host: x', 'Content-Length: 2000000', '', ''], 401],
    ['a body that is too long', ['POST /v1/requests HTTP/1.1', ...head, 'Content-Length: 2097153', '', ''], 413],
    [
      'a small message that is too long',
      [`POST /v1/requests/${'a'.repeat(32)}/end HTTP/1.1`, ...head, 'Content-Length: 70000', '', ''],
      413,
    ],
    ['a method that is none of the path', ['DELETE /v1/requests HTTP/1.1', ...head, '', ''], 405],
  ])('is refused, and the connection with it: %s', async (_what, lines, status) => {
    const stage = await RelayStage.open()
    expect(await raw(stage, ...lines)).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `))
    expect((await fetch(`${stage.url}/healthz`)).status).toBe(200)
  })

  it.each(['/%68ealthz', '/healthz%2f', '/./healthz', '/x/../healthz', '/healthz/', '/healthz;x', '/HEALTHZ'])(
    'is of no path but the one that is written: %s',
    async (path) => {
      const stage = await RelayStage.open()
      expect(await raw(stage, `GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', '', '')).toMatch(
        /^HTTP\/1.1 404 /,
      )
    },
  )

  it('has no second one behind it', async () => {
    const stage = await RelayStage.open()
    const second = 'GET /jwks.json HTTP/1.1\r\nHost: x\r\n\r\n'
    const answered = await raw(
      stage,
      'POST /v1/requests HTTP/1.1',
      ...head,
      `Content-Length: ${String(second.length)}`,
      'Expect: 100-continue',
      '',
      second,
    )
    expect(answered.match(/HTTP\/1.1/g)).toHaveLength(1)
    expect(answered).not.toContain('"keys"')
  })
})

describe('a message', () => {
  it('is JSON and says so', async () => {
    const stage = await RelayStage.open()
    const { body } = envelopeOf()
    const token = await stage.orders.token('POST', '/v1/requests', body)
    const response = await fetch(`${stage.url}/v1/requests`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    })
    expect(response.status).toBe(415)
  })

  it('to nobody is answered as one to nobody', async () => {
    const stage = await RelayStage.open()
    expect((await fetch(`${stage.url}/v1/else`)).status).toBe(404)
    expect((await fetch(`${stage.url}/v1/requests/%zz/answers`)).status).toBe(404)
  })

  it('about the relay says that it lives, and shows the public key alone', async () => {
    const stage = await RelayStage.open()
    const response = await fetch(`${stage.url}/jwks.json`)
    const { keys } = (await response.json()) as { keys: object[] }
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})

/** A channel that keeps what it was given. */
function channel(made: { desk?: ChannelDesk; closed?: boolean }): ApprovalChannel {
  return {
    name: 'chat',
    start: (desk) => {
      made.desk = desk
      return Promise.resolve()
    },
    routes: [
      {
        method: 'POST',
        path: '/chat/events',
        handle: ({ body }) => Promise.resolve({ status: 200, body }),
      },
    ],
    close: () => {
      made.closed = true
      return Promise.resolve()
    },
  }
}

describe('a channel', () => {
  it('has its routes, raw bytes and a desk of its own level, and is closed', async () => {
    const made: { desk?: ChannelDesk; closed?: boolean } = {}
    const stage = await RelayStage.open({ channels: [channel(made)] })
    const bytes = Uint8Array.of(0, 255, 13, 10)
    const response = await fetch(`${stage.url}/chat/events`, { method: 'POST', body: bytes })
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const view = await made.desk?.viewFor(id, undefined, never)
    const person = { subject: { issuer: people, id: 'ann' } }
    const forged = { level: 'signed', via: { kind: 'page', name: 'oidc' } }
    const decision = { decision: 'allow', person, viewDigest: view?.digest ?? '', ...forged } as const
    expect(await made.desk?.decide(id, decision, never)).toMatchObject({ decided: true, level: 'channel' })
    expect(stage.ofType('relay.answered')).toMatchObject([{ via: 'channel:chat', level: 'channel' }])
    made.desk?.refused('forged-signature', { request: id, account: { team: 't', user: 'u' } })
    expect(stage.ofType('relay.refused')).toMatchObject([{ channel: 'chat', reason: 'forged-signature' }])
    await stage.stop()
    expect(made.closed).toBe(true)
    await stage.start()
  })

  it.each(['/v1/requests', 'chat'])('has no path like %s', async (path) => {
    const made = channel({})
    const routes = [{ method: 'POST', path, handle: () => Promise.resolve({ status: 200 }) }] as const
    await expect(RelayStage.open({ channels: [{ ...made, routes }] })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })

  it('that fails to start keeps the relay from starting, which lets go of everything', async () => {
    const stage = await RelayStage.open()
    await stage.stop()
    const failing = { ...channel({}), start: () => Promise.reject(new Error('no such token')) }
    await expect(stage.start({ channels: [failing] })).rejects.toThrow('no such token')
    await stage.start()
  })
})

describe('what was sent whole', () => {
  it('is done, whether its sender waits for the answer or not, until the relay stops', async () => {
    let given: AbortSignal | undefined
    const slow: ApprovalChannel = {
      name: 'slow',
      start: () => Promise.resolve(),
      routes: [
        {
          method: 'POST',
          path: '/slow',
          handle: (_incoming, signal) => {
            given = signal
            return new Promise((resolve) => {
              signal.addEventListener('abort', () => {
                resolve({ status: 503 })
              })
            })
          },
        },
      ],
      close: () => Promise.resolve(),
    }
    const stage = await RelayStage.open({ channels: [slow] })
    const socket = connect(Number(new URL(stage.url).port), '127.0.0.1')
    socket.write(['POST /slow HTTP/1.1', 'Host: x', 'Content-Length: 2', '', 'ab'].join('\r\n'))
    await expect.poll(() => given).toBeDefined()
    socket.destroy()
    await once(socket, 'close')
    // What came after it was answered, so that the relay heard of the end.
    expect((await fetch(`${stage.url}/healthz`)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(given?.aborted).toBe(false)
    await stage.stop()
    expect(given?.aborted).toBe(true)
  })
})
