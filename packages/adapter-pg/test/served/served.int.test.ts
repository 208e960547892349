import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Session } from '@bothkeys/core'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { cString, int32, message, query } from '../../src/door/messages.js'
import type { ServedDoor, ServedOptions } from '../../src/index.js'
import { rawSocket, untyped } from '../door/loopback-stub.js'
import type { Governed } from '../support/governed.js'
import { agent, governed } from '../support/governed.js'

const seed = `create table t (who text); insert into t values ('one'), ('two');
  create table held (a int); insert into held values (1); create table kept (a int); create table secrets (a int);
  create table busy (a int)`
const hasPsql = spawnSync('psql', ['--version']).status === 0

let on: Governed
const sessions = new Map<string, Session>()
const doors: ServedDoor[] = []
let lent = 0
let released = 0

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [
      { target: 'db', duty: 'read' },
      { target: 'db', duty: 'write', resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
    ],
    deny: [{ id: 'no-secrets', target: 'db', resource: 'table:public.secrets' }],
    hold: [
      {
        id: 'h',
        target: 'db',
        duty: 'write',
        resource: 'table:public.held',
        require: [{ stage: 'dba', count: 1, role: 'dba' }],
        ttl: '5m',
      },
      {
        id: 'k',
        target: 'db',
        duty: 'write',
        resource: 'table:public.kept',
        require: [{ stage: 'dba', count: 1, role: 'dba' }],
        ttl: '5m',
        holdInTransaction: 'allow',
      },
    ],
    approvers: [{ name: 'asleep', level: 'asserted', ask: () => new Promise<void>(() => undefined) }],
  })
})

afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()))
  expect(released).toBe(lent)
})

afterAll(() => on.close())

async function open(options: Partial<ServedOptions> = {}): Promise<ServedDoor> {
  const door = await on.target.serve({
    admit: ({ password }) => {
      const session = sessions.get(password)
      if (session === undefined) return Promise.reject(new Error('nobody has this key'))
      lent += 1
      return Promise.resolve({ session, release: () => void (released += 1) })
    },
    ...options,
  })
  doors.push(door)
  return door
}

/** A session that a client gets with this password. */
async function sessionFor(password: string, subject = 'agent-1'): Promise<Session> {
  const session = await on.session({ ...agent, subject })
  sessions.set(password, session)
  return session
}

function clientOf(door: ServedDoor, password: string): pg.Client {
  const { database, host, port } = door
  const client = new pg.Client({ database, host, port, user: 'agent', password })
  client.on('error', () => undefined)
  return client
}

async function connected(door: ServedDoor, password: string): Promise<pg.Client> {
  const client = clientOf(door, password)
  await client.connect()
  return client
}

/** The error that a query or an idle connection ended with. */
function endOf(client: pg.Client): Promise<unknown> {
  return new Promise((resolve) => client.once('error', resolve))
}

const failure = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  )

async function sleepers(): Promise<number> {
  const { rows } = await on.owner.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
  )
  return rows[0]?.n ?? -1
}

async function untilSleeping(count: number): Promise<void> {
  await vi.waitFor(async () => expect(await sleepers()).toBe(count), 60_000)
}

/** Whoever reads the table waits until it is unlocked. */
async function locked(table: string): Promise<() => Promise<void>> {
  const holder = new pg.Client(on.url)
  await holder.connect()
  await holder.query(`begin; lock table ${table} in access exclusive mode`)
  return () => holder.end()
}

async function untilWaiting(): Promise<void> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
  await vi.waitFor(async () => expect((await on.owner.query(waiting)).rowCount).toBe(1), 60_000)
}

function types(session: Session): string[] {
  return on.journal.events.filter((event) => event.session === session.id).map((event) => event.type)
}

/** How what people were asked about ended. */
function endings(session: Session): unknown[] {
  return on.journal.events
    .filter((event) => event.session === session.id && event.type === 'approval.ended')
    .map((event) => event['outcome'])
}

describe('tokens as passwords', () => {
  it.each([3_000, 16 * 1024])('of %i bytes reach the host whole from the driver', async (length) => {
    const token = 'k'.repeat(length)
    await sessionFor(token)
    const client = await connected(await open(), token)
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await client.end()
  })

  it.runIf(hasPsql).each([3_000, 16 * 1024])(
    'of %i bytes reach it from psql, by PGPASSWORD and a password file',
    async (length) => {
      const token = 'p'.repeat(length)
      await sessionFor(token)
      const door = await open()
      const folder = mkdtempSync(join(tmpdir(), 'bk-served-psql-'))
      const passfile = join(folder, 'pgpass')
      writeFileSync(passfile, `*:*:*:*:${token}\n`, { mode: 0o600 })
      try {
        for (const env of [{ PGPASSWORD: token }, { PGPASSFILE: passfile }]) {
          expect(await psql(door, 'select count(*) from t', env)).toEqual({ stdout: '2\n', stderr: '', status: 0 })
        }
        const wrong = await psql(door, 'select 1', { PGPASSWORD: 'wrong' })
        expect(wrong.stderr).toContain('FATAL:')
        expect(wrong.stderr).not.toContain('wrong')
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})

describe('a served door', () => {
  it('ends what runs when its session ends, and nothing of others', async () => {
    const ending = await sessionFor('ending')
    await sessionFor('staying', 'agent-2')
    const door = await open()
    const running = await connected(door, 'ending')
    const idle = await connected(door, 'ending')
    const other = await connected(door, 'staying')
    const ended = failure(running.query('select pg_sleep(120)'))
    const idleEnded = endOf(idle)
    await untilSleeping(1)
    await ending.close()
    expect(await ended).toMatchObject({ code: '57P01' })
    expect(await idleEnded).toMatchObject({ code: '57P01' })
    await untilSleeping(0)
    await vi.waitFor(() => expect(door.connections).toBe(1))
    expect((await other.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(await failure(connected(door, 'ending'))).toMatchObject({ detail: 'ERR_SESSION_CLOSED' })
    await other.end()
  })

  it('refuses a session of another guard, and gives it back', async () => {
    const other = await governed()
    sessions.set('foreign', await other.session())
    const door = await open()
    expect(await failure(connected(door, 'foreign'))).toMatchObject({ detail: 'ERR_TARGET_UNKNOWN' })
    await vi.waitFor(() => expect(released).toBe(lent))
    await other.close()
  })

  it('cancels by the key of the connection alone, also within one session', async () => {
    await sessionFor('mine', 'agent-1')
    await sessionFor('theirs', 'agent-2')
    const door = await open()
    const keys: { pid: number; key: number; client: pg.Client }[] = []
    for (const password of ['mine', 'mine', 'theirs']) {
      const client = await connected(door, password)
      const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
      keys.push({ pid: processID, key: secretKey, client })
    }
    const [first, second, third] = keys
    if (first === undefined || second === undefined || third === undefined) throw new Error('three connected')
    expect(new Set(keys.map(({ key, pid }) => `${String(pid)} ${String(key)}`)).size).toBe(3)
    const sleeping = failure(first.client.query('select pg_sleep(120)'))
    await untilSleeping(1)
    await cancel(door, first.pid, second.key)
    await cancel(door, first.pid, third.key)
    await cancel(door, second.pid, first.key)
    await cancel(door, third.pid, third.key)
    expect((await third.client.query('select 3 as n')).rows).toEqual([{ n: 3 }])
    expect(await sleepers()).toBe(1)
    await cancel(door, first.pid, first.key)
    expect(await sleeping).toMatchObject({ code: '57014' })
    for (const { client } of keys) await client.end()
  })

  it('lets others log in and work while one connection floods', async () => {
    await sessionFor('flood', 'agent-1')
    await sessionFor('quiet', 'agent-2')
    const door = await open()
    const flood = await rawSocket(door)
    flood.socket.on('error', () => undefined)
    flood.socket.write(untyped(int32(0x0003_0000), ...['user', 'agent', 'database', door.database, ''].map(cString)))
    flood.socket.write(message('p', cString('flood')))
    await vi.waitFor(() => expect(door.connections).toBe(1))
    const statements = Buffer.concat(Array.from({ length: 2_000 }, () => query(Buffer.from('select who from t'))))
    for (let piece = 0; piece < 20; piece++) flood.socket.write(statements)
    for (let login = 0; login < 3; login++) {
      const client = await connected(door, 'quiet')
      expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      await client.end()
    }
    flood.socket.destroy()
  })

  it('ends with its target', async () => {
    const other = await governed()
    const door = await other.target.serve({ admit: () => Promise.reject(new Error('nobody')) })
    await other.close()
    await door.closed
    await expect(other.target.serve({ admit: () => Promise.reject(new Error('nobody')) })).rejects.toMatchObject({
      code: 'ERR_SESSION_CLOSED',
    })
  })
})

describe('a served door that drains', () => {
  it('ends idle connections at once', async () => {
    await sessionFor('idle')
    const door = await open()
    const client = await connected(door, 'idle')
    await client.query('select 1')
    const ended = endOf(client)
    await door.drain(600_000)
    expect(await ended).toMatchObject({ code: '57P01', severity: 'FATAL' })
    expect(door.connections).toBe(0)
    expect(released).toBe(lent)
  })

  it('lets a statement finish, and takes none after it', async () => {
    await sessionFor('busy')
    const door = await open()
    const client = await connected(door, 'busy')
    const unlock = await locked('busy')
    const running = client.query("select 'done' as word, count(*)::int as n from busy")
    const next = failure(client.query('select 2'))
    await untilWaiting()
    const drained = door.drain(600_000)
    await unlock()
    await drained
    expect((await running).rows).toEqual([{ word: 'done', n: 0 }])
    expect(await next).toMatchObject({ code: '57P01' })
  })

  it('begins nothing that was sent behind a statement', async () => {
    const session = await sessionFor('ahead')
    const door = await open()
    const { socket, closed, text } = await rawSocket(door)
    socket.write(untyped(int32(0x0003_0000), ...['user', 'agent', 'database', door.database, ''].map(cString)))
    socket.write(message('p', cString('ahead')))
    await vi.waitFor(() => expect(door.connections).toBe(1))
    const unlock = await locked('busy')
    socket.write(Buffer.concat([query(Buffer.from('select a from busy')), query(Buffer.from('select who from t'))]))
    await untilWaiting()
    const drained = door.drain(600_000)
    await unlock()
    await drained
    await closed
    expect(text()).toContain('SELECT 0\0')
    expect(text()).toContain('C57P01\0')
    expect(on.intents(session)).toHaveLength(1)
  })

  it('lets a transaction finish', async () => {
    const session = await sessionFor('transaction')
    const door = await open()
    const client = await connected(door, 'transaction')
    await client.query('begin')
    await client.query('select 1')
    const ended = endOf(client)
    const drained = door.drain(600_000)
    await client.query("insert into t values ('three')")
    await client.query('commit')
    await drained
    expect(await ended).toMatchObject({ code: '57P01' })
    expect((await on.owner.query("delete from t where who = 'three'")).rowCount).toBe(1)
    expect(types(session).filter((type) => type === 'action.outcome')).toHaveLength(4)
  })

  it('withdraws at once what waits for people, and says that nothing of it was sent', async () => {
    const session = await sessionFor('held')
    const door = await open()
    const client = await connected(door, 'held')
    const held = failure(client.query('update held set a = 2 where a = 1'))
    const ended = endOf(client)
    await vi.waitFor(() => expect(types(session)).toContain('approval.requested'))
    await door.drain(600_000)
    expect(await held).toMatchObject({
      code: '57014',
      severity: 'ERROR',
      detail: expect.stringContaining('ERR_APPROVAL_WITHDRAWN'),
      message: expect.stringContaining('nothing of it was sent'),
    })
    expect(await ended).toMatchObject({ code: '57P01', severity: 'FATAL' })
    expect(types(session)).not.toContain('action.intent')
    await vi.waitFor(() => expect(endings(session)).toEqual(['withdrawn']))
    expect((await on.owner.query('select a from held')).rows).toEqual([{ a: 1 }])
    expect(released).toBe(lent)
  })

  it('asks nobody about a statement of a transaction that goes on', async () => {
    const session = await sessionFor('goes on')
    const door = await open()
    const client = await connected(door, 'goes on')
    await client.query("begin; insert into t values ('five')")
    const drained = door.drain(600_000)
    expect(await failure(client.query('update kept set a = 2 where a = 1'))).toMatchObject({
      code: '57014',
      detail: expect.stringContaining('ERR_APPROVAL_WITHDRAWN'),
    })
    await client.query('rollback')
    await drained
    expect(types(session)).not.toContain('approval.requested')
  })

  it('cancels what runs, and undoes what is open, when it is told to hurry', async () => {
    await sessionFor('hurry')
    const door = await open()
    const running = await connected(door, 'hurry')
    const inside = await connected(door, 'hurry')
    await inside.query("begin; insert into t values ('four')")
    const insideEnded = endOf(inside)
    const ended = failure(running.query('select pg_sleep(120)'))
    await untilSleeping(1)
    const hurry = new AbortController()
    const drained = door.drain(600_000, hurry.signal)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(door.connections).toBe(2)
    hurry.abort()
    await drained
    expect(await ended).toMatchObject({ code: '57P01' })
    expect(await insideEnded).toMatchObject({ code: '57P01' })
    await untilSleeping(0)
    await vi.waitFor(async () => expect((await on.owner.query("select from t where who = 'four'")).rowCount).toBe(0))
  })

  it('cancels what still runs at the deadline', async () => {
    await sessionFor('deadline')
    const door = await open()
    const ended = failure((await connected(door, 'deadline')).query('select pg_sleep(3600)'))
    await untilSleeping(1)
    await door.drain(50)
    expect(await ended).toMatchObject({ code: '57P01' })
    await untilSleeping(0)
  })

  it('ends at once when it is closed meanwhile, or told to at the beginning', async () => {
    await sessionFor('closed')
    for (const stop of [
      (door: ServedDoor) => Promise.all([door.drain(600_000), door.close()]),
      (door: ServedDoor) => Promise.all([door.drain(600_000), door.drain(0)]),
      (door: ServedDoor) => door.drain(600_000, AbortSignal.abort()),
    ]) {
      const door = await open()
      const client = await connected(door, 'closed')
      await client.query('begin')
      const ended = new Promise((resolve) => client.once('end', resolve))
      await stop(door)
      await ended
      expect(door.connections).toBe(0)
    }
  })
})

async function cancel(door: ServedDoor, pid: number, key: number): Promise<void> {
  const { socket, closed } = await rawSocket(door)
  socket.write(untyped(int32(80877102), int32(pid), int32(key)))
  await closed
}

function psql(door: ServedDoor, command: string, env: Record<string, string>) {
  const child = spawn('psql', ['-X', '-w', '-A', '-t', door.url, '-c', command], {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', PGUSER: 'agent', ...env },
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => {
      texts[name] += text
    })
  }
  child.stdin.end()
  return new Promise<{ stdout: string; stderr: string; status: number }>((resolve) => {
    child.once('close', (status) => {
      resolve({ ...texts, status: status ?? -1 })
    })
  })
}
