import assert from 'node:assert/strict'
import type { ApprovalRequest, ApprovalVote, Approver } from '../approvals/approver.js'
import type { Guard } from '../guard.js'
import { createGuard } from '../guard.js'
import { accountsAsPeople } from '../known-people.js'
import { unverifiedIdentity } from '../identity/unverified.js'
import type { UnverifiedClaims } from '../identity/verifier.js'
import { unverifiedCredential } from '../identity/verifier.js'
import type { LimitInput } from '../policy/policy-input.js'
import type { Session } from '../session.js'
import type { ContractHarness } from './contract-harness.js'
import { FaultyJournal } from './faulty-journal.js'

/** The agent that cases act as. */
export const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'agent-1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}
const dba: UnverifiedClaims = { kind: 'human', subject: 'grace', roles: ['dba'] }

/** A guard around one harness, with an approver that each case scripts. */
export class Stage {
  readonly harness: ContractHarness
  readonly journal: FaultyJournal = new FaultyJournal()
  answer: 'allow' | 'deny' | 'silence' = 'allow'
  /** The bound on changed rows that each hold rule of the harness's policy gets. Set before the first session opens. */
  maxAffected: number | undefined
  /** The limits that the harness's policy gets. Set before the first session opens. */
  limits: readonly LimitInput[] = []
  readonly asked: ApprovalRequest[] = []
  #guard: Promise<Guard> | undefined

  constructor(harness: ContractHarness) {
    this.harness = harness
  }

  async session(claims: UnverifiedClaims = agent): Promise<Session> {
    this.#guard ??= this.#createGuard()
    const guard = await this.#guard
    return guard.openSession({ [unverifiedCredential]: claims })
  }

  async #createGuard(): Promise<Guard> {
    return createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'contract', content: this.#policy() }) },
      identity: unverifiedIdentity(),
      targets: [this.harness.target],
      approvers: [await this.#approver()],
      journal: this.journal.factory(),
      deadlineMs: 3_000,
    })
  }

  #policy(): Readonly<Record<string, unknown>> {
    const policy = { ...this.harness.policy(), ...(this.limits.length === 0 ? {} : { limits: this.limits }) }
    const { hold } = policy as Readonly<Record<string, unknown>>
    if (this.maxAffected === undefined || !Array.isArray(hold)) return policy
    return { ...policy, hold: hold.map((rule: object) => ({ ...rule, maxAffected: this.maxAffected })) }
  }

  async #approver(): Promise<Approver> {
    const person = await unverifiedIdentity().verify({ [unverifiedCredential]: dba }, new AbortController().signal)
    return {
      name: 'contract',
      level: 'asserted',
      ask: async (request, vote) => {
        this.asked.push(request)
        if (this.answer === 'silence') return
        const ballot: ApprovalVote = { decision: this.answer, approver: person, digest: request.digest }
        const receipt = await vote(ballot)
        if (!receipt.counted) throw new Error(receipt.reason)
      },
    }
  }

  /** Reads up to so many times, by one session after another of the same agent, until that is refused: with what code. */
  async readsUntilRefused(most: number): Promise<{ readonly read: number; readonly code: string | undefined }> {
    for (let read = 0; read < most; read++) {
      const session = await this.session()
      try {
        await this.harness.read(session)
      } catch (error) {
        return { read, code: this.harness.codeOf(error) }
      } finally {
        await session.close()
      }
    }
    return { read: most, code: undefined }
  }

  /** The types of the events of one session, in order. */
  types(session: Session): string[] {
    return this.journal.events.filter((event) => event.session === session.id).map((event) => event.type)
  }

  async refused(attempt: Promise<unknown>): Promise<string | undefined> {
    try {
      await attempt
    } catch (error) {
      return this.harness.codeOf(error)
    }
    return assert.fail('the action ran')
  }

  async close(): Promise<void> {
    this.journal.mode = 'works'
    const guard = await this.#guard
    await guard?.close()
  }
}

/** Waits until a condition holds, 30 seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3_000; turn++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('the condition did not come true within 30 seconds')
}
