import { callApi } from '@bothkeys/local-kubernetes'
import { callbackApprover, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LoopbackDoor } from '../../src/index.js'
import { guarded, type Guarded } from '../support/governed.js'
import { installedKubectl, Kubectl } from '../support/kubectl.js'
import { plainConfig, type Stage, stage } from '../support/real-cluster.js'

const canary = 'canary-4be01d'
const installed = installedKubectl()

const configMap = (name: string, data: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
}

describe.each([
  ['of the age of the server', (cluster: Stage['cluster']) => cluster.kubectl],
  ['that is installed here', () => installed ?? ''],
])('a kubectl %s', (name, programOf) => {
  const isMissing = name.includes('installed') && installed === undefined
  let here: Stage
  let on: Guarded
  let door: LoopbackDoor
  let kubectl: Kubectl
  let approve: (() => void) | undefined

  beforeAll(async () => {
    if (isMissing) return
    here = await stage()
    const { cluster, namespace } = here
    await callApi(cluster, 'POST', `/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: 's' },
      stringData: { a: canary },
    })
    const dba = { kind: 'human', subject: 'grace', roles: ['dba'] } as const
    const approver = await unverifiedIdentity().verify({ [unverifiedCredential]: dba }, new AbortController().signal)
    const ask = callbackApprover({
      name: 'on-call',
      ask: async ({ digest }) => {
        await new Promise<void>((resolve) => {
          approve = resolve
        })
        return { decision: 'allow', approver, digest }
      },
    })
    on = await guarded(
      plainConfig(cluster),
      [
        { duty: ['read', 'write', 'delete'], resource: `object:${namespace}.**` },
        { duty: 'grant', resource: 'escalate:escalate.unjudged' },
        { duty: 'read', resource: 'path:*' },
      ],
      {
        options: { namespace },
        approvers: [ask],
        policy: {
          deny: [{ id: 'no-namespaces', target: 'cluster', duty: 'delete', resource: 'object:"*".namespaces.**' }],
          hold: [
            {
              id: 'two-keys',
              target: 'cluster',
              duty: 'delete',
              resource: `object:${namespace}.configmaps.held`,
              require: [{ stage: 'dba', count: 1, role: 'dba' }],
              ttl: '5m',
            },
          ],
        },
      },
    )
    door = await on.target.listen(on.session)
    kubectl = new Kubectl(programOf(cluster), door.kubeconfig)
  })
  afterAll(async () => {
    if (isMissing) return
    kubectl.close()
    await on.guard.close()
  })

  it.skipIf(isMissing)('applies, shows, changes and deletes what a policy lets it', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [configMap('c', { a: '1' }), deployment] }
    const applied = await kubectl.output(['apply', '-f', '-'], list)
    expect(applied).toBe('configmap/c created\ndeployment.apps/web created\n')
    expect(await kubectl.output(['get', 'cm,deploy', '-o', 'name'])).toBe('configmap/c\ndeployment.apps/web\n')
    expect(await kubectl.output(['get', 'cm'])).toMatch(/^NAME +DATA +AGE\nc +1 /)
    expect(await kubectl.output(['describe', 'deploy', 'web'])).toMatch(/Image: +nginx/)
    expect(await kubectl.output(['apply', '-f', '-'], configMap('c', { a: '2' }))).toBe('configmap/c configured\n')
    expect(await kubectl.output(['apply', '-f', '-'], configMap('c', { a: '2' }))).toBe('configmap/c unchanged\n')
    const patches = { merge: { data: { m: '1' } }, strategic: { data: { s: '1' } }, json: undefined }
    for (const [type, patch] of Object.entries(patches)) {
      const given = patch ?? [{ op: 'add', path: '/data/j', value: '1' }]
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await kubectl.output(['patch', 'cm', 'c', `--type=${type}`, '-p', JSON.stringify(given)])
    }
    expect(JSON.parse(await kubectl.output(['get', 'cm', 'c', '-o', 'jsonpath={.data}']))).toEqual({
      a: '2',
      j: '1',
      m: '1',
      s: '1',
    })
    await kubectl.output(['scale', 'deploy', 'web', '--replicas=2'])
    expect(await kubectl.output(['delete', 'cm/c', 'deploy/web', '--wait=false'])).toMatch(
      /"c" deleted\n.*"web" deleted/,
    )
  })

  it.skipIf(isMissing)('shows a difference, and whose fields it would take over', async () => {
    await kubectl.output(['apply', '--server-side', '-f', '-'], configMap('d', { a: '1' }))
    const changed = configMap('d', { a: '2' })
    const differs = await kubectl.run(['diff', '-f', '-'], changed)
    expect([differs.code, differs.stderr]).toEqual([1, ''])
    expect(differs.stdout).toMatch(/^\+ {2}a: "2"$/m)
    const other = ['apply', '--server-side', '--field-manager=other', '-f', '-']
    expect((await kubectl.run(other, changed)).stderr).toMatch(/conflict/)
    expect(await kubectl.output(['get', 'cm', 'd', '-o', 'jsonpath={.data.a}'])).toBe('1')
  })

  it.skipIf(isMissing)('watches', async () => {
    const watching = kubectl.start(['get', 'cm', '-o', 'name', '--watch'])
    let seen = ''
    watching.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString('utf8')))
    await kubectl.output(['apply', '-f', '-'], configMap('early', {}))
    await expect.poll(() => seen).toContain('configmap/early\n')
    await kubectl.output(['apply', '-f', '-'], configMap('late', {}))
    await expect.poll(() => seen).toContain('configmap/late\n')
    expect(watching.exitCode).toBeNull()
    watching.kill()
  })

  it.skipIf(isMissing)('is told what was refused as it is told by the API server', async () => {
    const { code, stderr, stdout } = await kubectl.run(['delete', 'namespace', here.namespace, '--wait=false'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^Error from server \(Forbidden\): refused: .*no-namespaces/)
    const elsewhere = await kubectl.run(['get', 'pods', '-n', 'default'])
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      'Error from server (Forbidden): refused: read object:default.pods."*": no rule allows it\n',
    ])
  })

  it.skipIf(isMissing)('waits for the second key', async () => {
    await kubectl.output(['apply', '-f', '-'], configMap('held', {}))
    const deleting = kubectl.output(['delete', 'cm', 'held', '--wait=false'])
    await vi.waitFor(() => {
      expect(approve).toBeDefined()
    }, 10_000)
    expect(await kubectl.output(['get', 'cm', 'held', '-o', 'name'])).toBe('configmap/held\n')
    approve?.()
    expect(await deleting).toMatch(/"held" deleted/)
    expect((await kubectl.run(['get', 'cm', 'held'])).stderr).toMatch(/NotFound/)
  })

  it.skipIf(isMissing)('is shown no secret', async () => {
    const seen = [
      await kubectl.output(['get', 'secrets', '-o', 'yaml']),
      await kubectl.output(['get', 'secret', 's', '-o', 'jsonpath={.data.a}']),
      await kubectl.output(['describe', 'secret', 's']),
      await kubectl.output(['get', '--raw', `/api/v1/namespaces/${here.namespace}/secrets/s`]),
    ]
    expect(seen.map((text) => text.length > 0)).toEqual([true, true, true, true])
    const text = seen.join('')
    expect(text).not.toContain(canary)
    expect(text).not.toContain(Buffer.from(canary).toString('base64').slice(0, 12))
  })

  it.skipIf(isMissing)('learns what the API is like', async () => {
    expect(await kubectl.output(['api-resources', '-o', 'name'])).toContain('deployments.apps\n')
    expect(await kubectl.output(['explain', 'pods.spec'])).toMatch(/containers/)
    const { stderr } = await kubectl.run(['apply', '-f', '-'], { ...configMap('x', {}), daat: {} })
    expect(stderr).toMatch(/unknown field "?daat/)
  })
})
