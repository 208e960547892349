import { request } from 'node:https'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { ApprovalRequest, ApprovalVote, Approver, Guard, Session } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { kubernetes, type KubernetesTarget } from '@bothkeys/k8s'
import { startTinyKubernetes, type TinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { KubeConfig } from '@kubernetes/client-node'
import { type AgentTool, kubernetesTools, type KubernetesToolsOptions, tellAgent } from '../../src/index.js'
import type { CallContext } from '../../src/index.js'

/** People whose answers a test gives. */
export class People implements Approver {
  readonly name = 'people'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  readonly #votes = new Map<string, (vote: ApprovalVote) => unknown>()

  ask(asked: ApprovalRequest, vote: (vote: ApprovalVote) => unknown): Promise<void> {
    this.requests.push(asked)
    this.#votes.set(asked.id, vote)
    return Promise.resolve()
  }

  async say(decision: 'allow' | 'deny', asked = this.requests.at(-1)): Promise<void> {
    if (asked === undefined) throw new Error('nobody was asked')
    const credential = { [unverifiedCredential]: { kind: 'human', subject: 'grace', roles: ['operator'] } as const }
    const approver = await unverifiedIdentity().verify(credential, new AbortController().signal)
    await this.#votes.get(asked.id)?.({ decision, approver, digest: asked.digest })
  }
}

export const policy = {
  version: 1,
  targets: { cluster: { kind: 'kubernetes' } },
  roles: {
    agent: [
      { target: 'cluster', duty: ['read', 'write', 'delete', 'execute'], resource: 'object:shop.**' },
      { target: 'cluster', duty: 'read', resource: 'path:*' },
    ],
    operator: [{ target: 'cluster', duty: 'approve' }],
  },
  deny: [
    {
      id: 'no-services',
      target: 'cluster',
      duty: 'write',
      resource: 'object:shop.services.*',
      reason: 'services stay as they are',
    },
  ],
  hold: [
    {
      id: 'asked',
      target: 'cluster',
      duty: ['write', 'delete'],
      resource: 'object:shop.configmaps.held',
      require: [{ stage: 'operator', count: 1, role: 'operator' }],
      ttl: '15m',
    },
    {
      id: 'asked-exec',
      target: 'cluster',
      duty: 'execute',
      when: { command: 'false' },
      require: [{ stage: 'operator', count: 1, role: 'operator' }],
      ttl: '15m',
    },
  ],
  mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }],
}

/** A guard in front of an API server, an agent with tools, and people who answer when a test says so. */
export interface ClusterStage {
  readonly api: TinyKubernetes
  readonly guard: Guard
  readonly target: KubernetesTarget
  readonly session: Session
  readonly people: People
  readonly journal: ReturnType<typeof memoryJournal>
  /** Past every door. */
  call(method: string, path: string, body?: object): Promise<unknown>
  tools(options?: KubernetesToolsOptions): readonly AgentTool[]
  /** What a model is answered by a tool, or told of its failure. */
  ask(tool: string, input: object, context?: Partial<CallContext>, options?: KubernetesToolsOptions): Promise<string>
  close(): Promise<void>
}

export async function openClusterStage(): Promise<ClusterStage> {
  const api = await startTinyKubernetes()
  const caData = Buffer.from(api.ca).toString('base64')
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: 'tiny', server: api.url, caData, skipTLSVerify: false },
    { name: 'operator', token: api.adminToken },
  )
  const target = kubernetes('cluster', config, { namespace: 'shop' })
  const people = new People()
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [people],
    journal,
  })
  const claims = { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const
  const session = await guard.openSession({ [unverifiedCredential]: claims })
  const call: ClusterStage['call'] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json' }
    const outgoing = request(new URL(path, api.url), { method, ca: api.ca, agent: false, headers })
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const answer = await text(response)
    if ((response.statusCode ?? 0) >= 400) throw new Error(answer)
    return JSON.parse(answer) as unknown
  }
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
  const stage: ClusterStage = {
    api,
    guard,
    target,
    session,
    people,
    journal,
    call,
    tools: (options) => kubernetesTools(session, target, options),
    ask: async (name, input, context = {}, options = {}) => {
      const tool = stage.tools(options).find((each) => each.name === `kubernetes_${name}`)
      if (tool === undefined) throw new Error(`no tool ${name}`)
      try {
        return await tool.run(tool.schema.parse(input), { signal: new AbortController().signal, ...context })
      } catch (error) {
        return tellAgent(error)
      }
    },
    close: async () => {
      await guard.close()
      await api.stop()
    },
  }
  return stage
}
