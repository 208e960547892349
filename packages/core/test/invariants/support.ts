import type { SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Admission } from '../../src/admission.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Duty } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import type { JournalFactory } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { ask, describeAs } from '../enforce/support.js'

/** A guard in front of a target that keeps what was run on it. */
export interface Stage {
  readonly guard: Guard
  readonly journal: ReturnType<typeof memoryJournal>
  /** Ids of the actions that ran, with how many events the journal had right before. */
  readonly ran: { readonly id: string; readonly events: number }[]
  access(claims: UnverifiedClaims): Promise<SessionAccess>
  /** Does what a door does: asks, and runs what it got a permit for. */
  attempt(access: SessionAccess, ...duties: readonly Duty[]): Promise<Admission>
}

export interface StageOptions {
  readonly policy: Readonly<Record<string, unknown>>
  readonly approvers?: readonly Approver[]
  readonly around?: (memory: JournalFactory) => JournalFactory
}

export async function stage({ policy, approvers = [], around = (memory) => memory }: StageOptions): Promise<Stage> {
  const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers,
    journal: around(journal),
    deadlineMs: 200,
  })
  const ran: { id: string; events: number }[] = []
  return {
    guard,
    journal,
    ran,
    access: async (claims) => sessionAccess(await guard.openSession({ [unverifiedCredential]: claims }), target),
    attempt: async (access, ...duties) => {
      const admission = await ask(access, describeAs(...duties))
      if (admission.outcome === 'permitted') {
        admission.permit.use()
        ran.push({ id: admission.permit.actionId, events: journal.events.length })
        await admission.permit.settle({ outcome: 'completed' })
      }
      return admission
    },
  }
}

/** A person as a verifier makes one. */
export function human(subject: string, roles: readonly string[] = ['dba']): Promise<Principal> {
  return unverifiedIdentity().verify(
    { [unverifiedCredential]: { kind: 'human', subject, roles } },
    AbortSignal.timeout(5_000),
  )
}

/** Delivers these votes, one after the other, to every request. */
export function voting(votes: readonly (readonly ['allow' | 'deny', Principal])[]): Approver {
  return {
    name: 'votes',
    level: 'asserted',
    ask: async (request, vote) => {
      for (const [decision, approver] of votes) await vote({ decision, approver, digest: request.digest })
      throw new Error('no more votes come')
    },
  }
}
