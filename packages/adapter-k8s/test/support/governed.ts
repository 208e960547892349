import type { Approver, Guard, JournalFactory, Session, UnverifiedClaims } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import type { KubeConfig } from '@kubernetes/client-node'
import { kubernetes, type KubernetesOptions, type KubernetesTarget } from '../../src/index.js'
import { TinyApi } from './tiny-api.js'

/** The agent that tests act as. */
export const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'agent-1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}

/** A guard in front of a cluster, and an agent's session. */
export interface Guarded {
  readonly target: KubernetesTarget
  readonly guard: Guard
  readonly session: Session
  readonly journal: ReturnType<typeof memoryJournal>
}

export interface Governed extends Guarded {
  readonly api: TinyApi
  readonly close: () => Promise<void>
}

interface Options {
  readonly policy?: object
  readonly options?: KubernetesOptions
  readonly approvers?: readonly Approver[]
  /** Stands between the guard and the memory journal. */
  readonly journal?: (memory: JournalFactory) => JournalFactory
}

/** A guard in front of a cluster. The role of the agent has these rules. */
export async function guarded(config: KubeConfig, allow: readonly object[], more: Options = {}): Promise<Guarded> {
  const target = kubernetes('cluster', config, more.options)
  const journal = memoryJournal()
  const content = {
    version: 1,
    targets: { cluster: { kind: 'kubernetes' } },
    roles: {
      agent: allow.map((rule) => ({ target: 'cluster', ...rule })),
      dba: [{ target: 'cluster', duty: 'approve' }],
    },
    ...more.policy,
  }
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: more.approvers ?? [],
    journal: more.journal?.(journal) ?? journal,
  })
  return { target, guard, journal, session: await guard.openSession({ [unverifiedCredential]: agent }) }
}

/** A guard in front of an API server of tests. */
export async function governed(allow: readonly object[], more: Options = {}): Promise<Governed> {
  const api = await TinyApi.start()
  const parts = await guarded(api.config(), allow, more)
  return {
    ...parts,
    api,
    close: async () => {
      await parts.guard.close()
      await api.close()
    },
  }
}
