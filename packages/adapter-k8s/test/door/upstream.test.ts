import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { createServer as createSecureServer } from 'node:tls'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Upstream, type UpstreamRequest } from '../../src/door/upstream.js'
import { type ServerIdentity, serverIdentity } from '../../src/loopback/certificates.js'
import { guarded } from '../support/governed.js'
import { answered, asked, notingDoor, RawApi } from '../support/raw.js'

const pods = '/api/v1/namespaces/shop/pods'

function request(method = 'GET', signal = new AbortController().signal): UpstreamRequest {
  const body = method === 'GET' ? undefined : Buffer.from('{}')
  return { method, path: pods, headers: {}, body, signal }
}

/** What each connection of a server answers to its first request, its second, and so on. Undefined: it is closed instead. */
type Answers = (connection: number, request: number, socket: Socket) => string | undefined

/** A server whose connections end when it likes. */
class LeavingApi {
  /** Of each request: by which connection it came, and how it begins. */
  readonly heard: string[] = []
  readonly #server: Server
  readonly #proof: ServerIdentity | undefined
  #connections = 0

  private constructor(answers: Answers, proof: ServerIdentity | undefined) {
    this.#proof = proof
    const take = (socket: Socket): void => {
      const connection = (this.#connections += 1)
      let count = 0
      socket.on('error', () => undefined)
      socket.on('data', (data: Buffer) => {
        this.heard.push(`${String(connection)} ${data.toString('latin1').split(' ', 1).join('')}`)
        const answer = answers(connection, (count += 1), socket)
        if (answer === undefined) socket.destroy()
        else socket.write(answer)
      })
    }
    this.#server =
      proof === undefined ? createServer(take) : createSecureServer({ cert: proof.certificate, key: proof.key }, take)
  }

  static async start(answers: Answers, proof?: ServerIdentity): Promise<LeavingApi> {
    const api = new LeavingApi(answers, proof)
    api.#server.listen(0, '127.0.0.1')
    await once(api.#server, 'listening')
    return api
  }

  config(): KubeConfig {
    const { port } = this.#server.address() as AddressInfo
    const config = new KubeConfig()
    const scheme = this.#proof === undefined ? 'http' : 'https'
    const cluster = {
      name: 'leaving',
      server: `${scheme}://127.0.0.1:${String(port)}`,
      skipTLSVerify: this.#proof === undefined,
      ...(this.#proof && { caData: Buffer.from(this.#proof.authority).toString('base64') }),
    }
    config.loadFromClusterAndUser(cluster, { name: 'operator', token: 'the-operators-token' })
    return config
  }

  close(): void {
    this.#server.close()
  }
}

describe('a kept connection that the server closed', () => {
  let api: LeavingApi | undefined
  let upstream: Upstream | undefined
  afterEach(() => {
    upstream?.close()
    api?.close()
  })
  const ok = answered('200 OK', '{"kind":"PodList"}')

  async function sends(answers: Answers, proof?: ServerIdentity): Promise<(asked: UpstreamRequest) => Promise<string>> {
    api = await LeavingApi.start(answers, proof)
    const to = new Upstream(api.config())
    upstream = to
    return async (one) => {
      const said = await text(await (await to.prepare())(one))
      // Its connection is free after that.
      await new Promise((resolve) => setImmediate(resolve))
      return said
    }
  }

  it.each([
    ['', undefined],
    [' with TLS', serverIdentity(new Date())],
  ])('has a read sent again, once, by a connection of its own%s', async (_, proof) => {
    const send = await sends((_connection, count) => (count === 1 ? ok : undefined), proof)
    expect([await send(request()), await send(request())]).toEqual(['{"kind":"PodList"}', '{"kind":"PodList"}'])
    expect(api?.heard).toEqual(['1 GET', '1 GET', '2 GET'])
  })

  it('has a read sent again by none of the others that were kept', async () => {
    const send = await sends((_connection, count) => (count === 1 ? ok : undefined))
    await Promise.all([send(request()), send(request())])
    expect(await send(request())).toBe('{"kind":"PodList"}')
    expect(api?.heard).toHaveLength(4)
    expect(api?.heard.at(-1)).toBe('3 GET')
  })

  it('has no read sent a third time', async () => {
    const send = await sends((connection) => (connection === 1 && api?.heard.length === 1 ? ok : undefined))
    await send(request())
    await expect(send(request())).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(api?.heard).toEqual(['1 GET', '1 GET', '2 GET'])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('has no %s sent again', async (method) => {
    const send = await sends((_connection, count) => (count === 1 ? ok : undefined))
    await send(request())
    await expect(send(request(method))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(api?.heard).toEqual(['1 GET', `1 ${method}`])
  })

  it('after it began to answer has nothing sent again', async () => {
    const send = await sends((_connection, count, socket) => {
      if (count === 1) return ok
      socket.write('HTTP/1.1 200', () => socket.resetAndDestroy())
      return ''
    })
    await send(request())
    await expect(send(request())).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(api?.heard).toEqual(['1 GET', '1 GET'])
  })

  it('is not one that is new: what it does not answer is not sent again', async () => {
    const send = await sends(() => undefined)
    await expect(send(request())).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(api?.heard).toEqual(['1 GET'])
  })

  it('has nothing sent again for nobody', async () => {
    const gone = new AbortController()
    const send = await sends((_connection, count) => {
      if (count === 1) return ok
      gone.abort(new Error('nobody waits'))
      return undefined
    })
    await send(request())
    await expect(send(request('GET', gone.signal))).rejects.toThrow('nobody waits')
    expect(api?.heard).toEqual(['1 GET', '1 GET'])
  })

  it('is not seen by a client of the door', async () => {
    api = await LeavingApi.start((_connection, count) => (count === 1 ? ok : undefined))
    const { guard, session, target } = await guarded(api.config(), [{ duty: 'read', resource: 'object:shop.**' }])
    const client = target.config(session).makeApiClient(CoreV1Api)
    for (let count = 0; count < 3; count++) {
      // oxlint-disable-next-line no-await-in-loop -- The connection is kept in between.
      expect(await client.listNamespacedPod({ namespace: 'shop' })).toMatchObject({ kind: 'PodList' })
    }
    expect(api.heard.length).toBeGreaterThan(3)
    await guard.close()
  })
})

describe('a login that hangs', () => {
  let api: RawApi | undefined
  afterEach(() => {
    api?.close()
  })

  async function hanging(login: () => Promise<void>): Promise<KubeConfig> {
    api = new RawApi(answered('200 OK', '{}'))
    const config = await api.config()
    vi.spyOn(config, 'applyToHTTPSOptions').mockImplementation(login)
    return config
  }

  it('ends before long: nothing is sent, which is on record, and whoever asked is told', async () => {
    const config = await hanging(() => new Promise(() => undefined))
    const { notes, open } = notingDoor(config, Promise.resolve(), new Upstream(config, 20))
    const wire = open()
    let said = ''
    wire.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
    wire.write(asked(pods))
    await vi.waitFor(() => {
      expect(said).toContain('"reason":"ERR_DEADLINE"')
    })
    expect(said).toMatch(/^HTTP\/1\.1 504 /)
    expect(notes).toEqual(['asked', 'not-run', 'over'])
    expect(api?.asked).toBe(0)
  })

  it('sends nothing when it comes to its end after all', async () => {
    let end = (): void => undefined
    const upstream = new Upstream(await hanging(() => new Promise((resolve) => (end = resolve))), 20)
    await expect(upstream.prepare()).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
    end()
    await expect(upstream.prepareSocket()).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
    end()
    await new Promise((resolve) => setImmediate(resolve))
    expect(api?.asked).toBe(0)
  })

  it('is one that takes 30 seconds', async () => {
    const upstream = new Upstream(await hanging(() => new Promise(() => undefined)))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const settled = vi.fn<(how: unknown) => void>()
      const asking = upstream.prepare().then(settled, settled)
      await vi.advanceTimersByTimeAsync(29_999)
      expect(settled).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(1)
      await asking
      expect(settled).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_DEADLINE' }))
    } finally {
      vi.useRealTimers()
    }
  })
})
