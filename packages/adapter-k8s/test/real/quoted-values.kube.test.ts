import { callApi } from '@bothkeys/local-kubernetes'
import { BatchV1Api, CoreV1Api } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guarded, type Guarded } from '../support/governed.js'
import { plainConfig, stage } from '../support/real-cluster.js'

const canaries = ['canary-of-env', 'canary-of-args']
let namespace: string
let on: Guarded

beforeAll(async () => {
  const here = await stage()
  namespace = here.namespace
  const env = [{ name: 'DB_PASSWORD', value: canaries[0] }]
  const containers = [{ name: 'c', image: 'nginx', args: ['--password', canaries[1]], env }]
  const spec = { restartPolicy: 'Never', containers }
  const at = `namespaces/${namespace}`
  await callApi(here.cluster, 'POST', `/api/v1/${at}/pods`, { metadata: { name: 'p' }, spec })
  await callApi(here.cluster, 'POST', `/apis/batch/v1/${at}/jobs`, {
    metadata: { name: 'j' },
    spec: { template: { spec } },
  })
  on = await guarded(plainConfig(here.cluster), [
    { duty: ['read', 'write'], resource: `object:${namespace}.**` },
    { duty: 'grant', resource: 'escalate:escalate.unjudged' },
  ])
})
afterAll(() => on.guard.close())

const replaced = (path: string, value: unknown): object[] => [{ op: 'replace', path, value }]

/** What the API server answers to a write that it refuses, as the agent sees it. */
async function refusal(writing: Promise<unknown>): Promise<string> {
  return writing.then(
    () => 'it was written',
    (error: unknown) => String(error),
  )
}

describe('a write that the API server refuses', () => {
  it('shows what is immutable of a Job, and nothing of its environment and arguments', async () => {
    const jobs = on.target.config(on.session).makeApiClient(BatchV1Api)
    const body = replaced('/spec/template/spec/containers/0/env/0/name', 'X')
    const said = await refusal(jobs.patchNamespacedJob({ name: 'j', namespace, body }))
    expect(said).toContain('spec.template: Invalid value: core.PodTemplateSpec[secret]: field is immutable')
    for (const canary of canaries) expect(said).not.toContain(canary)
  })

  it('shows that a Pod cannot change, and nothing of what differs', async () => {
    const pods = on.target.config(on.session).makeApiClient(CoreV1Api)
    const body = replaced('/spec/containers/0/env/0/name', 'X')
    const said = await refusal(pods.patchNamespacedPod({ name: 'p', namespace, body }))
    expect(said).toContain('spec: Forbidden: pod updates may not change fields')
    for (const canary of canaries) expect(said).not.toContain(canary)
  })

  it('shows that an object cannot be read, and nothing of it', async () => {
    const jobs = on.target.config(on.session).makeApiClient(BatchV1Api)
    const body = [{ op: 'add', path: '/spec/template/spec/containers/0/env/0/valueFrom', value: 5 }]
    const said = await refusal(jobs.patchNamespacedJob({ name: 'j', namespace, body }))
    expect(said).toContain('patch: Invalid value: [secret]: ')
    for (const canary of canaries) expect(said).not.toContain(canary)
  })
})
