import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readRequest, requestTokens, systemClock } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { issuerName } from './support/issuer.js'
import type { ServedFolder } from './support/served-folder.js'
import { deskIssuer, makeServedFolder } from './support/served-folder.js'
import type { ServedProcess } from './support/served-process.js'
import { clientOf, startProcess } from './support/served-process.js'

const engineKey = generateKeyPairSync('ed25519')
let database: Awaited<ReturnType<typeof freshDatabase>>
let folder: ServedFolder
let served: ServedProcess
let relay: Server
/** The statements that the relay was asked about. */
let asked: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query('create table held (n int)')
  await owner.end()
})

afterEach(async () => {
  served.kill('SIGKILL')
  await served.ended
  relay.closeAllConnections()
  relay.close()
  rmSync(folder.path, { recursive: true })
})

/** A relay at which grace says this at once, if it is asked by the engine. */
function relayOf(dec: 'allow' | 'deny'): Server {
  asked = []
  const jwks = { keys: [{ ...engineKey.publicKey.export({ format: 'jwk' }), alg: 'Ed25519' }] }
  const engines = [{ engine: 'doors', jwks }]
  const engineOf = requestTokens({ engines, audience: deskIssuer, clock: systemClock, toleranceS: 5 })
  const answer = async (bearer: string, path: string, body: Buffer): Promise<string> => {
    await engineOf(bearer, { method: 'POST', path, body }, AbortSignal.timeout(10_000))
    const { subject, view } = readRequest(body)
    asked.push(view.text)
    const who = { issuer: deskIssuer, subject: { issuer: issuerName, id: 'grace' }, level: 'signed' } as const
    return signApproval({ ...subject, dec }, { ...who, key: folder.deskKey, algorithm: 'ES256' })
  }
  return createServer((request, response) => {
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '')
    void buffer(request)
      .then((body) => answer(bearer, request.url ?? '', body))
      .then(
        (evidence) =>
          response.setHeader('content-type', 'application/json').end(JSON.stringify({ evidence: [evidence] })),
        () => response.writeHead(401).end(),
      )
  })
}

/** Starts the doors with a relay whose requests are signed by this key; answers what became of a held statement. */
async function held(dec: 'allow' | 'deny', key = engineKey.privateKey): Promise<pg.QueryResult> {
  relay = relayOf(dec).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  // It listens on a port.
  const { port: relayPort } = relay.address() as AddressInfo
  const { host, name, password, port, user } = database
  const approver = {
    kind: 'webhook',
    name: 'relay',
    url: `http://127.0.0.1:${String(relayPort)}`,
    issuer: deskIssuer,
    jwksFile: 'desk.jwks',
    keyFile: 'relay.key',
    algorithm: 'Ed25519',
  }
  const config = { approvers: [approver] }
  folder = await makeServedFolder({ database: { host, name, port }, login: { user, password }, config })
  writeFileSync(join(folder.path, 'relay.key'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  served = await startProcess(folder)
  expect(served.errors()).toBe('')
  const client = clientOf(folder, await folder.issuer.token())
  await client.connect()
  try {
    return await client.query('insert into held values (1)')
  } finally {
    await client.end()
  }
}

describe('bothkeys serve with a relay', () => {
  it('asks people there, signed by the key in the file, and runs what they allowed', async () => {
    expect((await held('allow')).rowCount).toBe(1)
    expect(asked).toEqual([expect.stringContaining('insert into held values (1)')])
  })

  it('does not run what they denied', async () => {
    await expect(held('deny')).rejects.toMatchObject({ detail: expect.stringContaining('ERR_APPROVAL_DENIED') })
    expect(asked).toHaveLength(1)
  })

  it('runs nothing when the relay does not take its key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    await expect(held('allow', privateKey)).rejects.toMatchObject({
      detail: expect.stringContaining('ERR_APPROVAL_UNAVAILABLE'),
    })
    expect(asked).toEqual([])
  })
})
