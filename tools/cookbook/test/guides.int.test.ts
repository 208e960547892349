import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  accountsAsPeople,
  createGuard,
  fileJournal,
  inlineSource,
  readJournal,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import { postgres } from '@bothkeys/pg'
import { startTinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { effectsUsed } from '../src/guides/effects-used.js'
import { clusterOf, podsOf } from '../src/guides/governed-cluster.js'
import { withOrders } from '../src/guides/governed-pool.js'
import { doneBy, stopped } from '../src/guides/incident.js'
import { watched } from '../src/guides/watching.js'
import { weaknesses } from '../src/guides/weaknesses.js'

const root = new URL('../../../', import.meta.url)
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8')

const examples = [
  ['docs/operating.md', ['watching', 'weaknesses', 'incident']],
  ['docs/migration.md', ['governed-pool', 'governed-cluster', 'effects-used']],
] as const

describe.each(examples)('%s', (page, names) => {
  it.each(names)('shows the example that runs here: %s', async (name) => {
    expect(await read(page)).toContain(`\`\`\`ts\n${await read(`tools/cookbook/src/guides/${name}.ts`)}\`\`\``)
  })
})

const blocks = async (page: string): Promise<readonly string[]> =>
  [...(await read(page)).matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] ?? '')

const account = { issuer: 'unverified', id: 'etl-agent' }
const credential = {
  [unverifiedCredential]: { kind: 'agent', subject: 'etl-agent', owners: ['ada'], agentClass: 'etl', roles: ['etl'] },
} as const

/** A guard with a policy in front of a shop, for an agent whose token is anything. */
async function opened(policy: string) {
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query(
    'create table invoices (id int primary key, total int); create table drafts (id int); insert into invoices values (1, 5)',
  )
  await owner.end()
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-guides-'))
  const orders = postgres('orders', { connectionString: database.url })
  const verifier = unverifiedIdentity()
  const guard = await createGuard({
    policy: inlineSource(policy),
    identity: { verify: (_token, signal) => verifier.verify(credential, signal) },
    directory: accountsAsPeople,
    targets: [orders],
    journal: fileJournal(join(folder, 'audit')),
  })
  onTestFinished(async () => {
    await guard.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { guard, orders, folder: join(folder, 'audit') }
}

describe('the way from a wide policy to a narrow one', () => {
  it('lets everything run at first, says what did, and then lets that run alone', async () => {
    const [wide = '', narrow = ''] = await blocks('docs/migration.md')
    const work = (db: pg.Pool) => db.query('update invoices set total = total + 1 where id = $1', [1])
    const first = await opened(wide)
    await withOrders(first.guard, first.orders, 'token', work)
    await first.guard.close()
    expect(Object.fromEntries(await effectsUsed(first.folder))).toEqual({
      'read table:public.invoices': 1,
      'write table:public.invoices': 1,
    })
    const second = await opened(narrow)
    await withOrders(second.guard, second.orders, 'token', async (db) => {
      expect((await work(db)).rowCount).toBe(1)
      await expect(db.query('insert into drafts values (1)')).rejects.toMatchObject({ detail: 'ERR_DENIED' })
    })
    await second.guard.close()
    const denied: unknown[] = []
    for await (const event of readJournal(second.folder)) if (event.type === 'action.denied') denied.push(event)
    expect(denied).toMatchObject([{ action: { effects: [{ duty: 'write', resource: 'table:public.drafts' }] } }])
  })
})

describe('a cluster', () => {
  it('is reached by agents without the kubeconfig', async () => {
    const api = await startTinyKubernetes()
    onTestFinished(() => api.stop())
    const operator = new KubeConfig()
    operator.loadFromClusterAndUser(
      { name: 'tiny', server: api.url, caData: Buffer.from(api.ca).toString('base64'), skipTLSVerify: false },
      { name: 'operator', token: api.adminToken },
    )
    await operator.makeApiClient(CoreV1Api).createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'web-0' }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    })
    const cluster = clusterOf(operator.exportConfig())
    const guard = await createGuard({
      policy: inlineSource({
        version: 1,
        targets: { cluster: { kind: 'kubernetes' } },
        roles: { etl: [{ target: 'cluster', duty: 'read', resource: 'object:default.**' }] },
      }),
      identity: unverifiedIdentity(),
      directory: accountsAsPeople,
      targets: [cluster],
      journal: memoryJournal(),
    })
    onTestFinished(() => guard.close())
    const pods = podsOf(cluster, await guard.openSession(credential))
    const { items } = await pods.listNamespacedPod({ namespace: 'default' })
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['web-0'])
    await expect(pods.deleteNamespacedPod({ namespace: 'default', name: 'web-0' })).rejects.toMatchObject({ code: 403 })
  })
})

describe('an incident', () => {
  it('ends what a person’s agents have open, and what they did is in the record', async () => {
    const [wide = ''] = await blocks('docs/migration.md')
    const { folder, guard, orders } = await opened(wide)
    const alerts: string[] = []
    const stop = watched(guard, (text) => alerts.push(text))
    // Its role owns the database, so that it may create objects there.
    expect(await weaknesses([orders])).toContainEqual(expect.stringMatching(/^orders: .*creat/))
    await withOrders(guard, orders, 'token', async (db) => {
      await db.query('select id from invoices')
      await stopped(guard, { issuer: 'unverified', id: 'ada' }, 'laptop stolen')
      await expect(db.query('select id from invoices')).rejects.toMatchObject({ code: '57P01' })
    })
    await expect(guard.openSession({ token: 'token' })).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    expect(await doneBy(folder, account)).toMatchObject([{ type: 'action.intent' }])
    expect(await doneBy(folder, { ...account, id: 'another' })).toEqual([])
    stop()
    expect(alerts).toEqual([])
  })
})
