import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Guard, JournalFactory, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { kubernetes } from '@bothkeys/k8s'
import { selfSigned } from '@bothkeys/tiny-kubernetes'
import { KubeConfig } from '@kubernetes/client-node'
import { clusterPolicy } from './cluster-policy.js'

/** Where an API server is, what proves it, and what lets in. Serialisable. */
export interface Access {
  readonly server: string
  readonly authority: string
  readonly token: string
}

/** An API server of the benchmarks, and ways to reach it. */
export interface KubeStage {
  readonly access: Access
  /** client-node as it is: a new connection for each call. */
  stock(): KubeConfig
  /** client-node with one agent that keeps its connections. */
  keepAlive(): KubeConfig
  /** `mask`: the rules of the policy that mask something. */
  governed(journal: 'memory' | 'file', mask?: readonly object[]): Promise<KubeConfig>
  /** The same for one run after another: each may change no more within a minute than the door looks at. */
  governedRuns(journal: 'memory' | 'file', mask?: readonly object[]): Promise<() => Promise<KubeConfig>>
  close(): Promise<void>
}

/** Starts an API server that answers from memory, over TLS on loopback, in a process of its own. */
export async function openKubeStage({ rounds }: { readonly rounds: number }): Promise<KubeStage> {
  const { certificate, key } = selfSigned()
  const program = fileURLToPath(new URL('api-server.ts', import.meta.url))
  const env = { ...process.env, ...(rounds === 1 && { BENCH_REHEARSAL: '1' }) }
  const child = fork(program, { execArgv: ['--import', 'tsx'], env })
  child.send({ cert: certificate, key })
  const [port] = (await once(child, 'message')) as [number]
  return stageOf({ server: `https://127.0.0.1:${String(port)}`, authority: certificate, token: 't' }, async () => {
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
  })
}

/** The ways to an API server, which `stop` stops. */
export async function stageOf(access: Access, stop: () => Promise<void>): Promise<KubeStage> {
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-bench-'))
  const closing: (() => unknown)[] = []
  const governedRuns: KubeStage['governedRuns'] = async (kind, mask) => {
    const journal = kind === 'memory' ? memoryJournal() : fileJournal(join(folder, `journal-${String(closing.length)}`))
    const { guard, open } = await governing(access, journal, mask)
    closing.push(() => guard.close())
    return async () => (await open()).config
  }
  return {
    access,
    stock: () => configOf(access),
    keepAlive: () => {
      const config = new KeepAliveConfig(access)
      closing.push(() => {
        config.agent.destroy()
      })
      return config
    },
    governed: async (kind, mask) => (await governedRuns(kind, mask))(),
    governedRuns,
    close: async () => {
      for (const each of closing.toReversed()) await each()
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A configuration of an agent that the policy of the cluster governs, and its session. */
interface Governed {
  readonly config: KubeConfig
  readonly session: Session
}

/** A configuration of an agent that the policy of the cluster governs. */
export async function governedConfig(
  access: Access,
  journal: JournalFactory,
  mask: readonly object[] = [],
): Promise<Governed & { readonly guard: Guard }> {
  const { guard, open } = await governing(access, journal, mask)
  return { guard, ...(await open()) }
}

/** A guard with the policy of the cluster, and what opens runs of agents, each of its own. */
async function governing(
  access: Access,
  journal: JournalFactory,
  mask: readonly object[] = [],
): Promise<{ readonly guard: Guard; readonly open: () => Promise<Governed> }> {
  const target = kubernetes('cluster', configOf(access))
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'bench', content: { ...clusterPolicy(50), mask } }) },
    identity: unverifiedIdentity(),
    directory: accountsAsPeople,
    targets: [target],
    journal,
  })
  let count = 0
  const open = async (): Promise<Governed> => {
    count += 1
    const agent = { kind: 'agent', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const
    const session = await guard.openSession({ [unverifiedCredential]: { ...agent, subject: `agent-${String(count)}` } })
    return { config: target.config(session), session }
  }
  return { guard, open }
}

/** The configuration of an operator with a token. */
export function configOf(access: Access): KubeConfig {
  const config = new KubeConfig()
  load(config, access)
  return config
}

/** The same with an agent that keeps its connections: the best that can be had without a door. */
class KeepAliveConfig extends KubeConfig {
  readonly agent: Agent

  constructor(access: Access) {
    super()
    load(this, access)
    this.agent = new Agent({ keepAlive: true, ca: access.authority })
  }

  override async applySecurityAuthentication(
    context: Parameters<KubeConfig['applySecurityAuthentication']>[0],
  ): Promise<void> {
    await super.applySecurityAuthentication(context)
    context.setAgent(this.agent)
  }
}

function load(config: KubeConfig, { authority, server, token }: Access): void {
  const caData = Buffer.from(authority).toString('base64')
  config.loadFromClusterAndUser({ name: 'bench', server, skipTLSVerify: false, caData }, { name: 'operator', token })
}
