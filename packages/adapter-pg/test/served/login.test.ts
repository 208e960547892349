import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import { BothKeysError } from '@bothkeys/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CheckTurns } from '../../src/door/check-turns.js'
import { LoopbackClients } from '../../src/door/loopback-clients.js'
import { loopbackLimits } from '../../src/door/loopback.js'
import { PasswordAuthentication } from '../../src/door/password-authentication.js'
import { openServed } from '../../src/door/served.js'
import { cString, int32, message, query } from '../../src/door/messages.js'
import type { Admit, ServedOptions } from '../../src/index.js'
import { echoContext, rawSocket, startup, untyped } from '../door/loopback-stub.js'
import type { Stub, StubOptions } from './support/served-stub.js'
import { clientOf, served } from './support/served-stub.js'

const stubs: Stub[] = []
const folders: string[] = []

async function open(options: StubOptions = {}): Promise<Stub> {
  const stub = await served(options)
  stubs.push(stub)
  return stub
}

afterEach(async () => {
  await Promise.all(stubs.splice(0).map(({ door }) => door.close()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const password = (text: string): Buffer => message('p', cString(text))

/** Something that ends when it is told to. */
function latch() {
  let release: () => void = () => undefined
  const open = new Promise<void>((resolve) => {
    release = resolve
  })
  return { open, release }
}

function passwords(admit: Admit): PasswordAuthentication {
  const turns = new CheckTurns({ maxChecks: 1, maxWaiting: 1, checkMs: 1_000 })
  return new PasswordAuthentication({ admit, claims: () => [], turns })
}

/** A client that never closes its side. */
function halfOpen() {
  const written: Buffer[] = []
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk)
      done()
    },
  })
  const destroySoon = vi.fn<() => void>()
  // All that is asked of a socket here.
  const socket = Object.assign(duplex, { destroySoon }) as unknown as Socket
  return {
    socket,
    push: (chunk: Buffer) => duplex.push(chunk),
    text: () => Buffer.concat(written).toString('latin1'),
    dropped: () => destroySoon.mock.calls.length > 0,
  }
}

async function expectLogin(stub: Stub): Promise<void> {
  const client = clientOf(stub.door)
  await client.connect()
  expect((await client.query('hello')).rows).toEqual([{ echo: 'hello' }])
  await client.end()
}

async function expectAllReleased(stub: Stub, lent: number): Promise<void> {
  await vi.waitFor(() => expect(stub.released.map(({ times }) => times)).toEqual(Array(lent).fill(1)))
  expect(stub.door.connections).toBe(0)
}

describe('a login at a served door', () => {
  it('asks for the password in clear, and gives the session back once when the connection has ended', async () => {
    const stub = await open()
    const { socket, text } = await rawSocket(stub.door)
    socket.write(startup())
    await vi.waitFor(() => expect(text()).toBe('R\0\0\0\x08\0\0\0\x03'))
    socket.write(password('good'))
    await vi.waitFor(() => expect(stub.door.connections).toBe(1))
    expect(stub.logins).toMatchObject([{ user: 'bothkeys', password: 'good' }])
    expect(stub.released).toEqual([{ times: 0 }])
    socket.destroy()
    await expectAllReleased(stub, 1)
    expect(stub.counts).toEqual([1, 0])
  })

  it('takes what came along with the password once the client is known', async () => {
    const stub = await open({ checks: () => new Promise((resolve) => setImmediate(resolve)) })
    const { socket, text } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), password('good'), query(Buffer.from('early'))]))
    await vi.waitFor(() => expect(text()).toContain('early'))
    socket.destroy()
  })

  it('takes a password of 16 KiB, and nothing longer', async () => {
    const long = 'x'.repeat(16 * 1024)
    const stub = await open()
    await expect(clientOf(stub.door, long).connect()).rejects.toMatchObject({ code: 'XX000' })
    expect(stub.logins.map((login) => login.password)).toEqual([long])
    await expect(clientOf(stub.door, `${long}x`).connect()).rejects.toMatchObject({ code: '0A000' })
    expect(stub.logins).toHaveLength(1)
  })

  it.each<[string, Buffer, string]>([
    ['a query', message('Q', cString('select 1')), '28P01'],
    ['another type of message', message('d', cString('good')), '28P01'],
    ['no end', message('p', Buffer.from('good')), '28P01'],
    ['bytes behind its end', message('p', Buffer.from('good\0more\0')), '28P01'],
    ['nothing in it', password(''), '28P01'],
    ['bytes that are no text', message('p', Buffer.from([0x67, 0xff, 0])), '28P01'],
    ['a length that cannot be', Buffer.concat([Buffer.from('p'), int32(3)]), '0A000'],
    ['a length that is announced above the limit', Buffer.concat([Buffer.from('p'), int32(2 ** 30)]), '0A000'],
  ])('is refused with %s, and asks nobody', async (_what, bytes, sqlState) => {
    const stub = await open()
    const { socket, closed, text } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), bytes]))
    await closed
    expect(text()).toContain('SFATAL\0')
    expect(text()).toContain(`C${sqlState}\0`)
    expect(stub.logins).toEqual([])
    await expectLogin(stub)
  })

  it('is refused without a user', async () => {
    const stub = await open()
    const { socket, closed, text } = await rawSocket(stub.door)
    socket.write(untyped(int32(0x0003_0000), ...['database', 'shop', ''].map(cString)))
    socket.write(password('good'))
    await closed
    expect(text()).toContain('C28P01\0')
    expect(stub.logins).toEqual([])
  })

  it.each([
    [new BothKeysError('ERR_TOKEN_INVALID', 'token ey.secret is bad'), '28P01', 'ERR_TOKEN_INVALID'],
    [new BothKeysError('ERR_REVOKED', 'secret is revoked', { hint: 'secret' }), '28P01', 'ERR_REVOKED'],
    [new BothKeysError('ERR_LIMIT_EXCEEDED', 'secret has too many'), '53300', 'ERR_LIMIT_EXCEEDED'],
    [new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'secret'), '58030', 'ERR_JOURNAL_UNAVAILABLE'],
    [new Error('secret'), 'XX000', 'ERR_INTERNAL'],
  ])('that is not admitted says the code and nothing of the reason: %s', async (reason, sqlState, detail) => {
    const stub = await open({ checks: () => Promise.reject(reason) })
    const error: unknown = await clientOf(stub.door)
      .connect()
      .catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: sqlState, detail, severity: 'FATAL' })
    expect(inspect(error, { depth: 9 })).not.toContain('secret')
    await vi.waitFor(() => expect(stub.door.connections).toBe(0))
  })

  it('shows its password to nobody who looks at it', async () => {
    const stub = await open()
    await expectLogin(stub)
    const [login] = stub.logins
    expect(login?.password).toBe('good')
    expect(inspect(login, { depth: 9, showHidden: true })).not.toContain('good')
    expect(JSON.stringify({ ...login })).not.toContain('good')
    expect(() => JSON.stringify({ login })).toThrow('cannot be serialised')
    expect(inspect(stub.door, { depth: 9 })).toBe('ServedDoor { open }')
    expect(() => JSON.stringify({ door: stub.door })).toThrow('cannot be serialised')
  })
})

describe('a session that was admitted comes back once', () => {
  it('when the client vanished while it was looked at', async () => {
    const gate = latch()
    const signals: AbortSignal[] = []
    const stub = await open({
      checks: (_login, signal) => {
        signals.push(signal)
        return gate.open
      },
    })
    const { socket } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), password('good')]))
    await vi.waitFor(() => expect(signals).toHaveLength(1))
    expect(signals[0]?.aborted).toBe(false)
    socket.destroy()
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true))
    gate.release()
    await expectAllReleased(stub, 1)
    expect(stub.connections).toEqual([])
    expect(stub.counts).toEqual([])
  })

  it('when the client vanished while its connection was opened', async () => {
    const gate = latch()
    const gone: AbortSignal[] = []
    const stub = await open({
      opening: (signal) => {
        gone.push(signal)
        return gate.open
      },
    })
    const { socket } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), password('good')]))
    await vi.waitFor(() => expect(gone).toHaveLength(1))
    expect(stub.released).toEqual([{ times: 0 }])
    socket.destroy()
    await vi.waitFor(() => expect(gone[0]?.aborted).toBe(true))
    gate.release()
    await expectAllReleased(stub, 1)
    expect(stub.connections.map((connection) => connection.gone)).toEqual([true])
  })

  it('when the connection could not be opened', async () => {
    const stub = await open({ opening: () => Promise.reject(new Error('no server')) })
    await expect(clientOf(stub.door).connect()).rejects.toMatchObject({ code: '08001' })
    await expectAllReleased(stub, 1)
  })

  it('when its account had no room, which leaves room to others', async () => {
    const stub = await open({ options: { maxConnectionsPerAccount: 2 } })
    const own = [clientOf(stub.door), clientOf(stub.door)]
    for (const client of own) await client.connect()
    await expect(clientOf(stub.door).connect()).rejects.toMatchObject({
      code: '53300',
      detail: 'ERR_LIMIT_EXCEEDED',
      message: 'connection refused: this account has as many connections here as one account may have',
    })
    const other = clientOf(stub.door, 'good', 'other')
    await other.connect()
    expect(stub.released).toEqual([{ times: 0 }, { times: 0 }, { times: 1 }, { times: 0 }])
    await Promise.all([...own, other].map((client) => client.end()))
    await expectAllReleased(stub, 4)
    await expectLogin(stub)
  })

  it('when there was no room, also for its account alone by default', async () => {
    const stub = await open({ options: { maxConnections: 110 } })
    const clients = Array.from({ length: 22 }, () => clientOf(stub.door))
    await Promise.all(clients.map((client) => client.connect()))
    await expect(clientOf(stub.door).connect()).rejects.toMatchObject({ code: '53300' })
    await Promise.all(clients.map((client) => client.end()))
    await expectAllReleased(stub, 23)
  })

  it('with its session open once there is a connection, and not before', async () => {
    let fails = true
    const stub = await open({ opening: () => (fails ? Promise.reject(new Error('no server')) : Promise.resolve()) })
    await expect(clientOf(stub.door).connect()).rejects.toMatchObject({ code: '08001' })
    expect(stub.opened).toEqual([])
    fails = false
    await expectLogin(stub)
    expect(stub.opened).toEqual(['agent'])
    await expectAllReleased(stub, 2)
  })

  it('with nothing opened when its client left before there was a connection', async () => {
    const gate = latch()
    const stub = await open({ opening: () => gate.open })
    const { closed, socket } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), password('good')]))
    await vi.waitFor(() => expect(stub.door.connections).toBe(1))
    socket.destroy()
    await closed
    gate.release()
    await expectAllReleased(stub, 1)
    expect(stub.opened).toEqual([])
  })

  it('when there was no room', async () => {
    const stub = await open({ options: { maxConnections: 1 } })
    const client = clientOf(stub.door)
    await client.connect()
    await expect(clientOf(stub.door).connect()).rejects.toMatchObject({ code: '53300' })
    expect(stub.released).toEqual([{ times: 0 }, { times: 1 }])
    await client.end()
    await expectAllReleased(stub, 2)
    await expectLogin(stub)
  })

  it('when the door closes, whatever is under way', async () => {
    const gate = latch()
    const stub = await open({ checks: ({ user }) => (user === 'slow' ? gate.open : undefined) })
    const client = clientOf(stub.door)
    await client.connect()
    const slow = clientOf(stub.door, 'good', 'slow')
      .connect()
      .catch((cause: unknown) => cause)
    await vi.waitFor(() => expect(stub.logins).toHaveLength(2))
    await stub.door.close()
    expect(await slow).toBeInstanceOf(Error)
    expect(stub.released).toEqual([{ times: 1 }])
    gate.release()
    await expectAllReleased(stub, 2)
  })

  it('also to a host that cannot take it back, whose failures end nothing', async () => {
    const fail = (): never => {
      throw new Error('no room for it')
    }
    const stub = await open({ release: fail, options: { onConnections: fail } })
    await expectLogin(stub)
    await expectAllReleased(stub, 1)
    await expectLogin(stub)
  })

  it('is not asked for by what is no session', async () => {
    const subject = { issuer: 'https://idp.test', id: 'agent' }
    for (const answer of [undefined, {}, { release: () => undefined }, { session: { principal: { subject } } }]) {
      const stub = await open({ options: { admit: () => Promise.resolve(answer as never) } })
      await expect(clientOf(stub.door).connect()).rejects.toMatchObject({ code: 'XX000' })
      expect(stub.door.connections).toBe(0)
    }
  })
})

describe('whoever floods a served door', () => {
  it('with silent and half-open connections keeps nobody out', async () => {
    const stub = await served({ limits: { maxPending: 6 } })
    stubs.push(stub)
    const sockets = await Promise.all(Array.from({ length: 60 }, () => rawSocket(stub.door)))
    for (const [index, { socket }] of sockets.entries()) if (index % 2 === 0) socket.write(startup())
    for (let login = 0; login < 5; login++) {
      await expectLogin(stub)
      sockets.push(await rawSocket(stub.door), await rawSocket(stub.door))
    }
    const open = (): number => sockets.filter(({ socket }) => socket.readyState === 'open').length
    await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(6))
    for (const { socket } of sockets) socket.destroy()
  })

  it('takes no place of a client whose password is looked at, or waits for that', async () => {
    const gate = latch()
    const claims = vi.fn<() => string[]>(() => [])
    const stub = await open({
      options: { claims },
      limits: { maxPending: 2, maxChecks: 2 },
      checks: () => gate.open,
    })
    const logins: Promise<unknown>[] = []
    for (let login = 1; login <= 3; login++) {
      logins.push(clientOf(stub.door).connect())
      await vi.waitFor(() => expect(claims).toHaveBeenCalledTimes(login))
    }
    expect(stub.logins).toHaveLength(2)
    const strangers = await Promise.all(Array.from({ length: 9 }, () => rawSocket(stub.door)))
    await vi.waitFor(() => expect(strangers.filter(({ text }) => text().includes('C53300\0'))).toHaveLength(7))
    gate.release()
    await Promise.all(logins)
    expect(stub.door.connections).toBe(3)
    for (const { socket } of strangers) socket.destroy()
  })

  it('with passwords that take long to look at keeps nobody out who is somebody else', async () => {
    const gate = latch()
    const stub = await open({
      options: { claims: ({ user }) => ['idp', user] },
      limits: { maxPending: 20, maxChecks: 4, maxWaiting: 4 },
      checks: ({ user }) => (user === 'slow' ? gate.open : undefined),
    })
    const slow = Array.from({ length: 9 }, () => clientOf(stub.door, 'bad', 'slow').connect())
    const all = Promise.allSettled(slow)
    await vi.waitFor(() => expect(stub.logins).toHaveLength(1))
    for (let login = 0; login < 3; login++) await expectLogin(stub)
    gate.release()
    const codes = (await all).map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : ''))
    // One was looked at, another one waited for its turn, and the others were sent away at once.
    expect(codes.filter((code) => code === '53300')).toHaveLength(7)
    expect(codes.filter((code) => code === 'XX000')).toHaveLength(2)
  })

  it('with bytes behind a password that is looked at makes room like whoever is refused', async () => {
    const clients = new LoopbackClients({
      ...echoContext(),
      limits: { ...loopbackLimits, maxPending: 1, maxConnections: 1, maxPerAccount: 1 },
      authentication: () => passwords(() => new Promise(() => undefined)),
    })
    const [first, next] = [halfOpen(), halfOpen()]
    clients.accept(first.socket)
    first.push(Buffer.concat([startup(), password('good')]))
    first.push(message('Q', Buffer.alloc(128 * 1024, 'x')))
    await vi.waitFor(() => expect(first.text()).toContain('ERR_PROTOCOL_REFUSED'))
    expect(first.dropped()).toBe(false)
    clients.accept(next.socket)
    expect(first.dropped()).toBe(true)
    clients.close()
  })

  it.each([0, 3])('leaves no copy of a password behind that lacks %i bytes', (lacks) => {
    const sent = Buffer.concat([startup(), password('bears repeating')])
    for (const size of [7, sent.length]) {
      const peer = echoContext().login(
        { send: () => true, finish: () => undefined },
        passwords(() => new Promise(() => undefined)),
      )
      const pieces: Buffer[] = []
      for (let at = 0; at < sent.length - lacks; at += size)
        pieces.push(Buffer.from(sent.subarray(at, Math.min(sent.length - lacks, at + size))))
      for (const piece of pieces) void peer.receive(piece)
      peer.clientGone()
      expect(Buffer.concat(pieces).toString('latin1')).not.toMatch(/bear|peat/)
    }
  })

  it('takes the place of who failed before that of who has still to send its password', async () => {
    const stub = await open({ limits: { maxPending: 2, maxFailures: 1, delayMs: 600_000, loginMs: 900_000 } })
    await expect(clientOf(stub.door, 'bad').connect()).rejects.toThrow('nobody could be let in')
    const polite = await rawSocket(stub.door)
    polite.socket.write(startup())
    await vi.waitFor(() => expect(polite.text()).not.toBe(''))
    const failed = await rawSocket(stub.door)
    failed.socket.write(Buffer.concat([startup(), password('bad')]))
    await vi.waitFor(() => expect(stub.logins).toHaveLength(2))
    const newcomer = await rawSocket(stub.door)
    await failed.closed
    polite.socket.write(password('good'))
    await vi.waitFor(() => expect(stub.door.connections).toBe(1))
    newcomer.socket.destroy()
    polite.socket.destroy()
  })

  it('takes the place of who has said nothing before that of who was asked for its password', async () => {
    const stub = await open({ limits: { maxPending: 2 } })
    const polite = await rawSocket(stub.door)
    polite.socket.write(startup())
    await vi.waitFor(() => expect(polite.text()).not.toBe(''))
    const silent = await rawSocket(stub.door)
    const newcomer = await rawSocket(stub.door)
    await Promise.race([silent.closed, polite.closed])
    expect(silent.text()).toContain('C53300\0')
    polite.socket.write(password('good'))
    await vi.waitFor(() => expect(stub.door.connections).toBe(1))
    newcomer.socket.destroy()
    polite.socket.destroy()
  })

  it('with bytes while its password is looked at is refused, and what is admitted then comes back', async () => {
    const gate = latch()
    const stub = await open({ checks: () => gate.open })
    const { socket, closed, text } = await rawSocket(stub.door)
    socket.write(Buffer.concat([startup(), password('good')]))
    await vi.waitFor(() => expect(stub.logins).toHaveLength(1))
    for (let piece = 0; piece < 40; piece++) socket.write(message('Q', Buffer.alloc(64 * 1024, 'x')))
    await closed
    expect(text()).toContain('ERR_PROTOCOL_REFUSED')
    gate.release()
    await expectAllReleased(stub, 1)
  })

  it('with a byte now and then is cut off in the end', async () => {
    const stub = await open({ limits: { loginMs: 1_500 } })
    const { socket, closed } = await rawSocket(stub.door)
    socket.write(startup())
    const drip = setInterval(() => socket.write('p'), 100)
    await closed
    clearInterval(drip)
    // A busy machine may need more than one try within the time that there is.
    await vi.waitFor(() => expectLogin(stub))
  })

  it('with logins that nobody decides is cut off in the end, and the host is told', async () => {
    const signals: AbortSignal[] = []
    const stub = await open({
      limits: { loginMs: 1_500 },
      checks: ({ user }, signal) => {
        signals.push(signal)
        return user === 'slow' ? new Promise(() => undefined) : undefined
      },
    })
    await expect(clientOf(stub.door, 'good', 'slow').connect()).rejects.toThrow()
    expect(signals[0]?.aborted).toBe(true)
    // A busy machine may need more than one try within the time that there is.
    await vi.waitFor(() => expectLogin(stub))
  })

  it('with connections that are over and stay open is closed without a word', async () => {
    const stub = await open({ options: { maxConnections: 1 }, limits: { maxPending: 1, maxChecks: 1, maxWaiting: 0 } })
    await vi.waitFor(async () => {
      const sockets = []
      for (let each = 0; each < 8; each++) {
        // It does not close its side, so that the door waits a while for it.
        const raw = await rawSocket(stub.door, true)
        sockets.push(raw)
        raw.socket.write(Buffer.concat([startup(), password('good'), message('X', Buffer.alloc(0))]))
        await Promise.race([raw.closed, new Promise((resolve) => raw.socket.once('end', resolve))])
      }
      const silent = sockets.filter(({ text }) => text() === '')
      for (const { socket } of sockets) socket.destroy()
      expect(silent.length).toBeGreaterThan(0)
    })
    await vi.waitFor(() => expectLogin(stub))
  })
})

describe('where a served door stands', () => {
  function newFolder(mode: number): string {
    const parent = mkdtempSync(join(tmpdir(), 'bk-served-'))
    folders.push(parent)
    const folder = join(parent, 'run')
    mkdirSync(folder)
    chmodSync(folder, mode)
    return folder
  }

  it.each([
    [0o700, undefined, 0o600],
    [0o750, 0o660, 0o660],
    [0o755, 0o666, 0o666],
  ])('in a folder of mode %o with socketMode %o', async (mode, socketMode, expected) => {
    const path = newFolder(mode)
    const { door } = await open({ options: { path, ...(socketMode === undefined ? {} : { socketMode }) } })
    const socket = join(path, '.s.PGSQL.5432')
    expect(statSync(socket).mode & 0o777).toBe(expected)
    expect(door).toMatchObject({ host: path, port: 5432, database: 'shop' })
    expect(door.url).toBe(`postgresql:///shop?host=${encodeURIComponent(path)}&port=5432`)
    await door.close()
    expect(existsSync(socket)).toBe(false)
    expect(existsSync(path)).toBe(true)
  })

  it.each([
    [0o750, undefined],
    [0o755, 0o660],
    [0o770, 0o660],
    [0o777, 0o666],
  ])('never in a folder of mode %o with socketMode %o', async (mode, socketMode) => {
    await expectInvalid(
      { path: newFolder(mode), ...(socketMode === undefined ? {} : { socketMode }) },
      'open to other users',
    )
  })

  it.each<[Partial<ServedOptions>, string]>([
    [{ socketMode: 0o660 }, 'needs a path'],
    [{ socketMode: 0o400, path: '/tmp' }, 'out of range'],
    [{ socketMode: 0o777, path: '/tmp' }, 'out of range'],
    [{ socketMode: 0o660, port: 0 }, 'no socketMode'],
    [{ host: '0.0.0.0' as '127.0.0.1', port: 0 }, '127.0.0.1 only'],
    [{ maxConnections: 0 }, 'out of range'],
    [{ maxConnectionsPerAccount: 0 }, 'maxConnectionsPerAccount is out of range'],
    [{ admit: 'everybody' as never }, 'needs admit'],
    [{ pasword: 'x' } as never, 'has no option pasword'],
  ])('is refused with the options %j', async (options, reason) => {
    await expectInvalid(options, reason)
  })

  it('on a port of 127.0.0.1, with a URL that turns TLS off', async () => {
    const stub = await open({ options: { port: 0 } })
    expect(stub.door.url).toBe(`postgresql://127.0.0.1:${String(stub.door.port)}/shop?sslmode=disable`)
    await expectLogin(stub)
  })

  async function expectInvalid(options: Partial<ServedOptions>, reason: string): Promise<void> {
    const { login } = echoContext()
    const admit = (): never => {
      throw new Error('nobody')
    }
    const opening = openServed({ database: 'shop', login, options: { admit, ...options } })
    await expect(opening).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await expect(opening).rejects.toThrow(reason)
  }
})

describe('a door that drains', () => {
  it('lets nobody in any more, and tells who is on its way', async () => {
    const gate = latch()
    const stub = await open({ checks: () => gate.open })
    const silent = await rawSocket(stub.door)
    const checked = await rawSocket(stub.door)
    checked.socket.write(Buffer.concat([startup(), password('good')]))
    await vi.waitFor(() => expect(stub.logins).toHaveLength(1))
    const folder = dirname(join(stub.door.host, 'socket'))
    await stub.door.drain(60_000)
    await stub.door.closed
    for (const { closed, text } of [silent, checked]) {
      await closed
      expect(text()).toContain('C57P01\0')
    }
    await expect(rawSocket(stub.door)).rejects.toThrow('ENOENT')
    expect(existsSync(folder)).toBe(false)
    gate.release()
    await expectAllReleased(stub, 1)
    expect(stub.counts).toEqual([])
  })

  it('tells a client whose connection is being opened, and gives its session back', async () => {
    const stub = await open({
      opening: (gone) =>
        new Promise((_resolve, reject) => {
          gone.addEventListener('abort', () => {
            reject(new Error('gone'))
          })
        }),
    })
    const opening = clientOf(stub.door)
      .connect()
      .catch((cause: unknown) => cause)
    await vi.waitFor(() => expect(stub.door.connections).toBe(1))
    await stub.door.drain(60_000)
    expect(await opening).toMatchObject({ code: '57P01' })
    await expectAllReleased(stub, 1)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 1.5])(
    'has a deadline, which is not %d',
    async (deadline) => {
      const { door } = await open()
      await expect(door.drain(deadline)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
      expect(inspect(door)).toBe('ServedDoor { open }')
    },
  )
})
