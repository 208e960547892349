import type { ApprovalVote, Approver } from '../approvals/approver.js'
import type { Guard } from '../guard.js'
import { createGuard } from '../guard.js'
import { accountsAsPeople } from '../known-people.js'
import { unverifiedIdentity } from '../identity/unverified.js'
import type { UnverifiedClaims } from '../identity/verifier.js'
import { unverifiedCredential } from '../identity/verifier.js'
import type { RecordedEvent } from '../record/event.js'
import type { Session } from '../session.js'
import type { ContractTarget } from './contract-harness.js'
import type { ContractStage, StageSettings } from './contract-stage.js'
import { FaultyJournal } from './faulty-journal.js'

const dba: UnverifiedClaims = { kind: 'human', subject: 'grace', roles: ['dba'] }

/** A stage in this process. */
export class GuardedStage implements ContractStage<Session> {
  readonly #target: ContractTarget
  readonly #journal: FaultyJournal = new FaultyJournal()
  readonly #sessions: Session[] = []
  #settings: Partial<StageSettings> = {}
  #asked = 0
  #guard: Promise<Guard> | undefined

  constructor(target: ContractTarget) {
    this.#target = target
  }

  async session(claims: UnverifiedClaims): Promise<Session> {
    this.#guard ??= this.#createGuard()
    const guard = await this.#guard
    const session = await guard.openSession({ [unverifiedCredential]: claims })
    this.#sessions.push(session)
    return session
  }

  set(settings: Partial<StageSettings>): Promise<void> {
    this.#settings = { ...this.#settings, ...settings }
    this.#journal.mode = this.#settings.journal ?? 'works'
    return Promise.resolve()
  }

  events(): Promise<readonly RecordedEvent[]> {
    return Promise.resolve(this.#journal.events)
  }

  asked(): Promise<number> {
    return Promise.resolve(this.#asked)
  }

  serialisable(): Promise<readonly string[]> {
    const parts = { target: this.#target.target, ...Object.fromEntries(this.#sessions.entries()) }
    return Promise.resolve(Object.entries(parts).flatMap(([name, part]) => (refusesJson(part) ? [] : [name])))
  }

  async close(): Promise<void> {
    this.#journal.mode = 'works'
    const guard = await this.#guard
    await guard?.close()
  }

  async #createGuard(): Promise<Guard> {
    return createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'contract', content: this.#policy() }) },
      identity: unverifiedIdentity(),
      targets: [this.#target.target],
      approvers: [await this.#approver()],
      journal: this.#journal.factory(),
      deadlineMs: 3_000,
    })
  }

  #policy(): Readonly<Record<string, unknown>> {
    const { limits = [], maxAffected } = this.#settings
    const policy = { ...this.#target.policy(), ...(limits.length === 0 ? {} : { limits }) }
    const { hold } = policy as Readonly<Record<string, unknown>>
    if (maxAffected === undefined || !Array.isArray(hold)) return policy
    return { ...policy, hold: hold.map((rule: object) => ({ ...rule, maxAffected })) }
  }

  async #approver(): Promise<Approver> {
    const person = await unverifiedIdentity().verify({ [unverifiedCredential]: dba }, new AbortController().signal)
    return {
      name: 'contract',
      level: 'asserted',
      ask: async (request, vote) => {
        this.#asked += 1
        const { answer = 'allow' } = this.#settings
        if (answer === 'silence') return
        const ballot: ApprovalVote = { decision: answer, approver: person, digest: request.digest }
        const receipt = await vote(ballot)
        if (!receipt.counted) throw new Error(receipt.reason)
      },
    }
  }
}

function refusesJson(part: unknown): boolean {
  try {
    JSON.stringify({ part })
    return false
  } catch {
    return true
  }
}
