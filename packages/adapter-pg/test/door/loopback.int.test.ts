import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Session } from '@bothkeys/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LoopbackDoor, LoopbackOptions } from '../../src/index.js'
import { int32 } from '../../src/door/messages.js'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { clientOf, passwordOf, rawSocket, untyped } from './loopback-stub.js'

const seed = `
  create table customers (id int primary key, name text not null);
  create table orders (id serial primary key, customer int references customers, total numeric check (total >= 0));
  create index on orders (customer);
  create view large as select * from orders where total > 100;
  create table secrets (word text);
  create table held (a int);
  insert into held values (1);
  insert into customers select i, 'c' || i from generate_series(1, 5) i;
  insert into orders (customer, total) select 1 + i % 5, i from generate_series(1, 20000) i`

const hasPsql = spawnSync('psql', ['--version']).status === 0

let on: Governed
let session: Session
let door: LoopbackDoor
let folder: string

beforeAll(async () => {
  on = await governed({
    seed,
    allow: [
      { target: 'db', duty: 'read' },
      { target: 'db', duty: ['write', 'delete', 'transfer'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
      { target: 'db', duty: 'write', resource: 'table:public.customers', when: { payload: 'unbound' } },
      { target: 'db', duty: 'transfer', resource: 'stream:client', when: { payload: 'unbound' } },
    ],
    deny: [{ id: 'no-secrets', target: 'db', resource: 'table:public.secrets' }],
    hold: [
      {
        id: 'h',
        target: 'db',
        duty: 'write',
        resource: 'table:public.held',
        require: [{ stage: 'dba', count: 1, role: 'dba' }],
        ttl: '1m',
      },
    ],
    approvers: [{ name: 'asleep', level: 'asserted', ask: () => new Promise<void>(() => undefined) }],
  })
  session = await on.session()
  door = await on.target.listen(session)
  folder = mkdtempSync(join(tmpdir(), 'bk-psql-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await on.close()
})

describe.runIf(hasPsql)('an unmodified psql', () => {
  it('runs statements, every one of them on record', async () => {
    const own = await on.session()
    const through = await on.target.listen(own)
    expect(await psql(through, 'select count(*) from orders')).toEqual({ stdout: '20000\n', stderr: '', status: 0 })
    expect(await psql(through, 'select name from customers where id = 3')).toMatchObject({ stdout: 'c3\n' })
    expect(on.intents(own)).toHaveLength(2)
    await own.close()
  })

  it('describes the database as it does past the door', async () => {
    for (const command of [
      String.raw`\d`,
      String.raw`\d orders`,
      String.raw`\d+ large`,
      String.raw`\dt`,
      String.raw`\di+`,
      String.raw`\dn`,
      String.raw`\df`,
    ]) {
      const direct = await psqlTo(on.url, command)
      expect(direct.stderr).toBe('')
      expect(await psql(door, command)).toEqual(direct)
    }
  })

  it('gets a refusal as an error of PostgreSQL and goes on', async () => {
    const { stdout, stderr } = await psql(door, undefined, 'select * from secrets;\ndrop table orders;\nselect 7;\n')
    expect(stdout).toBe('7\n')
    expect(stderr).toContain('ERROR:  refused: ')
    expect(stderr).toContain('DETAIL:  ERR_DENIED (rule no-secrets)')
    expect((await on.owner.query('select count(*)::int as n from orders')).rows).toEqual([{ n: 20000 }])
  })

  it('copies out, by COPY and by \\copy', async () => {
    const rows = 'c1\nc2\nc3\nc4\nc5\n'
    expect(await psql(door, 'copy (select name from customers order by id) to stdout')).toMatchObject({ stdout: rows })
    const file = join(folder, 'out')
    await psql(door, String.raw`\copy (select name from customers order by id) to '${file}'`)
    expect(readFileSync(file, 'utf8')).toBe(rows)
    const all = await psql(door, 'copy orders to stdout')
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(20000)
  })

  it('copies in, by COPY and by \\copy, and reports bad rows', async () => {
    const file = join(folder, 'in')
    writeFileSync(
      file,
      Array.from({ length: 50000 }, (_, index) => `${String(index + 100)}\tname ${String(index)}\n`).join(''),
    )
    expect(await psql(door, String.raw`\copy customers from '${file}'`)).toMatchObject({
      stdout: 'COPY 50000\n',
      status: 0,
    })
    const script = 'copy customers from stdin;\n6\tsix\n7\tseven\n\\.\nselect count(*) from customers;\n'
    expect(await psql(door, undefined, script)).toMatchObject({ stdout: 'COPY 2\n50007\n', stderr: '' })
    const bad = await psql(door, undefined, 'copy customers from stdin;\nx\ty\n\\.\nselect 1;\n')
    expect(bad.stderr).toContain('invalid input syntax for type integer')
    expect(bad.stdout).toBe('1\n')
    await on.owner.query('delete from customers where id > 5')
  })

  it('keeps transactions: an error aborts, ROLLBACK undoes, COMMIT stays', async () => {
    const script = `
      begin; insert into customers values (21, 'gone'); select 1/0; select 'skipped'; rollback;
      begin; insert into customers values (22, 'kept'); savepoint s; drop table customers; rollback to s; commit;
      select id from customers where id > 20;`
    const { stdout, stderr } = await psql(door, undefined, script)
    expect(stderr).toContain('division by zero')
    expect(stderr).toContain('current transaction is aborted')
    expect(stderr).toContain('ERR_DENIED')
    expect(stdout.endsWith('22\n')).toBe(true)
    await on.owner.query('delete from customers where id > 20')
  })

  it('cancels with Ctrl-C what runs', async () => {
    const running = startPsql(door, 'select pg_sleep(120);\n')
    await vi.waitFor(async () => expect(await sleepers()).toBe(1), 60_000)
    const before = performance.now()
    running.child.kill('SIGINT')
    const { stderr } = await running.done
    expect(performance.now() - before).toBeLessThan(60_000)
    expect(stderr).toContain('ERROR:  canceling statement due to user request')
    expect(await sleepers()).toBe(0)
  })

  it('withdraws with Ctrl-C what waits for approval; it never runs', async () => {
    const own = await on.session()
    const through = await on.target.listen(own)
    const pending = () => on.journal.events.filter((event) => event.session === own.id).map((event) => event.type)
    const running = startPsql(through, 'update held set a = 2 where a = 1;\n')
    await vi.waitFor(() => expect(pending()).toContain('approval.requested'), 60_000)
    running.child.kill('SIGINT')
    expect((await running.done).stderr).toContain('ERR_APPROVAL_WITHDRAWN (rule h)')
    await own.close()
    expect((await on.owner.query('select a from held')).rows).toEqual([{ a: 1 }])
    expect(on.intents(own)).toHaveLength(0)
  })

  it('is refused without the password, with a wrong one and with a password file that others can read', async () => {
    const own = await on.session()
    const through = await on.target.listen(own)
    const none = await psqlTo(through.url, 'select 1', { PGPASSFILE: '/nonexistent' })
    expect(none).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('no password supplied') })
    const wrong = await psqlTo(through.url, 'select 1', { PGPASSWORD: passwordOf(door) })
    expect(wrong.stderr).toContain('FATAL:  password authentication failed')
    chmodSync(through.passfile, 0o644)
    const open = await psql(through, 'select 1')
    expect(open.stderr).toContain('has group or world access')
    expect(open.stderr).toContain('no password supplied')
    chmodSync(through.passfile, 0o600)
    expect(await psql(through, 'select 1')).toMatchObject({ stdout: '1\n' })
    await own.close()
  })

  it('works on TCP, also where PGSSLMODE asks for TLS', async () => {
    const tcp = await listen({ port: 0 })
    expect(await psqlTo(tcp.url, 'select 1', { PGPASSFILE: tcp.passfile, PGSSLMODE: 'require' })).toMatchObject({
      stdout: '1\n',
    })
    await tcp.close()
  })

  it('is told when its session ends, and leaves nothing running', async () => {
    const own = await on.session()
    const through = await on.target.listen(own)
    const running = startPsql(through, 'select pg_sleep(120);\n')
    await vi.waitFor(async () => expect(await sleepers()).toBe(1), 60_000)
    await own.close()
    expect(existsSync(dirname(through.passfile))).toBe(false)
    const { stderr } = await running.done
    expect(stderr).toContain('FATAL:')
    await vi.waitFor(async () => expect(await sleepers()).toBe(0), 60_000)
    await through.closed
    await expect(on.target.listen(own)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
  })
})

describe('a driver on the loopback door', () => {
  it('uses the extended protocol, under the session that the door belongs to', async () => {
    const own = await on.session({
      kind: 'agent',
      subject: 'other',
      roles: ['agent'],
      owners: ['bo'],
      agentClass: 'etl',
    })
    const through = await on.target.listen(own)
    const client = clientOf(through)
    await client.connect()
    expect((await client.query('select name from customers where id = $1', [2])).rows).toEqual([{ name: 'c2' }])
    await expect(client.query('select * from secrets where word = $1', ['x'])).rejects.toMatchObject({ code: '42501' })
    await client.end()
    expect(on.intents(own)).toHaveLength(1)
    await own.close()
  })

  it('reads a large result slowly without filling the memory of the door', async () => {
    const client = clientOf(door)
    await client.connect()
    const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream } }).connection
    const rows = client.query("select repeat('x', 10000) as t from generate_series(1, 20000) i")
    stream.pause()
    await vi.waitFor(async () => {
      const { rows: waiting } = await on.owner.query<{ event: string }>(
        "select wait_event as event from pg_stat_activity where query like '%repeat(%generate_series%' and pid <> pg_backend_pid()",
      )
      expect(waiting).toEqual([{ event: 'ClientWrite' }])
    })
    stream.resume()
    expect((await rows).rowCount).toBe(20000)
    await client.end()
  })

  it('is not cancelled by a key that is not its own', async () => {
    const client = clientOf(door)
    await client.connect()
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    const sleeping = client.query('select pg_sleep(120)')
    await vi.waitFor(async () => expect(await sleepers()).toBe(1), 60_000)
    await cancel(processID, secretKey ^ 1)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await sleepers()).toBe(1)
    await cancel(processID, secretKey)
    await expect(sleeping).rejects.toMatchObject({ code: '57014' })
    expect((await client.query('select 8 as n')).rows).toEqual([{ n: 8 }])
    await client.end()
  })

  it('has no other password than its own', async () => {
    const own = await on.session()
    const through = await on.target.listen(own)
    await expect(clientOf(through, passwordOf(door)).connect()).rejects.toMatchObject({ code: '28P01' })
    await expect(clientOf(through, new URL(on.url).password).connect()).rejects.toMatchObject({ code: '28P01' })
    await own.close()
  })

  it('does not stay open when the target is closed while it opens', async () => {
    const other = await governed()
    const opening = other.target.listen(await other.session())
    await other.target.close()
    await expect(opening).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    await other.close()
  })

  it('ends when the target is closed', async () => {
    const other = await governed({ seed: 'create table t (a int)' })
    const through = await other.target.listen(await other.session())
    const client = clientOf(through)
    await client.connect()
    const ended = new Promise((resolve) => client.once('end', resolve))
    await other.close()
    await Promise.all([ended, through.closed])
    expect(existsSync(through.passfile)).toBe(false)
  })
})

interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

function psql(through: LoopbackDoor, command: string | undefined, script = ''): Promise<Finished> {
  return psqlTo(through.url, command, { PGPASSFILE: through.passfile }, script)
}

function psqlTo(
  url: string,
  command: string | undefined,
  env: Record<string, string> = {},
  script = '',
): Promise<Finished> {
  return runPsql([url, ...(command === undefined ? [] : ['-c', command])], env, script).done
}

function startPsql(through: LoopbackDoor, script: string): ReturnType<typeof runPsql> {
  return runPsql([through.url], { PGPASSFILE: through.passfile }, script)
}

function runPsql(args: readonly string[], env: Record<string, string>, script: string) {
  const child = spawn('psql', ['-X', '-w', '-A', '-t', ...args], {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...env },
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => {
      texts[name] += text
    })
  }
  child.stdin.end(script)
  const done = new Promise<Finished>((resolve) => {
    child.once('close', (status) => {
      resolve({ ...texts, status: status ?? -1 })
    })
  })
  return { child, done }
}

function listen(options: LoopbackOptions): Promise<LoopbackDoor> {
  return on.target.listen(session, options)
}

/** How many backends of this database sleep. */
async function sleepers(): Promise<number> {
  const { rows } = await on.owner.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'",
  )
  return rows[0]!.n
}

async function cancel(pid: number, key: number): Promise<void> {
  const { socket, closed } = await rawSocket(door)
  socket.write(untyped(int32(80877102), int32(pid), int32(key)))
  await closed
}
