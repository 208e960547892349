import type { Guard, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { toolTarget, type ToolTarget } from '@bothkeys/tools'
import { People, policy } from './stage.js'

/** A guard with functions of the host and people, and no database. */
export interface ToolStage {
  readonly guard: Guard
  readonly mail: ToolTarget
  readonly people: People
  readonly journal: ReturnType<typeof memoryJournal>
  session(subject?: string): Promise<Session>
  close(): Promise<void>
}

export async function openToolStage(): Promise<ToolStage> {
  const mail = toolTarget('mail')
  const people = new People()
  const journal = memoryJournal()
  const { mail: target } = policy.targets
  const of = <Rule extends { readonly target: string }>(rules: readonly Rule[]): Rule[] =>
    rules.filter((rule) => rule.target === 'mail')
  const content = {
    version: 1,
    targets: { mail: target },
    roles: { agent: of(policy.roles.agent), operator: of(policy.roles.operator) },
    deny: of(policy.deny),
    hold: of(policy.hold),
    mask: of(policy.mask),
  }
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: unverifiedIdentity(),
    targets: [mail],
    approvers: [people],
    journal,
  })
  return {
    guard,
    mail,
    people,
    journal,
    session: (subject = 'agent-1') =>
      guard.openSession({
        [unverifiedCredential]: { kind: 'agent', subject, roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
      }),
    close: () => guard.close(),
  }
}
