import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import type { ApprovalRequest, Guard, Ledger, Session } from '@bothkeys/core'
import {
  accountsAsPeople,
  createGuard,
  memoryLedger,
  signedApprover,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import { signApproval } from '@bothkeys/core/signing'
import { memoryJournal } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { PostgresTarget } from '../../src/index.js'
import { postgres } from '../../src/index.js'
import { agent } from '../support/governed.js'
import { holdOn } from './support/desk.js'

const update = 'update t set b = b + 1'
const desk = 'https://desk.example'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'd1', alg: 'ES256', use: 'sig' }
const takeover = { key: randomBytes(32), afterMs: 1_000 }

/** The same on every cluster, down to the numbers of transactions. */
const seed = `
create role door login password 'secret';
create role blind login password 'secret';
create table t (a int primary key, b int not null);
insert into t values (1, 0);
grant select, update on t to door, blind;`

interface Cluster {
  readonly server: LocalPostgres
  readonly admin: pg.Client
  readonly system: string
}

async function cluster(): Promise<Cluster> {
  const server = await startPostgres()
  const admin = new pg.Client(new URL('/app', server.superuserUrl).href)
  await admin.connect()
  await admin.query(seed)
  const found = await admin.query<{ id: string }>('select system_identifier::text as id from pg_control_system()')
  return { server, admin, system: found.rows[0]?.id ?? '' }
}

/** A guard that can die: from then on nothing of it reaches the ledger. */
interface Process {
  readonly guard: Guard
  readonly target: PostgresTarget
  readonly session: Session
  readonly journal: ReturnType<typeof memoryJournal>
  die(): void
}

function guardAsks({ approvals }: Guard): Promise<ApprovalRequest | undefined> {
  return vi
    .waitFor(
      () => {
        const [first] = approvals.pending()
        if (first === undefined) throw new Error('nothing is asked')
        return first
      },
      { timeout: 10_000, interval: 10 },
    )
    .catch(() => undefined)
}

describe('two clusters behind one address', () => {
  let one: Cluster
  let two: Cluster
  let now: Cluster
  const ledger = memoryLedger({
    clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
  })
  const processes: Process[] = []
  const between = createServer((client) => {
    const upstream = connect(now.server.port, now.server.host)
    for (const each of [client, upstream]) each.on('error', () => undefined)
    client.pipe(upstream).pipe(client)
  })

  beforeAll(async () => {
    ;[one, two] = await Promise.all([cluster(), cluster()])
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  })

  afterAll(async () => {
    await Promise.all(processes.map(({ guard }) => guard.close()))
    await new Promise((resolve) => between.close(resolve))
    await Promise.all([one, two].flatMap(({ admin, server }) => [admin.end().then(() => server.stop())]))
  })

  async function start(role = 'door'): Promise<Process> {
    let alive = true
    const mine: Ledger = {
      get: (key) => (assertAlive(), ledger.get(key)),
      commit: (changes) => (assertAlive(), ledger.commit(changes)),
      nowMs: () => (assertAlive(), ledger.nowMs()),
      close: () => Promise.resolve(),
    }
    const assertAlive = (): void => {
      if (!alive) throw new Error('killed')
    }
    // A server that listens on TCP has an address with a port.
    const { port } = between.address() as AddressInfo
    const target = postgres('db', {
      connectionString: `postgres://${role}:secret@127.0.0.1:${String(port)}/app`,
      schemaWriters: ['app_owner'],
    })
    const journal = memoryJournal()
    const people = () => ({ roles: ['dba'] })
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: {
        load: () =>
          Promise.resolve({
            name: 'test',
            content: {
              version: 1,
              targets: { db: { kind: 'postgres' } },
              roles: {
                agent: [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
                dba: [{ target: 'db', duty: 'approve' }],
              },
              hold: [holdOn('write', { level: 'signed' })],
            },
          }),
      },
      identity: unverifiedIdentity(),
      targets: [target],
      approvers: [signedApprover({ name: 'desk', issuer: desk, jwks: { keys: [jwk] }, people })],
      journal,
      ledger: mine,
      takeover,
    })
    const session = await guard.openSession({ [unverifiedCredential]: agent })
    const process = { guard, target, session, journal, die: () => (alive = false) }
    processes.push(process)
    return process
  }

  async function asks({
    guard,
    session,
    target,
  }: Process): Promise<{ request: ApprovalRequest; ended: Promise<unknown> }> {
    const client = target.client(session)
    client.on('error', () => undefined)
    await client.connect()
    // As long as the one that asked before counts as there, nobody asks in its place: then the agent tries again.
    for (let attempt = 0; attempt < 100; attempt++) {
      const ended = client.query(update).then(
        () => 'ran',
        (error: unknown) => error,
      )
      const request = await Promise.race([guardAsks(guard), ended.then(() => undefined)])
      if (request !== undefined) return { request, ended }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error('nothing is asked')
  }

  async function approve(by: Process, request: ApprovalRequest): Promise<unknown> {
    const evidence = await signApproval(
      { ...request.subject, dec: 'allow' },
      {
        issuer: desk,
        subject: { issuer: desk, id: 'ann' },
        level: 'signed',
        key: privateKey,
        keyId: 'd1',
        algorithm: 'ES256',
      },
    )
    return by.guard.approvals.submit(request.id, evidence)
  }

  const changed = async ({ admin }: Cluster): Promise<number> =>
    (await admin.query<{ b: number }>('select b from t')).rows[0]?.b ?? -1

  it('are told apart in what people approve', async () => {
    expect(one.system).not.toBe(two.system)
    for (const at of [one, two]) {
      now = at
      const process = await start()
      const { request } = await asks(process)
      expect(request.identity).toMatchObject({ database: 'app', system: at.system })
      expect(request.view.text.replaceAll('\n    |> ', '')).toContain(`system=${at.system}`)
      process.die()
    }
  })

  it.each([
    ['runs on the cluster that it was given for, whoever asks again', () => one],
    ['is worth nothing on another one, whatever else is the same', () => two],
  ])('have approvals of their own: one %s', async (_what, then) => {
    now = one
    const asked = await start()
    const before = await asks(asked)
    asked.die()
    now = then()
    const heir = await start()
    const after = await asks(heir)
    expect(after.request.id === before.request.id).toBe(now === one)
    await approve(heir, before.request)
    if (now === one) {
      expect(await after.ended).toBe('ran')
      expect(await changed(one)).toBe(1)
    } else {
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(await changed(two)).toBe(0)
      expect(heir.guard.approvals.pending().map(({ id }) => id)).toEqual([after.request.id])
    }
    heir.die()
  })

  it('are not told apart where the server does not say, and people see that', async () => {
    await one.admin.query('revoke execute on function pg_control_system() from public')
    now = one
    const process = await start('blind')
    const client = process.target.client(process.session)
    await client.connect()
    expect((await client.query('select a from t')).rows).toEqual([{ a: 1 }])
    await client.end()
    const { request } = await asks(process)
    expect(request.view.text.replaceAll('\n    |> ', '')).toContain('system=unknown')
    process.die()
  })
})
