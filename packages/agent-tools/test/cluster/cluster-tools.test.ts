import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HeldNotice } from '@bothkeys/core/adapter'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryInUse } from '../../../../tools/memory-in-use.js'
import { kubernetesTools } from '../../src/index.js'
import { type ClusterStage, openClusterStage } from '../support/cluster-stage.js'

let stage: ClusterStage
beforeAll(async () => {
  stage = await openClusterStage()
  const spec = { nodeName: 'node', containers: [{ name: 'main', image: 'i', env: [{ name: 'TO', value: 'a@b.org' }] }] }
  for (let n = 0; n < 30; n++)
    await stage.call('POST', '/api/v1/namespaces/shop/pods', { metadata: { name: `web-${String(n)}` }, spec })
  await stage.call('POST', '/api/v1/namespaces/shop/secrets', {
    metadata: { name: 'db' },
    stringData: { password: 'hunter2' },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  stage.people.requests.length = 0
  const held = '/api/v1/namespaces/shop/configmaps/held'
  await stage.call('DELETE', held).catch(() => undefined)
  await stage.call('POST', '/api/v1/namespaces/shop/configmaps', { metadata: { name: 'held' }, data: { a: '1' } })
})

const pods = { apiVersion: 'v1', kind: 'Pod' }
const maps = { apiVersion: 'v1', kind: 'ConfigMap' }
const held = { ...maps, name: 'held' }
const valueOfHeld = async (): Promise<unknown> =>
  stage.call('GET', '/api/v1/namespaces/shop/configmaps/held').catch(() => undefined)

describe('the tools for a cluster', () => {
  it('say in their descriptions which cluster, and how much they show', () => {
    const tools = stage.tools({ items: 7, bytes: 1234 })
    expect(tools.map(({ name }) => name)).toEqual(
      ['get', 'list', 'logs', 'apply', 'scale', 'delete', 'exec'].map((name) => `kubernetes_${name}`),
    )
    for (const { description, target } of tools) {
      expect(description).toContain('"cluster"')
      expect(target).toBe(stage.target)
    }
    expect(tools[1]?.description).toContain('At most 7 objects or 1234 bytes')
    expect(tools[2]?.description).toContain('the last 1234 bytes')
  })

  it.each([{ items: 0 }, { items: 501 }, { bytes: 1.5 }, { timeoutMs: -1 }, { prefix: 'a b' }])(
    'are not made with %o',
    (options) => {
      expect(() => kubernetesTools(stage.session, stage.target, options)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
      )
    },
  )

  it('send nothing in the clear to a server that is no door', async () => {
    const open = {
      ...stage.target,
      name: 'cluster',
      config: () => ({
        getCurrentCluster: () => ({ server: 'https://127.0.0.1:1' }),
        getCurrentContext: () => 'c',
        getContextObject: () => null,
        applyToHTTPSOptions: () => Promise.resolve(),
      }),
    }
    const [get] = kubernetesTools(stage.session, open)
    await expect(get?.run({ ...pods, name: 'web-1' }, { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })
})

describe('kubernetes_get', () => {
  it('answers an object without what nobody reads, masked', async () => {
    const answer = await stage.ask('get', { ...pods, name: 'web-1' })
    expect(JSON.parse(answer)).toMatchObject({ metadata: { name: 'web-1', namespace: 'shop' } })
    expect(answer).not.toContain('managedFields')
    expect(answer).not.toContain('a@b.org')
  })

  it('answers the fields that it is asked for', async () => {
    const fields = ['spec.nodeName', 'spec.containers.0.image', 'spec.nothing', 'spec.constructor']
    expect(JSON.parse(await stage.ask('get', { ...pods, name: 'web-1', fields }))).toEqual({
      'spec.nodeName': 'node',
      'spec.containers.0.image': 'i',
      'spec.nothing': null,
      'spec.constructor': null,
    })
  })

  it('shows no value of a secret', async () => {
    const answer = await stage.ask('get', { apiVersion: 'v1', kind: 'Secret', name: 'db' })
    expect(answer).toContain('"password"')
    expect(answer).not.toContain(Buffer.from('hunter2').toString('base64'))
  })

  it('says that an object is cut', async () => {
    const answer = await stage.ask('get', { ...pods, name: 'web-1' }, {}, { bytes: 100 })
    expect(answer).toMatch(/^TRUNCATED: the object has more than 100 bytes/)
    expect(answer.split('\n')[1]).toHaveLength(100)
  })

  it('tells what the door refuses, and what the API server says', async () => {
    const refused = await stage.ask('get', { ...pods, name: 'x', namespace: 'other' })
    expect(refused).toMatch(/^Not done \(ERR_DENIED\): refused: /)
    expect(refused).toContain('No person can help')
    expect(await stage.ask('get', { ...pods, name: 'none' })).toBe(
      'Failed: the API server answered 404 NotFound: pods "none" not found',
    )
  })

  it('asks the cluster for kinds that not every cluster has, and says where there is none', async () => {
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: 'none' }
    expect(await stage.ask('get', lease)).toContain('404 NotFound')
    expect(await stage.ask('get', { apiVersion: 'apps/v1', kind: 'Nothing', name: 'x' })).toBe(
      'Failed: the cluster has no kind Nothing in apps/v1',
    )
  })
})

describe('kubernetes_list', () => {
  it('answers a line for each object, and goes on where it ended', async () => {
    const first = await stage.ask('list', pods, {}, { items: 20 })
    const [head = '', columns, ...rows] = first.split('\n')
    expect(head).toMatch(/^TRUNCATED: 20 objects are shown, 10 more follow/)
    expect(columns).toMatch(/^NAME \| READY \| STATUS/)
    expect(rows).toHaveLength(20)
    const next = JSON.parse(/continue: (".+")$/.exec(head)?.[1] ?? '') as string
    const second = (await stage.ask('list', { ...pods, continue: next }, {}, { items: 20 })).split('\n')
    expect(second[0]).toBe('10 objects')
    const names = [...rows, ...second.slice(2)].map((row) => row.split(' | ')[0])
    expect(new Set(names).size).toBe(30)
  })

  it('shows no more bytes than it may, and gives no token that would leave out what was not shown', async () => {
    const answer = await stage.ask('list', { ...pods, limit: 20 }, {}, { bytes: 200 })
    expect(answer).toMatch(/^TRUNCATED: \d of 20 objects that were read are shown/)
    expect(answer).not.toContain('continue:')
  })

  it('answers chosen fields, masked', async () => {
    const fields = ['spec.nodeName', 'spec.containers.0.env.0.value']
    const [, columns, row] = (await stage.ask('list', { ...pods, fields, limit: 1 })).split('\n')
    expect(columns).toBe('metadata.namespace | metadata.name | spec.nodeName | spec.containers.0.env.0.value')
    expect(row).toMatch(/^shop \| web-0 \| node \| \[email\]$/)
  })

  it('of all namespaces needs the right to read them all', async () => {
    expect(await stage.ask('list', { ...pods, allNamespaces: true })).toContain('ERR_DENIED')
  })
})

describe('kubernetes_logs', () => {
  it('answers the last of a log, masked', async () => {
    stage.api.handlers.logs = (_call, output) => pipeline(Readable.from(['first\n', 'to jane@example.com\n']), output)
    expect(await stage.ask('logs', { pod: 'web-1' })).toBe('17 bytes:\nfirst\nto [email]\n')
  })

  it('reads 100 MB to the end, and keeps the end alone', async () => {
    const line = `${'x'.repeat(1023)}\n`
    const part = line.repeat(1024)
    const before = await memoryInUse()
    const growths: number[] = []
    const lines = async function* (): AsyncGenerator<string> {
      for (let n = 0; n < 100; n++) {
        yield part
        if (n % 25 === 24) growths.push((await memoryInUse()) - before)
      }
      yield 'the end €\n'
    }
    stage.api.handlers.logs = (_call, output) => pipeline(Readable.from(lines()), output)
    const answer = await stage.ask('logs', { pod: 'web-1', tail: 10_000 }, {}, { bytes: 5_000, timeoutMs: 300_000 })
    expect(answer).toMatch(/^TRUNCATED: the last 5000 of \d+ bytes/)
    expect(answer.endsWith('the end €\n')).toBe(true)
    expect(answer.length).toBeLessThan(5_200)
    expect(growths).toHaveLength(4)
    expect(Math.max(...growths)).toBeLessThan(50 * 1024 * 1024)
  })
})

describe('kubernetes_apply', () => {
  const manifest = { ...maps, metadata: { name: 'settings' }, data: { level: 'info' } }

  it('answers what a dry run would change, and changes nothing', async () => {
    const answer = await stage.ask('apply', { manifest, dryRun: true })
    expect(answer).toMatch(/^DRY RUN, nothing was changed: ConfigMap settings would be created/)
    expect(answer).toContain('+ data: {"level":"info"}')
    expect(await stage.ask('get', { ...maps, name: 'settings' })).toContain('404')
  })

  it('creates, changes, and says when nothing is different', async () => {
    expect(await stage.ask('apply', { manifest })).toMatch(/^ConfigMap settings was created:/)
    const changed = await stage.ask('apply', { manifest: { ...manifest, data: { level: 'debug' } } })
    expect(changed).toBe('ConfigMap settings was changed:\n~ data.level: "info" -> "debug"')
    const same = await stage.ask('apply', { manifest: { ...manifest, data: { level: 'debug' } } })
    expect(same).toBe('ConfigMap settings: nothing changed')
  })

  it('shows no value of a secret in what is different', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, stringData: { password: 'hunter3' } }
    const answer = await stage.ask('apply', { manifest: secret, force: true })
    for (const value of ['hunter3', 'hunter2'])
      for (const text of [value, Buffer.from(value).toString('base64')]) expect(answer).not.toContain(text)
  })

  it('is told by which rule it is refused', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }
    const answer = await stage.ask('apply', { manifest: service })
    expect(answer).toContain('ERR_DENIED')
    expect(answer).toContain('Rules: no-services')
  })

  it('waits for a person, and runs once', async () => {
    const notices: HeldNotice[] = []
    const wanted = { ...maps, metadata: { name: 'held' }, data: { b: '2' } }
    const asking = stage.ask('apply', { manifest: wanted }, { onHeld: (notice) => void notices.push(notice) })
    await expect.poll(() => notices.length).toBe(1)
    expect(notices[0]).toMatchObject({ requestId: stage.people.requests[0]?.id, rules: ['asked'] })
    expect(await valueOfHeld()).toMatchObject({ data: { a: '1' } })
    await stage.people.say('allow')
    expect(await asking).toBe('ConfigMap held was changed:\n+ data.b: "2"')
    expect(stage.people.requests).toHaveLength(1)
  })
})

describe('kubernetes_delete', () => {
  it('is withdrawn when nobody waits any more, and says that nothing was done', async () => {
    const leaving = new AbortController()
    const asking = stage.ask('delete', held, { signal: leaving.signal })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    leaving.abort()
    expect(await asking).toMatch(/^Not done \(ERR_/)
    await stage.people.say('allow')
    expect(await valueOfHeld()).toMatchObject({ data: { a: '1' } })
  })

  it('is done once a person allows it, and not when they deny it', async () => {
    const denied = stage.ask('delete', held)
    await expect.poll(() => stage.people.requests.length).toBe(1)
    await stage.people.say('deny')
    expect(await denied).toContain('ERR_APPROVAL_DENIED')
    const allowed = stage.ask('delete', held)
    await expect.poll(() => stage.people.requests.length).toBe(2)
    await stage.people.say('allow')
    expect(await allowed).toBe('ConfigMap held was deleted')
    expect(await valueOfHeld()).toBeUndefined()
  })
})

describe('kubernetes_scale', () => {
  it('sets how many pods a workload has', async () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'main', image: 'i' }] } }
    await stage.call('POST', '/apis/apps/v1/namespaces/shop/deployments', {
      metadata: { name: 'web' },
      spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template },
    })
    const answer = await stage.ask('scale', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', replicas: 3 })
    expect(answer).toBe('Deployment web: 3 replicas are wanted, 0 are there now')
  })
})

describe('kubernetes_exec', () => {
  it('answers the exit code and what was written, masked, and no shell reads the words', async () => {
    const answer = await stage.ask('exec', { pod: 'web-1', command: ['echo', '$(id)', 'jane@example.com'] })
    expect(JSON.parse(answer)).toEqual({ exitCode: 0, stdout: '$(id) [email]\n', stderr: '' })
    expect(JSON.parse(await stage.ask('exec', { pod: 'web-1', command: ['exit', '3'] }))).toMatchObject({ exitCode: 3 })
  })

  it('keeps no more of what floods than it shows, and ends in time', async () => {
    const command = ['yes', '50000000']
    const answer = await stage.ask('exec', { pod: 'web-1', command }, {}, { bytes: 100, timeoutMs: 1_000 })
    expect(answer).toMatch(/^Failed: the command did not end within 1000 ms, and may go on running/)
    expect(answer.length).toBeLessThan(400)
  })

  it('is told why it is refused, and waits for a person', async () => {
    expect(await stage.ask('exec', { pod: 'web-1', namespace: 'other', command: ['true'] })).toContain('ERR_DENIED')
    const asking = stage.ask('exec', { pod: 'web-1', command: ['false'] })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    await stage.people.say('allow')
    expect(JSON.parse(await asking)).toMatchObject({ exitCode: 1 })
  })
})
