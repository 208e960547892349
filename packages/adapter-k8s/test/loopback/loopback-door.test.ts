import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Agent } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import { inspect } from 'node:util'
import { firstUseMs } from '@bothkeys/core/adapter'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { accessOf, type Answer, ask, gone, open, plainSocket, tlsSocket } from './support.js'

const folders: string[] = []
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(mode = 0o700): string {
  const folder = mkdtempSync(join(tmpdir(), 'bk-test-'))
  chmodSync(folder, mode)
  folders.push(folder)
  return folder
}

/** From now on the limits of doors pass when the test says so, however slow the machine. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('the kubeconfig of a loopback door', () => {
  it('lets its reader in, and says in which namespace', async () => {
    const { asked, door, host } = await open()
    expect(await ask(door, '/api/v1/pods')).toMatchObject({ status: 200, body: 'ok' })
    expect(asked).toEqual(['/api/v1/pods'])
    expect(accessOf(door)).toMatchObject({ server: `https://${host}`, namespace: 'shop' })
  })

  it('is for its owner alone, in a folder of its own, and goes with the door', async () => {
    const { door } = await open()
    const folder = dirname(door.kubeconfig)
    expect([modeOf(door.kubeconfig), modeOf(folder)]).toEqual([0o600, 0o700])
    expect(readdirSync(folder)).toEqual(['kubeconfig'])
    await door.close()
    expect(existsSync(folder)).toBe(false)
  })

  it('may be in a folder of the caller, which stays', async () => {
    const path = newFolder()
    const { door } = await open({ options: { path } })
    expect(door.kubeconfig).toBe(join(path, 'kubeconfig'))
    expect(modeOf(door.kubeconfig)).toBe(0o600)
    await door.close()
    expect(readdirSync(path)).toEqual([])
  })

  it('is not written where others can enter', async () => {
    const path = newFolder(0o750)
    await expect(open({ options: { path } })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(readdirSync(path)).toEqual([])
  })

  it('takes the place of no other', async () => {
    const path = newFolder()
    writeFileSync(join(path, 'kubeconfig'), 'of somebody else')
    await expect(open({ options: { path } })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(readdirSync(path)).toEqual(['kubeconfig'])
    expect(readFileSync(join(path, 'kubeconfig'), 'utf8')).toBe('of somebody else')
  })
})

describe('a client without the token of the door', () => {
  const lies: readonly [string, (token: string) => { path?: string; headers: Record<string, string | string[]> }][] = [
    ['shows nothing', () => ({ headers: { authorization: '' } })],
    ['shows another', (token) => ({ headers: { authorization: `Bearer ${token.slice(0, -1)}` } })],
    ['shows it as a password', (token) => ({ headers: { authorization: `Basic ${token}` } })],
    ['shows two', (token) => ({ headers: { authorization: [`Bearer ${token}`, `Bearer ${token}`] } })],
    ['shows it in the query', (token) => ({ path: `/api?token=${token}`, headers: { authorization: '' } })],
    ['shows it in the path', (token) => ({ path: `/${token}/api`, headers: { authorization: '' } })],
    ['shows it in the query as well', (token) => ({ path: `/api?x=${token}`, headers: {} })],
    ['shows it as a cookie', (token) => ({ headers: { authorization: '', cookie: `token=${token}` } })],
  ]

  it.each(lies)('is told nothing when it %s', async (_name, lie) => {
    const { asked, door } = await open()
    const { headers, path = '/api' } = lie(accessOf(door).token)
    const agent = new Agent({ keepAlive: true })
    const answer = await ask(door, path, { headers, agent })
    agent.destroy()
    expect(answer.status).toBe(401)
    expect(answer.headers.connection).toBe('close')
    expect(JSON.parse(answer.body)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    })
    expect(asked).toEqual([])
  })

  it('has none when it has that of another door', async () => {
    const [one, other] = [await open(), await open()]
    const headers = { authorization: `Bearer ${accessOf(other.door).token}` }
    expect((await ask(one.door, '/api', { headers })).status).toBe(401)
    expect(one.asked).toEqual([])
  })

  it('becomes no other protocol', async () => {
    const { asked, door } = await open()
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    expect((await ask(door, '/x', { headers: { ...headers, authorization: 'Bearer x' } })).status).toBe(401)
    expect(asked).toEqual([])
    expect((await ask(door, '/x', { headers })).status).toBe(101)
    expect(asked).toEqual(['/x'])
  })
})

describe('TLS of a loopback door', () => {
  it('is known by the authority in the kubeconfig alone', async () => {
    const [{ door }, other] = [await open(), await open()]
    const mine = accessOf(door)
    await expect(ask({ ...mine, ca: accessOf(other.door).ca }, '/api')).rejects.toThrow(/certificate/)
  })

  it('is for 127.0.0.1', async () => {
    const { door } = await open()
    const access = accessOf(door)
    await expect(ask({ ...access, server: access.server.replace('127.0.0.1', 'localhost') }, '/api')).rejects.toThrow()
  })

  it('speaks HTTP/1.1, whatever else is offered', async () => {
    const { door } = await open()
    const socket = await tlsSocket(door, { ALPNProtocols: ['h2', 'http/1.1'] })
    expect(socket.alpnProtocol).toBe('http/1.1')
    socket.destroy()
    const session = connectHttp2(door.url, { ca: accessOf(door).ca })
    await expect(once(session, 'connect')).rejects.toThrow()
  })

  it('is not left out', async () => {
    const { asked, door } = await open()
    const socket = await plainSocket(door)
    socket.write(`GET /api HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${accessOf(door).token}\r\n\r\n`)
    await gone(socket)
    expect(asked).toEqual([])
  })
})

describe('a loopback door', () => {
  it('closes by itself when nobody shows the token, and stays when somebody did', async () => {
    stopTime()
    const used = await open()
    await ask(used.door, '/api')
    const unused = await open()
    const access = accessOf(unused.door)
    expect((await ask({ ...access, token: 'x' }, '/api')).status).toBe(401)
    vi.advanceTimersByTime(firstUseMs)
    await unused.door.closed
    expect(existsSync(unused.door.kubeconfig)).toBe(false)
    await expect(ask(access, '/api')).rejects.toThrow(/ECONNREFUSED/)
    expect((await ask(used.door, '/api')).status).toBe(200)
  })

  it('ends with the session, and everybody with it', async () => {
    const end = new AbortController()
    const { asked, door } = await open({ signal: end.signal }, () => undefined)
    const access = accessOf(door)
    const waiting = ask(access, '/held').catch((error: unknown) => error)
    const socket = await tlsSocket(door)
    await vi.waitFor(() => {
      expect(asked).toEqual(['/held'])
    })
    end.abort()
    await Promise.all([gone(socket), door.closed])
    expect(await waiting).toBeInstanceOf(Error)
    expect(existsSync(dirname(door.kubeconfig))).toBe(false)
    await expect(ask(access, '/api')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('is not opened for a session that ended', async () => {
    await expect(open({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })

  it('waits for people, and not for who is slow to say what it wants', async () => {
    const whoeverIsSlowIsGone = async (ms: number): Promise<Answer> => {
      let answer = (): void => undefined
      const approved = new Promise<void>((resolve) => (answer = resolve))
      const { door } = await open({ limits: { headersMs: ms, requestMs: ms } }, (request, response) => {
        if (request.url === '/held') void approved.then(() => response.end('approved'))
      })
      const held = ask(door, '/held')
      held.catch(() => undefined)
      const [slowHead, slowBody] = [await tlsSocket(door), await tlsSocket(door)]
      const { token } = accessOf(door)
      slowHead.write('GET /slow HTTP/1.1\r\n')
      slowBody.write(`POST /slow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 9\r\n\r\n1`)
      await Promise.all([gone(slowHead), gone(slowBody)])
      answer()
      return held
    }
    // Whoever asks on a busy machine may be slow as well, and gets more time then.
    let told: unknown
    for (const ms of [200, 1_000, 5_000, 25_000]) {
      told = await whoeverIsSlowIsGone(ms).catch((error: unknown) => error)
      if ((told as Partial<Answer>).status === 200) break
    }
    expect(told).toMatchObject({ status: 200, body: 'approved' })
  })

  it('gives no place of those with the token to those without', async () => {
    let answer = (): void => undefined
    const { asked, door } = await open({ limits: { maxPending: 2 } }, (request, response) => {
      if (request.url === '/held') answer = () => response.end('approved')
      else response.end('ok')
    })
    const held = ask(door, '/held')
    await vi.waitFor(() => {
      expect(asked).toEqual(['/held'])
    })
    const crowd = [await plainSocket(door), await plainSocket(door), await plainSocket(door)]
    await gone(crowd[0] ?? expect.unreachable())
    expect((await ask(door, '/other')).status).toBe(200)
    answer()
    expect(await held).toMatchObject({ status: 200, body: 'approved' })
  })

  it('waits for no token for long', async () => {
    stopTime()
    const { door } = await open({ limits: { pendingMs: 60_000 } })
    const [plain, secured] = [await plainSocket(door), await tlsSocket(door)]
    expect((await ask(door, '/api')).status).toBe(200)
    vi.advanceTimersByTime(60_000)
    await Promise.all([gone(plain), gone(secured)])
    expect([plain.destroyed, secured.destroyed]).toEqual([true, true])
    expect((await ask(door, '/api')).status).toBe(200)
  })

  it('has as many connections as it takes, and asks others to come again', async () => {
    const { asked, door } = await open({ options: { maxConnections: 1 } })
    const agent = new Agent({ keepAlive: true })
    expect((await ask(door, '/1', { agent })).status).toBe(200)
    const second = await ask(door, '/2')
    expect([second.status, second.headers['retry-after']]).toEqual([429, '1'])
    expect(JSON.parse(second.body)).toMatchObject({ kind: 'Status', reason: 'TooManyRequests' })
    expect((await ask(door, '/3', { agent })).status).toBe(200)
    agent.destroy()
    await vi.waitFor(async () => {
      expect((await ask(door, '/4')).status).toBe(200)
    })
    expect(asked).toEqual(['/1', '/3', '/4'])
  })

  it.skipIf(process.platform !== 'linux')(
    'tells clients apart that have the same port of several addresses',
    async () => {
      const { asked, door } = await open({ options: { maxConnections: 1 } })
      const one = await tlsSocket(door, { localAddress: '127.0.0.2' } as ConnectionOptions)
      one.write(`GET /1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${accessOf(door).token}\r\n\r\n`)
      await once(one, 'data')
      const same = { localAddress: '127.0.0.3', localPort: one.localPort }
      expect((await ask(door, '/2', same)).status).toBe(429)
      expect(asked).toEqual(['/1'])
      const other = await tlsSocket(door, { ...same, localAddress: '127.0.0.4' } as ConnectionOptions)
      await Promise.all([door.close(), gone(one), gone(other)])
      expect([one.destroyed, other.destroyed]).toEqual([true, true])
    },
  )

  it('refuses options that it does not have, or that are out of range', async () => {
    for (const options of [{ host: '0.0.0.0' }, { port: -1 }, { port: 1.5 }, { path: '' }, { maxConnections: 0 }]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await expect(open({ options })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    }
  })

  it('leaves nothing behind when its port is taken', async () => {
    const { door } = await open()
    vi.stubEnv('TMPDIR', newFolder())
    const port = Number(new URL(door.url).port)
    await expect(open({ options: { port } })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(readdirSync(tmpdir())).toEqual([])
  })

  it('shows no secret of itself', async () => {
    const { door } = await open()
    expect(() => JSON.stringify(door)).toThrow(/serialised/)
    expect(inspect(door, { depth: 9, showHidden: true })).toBe('LoopbackDoor { open }')
    expect(door.url).not.toContain(accessOf(door).token)
    await door.close()
    expect(inspect(door)).toBe('LoopbackDoor { closed }')
  })
})
