import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Governed, governed } from '../support/governed.js'

/** A server that takes connections; those that it keeps waiting get no answer. */
class SlowServer {
  readonly #server: Server
  readonly waiting = new Set<Socket>()
  isSlow = false

  private constructor(to: URL) {
    this.#server = createServer((client) => {
      client.on('error', () => undefined)
      if (this.isSlow) {
        this.waiting.add(client)
        client.on('close', () => this.waiting.delete(client)).resume()
        return
      }
      const socket = connect(Number(to.port), to.hostname).on('error', () => client.destroy())
      client.pipe(socket).pipe(client)
    })
  }

  static async before(url: string): Promise<{ readonly server: SlowServer; readonly url: string }> {
    const address = new URL(url)
    const server = new SlowServer(new URL(url))
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    address.port = String((server.#server.address() as AddressInfo).port)
    return { server, url: address.href }
  }

  close(): void {
    for (const socket of this.waiting) socket.destroy()
    this.#server.close()
  }
}

describe('a connection that is being opened', () => {
  let server: SlowServer
  let on: Governed

  beforeEach(async () => {
    on = await governed({
      config: { connectionTimeoutMillis: 60_000 },
      reach: async (url) => {
        const slow = await SlowServer.before(url)
        server = slow.server
        return slow.url
      },
    })
  })

  afterEach(async () => {
    await on.close()
    server.close()
  })

  /** The server was looked at before, so the next connection of the door is an agent's own. */
  const checked = async (): Promise<void> => {
    const client = on.target.client(await on.session())
    await client.connect()
    await client.end()
  }

  /** Opens one, and answers with its end when the server has it and lets it wait. */
  const opening = async (client: pg.Client): Promise<{ readonly end: Promise<string> }> => {
    server.isSlow = true
    client.on('error', () => undefined)
    const end = client.connect().then(
      () => 'open',
      () => 'refused',
    )
    await vi.waitFor(() => {
      expect(server.waiting.size).toBe(1)
    })
    return { end }
  }

  const nothingLeft = (): Promise<void> =>
    vi.waitFor(() => {
      expect(server.waiting.size).toBe(0)
    })

  it('ends with its session', async () => {
    await checked()
    const session = await on.session()
    const { end } = await opening(on.target.client(session))
    await session.close()
    expect(await end).toBe('refused')
    await nothingLeft()
  })

  it('ends with its client', async () => {
    await checked()
    const client = on.target.client(await on.session())
    const { end } = await opening(client)
    await client.end()
    expect(await end).toBe('refused')
    await nothingLeft()
  })

  it('ends with its target, which waits for that', async () => {
    await checked()
    const { end } = await opening(on.target.client(await on.session()))
    await on.target.close()
    await nothingLeft()
    expect(await end).toBe('refused')
  })

  it('ends with its target also while the server is looked at', async () => {
    const { end } = await opening(on.target.client(await on.session()))
    await on.target.close()
    await nothingLeft()
    expect(await end).toBe('refused')
  })

  it('ends with its session also while the server is looked at for all', async () => {
    const session = await on.session()
    const { end } = await opening(on.target.client(session))
    await session.close()
    expect(await end).toBe('refused')
  })
})
