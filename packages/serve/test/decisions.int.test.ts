import { rmSync, writeFileSync } from 'node:fs'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ShownRequest } from './support/control-client.js'
import { asJson, ask, signed } from './support/control-client.js'
import type { ServedFolder } from './support/served-folder.js'
import { makeServedFolder, policy } from './support/served-folder.js'
import type { ServedProcess } from './support/served-process.js'
import { clientOf, startProcess } from './support/served-process.js'

const wide = { ...policy, hold: [], roles: { ...policy.roles, dba: [{ target: 'db', duty: 'policy' }] } }
const narrow = { ...wide, deny: [{ id: 'no-notes', duty: 'read', target: 'db', resource: 'table:public.notes' }] }

let folder: ServedFolder
let served: ServedProcess

beforeAll(async () => {
  const { host, name, password, port, url, user } = await freshDatabase()
  const owner = new pg.Client(url)
  await owner.connect()
  await owner.query('create table notes (n int); insert into notes values (1)')
  await owner.end()
  folder = await makeServedFolder({
    database: { host, name, port },
    login: { user, password },
    policy: narrow,
    operators: true,
  })
  served = await startProcess(folder)
  expect(served.errors()).toBe('')
})

afterAll(async () => {
  served.kill('SIGKILL')
  await served.ended
  rmSync(folder.path, { recursive: true })
})

const handIn = async (collection: string, about: ShownRequest, id?: string): Promise<unknown> => {
  const evidence = await signed(folder, about, 'allow', id)
  return (await ask(folder.approvals, 'POST', `/v1/${collection}/${about.id}`, asJson({ evidence }))).body
}

it('brings a policy into force, and lifts a revocation, by what the right person signed about it', async () => {
  const client = clientOf(folder, await folder.issuer.token())
  await client.connect()
  const reads = (): Promise<string> =>
    client.query('select n from notes').then(
      () => 'reads',
      (error: pg.DatabaseError) => error.code ?? '',
    )
  expect(await reads()).toBe('42501')
  expect((await ask(folder.approvals, 'GET', '/v1/policy-changes')).body).toEqual({ policyChanges: [] })
  writeFileSync(folder.policy, JSON.stringify(wide))
  served.kill('SIGHUP')
  const changes = async (): Promise<readonly ShownRequest[]> =>
    (await ask(folder.approvals, 'GET', '/v1/policy-changes')).body['policyChanges'] as readonly ShownRequest[]
  await expect.poll(changes).toHaveLength(1)
  const [change] = await changes()
  if (change === undefined) throw new Error('nothing waits')
  expect(change.view.text).toContain('no-notes')
  // The agent's owner has no such duty.
  expect(await handIn('policy-changes', change, 'ada')).toMatchObject({ applied: false })
  expect(await reads()).toBe('42501')
  expect(await handIn('policy-changes', change)).toEqual({ applied: true })
  expect(await reads()).toBe('reads')

  const operator = {
    authorization: `Bearer ${await folder.issuer.token({ sub: 'grace', kind: 'human', roles: ['dba'] })}`,
  }
  const what = { kind: 'subject', issuer: 'https://idp.test', id: 'agent-1' }
  const ended = new Promise((resolve) => client.once('end', resolve))
  const revoked = await ask(folder.approvals, 'POST', '/v1/revocations', asJson({ what, reason: 'astray' }, operator))
  expect(revoked.status).toBe(201)
  await ended
  const listed = (await ask(folder.approvals, 'GET', '/v1/revocations', { headers: operator })).body
  const [revocation] = listed['revocations'] as readonly ShownRequest[]
  if (revocation === undefined) throw new Error('nothing is revoked')
  const again = async (): Promise<string> => {
    const later = clientOf(folder, await folder.issuer.token())
    return later.connect().then(
      () => later.end().then(() => 'in'),
      () => 'out',
    )
  }
  expect(await handIn('revocations', revocation, 'ada')).toMatchObject({ lifted: false })
  expect(await again()).toBe('out')
  expect(await handIn('revocations', revocation)).toEqual({ lifted: true })
  expect(await again()).toBe('in')
  // A listener of agents has none of it.
  for (const path of ['policy-changes', 'reviews'])
    expect((await ask(folder.control, 'GET', `/v1/${path}`)).status).toBe(404)
})
