import { ApiException, AppsV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { guarded, type Guarded } from '../support/governed.js'
import { tinyCluster, type TinyCluster } from '../support/tiny-cluster.js'

const [ofEnv, ofArgs] = ['canary-of-env', 'canary-of-args']
const at = { namespace: 'default', name: 'web' }
const path = '/apis/apps/v1/namespaces/default/deployments'
const container = '/spec/template/spec/containers/0'

let cluster: TinyCluster
let on: Guarded
let apps: AppsV1Api

beforeAll(async () => {
  cluster = await tinyCluster()
  on = await guarded(cluster.config(), [{ duty: ['read', 'write'], resource: 'object:default.**' }])
  apps = on.target.config(on.session).makeApiClient(AppsV1Api)
})
afterAll(() => on.guard.close())

beforeEach(async () => {
  await cluster.call('DELETE', `${path}/web`).catch(() => undefined)
  const env = [
    { name: 'DB_PASSWORD', value: ofEnv },
    { name: 'MODE', value: 'fast' },
    { name: 'USE_TOKEN', value: 'true' },
  ]
  const containers = [{ name: 'c', image: 'nginx', args: ['--verbose', '--password', ofArgs], env }]
  await cluster.call('POST', path, {
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
    },
  })
})

interface Said {
  readonly code: number
  readonly text: string
}

/** What comes of a patch, as the agent sees it, and what it can see of the object then. */
async function patched(body: object, strategy: PatchStrategy, dryRun?: 'All'): Promise<Said> {
  const options = setHeaderOptions('Content-Type', strategy)
  try {
    const answer = await apps.patchNamespacedDeployment({ ...at, body, ...(dryRun && { dryRun }) }, options)
    return { code: 200, text: JSON.stringify([answer, await apps.readNamespacedDeployment(at)]) }
  } catch (error) {
    if (error instanceof ApiException) return { code: error.code, text: String(error.body) }
    throw error
  }
}

const inJson = (...operations: object[]): Promise<Said> => patched(operations, PatchStrategy.JsonPatch)

describe('a patch that would show what is masked', () => {
  it.each([
    ['gives a variable another name', { op: 'replace', path: `${container}/env/0/name`, value: 'X' }],
    ['gives a variable another name by adding it', { op: 'add', path: `${container}/env/0/name`, value: 'X' }],
    ['takes away the option in front of its value', { op: 'remove', path: `${container}/args/1` }],
    ['gives an option another name', { op: 'replace', path: `${container}/args/1`, value: '--mode' }],
    ['puts a word between', { op: 'add', path: `${container}/args/2`, value: 'x' }],
  ])('is refused: it %s', async (_, operation) => {
    const { code, text } = await inJson(operation)
    expect(text).toContain('would show what is masked')
    expect(code).toBe(400)
    for (const canary of [ofEnv, ofArgs]) expect(text).not.toContain(canary)
    const kept = JSON.stringify(await cluster.call('GET', `${path}/web`))
    expect(kept).toContain('DB_PASSWORD')
    expect(kept).toContain('--password')
  })

  it('is refused as a dry run, too', async () => {
    const operation = { op: 'replace', path: `${container}/env/0/name`, value: 'X' }
    expect((await patched([operation], PatchStrategy.JsonPatch, 'All')).text).toContain('would show what is masked')
  })
})

describe('a patch that shows nothing', () => {
  it.each([
    ['changes something else', { op: 'replace', path: `${container}/image`, value: 'nginx:2' }],
    ['gives a harmless variable another name', { op: 'replace', path: `${container}/env/1/name`, value: 'SPEED' }],
    ['gives a variable another value', { op: 'replace', path: `${container}/env/0/value`, value: 'new' }],
    ['gives a secret another name of one', { op: 'replace', path: `${container}/env/0/name`, value: 'API_TOKEN' }],
    ['shows no more than a word', { op: 'replace', path: `${container}/env/2/name`, value: 'USE' }],
    ['adds a word at the end', { op: 'add', path: `${container}/args/-`, value: '--x' }],
    ['takes a variable away', { op: 'remove', path: `${container}/env/0` }],
    ['says the value itself', { op: 'replace', path: `${container}/env/0`, value: { name: 'X', value: ofEnv } }],
  ])('goes through: it %s', async (_, operation) => {
    const { code } = await inJson(operation)
    expect(code).toBe(200)
  })

  it('does not tell whether a guess is right', async () => {
    const guess = (value: string): Promise<Said> =>
      patched({ metadata: { annotations: { guess: value } } }, PatchStrategy.MergePatch)
    expect((await guess('another')).code).toBe((await guess(ofEnv)).code)
  })
})
