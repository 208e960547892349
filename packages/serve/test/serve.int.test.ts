import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { verifyJournal } from '@bothkeys/core'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { asJson, ask, decide, heldRequests } from './support/control-client.js'
import { makeBoundKey } from './support/issuer.js'
import type { FolderOptions, ServedFolder } from './support/served-folder.js'
import { makeServedFolder, policy } from './support/served-folder.js'
import type { ServedProcess } from './support/served-process.js'
import { clientOf, poolOf, runCommand, startProcess } from './support/served-process.js'

let database: Awaited<ReturnType<typeof freshDatabase>>
const folders: ServedFolder[] = []
const started: ServedProcess[] = []

beforeAll(async () => {
  database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query(`create table notes (n int); create table held (n int); create table other (n int);
    create schema secret; create table secret.things (n int); insert into notes values (1), (2)`)
  await owner.end()
})

afterEach(async () => {
  for (const served of started.splice(0)) {
    served.kill('SIGKILL')
    await served.ended
  }
})

afterAll(() => {
  for (const { path } of folders) rmSync(path, { recursive: true })
})

async function folderOf(options: Partial<FolderOptions> = {}): Promise<ServedFolder> {
  const { host, name, password, port, user } = database
  const folder = await makeServedFolder({ database: { host, name, port }, login: { user, password }, ...options })
  folders.push(folder)
  return folder
}

async function serving(options: Partial<FolderOptions> = {}): Promise<{ folder: ServedFolder; served: ServedProcess }> {
  const folder = await folderOf(options)
  const served = await startProcess(folder)
  started.push(served)
  expect(served.errors()).toBe('')
  return { folder, served }
}

async function connected(folder: ServedFolder, password: string): Promise<pg.Client> {
  const client = clientOf(folder, password)
  await client.connect()
  return client
}

/** A client that was at work with a token of so many seconds. Where that is too short for a busy machine, of twice as many. */
async function usedByTokenOf(folder: ServedFolder, lifetimeS: number): Promise<{ readonly closed: Promise<unknown> }> {
  const client = clientOf(folder, await folder.issuer.token({ lifetimeS }))
  const closed = new Promise((resolve) => client.once('end', resolve))
  try {
    await client.connect()
    await client.query('select 1')
    return { closed }
  } catch (error) {
    if (lifetimeS > 60) throw error
    return usedByTokenOf(folder, lifetimeS * 2)
  }
}

/** Whoever reads the table waits until the client that this answers has ended. */
async function locked(table: string): Promise<pg.Client> {
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query(`begin; lock table ${table} in access exclusive mode`)
  return owner
}

const code = (expected: string): unknown => expect.objectContaining({ detail: expect.stringContaining(expected) })

describe('bothkeys serve', () => {
  it('lets a token in, decides each statement, and is one session for a pool', async () => {
    const { folder } = await serving()
    // Its clients stay however slow the rest is.
    const pool = poolOf(folder, await folder.issuer.token(), { max: 10, idleTimeoutMillis: 0 })
    const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()))
    const rows = await Promise.all(clients.map((client) => client.query('select count(*)::int as n from notes')))
    expect(rows.map((result) => result.rows)).toEqual(Array.from({ length: 10 }, () => [{ n: 2 }]))
    const { text } = await ask(folder.control, 'GET', '/metrics')
    expect(text).toMatch(/^bothkeys_sessions 1$/m)
    expect(text).toMatch(/^bothkeys_connections\{target="db"\} 10$/m)
    expect(text).toMatch(/^bothkeys_actions_total\{target="db",effect="allow"\} 10$/m)
    for (const client of clients) client.release()
    await expect(pool.query('select * from secret.things')).rejects.toThrow(code('ERR_DENIED'))
    await expect(pool.query('drop table notes')).rejects.toThrow(code('ERR_DENIED'))
    const later = await ask(folder.control, 'GET', '/metrics')
    expect(later.text).toMatch(/^bothkeys_refusals_total\{code="ERR_DENIED"\} 2$/m)
    await pool.end()
    await expect.poll(async () => (await ask(folder.control, 'GET', '/metrics')).text).toMatch(/^bothkeys_sessions 0$/m)
  })

  it('lets nobody in without a token that is good, bound to nothing, of a known issuer', async () => {
    const { folder } = await serving()
    const key = await makeBoundKey()
    const bound = await folder.issuer.token({ cnf: key.cnf })
    const unknown = await folder.issuer.token({ sub: 'mallory' })
    for (const password of ['x', 'bk_', bound, unknown, `bk_${'0'.repeat(16)}_${'A'.repeat(43)}`]) {
      await expect(connected(folder, password)).rejects.toThrow(code('ERR_'))
    }
  })

  it('holds a statement until a person signed for it', async () => {
    const { folder } = await serving()
    const client = await connected(folder, await folder.issuer.token())
    const [first, second] = [client.query('insert into held values (1)'), client.query('insert into held values (2)')]
    await expect.poll(() => heldRequests(folder)).toHaveLength(1)
    const [held] = await heldRequests(folder)
    if (held === undefined) throw new Error('nothing is held')
    expect(held.view.text).toContain('insert into held values (1)')
    // The agent's owner is not independent of it.
    expect(await decide(folder, held, 'allow', 'ada')).toMatchObject({ counted: false })
    expect(await decide(folder, held, 'allow')).toEqual({ counted: true })
    expect((await first).rowCount).toBe(1)
    await expect.poll(() => heldRequests(folder)).toHaveLength(1)
    const [next] = await heldRequests(folder)
    if (next === undefined) throw new Error('nothing is held')
    const [denied] = await Promise.allSettled([second, decide(folder, next, 'deny')])
    expect(denied).toMatchObject({ status: 'rejected', reason: code('ERR_APPROVAL_DENIED') })
    await client.end()
    // The agents' listener neither shows nor takes any of it.
    expect((await ask(folder.control, 'GET', '/v1/approvals')).status).toBe(404)
    expect((await ask(folder.control, 'POST', `/v1/approvals/${held.id}`, asJson({ evidence: 'x' }))).status).toBe(404)
  })

  it('opens a session for a bound token by a proof with a nonce, and its capability logs in', async () => {
    const { folder } = await serving()
    const key = await makeBoundKey()
    const token = await folder.issuer.token({ cnf: key.cnf })
    const open = async (nonce?: string): ReturnType<typeof ask> =>
      ask(folder.control, 'POST', '/v1/sessions', {
        headers: { authorization: `DPoP ${token}`, dpop: await key.proof('doors', token, nonce) },
      })
    const first = await open()
    expect([first.status, first.headers['www-authenticate']]).toEqual([401, 'DPoP error="use_dpop_nonce"'])
    const opened = await open(first.headers['dpop-nonce'] as string)
    expect(opened.status).toBe(201)
    const { capabilities, session } = opened.body as { session: string; capabilities: Record<string, string> }
    const client = await connected(folder, capabilities['db'] ?? '')
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    const closed = new Promise((resolve) => client.once('end', resolve))
    const end = (secret: string): ReturnType<typeof ask> =>
      ask(folder.control, 'DELETE', `/v1/sessions/${session}`, { headers: { authorization: `Bearer ${secret}` } })
    expect((await end(await folder.issuer.token())).status).toBe(401)
    expect((await end(capabilities['db'] ?? '')).status).toBe(200)
    await closed
    await expect(connected(folder, capabilities['db'] ?? '')).rejects.toThrow(/./)
  })

  it('serves psql', async () => {
    const { folder } = await serving()
    const passfile = `${folder.path}/pgpass`
    writeFileSync(passfile, `*:*:*:*:${await folder.issuer.token()}\n`, { mode: 0o600 })
    const psql = promisify(execFile)(
      'psql',
      ['-X', '-At', '-h', folder.door, '-U', 'agent', '-d', folder.database, '-c', 'table notes'],
      {
        env: { PATH: process.env['PATH'], PGPASSFILE: passfile },
      },
    )
    expect((await psql).stdout).toBe('1\n2\n')
  })

  it('ends the connections of whoever is revoked by the directory, and of a token that expires', async () => {
    const { folder } = await serving()
    await (
      await usedByTokenOf(folder, 4)
    ).closed
    const people = readFileSync(`${folder.path}/people.yaml`, 'utf8')
    const token = await folder.issuer.token()
    writeFileSync(`${folder.path}/people.yaml`, people.replace('"agent-1":{', '"agent-1":{"disabled":true,'))
    await expect
      .poll(() =>
        connected(folder, token).then(
          (other) => other.end(),
          (error: pg.DatabaseError) => error.detail,
        ),
      )
      .toMatch(/ERR_DIRECTORY_REFUSED/)
  })

  it('loads the policy again on SIGHUP: what is narrower at once, what is wider not', async () => {
    const { folder, served } = await serving()
    const client = await connected(folder, await folder.issuer.token())
    await client.query('select 1 from other')
    const narrower = {
      ...policy,
      deny: [{ id: 'no-other', duty: 'read', target: 'db', resource: 'table:public.other' }],
    }
    writeFileSync(folder.policy, JSON.stringify(narrower))
    served.kill('SIGHUP')
    await expect
      .poll(() => client.query('select 1 from other').catch((error: pg.DatabaseError) => error.detail))
      .toMatch(/ERR_DENIED/)
    // The file is watched as well. What is signalled next is another signal once this one has been heard.
    await expect.poll(() => served.log.some(({ event }) => event === 'reloaded')).toBe(true)
    writeFileSync(folder.policy, JSON.stringify(policy))
    served.kill('SIGHUP')
    await expect.poll(() => served.log.some(({ event }) => event === 'not reloaded')).toBe(true)
    await expect(client.query('select 1 from other')).rejects.toThrow(code('ERR_DENIED'))
    writeFileSync(folder.policy, 'x: [')
    served.kill('SIGHUP')
    await expect.poll(() => served.log.filter(({ event }) => event === 'not reloaded').length).toBe(2)
    expect((await client.query('select 1 as one from notes limit 1')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  it('drains on SIGTERM: says so, lets nobody in, lets what runs end, and closes the journal', async () => {
    const { folder, served } = await serving()
    const token = await folder.issuer.token()
    const [busy, idle] = [await connected(folder, token), await connected(folder, token)]
    expect((await ask(folder.control, 'GET', '/readyz')).body).toEqual({ ready: true, reasons: {} })
    const lock = await locked('other')
    const slow = busy.query('select count(*)::int + 7 as n from other')
    await expect.poll(async () => (await ask(folder.control, 'GET', '/metrics')).text).toMatch(/effect="allow"\} 1$/m)
    const idleEnded = new Promise((resolve) => idle.once('end', resolve))
    served.kill('SIGTERM')
    await idleEnded
    const readiness = await ask(folder.control, 'GET', '/readyz')
    expect([readiness.status, readiness.body]).toEqual([
      503,
      { ready: false, reasons: { draining: 'the process is ending' } },
    ])
    expect((await ask(folder.control, 'GET', '/healthz')).status).toBe(200)
    await expect(connected(folder, token)).rejects.toThrow(/./)
    const answer = await ask(folder.control, 'POST', '/v1/sessions', { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(503)
    await lock.end()
    expect((await slow).rows).toMatchObject([{ n: 7 }])
    expect(await served.ended).toBe(0)
    expect((await verifyJournal(folder.journal)).verdict).toBe('intact')
  })

  it('waits for no approval when it drains, and tells its client that nothing was sent', async () => {
    const { folder, served } = await serving({ config: { drainSeconds: 3_600 } })
    const client = await connected(folder, await folder.issuer.token())
    const held = client.query('insert into held values (9)').catch((error: unknown) => error)
    await expect.poll(() => heldRequests(folder)).toHaveLength(1)
    served.kill('SIGTERM')
    expect(await held).toMatchObject({
      code: '57014',
      detail: expect.stringContaining('ERR_APPROVAL_WITHDRAWN'),
      message: expect.stringContaining('nothing of it was sent'),
    })
    expect(await served.ended).toBe(0)
    expect((await verifyJournal(folder.journal)).verdict).toBe('intact')
  })

  it('lets nobody but whoever keeps the policy see and revoke what others have open', async () => {
    const roles = { ...policy.roles, dba: [{ target: 'db', duty: 'policy' }] }
    const { folder } = await serving({ policy: { ...policy, hold: [], roles }, operators: true })
    const as = async (claims: object): Promise<{ headers: Record<string, string> }> => ({
      headers: { authorization: `Bearer ${await folder.issuer.token(claims)}` },
    })
    const grace = { sub: 'grace', kind: 'human', roles: ['dba'] }
    const token = await folder.issuer.token()
    const { body } = await ask(folder.control, 'POST', '/v1/sessions', {
      headers: { authorization: `Bearer ${token}` },
    })
    const { capabilities, session } = body as { session: string; capabilities: Record<string, string> }
    const client = await connected(folder, capabilities['db'] ?? '')
    const lock = await locked('notes')
    const waits = client.query('select count(*) from notes').catch((error: unknown) => error)
    const what = { what: { kind: 'session', id: session }, reason: 'gone astray' }
    for (const claims of [{}, { sub: 'ada', kind: 'human', roles: ['dba'] }, { ...grace, roles: [] }]) {
      const who = await as(claims)
      expect((await ask(folder.approvals, 'GET', '/v1/sessions', who)).status).toBe(403)
      expect((await ask(folder.approvals, 'POST', '/v1/revocations', asJson(what, who.headers))).status).toBe(403)
    }
    expect((await ask(folder.approvals, 'GET', '/v1/revocations')).status).toBe(401)
    expect((await ask(folder.control, 'GET', '/v1/sessions', await as(grace))).status).toBe(404)
    const listed = await ask(folder.approvals, 'GET', '/v1/sessions', await as(grace))
    expect(listed.body).toMatchObject({ sessions: [{ session, kind: 'agent', connections: 1 }] })
    expect(listed.text).not.toMatch(/bk_|eyJ/)
    const { headers } = await as(grace)
    expect((await ask(folder.approvals, 'POST', '/v1/revocations', asJson(what, headers))).status).toBe(201)
    expect(await waits).toMatchObject({ code: '57P01', message: expect.stringContaining('gone astray') })
    await lock.end()
    await expect(connected(folder, capabilities['db'] ?? '')).rejects.toThrow(code('ERR_'))
    expect((await ask(folder.approvals, 'GET', '/v1/revocations', await as(grace))).body).toMatchObject({
      revocations: [{ what: { kind: 'session', id: session }, reason: 'gone astray' }],
    })
  })

  it('ends at once on a second signal, with the journal closed well', async () => {
    const { folder, served } = await serving()
    const client = await connected(folder, await folder.issuer.token())
    const slow = client.query('select pg_sleep(3600)').catch((error: Error) => error.message)
    await expect.poll(async () => (await ask(folder.control, 'GET', '/metrics')).text).toMatch(/effect="allow"\} 1$/m)
    served.kill('SIGTERM')
    await expect.poll(() => served.log.some(({ event }) => event === 'draining')).toBe(true)
    served.kill('SIGINT')
    expect(await served.ended).toBe(5)
    await slow
    expect((await verifyJournal(folder.journal)).verdict).toBe('intact')
  })

  it('says why it is not ready when a server is away, and starts all the same', async () => {
    const { folder } = await serving({ database: { host: '127.0.0.1', port: 1, name: 'none' } })
    const { body, status } = await ask(folder.control, 'GET', '/readyz')
    expect([status, body]).toEqual([503, { ready: false, reasons: { 'target:db': 'it cannot be reached' } }])
    await expect(connected(folder, await folder.issuer.token())).rejects.toThrow(/./)
  })
})

describe('the command', () => {
  const run = async (...args: string[]): Promise<{ exit: number | string; errors: string; out: string }> => {
    const command = runCommand(args)
    const exit = await command.ended
    return { exit, errors: command.errors(), out: command.log.map(({ event }) => event).join('\n') }
  }

  it('checks a configuration and opens nothing', async () => {
    const folder = await folderOf()
    expect(await run('serve', '--config', folder.config, '--check')).toEqual({
      exit: 0,
      errors: '',
      out: `${folder.config} is right`,
    })
    expect(() => readFileSync(`${folder.journal}/LOCK`)).toThrow(/ENOENT/)
  })

  it('refuses files that others can read', async () => {
    const folder = await folderOf()
    chmodSync(folder.passwordFile, 0o644)
    for (const more of [['--check'], []]) {
      const { errors, exit } = await run('serve', '--config', folder.config, ...more)
      expect([exit, errors]).toEqual([3, expect.stringContaining('the password of db')])
    }
    chmodSync(folder.config, 0o640)
    expect(await run('serve', '--config', folder.config)).toMatchObject({
      exit: 3,
      errors: expect.stringMatching(/the configuration .* can be read by others/),
    })
  })

  it('refuses a journal that others can read, and one that another process has', async () => {
    const { folder } = await serving()
    expect(await run('serve', '--config', folder.config)).toMatchObject({
      exit: 4,
      errors: expect.stringContaining('ERR_JOURNAL_LOCKED'),
    })
    const other = await folderOf({ config: { journal: { folder: folder.door } } })
    chmodSync(folder.door, 0o755)
    expect(await run('serve', '--config', other.config)).toMatchObject({
      exit: 3,
      errors: expect.stringContaining('open to group or others'),
    })
  })

  it('says what is wrong with the configuration, and with itself', async () => {
    const folder = await folderOf({ config: { polcy: 1 } })
    expect(await run('serve', '--config', folder.config)).toMatchObject({
      exit: 3,
      errors: expect.stringContaining('unknown key "polcy"'),
    })
    expect(await run('serve')).toMatchObject({ exit: 2, errors: expect.stringContaining('--config') })
    expect(await run('srve', '--config', 'x')).toMatchObject({ exit: 2 })
    expect(await run('serve', '--cnfig', 'x')).toMatchObject({ exit: 2 })
    expect(await run('--help')).toMatchObject({ exit: 0, errors: '', out: expect.stringContaining('Exit codes') })
  })
})
