import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileJournal, policyDigest, verifyJournal } from '@bothkeys/core'
import { signPolicy } from '@bothkeys/core/signing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import { exportJWK, generateKeyPair } from 'jose'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ShownRequest } from './support/control-client.js'
import { asJson, ask, decide, heldRequests, signed } from './support/control-client.js'
import { patiently } from './support/patiently.js'
import type { FolderOptions, ServedFolder } from './support/served-folder.js'
import { makeServedFolder, policy } from './support/served-folder.js'
import type { ServedProcess } from './support/served-process.js'
import { clientOf, startProcess } from './support/served-process.js'

/** Whoever reads one of the two tables may not write the other one. */
const apart = {
  ...policy,
  separate: {
    dynamic: [{ id: 'apart', duties: ['read', 'write'], max: 1, over: ['run'], per: 'target', window: '1h' }],
  },
}

/** Reads and writes of one table are denied. */
const narrow = {
  ...policy,
  deny: [{ id: 'no-other', duty: ['read', 'write'], target: 'db', resource: 'table:public.other' }],
}

let database: Awaited<ReturnType<typeof freshDatabase>>
let owner: pg.Client
let schemas = 0
const folders: ServedFolder[] = []
const processes: ServedProcess[] = []
const clients: pg.Client[] = []

beforeAll(async () => {
  database = await freshDatabase()
  owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table notes (n int); create table held (n int); create table other (n int)')
})

beforeEach(async () => {
  await owner.query('truncate notes, held, other; insert into notes values (1), (2)')
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)))
  for (const served of processes.splice(0)) {
    served.kill('SIGKILL')
    await served.ended
  }
})

afterAll(async () => {
  await owner.end()
  for (const { path } of folders) rmSync(path, { recursive: true })
})

/** Folders of so many processes that have the same ledger, and nothing else in common but what they are told. */
async function foldersOf(count: number, options: Partial<FolderOptions> = {}): Promise<readonly ServedFolder[]> {
  const { host, name, password, port, url, user } = database
  const schema = `ledger_${String(++schemas)}`
  const [first, ...more] = await Promise.all(
    Array.from({ length: count }, async () => {
      const folder = await makeServedFolder({
        database: { host, name, port },
        login: { user, password },
        ...options,
        config: { ledger: { kind: 'postgres', connectionStringFile: 'ledger.url', schema }, ...options.config },
      })
      writeFileSync(join(folder.path, 'ledger.url'), url, { mode: 0o600 })
      return folder
    }),
  )
  if (first === undefined) throw new Error('there is no folder')
  // The same people, the same desk.
  const alike = more.map((folder) => ({ ...folder, issuer: first.issuer, deskKey: first.deskKey }))
  for (const folder of alike) {
    for (const name of ['issuer.jwks', 'desk.jwks']) {
      rmSync(join(folder.path, name))
      copyFileSync(join(first.path, name), join(folder.path, name))
    }
  }
  folders.push(first, ...more)
  return [first, ...alike]
}

async function starts(folder: ServedFolder): Promise<ServedProcess> {
  const served = await startProcess(folder)
  processes.push(served)
  expect(served.errors()).toBe('')
  return served
}

async function connected(folder: ServedFolder, claims: object = {}): Promise<pg.Client> {
  const client = clientOf(folder, await folder.issuer.token(claims))
  clients.push(client)
  await client.connect()
  return client
}

const code = (expected: string): unknown => expect.objectContaining({ detail: expect.stringContaining(expected) })

async function rowsOf(table: string): Promise<readonly number[]> {
  return (await owner.query<{ n: number }>(`select n from ${table} order by n`)).rows.map(({ n }) => n)
}

/** How often the record of a process that ended says that it was about to do something that a person approved. */
async function approvedIntents({ journal: folder }: ServedFolder): Promise<number> {
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
  const journal = await fileJournal(folder).open({ recorder: 'doors', clock })
  let count = 0
  for await (const event of journal.read())
    if (event.type === 'action.intent' && event['approval'] !== undefined) count++
  await journal.close()
  return count
}

async function heldAt(folder: ServedFolder): Promise<ShownRequest> {
  await expect.poll(() => heldRequests(folder)).toHaveLength(1)
  const [held] = await heldRequests(folder)
  if (held === undefined) throw new Error('nothing is held')
  return held
}

async function two(options: Partial<FolderOptions> = {}): Promise<readonly [ServedFolder, ServedFolder]> {
  const [one, other] = await foldersOf(2, options)
  if (one === undefined || other === undefined) throw new Error('there are no two')
  return [one, other]
}

describe('two processes of one ledger', () => {
  it('run what was held by one of them once, whoever is shown the signature', async () => {
    const [one, other] = await two()
    const [first, second] = [await starts(one), await starts(other)]
    const client = await connected(one)
    const insert = client.query('insert into held values (1)')
    const held = await heldAt(one)
    const evidence = await signed(one, held, 'allow')
    const submit = (to: ServedFolder): ReturnType<typeof ask> =>
      ask(to.approvals, 'POST', `/v1/approvals/${held.id}`, asJson({ evidence }))
    const receipts = await Promise.all([submit(other), submit(one), submit(one), submit(other)])
    expect((await insert).rowCount).toBe(1)
    // The process that did not ask keeps the answer for the one that did.
    expect(receipts.filter(({ body }) => [true, 'later'].includes(body['counted'] as boolean))).toHaveLength(1)
    for (const folder of [one, other]) expect((await submit(folder)).body).toMatchObject({ counted: false })
    // The same statement again is another request.
    const again = (await connected(other)).query('insert into held values (1)').catch((error: unknown) => error)
    const next = await heldAt(other)
    expect(next.id).not.toBe(held.id)
    expect((await submit(other)).body).toMatchObject({ counted: false })
    expect(await decide(other, next, 'deny')).toEqual({ counted: true })
    expect(await again).toEqual(code('ERR_APPROVAL_DENIED'))
    expect(await rowsOf('held')).toEqual([1])
    for (const served of [first, second]) {
      served.kill('SIGTERM')
      expect(await served.ended).toBe(0)
    }
    expect([await approvedIntents(one), await approvedIntents(other)]).toEqual([1, 0])
  })

  it('do not run what was held by one that is killed, nor does the one that comes back', async () => {
    const [one, other] = await two()
    const [first] = [await starts(one), await starts(other)]
    const lost = (await connected(one)).query('insert into held values (1)').catch(() => 'lost')
    const held = await heldAt(one)
    const evidence = await signed(one, held, 'allow')
    first.kill('SIGKILL')
    expect([await first.ended, await lost]).toEqual(['SIGKILL', 'lost'])
    const submit = (to: ServedFolder): ReturnType<typeof ask> =>
      ask(to.approvals, 'POST', `/v1/approvals/${held.id}`, asJson({ evidence }))
    expect((await submit(other)).body['counted']).not.toBe(true)
    // The other one goes on.
    const insert = (await connected(other)).query('insert into held values (2)')
    expect(await decide(other, await heldAt(other), 'allow')).toEqual({ counted: true })
    expect((await insert).rowCount).toBe(1)
    await starts(one)
    expect((await submit(one)).body['counted']).not.toBe(true)
    expect(await rowsOf('held')).toEqual([2])
    expect((await verifyJournal(one.journal)).verdict).toBe('intact')
  })

  it('keep duties apart, also when one of them is killed, and when both are asked at once', async () => {
    const [one, other] = await two({ policy: apart })
    const [first] = [await starts(one), await starts(other)]
    await (await connected(one)).query('select n from notes')
    first.kill('SIGKILL')
    await first.ended
    const writes = (folder: ServedFolder, claims: object): Promise<unknown> =>
      connected(folder, claims).then((client) => client.query('insert into other values (1)'))
    await expect(writes(other, {})).rejects.toThrow(code('ERR_DUTY_CONFLICT'))
    await starts(one)
    await expect(writes(one, {})).rejects.toThrow(code('ERR_DUTY_CONFLICT'))
    for (const sub of ['agent-2', 'agent-3', 'agent-4', 'agent-5']) {
      const [reader, writer] = [await connected(one, { sub }), await connected(other, { sub })]
      const both = await Promise.allSettled([
        reader.query('select n from notes'),
        writer.query('insert into other values (1)'),
      ])
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: code('ERR_DUTY_CONFLICT') })
    }
  })
})

describe('the authority over a policy', () => {
  it('lets it widen by its signature alone; what is broken or signed before changes nothing', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const issuer = 'https://rollout.test'
    const [folder, other] = await two({
      policy: narrow,
      config: {
        policy: { file: 'policy.yaml', signature: 'policy.jws', authority: { issuer, jwksFile: 'rollout.jwks' } },
      },
    })
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] })
    const write = (to: ServedFolder, name: string, text: string): void =>
      writeFileSync(join(to.path, name), text, { mode: 0o600 })
    const sign = (content: object, ver: number): Promise<string> =>
      signPolicy(
        { aud: 'doors', pol: policyDigest({ name: 'policy.yaml', content: JSON.stringify(content) }), ver },
        { issuer, key: privateKey, algorithm: 'ES256' },
      )
    const first = await sign(narrow, 1)
    for (const each of [folder, other]) {
      write(each, 'rollout.jwks', jwks)
      write(each, 'policy.jws', first)
    }
    const served = await starts(folder)
    const client = await connected(folder)
    const reads = (): Promise<unknown> => patiently(() => client.query('select n from other'))
    const rejections = (): number => served.log.filter(({ event }) => event === 'not reloaded').length
    const refusedReload = async (): Promise<void> => {
      const before = rejections()
      served.kill('SIGHUP')
      await expect.poll(rejections).toBeGreaterThan(before)
      await expect(reads()).rejects.toThrow(code('ERR_DENIED'))
      expect((await patiently(() => client.query('select n from notes'))).rowCount).toBe(2)
    }
    write(folder, 'policy.yaml', JSON.stringify(policy))
    await refusedReload()
    for (const signature of ['', 'x.y.z', await sign(policy, 1), await sign({ ...policy, hold: [] }, 2)]) {
      write(folder, 'policy.jws', signature)
      await refusedReload()
    }
    write(folder, 'policy.jws', await sign(policy, 2))
    served.kill('SIGHUP')
    await expect.poll(() => reads().then(() => 'reads', () => 'refused')).toBe('reads') // prettier-ignore
    // What is wider still, with what was signed for another one.
    const wider = { ...policy, hold: [] }
    write(folder, 'policy.yaml', JSON.stringify(wider))
    const before = rejections()
    served.kill('SIGHUP')
    await expect.poll(rejections).toBeGreaterThan(before)
    const held = client.query('insert into held values (1)').catch((error: unknown) => error)
    expect(await decide(folder, await heldAt(folder), 'deny')).toEqual({ counted: true })
    expect(await held).toEqual(code('ERR_APPROVAL_DENIED'))
    // The other process has the same ledger: the policy before is one that was.
    const late = await startProcess(other)
    processes.push(late)
    expect([await late.ended, late.errors()]).toEqual([4, expect.stringContaining('ERR_POLICY_UNSIGNED')])
  })
})
