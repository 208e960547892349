import { accountsAsPeople, createGuard, type Guard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { kubernetes } from '@bothkeys/k8s'
import { callApi, type Cluster, type Kubelet, startKubelet } from '@bothkeys/local-kubernetes'
import { testCluster } from '@bothkeys/local-kubernetes/vitest'
import { KubeConfig } from '@kubernetes/client-node'
import { Command, MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kubernetesTools } from '../src/index.js'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import { People } from '@bothkeys/agent-stage'

const namespace = `test-${randomBytes(4).toString('hex')}`
let cluster: Cluster
let kubelet: Kubelet
let guard: Guard
let people: People
let target: ReturnType<typeof kubernetes>

beforeAll(async () => {
  cluster = testCluster()
  await callApi(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  kubelet = await startKubelet(cluster, `node-${namespace}`)
  await kubelet.runPod({ namespace, name: 'shop' })
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'test', server: cluster.url, caData: base64(cluster.ca), skipTLSVerify: false },
    { name: 'user', certData: base64(cluster.admin.certificate), keyData: base64(cluster.admin.key) },
  )
  target = kubernetes('cluster', config, { namespace })
  people = new People()
  const require = [{ stage: 'operator', count: 1, role: 'operator' }]
  const content = {
    version: 1,
    targets: { cluster: { kind: 'kubernetes' } },
    roles: {
      agent: [{ target: 'cluster', duty: ['read', 'write', 'delete', 'execute'], resource: `object:${namespace}.**` }],
      operator: [{ target: 'cluster', duty: 'approve' }],
    },
    hold: [{ id: 'deletes', target: 'cluster', duty: 'delete', require, ttl: '15m' }],
    mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }],
  }
  guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [people],
    journal: memoryJournal(),
  })
})
afterAll(async () => {
  await guard.close()
  await kubelet.stop()
})
beforeEach(() => {
  people.requests.length = 0
})

const maps = `/api/v1/namespaces/${namespace}/configmaps`
const ask = { messages: [{ role: 'user', content: 'go' }] }

async function agentOf(turns: readonly Turn[], wait: 'in-place' | 'durable' = 'in-place') {
  const claims = { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const
  const session = await guard.openSession({ [unverifiedCredential]: claims })
  return createAgent({
    model: new ScriptedModel(turns),
    tools: kubernetesTools(session, target, { wait }),
    checkpointer: new MemorySaver(),
  })
}

function answers(state: { messages: readonly unknown[] }): string[] {
  return (state.messages as { getType(): string; text: string }[])
    .filter((message) => message.getType() === 'tool')
    .map(({ text }) => text)
}

const turn = (name: string, args: Record<string, unknown>, id: string): Turn => [
  { name: `kubernetes_${name}`, args, id },
]
const removal = (name: string): Turn => turn('delete', { apiVersion: 'v1', kind: 'ConfigMap', name }, 'call-1')

describe('an agent with tools for a real cluster', () => {
  it('lists, runs, reads logs, and is told of conflicts and refusals', async () => {
    kubelet.handlers.exec = async ({ command, stdout }) => {
      stdout.write(`${command.join(' ')} for jane@example.com\n`)
      return Promise.resolve(3)
    }
    kubelet.handlers.logs = (_call, output) =>
      new Promise((resolve) => {
        output.end('one\nto jane@example.com\n', () => {
          resolve()
        })
      })
    await callApi(cluster, 'POST', maps, { metadata: { name: 'taken' }, data: { a: '1' } })
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'taken' }, data: { a: '2' } }
    const agent = await agentOf([
      turn('list', { apiVersion: 'v1', kind: 'Pod' }, '1'),
      turn('exec', { pod: 'shop', command: ['id', '-u'] }, '2'),
      turn('logs', { pod: 'shop' }, '3'),
      turn('apply', { manifest }, '4'),
      turn('apply', { manifest, force: true }, '5'),
      turn('get', { apiVersion: 'v1', kind: 'Pod', name: 'x', namespace: 'kube-system' }, '6'),
    ])
    const [list, exec, logs, conflict, applied, refused] = answers(
      await agent.invoke(ask, { configurable: { thread_id: 'a' } }),
    )
    expect(list).toMatch(/^1 objects\nNAME \| READY \| STATUS.*\nshop \| /)
    expect(JSON.parse(exec ?? '')).toEqual({ exitCode: 3, stdout: 'id -u for [email]\n', stderr: '' })
    expect(logs).toBe('15 bytes:\none\nto [email]\n')
    expect(conflict).toMatch(/^Failed: the API server answered 409 Conflict/)
    expect(applied).toBe('ConfigMap taken was changed:\n~ data.a: "1" -> "2"')
    expect(refused).toContain('ERR_DENIED')
  })

  it('waits in place for a person, and deletes once', async () => {
    await callApi(cluster, 'POST', maps, { metadata: { name: 'in-place' } })
    const running = (await agentOf([removal('in-place')])).invoke(ask, { configurable: { thread_id: 'b' } })
    await expect.poll(() => people.requests.length).toBe(1)
    await people.say('allow', people.requests[0])
    expect(answers(await running)).toEqual(['ConfigMap in-place was deleted'])
  })

  it('interrupts its run, and deletes once when it is resumed after the approval', async () => {
    await callApi(cluster, 'POST', maps, { metadata: { name: 'durable' } })
    const agent = await agentOf([removal('durable')], 'durable')
    const config = { configurable: { thread_id: 'c' } }
    const waiting = await agent.invoke(ask, config)
    expect(waiting).toHaveProperty('__interrupt__.0.value.actionRequests.0.approvalId', people.requests[0]?.id)
    await people.say('allow', people.requests[0])
    const resume = new Command({ resume: { decisions: [{ type: 'approve' }] } })
    expect(answers(await agent.invoke(resume, config))).toEqual(['ConfigMap durable was deleted'])
    expect(people.requests).toHaveLength(1)
  })
})
