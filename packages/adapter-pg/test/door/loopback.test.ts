import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { firstUseMs } from '@bothkeys/core/adapter'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LoopbackContext, LoopbackDoor, LoopbackOptions } from '../../src/door/loopback.js'
import { openLoopback } from '../../src/door/loopback.js'
import { LoginThrottle } from '../../src/door/loopback-throttle.js'
import { cString, int32, message } from '../../src/door/messages.js'
import { clientOf, echoContext, passwordOf, rawSocket, startup, untyped } from './loopback-stub.js'

const doors: LoopbackDoor[] = []
const folders: string[] = []

async function open(context: Partial<Omit<LoopbackContext, 'login'>> = {}) {
  const echoes = echoContext(context)
  const door = await openLoopback(echoes)
  doors.push(door)
  return { door, connections: echoes.connections }
}

function newFolder(mode = 0o700, name = 'run'): string {
  const parent = mkdtempSync(join(tmpdir(), 'bk-test-'))
  folders.push(parent)
  const folder = join(parent, name)
  mkdirSync(folder)
  chmodSync(folder, mode)
  return folder
}

afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

/** From now on the limits of doors pass when the test says so, however slow the machine. */
function stopTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

describe('the unix socket', () => {
  it('stands in a new folder of mode 0700, with a password file of mode 0600', async () => {
    const { door } = await open()
    const folder = dirname(door.passfile)
    expect(mode(folder)).toBe(0o700)
    expect(mode(join(folder, '.s.PGSQL.5432'))).toBe(0o600)
    expect(mode(door.passfile)).toBe(0o600)
    expect(door.url).toBe(`postgresql://bothkeys@/shop?host=${encodeURIComponent(folder)}&port=5432`)
  })

  it('keeps its modes under a wide umask', async () => {
    const before = process.umask(0)
    try {
      const { door } = await open()
      expect(mode(dirname(door.passfile))).toBe(0o700)
      expect(mode(door.passfile)).toBe(0o600)
    } finally {
      process.umask(before)
    }
  })

  it('lets an unmodified driver in that knows only the URL and PGPASSFILE', async () => {
    const { door } = await open()
    vi.stubEnv('PGPASSFILE', door.passfile)
    const client = new pg.Client(door.url)
    await client.connect()
    expect((await client.query('hello')).rows).toEqual([{ echo: 'hello' }])
    await client.end()
  })

  it('has 256 random bits as password, in the password file and nowhere else', async () => {
    const { door } = await open()
    const password = passwordOf(door)
    expect(Buffer.from(password, 'base64url')).toHaveLength(32)
    expect(door.url).not.toContain(password)
    const { door: other } = await open()
    expect(passwordOf(other)).not.toBe(password)
    await expect(clientOf(other, password).connect()).rejects.toMatchObject({ code: '28P01' })
  })

  it('can stand in a folder of the caller, which stays', async () => {
    const path = newFolder(0o700, 'with:colon and space')
    const { door } = await open({ options: { path } })
    expect(dirname(door.passfile)).toBe(path)
    const entry = `:5432:shop:*:${passwordOf(door)}\n`
    const host = path.replace(':', String.raw`\:`)
    expect(readFileSync(door.passfile, 'utf8')).toBe(`${host}${entry}localhost${entry}`)
    vi.stubEnv('PGPASSFILE', door.passfile)
    const client = new pg.Client(door.url)
    await client.connect()
    await client.end()
    await door.close()
    expect(existsSync(path)).toBe(true)
    expect(existsSync(door.passfile)).toBe(false)
    expect(existsSync(join(path, '.s.PGSQL.5432'))).toBe(false)
  })

  it.each([0o750, 0o701, 0o777])('refuses a folder of mode %o', async (bits) => {
    await expectInvalid({ path: newFolder(bits) }, /open to other users/)
  })

  it.runIf(process.getuid?.() === 0)('refuses a folder of somebody else', async () => {
    const path = newFolder()
    chownSync(path, 65534, 65534)
    await expectInvalid({ path }, /belongs to another user/)
  })

  it('refuses a link, a file, a folder that is missing and names that libpq cannot use', async () => {
    const path = newFolder()
    const link = join(dirname(path), 'link')
    symlinkSync(path, link)
    await expectInvalid({ path: link }, /not a folder/)
    await expectInvalid({ path: process.execPath }, /not a folder/)
    await expectInvalid({ path: join(path, 'missing') }, /does not exist/)
    await expectInvalid({ path: newFolder(0o700, 'a,b') }, /comma/)
    await expectInvalid({ path: newFolder(0o700, 'long'.repeat(30)) }, /too long/)
  })

  it('replaces the socket of a crashed process, never one that answers', async () => {
    const path = newFolder()
    const { door } = await open({ options: { path } })
    await expectInvalid({ path }, /EADDRINUSE/)
    await expectLogin(door)
    await door.close()
    // A process that is killed leaves its socket behind.
    const stale = createServer().listen(join(path, 'other'))
    await new Promise((resolve) => stale.once('listening', resolve))
    renameSync(join(path, 'other'), join(path, '.s.PGSQL.5432'))
    await new Promise((resolve) => stale.close(resolve))
    expect(existsSync(join(path, '.s.PGSQL.5432'))).toBe(true)
    await expectLogin((await open({ options: { path } })).door)
  })
})

describe('TCP', () => {
  it('listens on a free port of 127.0.0.1 and nowhere else', async () => {
    const { door } = await open({ options: { port: 0 } })
    const { port, hostname } = new URL(door.url)
    expect(readFileSync(door.passfile, 'utf8')).toBe(`127.0.0.1:${port}:shop:*:${passwordOf(door)}\n`)
    expect(hostname).toBe('127.0.0.1')
    expect(Number(port)).toBeGreaterThan(0)
    vi.stubEnv('PGPASSFILE', door.passfile)
    const client = new pg.Client(door.url)
    await client.connect()
    await client.end()
    expect(mode(dirname(door.passfile))).toBe(0o700)
    await expect(reach(Number(port), '::1')).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL/)
    // Of 127/8, Linux has every address, macOS only the first.
    await expect(reach(Number(port), '127.0.0.2')).rejects.toThrow(/ECONNREFUSED|EADDRNOTAVAIL|ETIMEDOUT/)
  })

  it('works below a temporary folder whose name is too long for a socket', async () => {
    vi.stubEnv('TMPDIR', newFolder(0o700, 'long,'.repeat(30)))
    await expect(openLoopback(echoContext())).rejects.toThrow('comma')
    await expectLogin((await open({ options: { port: 0 } })).door)
  })

  it('says when its port is taken', async () => {
    const { door } = await open({ options: { port: 0 } })
    const port = Number(new URL(door.url).port)
    await expectInvalid({ port }, /EADDRINUSE/)
  })

  it.each([
    [{ host: '0.0.0.0', port: 0 }, /127\.0\.0\.1 only/],
    [{ host: '::', port: 0 }, /127\.0\.0\.1 only/],
    [{ host: 'example.org' }, /127\.0\.0\.1 only/],
    [{ host: '127.0.0.1' }, /needs a port/],
    [{ port: -1 }, /out of range/],
    [{ port: 1.5 }, /out of range/],
    [{ port: '0' }, /out of range/],
    [{ port: 0, path: '/tmp' }, /exclude each other/],
    [{ path: '' }, /empty/],
    [{ maxConnections: 0 }, /out of range/],
    [{ password: 'mine' }, /no option password/],
  ])('refuses the options %j', async (options, reason) => {
    await expectInvalid(options as LoopbackOptions, reason)
  })
})

describe('a login', () => {
  it('answers requests for encryption with no, and goes on in clear', async () => {
    const { door } = await open()
    const { socket, text } = await rawSocket(door)
    socket.write(untyped(int32(80877104)))
    await eventually(() => expect(text()).toBe('N'))
    socket.write(untyped(int32(80877103)))
    await eventually(() => expect(text()).toBe('NN'))
    socket.write(startup())
    await eventually(() => expect(text()).toContain('SCRAM-SHA-256\0\0'))
    socket.destroy()
  })

  it('goes on with protocol 3.0 when the client asks for a later one or for extensions', async () => {
    const { door } = await open()
    const { socket, text } = await rawSocket(door)
    const parameters = ['user', 'u', '_pq_.grease', '1', 'database', 'shop', ''].map(cString)
    socket.write(untyped(int32(0x0003_270f), ...parameters))
    const answer = message('v', Buffer.concat([int32(0x0003_0000), int32(1), cString('_pq_.grease')]))
    await eventually(() => expect(text().startsWith(`${answer.toString('latin1')}R`)).toBe(true))
    socket.destroy()
  })

  it('is refused with a wrong password, with none, and with another database', async () => {
    const { door, connections } = await open()
    await expect(clientOf(door, 'wrong').connect()).rejects.toMatchObject({ code: '28P01', severity: 'FATAL' })
    await expect(new pg.Client(door.url.replace('/shop', '/other')).connect()).rejects.toMatchObject({ code: '0A000' })
    expect(connections).toHaveLength(0)
  })

  it('is refused when a message of the server is skipped', async () => {
    const { door, connections } = await open()
    for (const bytes of [message('Q', Buffer.from('select 1\0')), message('p', Buffer.from('secret\0'))]) {
      const { socket, text, closed } = await rawSocket(door)
      socket.write(Buffer.concat([startup(), bytes]))
      await closed
      expect(text()).toContain('C28P01\0')
    }
    expect(connections).toHaveLength(0)
  })

  it('survives random bytes at every stage', async () => {
    const { door } = await open({ limits: { maxFailures: 1_000 } })
    for (let round = 0; round < 60; round++) {
      const { socket, closed } = await rawSocket(door)
      const noise = Buffer.from(
        Array.from({ length: 1 + ((round * 37) % 400) }, (_, index) => (round * 31 + index * 17) % 256),
      )
      if (round % 3 === 1) socket.write(startup())
      if (round % 3 === 2) socket.write(Buffer.concat([startup(), Buffer.from('p'), int32(noise.length + 4)]))
      socket.end(noise)
      await closed
    }
    await expectLogin(door)
  })

  it('has 10 seconds', async () => {
    stopTime()
    const { door } = await open()
    const client = clientOf(door)
    await client.connect()
    const silent = await rawSocket(door)
    const halfway = await rawSocket(door)
    const asked = once(halfway.socket, 'data')
    halfway.socket.write(startup())
    await asked
    vi.advanceTimersByTime(9_000)
    expect([silent.socket.readyState, halfway.socket.readyState]).toEqual(['open', 'open'])
    vi.advanceTimersByTime(1_000)
    await Promise.all([silent.closed, halfway.closed])
    expect((await client.query('still here')).rows).toEqual([{ echo: 'still here' }])
    await client.end()
  })
})

describe('limits', () => {
  it('refuses more clients than maxConnections, until one leaves', async () => {
    const { door } = await open({ options: { maxConnections: 2 } })
    const clients = [clientOf(door), clientOf(door)] as const
    await Promise.all(clients.map((client) => client.connect()))
    await expect(clientOf(door).connect()).rejects.toMatchObject({ code: '53300' })
    await clients[0].end()
    await eventually(() => expectLogin(door))
    await clients[1].end()
  })

  it('takes the place of an unknown client for a newcomer above maxPending, and never that of a known one', async () => {
    const { door } = await open({ options: { maxConnections: 2 }, limits: { maxPending: 2 } })
    const client = clientOf(door)
    await client.connect()
    const strangers = [await rawSocket(door), await rawSocket(door), await rawSocket(door)]
    await strangers[0]!.closed
    expect(strangers[0]!.text()).toContain('C53300\0')
    expect((await client.query('still here')).rows).toEqual([{ echo: 'still here' }])
    await expectLogin(door)
    await strangers[1]!.closed
    expect(strangers[2]!.socket.readyState).toBe('open')
    strangers[2]!.socket.destroy()
    await client.end()
  })

  it('answers a failed login late after many others, and lets the right password in at once', async () => {
    const { door } = await open({ limits: { maxFailures: 3, delayMs: 20_000, loginMs: 60_000 } })
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(clientOf(door, 'wrong').connect()).rejects.toThrow('password authentication failed')
    const told = vi.fn<() => void>()
    const late = clientOf(door, 'wrong').connect().catch(told)
    await expectLogin(door)
    await expectLogin(door)
    expect(told).not.toHaveBeenCalled()
    await door.close()
    await late
  })

  it('forgets failures after a minute', () => {
    let now = 0
    const throttle = new LoginThrottle({ maxFailures: 2, delayMs: 1_000 }, () => now)
    expect(throttle.failed()).toBe(0)
    now = 30_000
    expect(throttle.failed()).toBe(0)
    expect(throttle.failed()).toBe(1_000)
    now = 90_000
    expect(throttle.failed()).toBe(0)
    expect(throttle.failed()).toBe(0)
    expect(throttle.failed()).toBe(1_000)
  })
})

describe('a cancel request', () => {
  it('reaches the connection whose key it names, and only with that key', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const cancel = async (pid: number, key: number) => {
      const { socket, closed, text } = await rawSocket(door)
      socket.write(untyped(int32(80877102), int32(pid), int32(key)))
      await closed
      expect(text()).toBe('')
    }
    await cancel(processID, secretKey ^ 1)
    await cancel(processID ^ 1, secretKey)
    expect(connections[0]!.cancelled).toBe(0)
    await cancel(processID, secretKey)
    expect(connections[0]!.cancelled).toBe(1)
    await client.end()
  })
})

describe('back-pressure', () => {
  it('stops to read a client while the door asks for it', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    const connection = connections[0]!
    let release: () => void = () => undefined
    connection.hold = new Promise((resolve) => {
      release = resolve
    })
    const stream = streamOf(client)
    const bytes = 32 * 1024 * 1024
    stream.write(message('d', Buffer.alloc(bytes)))
    await eventually(() => expect(connection.received).toBeGreaterThan(0))
    await sleep(50)
    expect(connection.received).toBeLessThan(1024 * 1024)
    connection.hold = undefined
    release()
    await eventually(() => expect(connection.received).toBe(bytes + 5))
    await client.end()
  })

  it('says when a slow client takes bytes again', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    const connection = connections[0]!
    const stream = streamOf(client)
    stream.pause()
    const notice = message(
      'N',
      Buffer.concat([Buffer.from('SNOTICE\0M'), Buffer.alloc(256 * 1024, 'x'), Buffer.from('\0\0')]),
    )
    let sent = 0
    while (connection.send(notice)) sent++
    expect(sent).toBeLessThan(50)
    await sleep(20)
    expect(connection.drains).toBe(0)
    stream.resume()
    await eventually(() => expect(connection.drains).toBe(1))
    await client.end()
  })
})

describe('a client that goes away', () => {
  it('is noticed when it resets its connection', async () => {
    const { door, connections } = await open({ options: { port: 0 } })
    const client = clientOf(door)
    await client.connect()
    streamOf(client).resetAndDestroy()
    await eventually(() => expect(connections[0]!.gone).toBe(true))
  })

  it('is noticed when it closes its side without reading what waits for it', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    streamOf(client).pause()
    while (connections[0]!.send(message('N', Buffer.alloc(256 * 1024)))) continue
    streamOf(client).end()
    await eventually(() => expect(connections[0]!.gone).toBe(true))
  })

  it('may finish writing when the door ended first, so that it gets to read why', async () => {
    const { door, connections } = await open({ options: { port: 0 } })
    const client = clientOf(door)
    await client.connect()
    connections[0]!.hold = new Promise(() => undefined)
    const stream = streamOf(client)
    const failed = vi.fn<() => void>()
    stream.on('error', failed)
    stream.write(message('d', Buffer.alloc(32 * 1024 * 1024)))
    await eventually(() => expect(connections[0]!.received).toBeGreaterThan(0))
    // The door waits a second for it, and a busy machine may need longer.
    stopTime()
    connections[0]!.clientGone()
    await new Promise((resolve) => stream.once('close', resolve))
    expect(failed).not.toHaveBeenCalled()
  })
})

describe('the end', () => {
  it('closes by itself when nobody logs in', async () => {
    stopTime()
    const { door } = await open()
    await expect(clientOf(door, 'wrong').connect()).rejects.toThrow('password authentication failed')
    vi.advanceTimersByTime(firstUseMs)
    await door.closed
    expect(existsSync(dirname(door.passfile))).toBe(false)
    await expect(rawSocket(door)).rejects.toThrow('ENOENT')
  })

  it('stays open after a first login', async () => {
    stopTime()
    const { door } = await open()
    await expectLogin(door)
    vi.advanceTimersByTime(firstUseMs * 2)
    await expectLogin(door)
  })

  it('ends every connection and removes its files at once on close', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    const stranger = await rawSocket(door)
    const ended = new Promise((resolve) => client.once('end', resolve))
    const closed = door.close()
    expect(existsSync(dirname(door.passfile))).toBe(false)
    await Promise.all([closed, ended, stranger.closed, door.close(), door.closed])
    expect(connections[0]!.gone).toBe(true)
    await expect(rawSocket(door)).rejects.toThrow('ENOENT')
  })

  it('closes a client that never reads', async () => {
    const { door, connections } = await open()
    const client = clientOf(door)
    await client.connect()
    const stream = streamOf(client)
    stream.pause()
    while (connections[0]!.send(message('N', Buffer.alloc(256 * 1024)))) continue
    await door.close()
    expect(connections[0]!.gone).toBe(true)
  })

  it('closes with its session', async () => {
    const session = new AbortController()
    const { door } = await open({ signal: session.signal })
    const client = clientOf(door)
    await client.connect()
    const ended = new Promise((resolve) => client.once('end', resolve))
    session.abort()
    expect(existsSync(dirname(door.passfile))).toBe(false)
    await Promise.all([ended, door.closed])
  })

  it('does not open for a session that ended', async () => {
    await expect(openLoopback(echoContext({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'ERR_SESSION_CLOSED',
    })
  })

  it.each([1, 2])('does not open for a session that ends on the way, before look %i at it', async (lastLook) => {
    const parent = newFolder()
    vi.stubEnv('TMPDIR', parent)
    let looks = 0
    const signal = new AbortController().signal
    Object.defineProperty(signal, 'aborted', { get: () => ++looks >= lastLook })
    await expect(openLoopback(echoContext({ signal }))).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    expect(looks).toBe(lastLook)
    expect(readdirSync(parent)).toEqual([])
  })

  it('leaves nothing behind when it cannot open', async () => {
    const { door } = await open({ options: { port: 0 } })
    const parent = newFolder()
    vi.stubEnv('TMPDIR', parent)
    await expectInvalid({ port: Number(new URL(door.url).port) }, /EADDRINUSE/)
    expect(readdirSync(parent)).toEqual([])
  })
})

it('cannot be serialised and shows nothing of itself', async () => {
  const { door } = await open()
  expect(() => JSON.stringify({ door })).toThrow('cannot be serialised')
  expect(inspect({ door })).toBe('{ door: LoopbackDoor { open } }')
})

function streamOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream
}

/** Waits for a check to pass, on a machine that may be busy. */
function eventually<T>(check: () => T): Promise<Awaited<T>> {
  return vi.waitFor(check, 30_000) as Promise<Awaited<T>>
}

function mode(path: string): number {
  return statSync(path).mode & 0o777
}

async function expectLogin(door: LoopbackDoor): Promise<void> {
  const client = clientOf(door)
  await client.connect()
  expect((await client.query('hello')).rows).toEqual([{ echo: 'hello' }])
  await client.end()
}

async function expectInvalid(options: LoopbackOptions, reason: RegExp): Promise<void> {
  const opening = openLoopback(echoContext({ options }))
  await expect(opening).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  await expect(opening).rejects.toThrow(reason)
}

function reach(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
