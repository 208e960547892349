import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { verifyJournal } from '@bothkeys/core'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { asJson, ask } from './support/control-client.js'
import { verifierOptions } from './support/issuer.js'
import type { FolderOptions, ServedFolder } from './support/served-folder.js'
import { makeServedFolder, policy } from './support/served-folder.js'
import type { ServedProcess } from './support/served-process.js'
import { clientOf, runCommand, startProcess } from './support/served-process.js'

let database: Awaited<ReturnType<typeof freshDatabase>>
let folder: ServedFolder
let served: ServedProcess
const folders: ServedFolder[] = []
const others: ServedProcess[] = []
const sockets: Socket[] = []

async function folderOf(options: Partial<FolderOptions> = {}): Promise<ServedFolder> {
  const { host, name, password, port, user } = database
  const made = await makeServedFolder({ database: { host, name, port }, login: { user, password }, ...options })
  folders.push(made)
  return made
}

beforeAll(async () => {
  database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table notes (n int); insert into notes values (1), (2)')
  await owner.end()
  folder = await folderOf()
  served = await startProcess(folder)
  expect(served.errors()).toBe('')
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const other of others.splice(0)) {
    other.kill('SIGKILL')
    await other.ended
  }
})

afterAll(async () => {
  served.kill('SIGKILL')
  await served.ended
  for (const { path } of folders) rmSync(path, { recursive: true })
})

const codeOf = (error: pg.DatabaseError): string | undefined => error.code

const socketOf = ({ door }: ServedFolder): string => join(door, '.s.PGSQL.5432')

interface Raw {
  readonly socket: Socket
  readonly text: () => string
  readonly ended: Promise<unknown>
}

function raw(path: string = socketOf(folder)): Raw {
  const chunks: Buffer[] = []
  const socket = connect(path)
  sockets.push(socket)
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => socket.once('close', resolve))
  return { socket, ended, text: () => Buffer.concat(chunks).toString('latin1') }
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  // Whatever has 32 bits, with a sign or without: what `^` makes has one.
  bytes.writeInt32BE(value | 0)
  return bytes
}

const untyped = (...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts)
  return Buffer.concat([int32(body.length + 4), body])
}

/** A start-up packet of a version with these parameters, byte for byte. */
const startup = (parameters: Readonly<Record<string, string>> = {}, version = 0x3_0000): Buffer =>
  untyped(
    int32(version),
    Buffer.from(
      `${Object.entries({ user: 'agent', database: folder.database, ...parameters })
        .map(([name, value]) => `${name}\0${value}\0`)
        .join('')}\0`,
    ),
  )

const encryption = { tls: untyped(int32(80_877_103)), gss: untyped(int32(80_877_104)) }
const clientHello = Buffer.concat([Buffer.from([0x16, 3, 1, 0, 0xf0, 1, 0, 0, 0xec, 3, 3]), randomBytes(234)])

async function expectLogin(): Promise<void> {
  const client = clientOf(folder, await folder.issuer.token())
  await client.connect()
  expect((await client.query('select n from notes')).rowCount).toBe(2)
  await client.end()
}

const series = async (): Promise<readonly string[]> =>
  (await ask(folder.control, 'GET', '/metrics')).text
    .split('\n')
    .filter((line) => line.startsWith('bothkeys_'))
    .map((line) => line.replace(/ \S+$/u, ''))

describe('a stranger at the door of bothkeys serve', () => {
  it.each<[string, () => Buffer[], RegExp]>([
    ['the first bytes of TLS', () => [clientHello], /larger than 10000 bytes/],
    [
      'TLS although it was told that there is none',
      () => [encryption.tls, clientHello],
      /^N.*larger than 10000 bytes/s,
    ],
    ['a question for TLS twice', () => [encryption.tls, encryption.tls], /^N.*same encryption twice/s],
    [
      'a question for each, and again',
      () => [encryption.gss, encryption.tls, encryption.gss],
      /^NN.*same encryption twice/s,
    ],
    ['HTTP', () => [Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')], /larger than 10000 bytes/],
    ['a length of nothing', () => [int32(0)], /impossible length/],
    ['a length below nothing', () => [int32(0xffff_ffff)], /impossible length/],
    ['a length of 2 GiB', () => [int32(0x7fff_ffff)], /larger than 10000 bytes/],
    ['a length without a version', () => [int32(4)], /malformed/],
    ['protocol 2.0', () => [startup({}, 0x2_0000)], /protocol version 2 is not spoken/],
    ['protocol 4.0', () => [startup({}, 0x4_0000)], /protocol version 4 is not spoken/],
    ['parameters that do not end', () => [untyped(int32(0x3_0000), Buffer.from('user\0agent\0database'))], /malformed/],
    [
      'bytes behind its parameters',
      () => [untyped(int32(0x3_0000), Buffer.from('user\0a\0\0options\0-c x=1\0\0'))],
      /malformed/,
    ],
    ['replication', () => [startup({ replication: 'database' })], /replication mode is not governed/],
    ['options', () => [startup({ options: '-c session_preload_libraries=x' })], /options may hide settings/],
    ['another encoding', () => [startup({ client_encoding: 'SQL_ASCII' })], /must be UTF8/],
    ['a role', () => [startup({ role: 'postgres' })], /outside the list/],
    ['another database', () => [startup({ database: `${'x'.repeat(60)}' or "1"` })], /another database/],
    ['a database that only begins well', () => [startup({ database: 'postgres\nx' })], /another database/],
  ])('sends %s and is refused', async (_what, parts, told) => {
    const { ended, socket, text } = raw()
    for (const part of parts()) socket.write(part)
    await ended
    expect(text()).toMatch(told)
    expect(text()).not.toContain('R\0\0\0\x08\0\0\0\x03')
  })

  it('asks for a later protocol and goes on with this one', async () => {
    const { socket, text } = raw()
    socket.write(startup({ '_pq_.x': '1' }, 0x3_0002))
    await expect.poll(text).toContain('R\0\0\0\x08\0\0\0\x03')
    expect(text()).toContain('\0\x03\0\0\0\0\0\x01_pq_.x\0R')
  })

  it('fills neither the places nor the log, the metrics or the health check, whatever it says that it is', async () => {
    const before = await series()
    const lines = served.log.length
    const forged = '\n{"event":"forged"}\r\n# HELP forged\nbothkeys_forged{a="'
    const secret = 'a password that nobody may see'
    for (let flood = 0; flood < 150; flood++) {
      const { socket } = raw()
      // Each as far as it likes.
      if (flood % 3 > 0) socket.write(startup({ user: `${forged}${String(flood)}`, application_name: forged }))
      if (flood % 3 > 1)
        socket.write(Buffer.concat([Buffer.from('p'), untyped(Buffer.from(`${secret}${String(flood)}\0`))]))
    }
    for (let each = 0; each < 3; each++) {
      await expectLogin()
      expect((await ask(folder.control, 'GET', '/healthz')).status).toBe(200)
    }
    expect((await ask(folder.control, 'GET', `/${encodeURI(forged)}`)).status).toBe(404)
    const claims = { sub: forged, roles: [forged], kind: 'agent' } as const
    await expect(clientOf(folder, await folder.issuer.token(claims)).connect()).rejects.toThrow(/authentication failed/)
    const body = { targets: [forged] }
    expect((await ask(folder.control, 'POST', '/v1/sessions', asJson(body))).status).toBe(400)
    // The names of the configuration and of this code, and no others.
    const after = new Set(
      (await series()).map((line) =>
        line.replaceAll(/(?:code|result|type|effect|durability|outcome)="[\w.-]+"|le="[\d.+Inf]+"/gu, ''),
      ),
    )
    for (const line of after) expect(line).toMatch(/^bothkeys_[a-z_]+(?:\{(?:target="db")?,*\})?$/u)
    expect(after.size).toBeLessThan(before.length + 40)
    expect(served.log.slice(lines)).toEqual([])
    expect(served.errors()).toBe('')
  })

  it('guesses no cancel key, and that of another account works on nothing of this one', async () => {
    const [mine, other] = [
      clientOf(folder, await folder.issuer.token()),
      clientOf(folder, await folder.issuer.token({ sub: 'agent-2' })),
    ]
    await Promise.all([mine.connect(), other.connect()])
    const keyOf = (client: pg.Client): { readonly pid: number; readonly key: number } => {
      const { processID, secretKey } = client as unknown as { readonly processID: number; readonly secretKey: number }
      return { pid: processID, key: secretKey >>> 0 }
    }
    const cancel = async (pid: number, key: Buffer): Promise<string> => {
      const { ended, socket, text } = raw()
      socket.write(untyped(int32(80_877_102), int32(pid), key))
      await ended
      return text()
    }
    const sleeping = mine.query('select pg_sleep(3600)').catch((error: pg.DatabaseError) => error.code)
    let isOver = false
    void sleeping.then(() => (isOver = true))
    await expect
      .poll(async () => (await ask(folder.control, 'GET', '/metrics')).text)
      .toMatch(/logins_total\{target="db",result="admitted"\}/)
    const { key, pid } = keyOf(mine)
    const guesses = [
      int32(0),
      int32(0xffff_ffff),
      int32(key ^ 1),
      Buffer.alloc(0),
      randomBytes(3),
      Buffer.concat([int32(key), Buffer.of(0)]),
      randomBytes(256),
    ]
    for (const guess of [...guesses, int32(keyOf(other).key)]) expect(await cancel(pid, guess)).toBe('')
    expect(await cancel(keyOf(other).pid, int32(keyOf(other).key))).toBe('')
    expect(await cancel(pid - 1, int32(key))).toBe('')
    expect((await other.query('select n from notes')).rowCount).toBe(2)
    expect(isOver).toBe(false)
    // The key itself does, again until its statement is under way.
    const tries = setInterval(() => void cancel(pid, int32(key)), 200)
    expect(await sleeping).toBe('57014')
    clearInterval(tries)
    await Promise.all([mine.end(), other.end()])
  })

  it('finds no secret where other programs look', async () => {
    const password = readFileSync(folder.passwordFile, 'utf8')
    expect(password.length).toBeGreaterThan(3)
    await expectLogin()
    for (const place of ['environ', 'cmdline', 'comm', 'status', 'limits']) {
      const text = readFileSync(`/proc/${String(served.pid)}/${place}`, 'latin1')
      expect([place, text.includes(password), /eyJ|bk_[0-9a-f]/u.test(text)]).toEqual([place, false, false])
    }
  })
})

describe('another process', () => {
  it.each(['door', 'run'])('takes no socket of one that is there, and leaves it at work: %s', async (name) => {
    const before = lstatSync(socketOf(folder)).ino
    const thief = await folderOf()
    rmSync(join(thief.path, name), { recursive: true })
    symlinkSync(join(folder.path, name), join(thief.path, name))
    const command = runCommand(['serve', '--config', thief.config])
    others.push(command)
    await Promise.race([command.serving, command.ended])
    expect(command.log.map(({ event }) => event)).not.toContain('serving')
    expect([await command.ended, command.errors()]).toEqual([3, expect.stringContaining('ERR_CONFIG_INVALID')])
    expect([existsSync(folder.control), lstatSync(socketOf(folder)).ino]).toEqual([true, before])
    await expectLogin()
    // What it had opened until then is closed, and its record ends well.
    expect((await verifyJournal(thief.journal)).verdict).toBe('intact')
  })
})

describe('tokens that take long to check', () => {
  it('keep nobody from asking how the process is', async () => {
    // An issuer that takes whoever comes, and says nothing.
    const issuer = createServer((socket) => sockets.push(socket))
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    const { port } = issuer.address() as AddressInfo
    const identity = [{ ...verifierOptions, jwks: `http://127.0.0.1:${String(port)}/jwks`, dpop: { required: false } }]
    const mine = await folderOf({ config: { identity, limits: { requests: 4 } } })
    others.push(await startProcess(mine))
    const asked = Array.from({ length: 5 }, async () => {
      const headers = { authorization: `Bearer ${await mine.issuer.token()}` }
      return (await ask(mine.control, 'POST', '/v1/sessions', { headers })).status
    })
    // Some of them were told to come later, so that the others are being looked at.
    expect(await Promise.race(asked)).toBe(429)
    expect((await ask(mine.control, 'GET', '/healthz')).status).toBe(200)
    expect((await ask(mine.control, 'GET', '/metrics')).status).toBe(200)
    for (const socket of sockets.splice(0)) socket.destroy()
    issuer.close()
    const answers = await Promise.all(asked)
    expect(answers.filter((status) => status === 429)).toHaveLength(3)
    expect(answers).not.toContain(201)
  })
})

describe('signals', () => {
  it('in a storm load the policy, and end the process once and well', async () => {
    const mine = await folderOf()
    const storm = await startProcess(mine)
    others.push(storm)
    for (let signal = 0; signal < 300; signal++) {
      storm.kill('SIGHUP')
      if (signal % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => storm.log.some(({ event }) => event === 'reloaded')).toBe(true)
    for (let signal = 0; signal < 20; signal++) storm.kill('SIGHUP')
    storm.kill('SIGTERM')
    for (let signal = 0; signal < 20; signal++) storm.kill('SIGHUP')
    expect(await storm.ended).toBe(0)
    expect(storm.errors()).toBe('')
    expect((await verifyJournal(mine.journal)).verdict).toBe('intact')
    expect(existsSync(socketOf(mine))).toBe(false)
  })

  it('are heard when nobody reads the log any more', async () => {
    const mine = await folderOf()
    const unread = await startProcess(mine)
    others.push(unread)
    unread.child.stdout?.destroy()
    unread.kill('SIGHUP')
    const client = clientOf(mine, await mine.issuer.token())
    await client.connect()
    unread.kill('SIGHUP')
    // The policy that is loaded on the signal is on record, and with it that the signal was heard.
    writeFileSync(
      mine.policy,
      JSON.stringify({ ...policy, deny: [{ id: 'none', target: 'db', duty: 'read', resource: 'table:public.notes' }] }),
    )
    unread.kill('SIGHUP')
    const reads = (): Promise<unknown> => client.query('select n from notes').then(() => 'read', codeOf)
    await expect.poll(reads).toBe('42501')
    await client.end()
    unread.kill('SIGTERM')
    expect(await unread.ended).toBe(0)
    expect((await verifyJournal(mine.journal)).verdict).toBe('intact')
  })
})
