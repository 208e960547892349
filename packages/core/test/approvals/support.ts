import { setMaxListeners } from 'node:events'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { ApprovalCoordinatorOptions } from '../../src/approvals/coordinator.js'
import type {
  ApprovalCoordinator,
  ApprovalOutcome,
  ApprovalRefusal,
  HeldAction,
  HoldRequest,
} from '../../src/approvals/coordinator.js'
import type { ApprovalRequest, ApprovalVote, Approver, ProvenVote, VoteReceipt } from '../../src/approvals/approver.js'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import { principalFragment } from '../../src/identity/principal-fragment.js'
import type { Ledger, LedgerChange, LedgerEntry } from '../../src/ledger/ledger.js'
import type {
  ApprovalRequirement,
  ApprovalStage,
  Decision,
  DecisionInput,
  Durability,
} from '../../src/model/decision.js'
import type { Digest } from '../../src/model/digest.js'
import { randomHex, sha256 } from '../../src/model/digest.js'
import type { Principal } from '../../src/model/principal.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import type { CompiledPolicy } from '../../src/policy/compiled.js'
import type { EventDraft } from '../../src/record/event.js'
import type { Journal } from '../../src/record/journal.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

export const startMs = Date.parse('2026-05-04T09:00:00Z')
export const people = 'https://people.example'
export const hourMs = 3_600_000

export function principal(facts: Partial<PrincipalFacts> & { readonly id: string }): Principal {
  return makePrincipal({
    kind: 'human',
    issuer: people,
    owners: undefined,
    agentClass: undefined,
    runRoot: undefined,
    key: undefined,
    roles: [],
    verifiedBy: 'jwt',
    expiresAtMs: startMs + hourMs,
    ...facts,
  })
}

export function human(id: string, roles: readonly string[] = ['dba'], facts: Partial<PrincipalFacts> = {}): Principal {
  return principal({ id, roles, ...facts })
}

export function agent(id: string, facts: Partial<PrincipalFacts> = {}): Principal {
  return principal({
    kind: 'agent',
    issuer: 'https://agents.example',
    id,
    owners: [{ issuer: people, id: 'olga' }],
    agentClass: 'etl',
    runRoot: `run-of-${id}`,
    roles: ['deployer'],
    ...facts,
  })
}

export const deployer = agent('deployer')
export const ann = human('ann')
export const bob = human('bob')

export const peerStage: ApprovalStage = { stage: 'peer', count: 1, role: 'dba', independent: [] }

export function requirement(changes: Partial<ApprovalRequirement> = {}): ApprovalRequirement {
  return {
    rules: ['prod-writes'],
    stages: [peerStage],
    from: 'humans',
    level: 'asserted',
    ttlMs: 15 * 60_000,
    voteMaxAgeMs: 10 * 60_000,
    approverMustHold: false,
    ownerMayApprove: false,
    ...changes,
  }
}

/** A policy that gives the duty `approve` on target `orders` to some roles. */
export function policy(name: string, approving: readonly string[] = ['dba', 'security', 'reviewer']): CompiledPolicy {
  return {
    digest: sha256(name),
    source: name,
    targets: new Map(),
    roles: new Set(approving),
    asksPeople: true,
    decide(input: DecisionInput): Decision {
      const [effect] = input.effects
      const allowed =
        input.effects.length === 1 &&
        effect?.duty === 'approve' &&
        effect.resource === 'target:orders' &&
        input.roles.some((role) => approving.includes(role))
      if (!allowed) return { effect: 'deny', rules: [], reasons: [] }
      return {
        effect: 'allow',
        rules: [],
        obligations: { durability: undefined, holdInTransaction: 'deny', maxAffected: undefined },
      }
    },
    dutiesOf: () => new Set(),
  }
}

export const firstPolicy = policy('first')

/** A call that is bound already: a test knows its digest before it is asked about. */
export function hold(changes: Partial<HoldRequest> = {}, text = 'delete from invoices where id = $1'): HoldRequest {
  const requester = changes.requester ?? deployer
  const actionId = changes.actionId ?? randomHex(4)
  const binding = { actionId, digest: changes.digest ?? sha256(randomHex(16)), requestText: '{}' }
  const target = { name: 'orders', kind: 'postgres', labels: { env: 'prod' } }
  return {
    ...binding,
    bind: () => binding,
    action: {
      target,
      identity: { host: 'db.example', database: 'shop' },
      description: {
        operation: 'query',
        text,
        recordedText: 'delete from invoices where id = $1',
        effects: [{ duty: 'delete', resource: 'table:public.invoices', attributes: {} }],
      },
      parameters: ['s3cret-parameter'],
      stateEpoch: '1',
    },
    requester,
    requesterRecord: principalFragment(requester),
    session: 'session-1',
    requirement: requirement(),
    policyDigest: firstPolicy.digest,
    ...changes,
  }
}

type Fault = 'throw' | 'hang' | undefined

/** A ledger whose faults a test switches on. With `slow`, every call takes a turn of the event loop. */
export class TestLedger implements Ledger {
  readonly entries = new Map<string, LedgerEntry>()
  fault: { get?: Fault; commit?: Fault; nowMs?: Fault } = {}
  slow = false
  #lastVersion = 0
  /** Called before each commit is applied. */
  beforeCommit: (changes: readonly LedgerChange[]) => void = () => undefined

  get(key: string): LedgerEntry | Promise<LedgerEntry> {
    return this.#answer(this.fault.get, () => this.entries.get(key) ?? { value: undefined, version: 0 })
  }

  commit(changes: readonly LedgerChange[]): boolean | Promise<boolean> {
    return this.#answer(this.fault.commit, () => {
      this.beforeCommit(changes)
      const fits = changes.every((change) => (this.entries.get(change.key)?.version ?? 0) === change.expectedVersion)
      if (!fits) return false
      for (const change of changes) {
        const version = ++this.#lastVersion
        if (change.value === undefined) this.entries.delete(change.key)
        else this.entries.set(change.key, { value: structuredClone(change.value) as SnapshotValue, version })
      }
      return true
    })
  }

  nowMs(): number | Promise<number> {
    return this.#answer(this.fault.nowMs, () => startMs)
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }

  #answer<T>(fault: Fault, value: () => T): T | Promise<T> {
    if (fault === 'throw') throw new Error('the ledger is gone: password=hunter2')
    if (fault === 'hang') return new Promise<T>(() => undefined)
    return this.slow
      ? new Promise((resolve) =>
          setImmediate(() => {
            resolve(value())
          }),
        )
      : value()
  }
}

/** A journal that keeps drafts and fails for chosen event types. */
export class TestJournal implements Journal {
  readonly events: EventDraft[] = []
  readonly #synced = new Set<EventDraft>()
  failFor: (event: EventDraft) => Fault = () => undefined

  append(
    event: EventDraft,
    durability?: Durability,
  ): { lsn: number; seq: number } | Promise<{ lsn: number; seq: number }> {
    const fault = this.failFor(event)
    if (fault === 'throw') throw new Error('the disk is full')
    if (fault === 'hang') return new Promise(() => undefined)
    this.events.push(event)
    if (durability === 'synced') this.#synced.add(event)
    return { lsn: this.events.length, seq: this.events.length }
  }

  async *read(): AsyncGenerator<never> {
    yield* []
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }

  of(type: EventDraft['type']): readonly EventDraft['body'][] {
    return this.events.filter((event) => event.type === type).map((event) => event.body)
  }

  /** The types of the events that were to be synced, in order. */
  get synced(): readonly EventDraft['type'][] {
    return this.events.filter((event) => this.#synced.has(event)).map(({ type }) => type)
  }
}

/** An approver that a test plays by hand: `vote` becomes usable once it was asked. */
export class HandApprover implements Approver {
  readonly name: string
  readonly level: Approver['level']
  readonly asked: Promise<ApprovalRequest>
  declare readonly verify?: NonNullable<Approver['verify']>
  request: ApprovalRequest | undefined
  signal: AbortSignal | undefined
  #vote: ((vote: ApprovalVote) => Promise<VoteReceipt>) | undefined
  #markAsked: (request: ApprovalRequest) => void = () => undefined

  constructor(name = 'hand', level: Approver['level'] = 'asserted', verify?: Approver['verify']) {
    this.name = name
    this.level = level
    if (verify !== undefined) this.verify = verify
    this.asked = new Promise((resolve) => {
      this.#markAsked = resolve
    })
  }

  async ask(
    request: ApprovalRequest,
    vote: (vote: ApprovalVote | ProvenVote) => Promise<VoteReceipt>,
    signal: AbortSignal,
  ): Promise<void> {
    this.request = request
    this.signal = signal
    this.#vote = vote
    this.#markAsked(request)
    await Promise.resolve()
  }

  /** Hands in anything, as hostile code would. */
  async give(vote: unknown): Promise<VoteReceipt> {
    await this.asked
    return this.#vote!(vote as ApprovalVote)
  }

  async allow(approver: Principal, digest?: Digest): Promise<VoteReceipt> {
    const request = await this.asked
    return this.give({ decision: 'allow', approver, digest: digest ?? request.digest })
  }

  async deny(approver: Principal, digest?: Digest): Promise<VoteReceipt> {
    const request = await this.asked
    return this.give({ decision: 'deny', approver, digest: digest ?? request.digest })
  }
}

export interface Bench {
  readonly ledger: TestLedger
  readonly journal: TestJournal
  readonly clock: FixedClock
  readonly hand: HandApprover
  readonly coordinator: ApprovalCoordinator
  readonly failures: unknown[]
  policy: CompiledPolicy
  /** Roles that a directory would answer instead of the token's. */
  readonly liveRoles: Map<Principal, readonly string[]>
}

/** Everything that approvals need, with an approver to play by hand. */
export function bench(options: Partial<ApprovalCoordinatorOptions> = {}): Bench {
  const failures: unknown[] = []
  const made = {
    ledger: new TestLedger(),
    journal: new TestJournal(),
    clock: fixedClock(startMs),
    hand: new HandApprover(),
    failures,
    policy: firstPolicy,
    liveRoles: new Map<Principal, readonly string[]>(),
  }
  const coordinator = createApprovalCoordinator({
    ledger: made.ledger,
    journal: made.journal,
    clock: made.clock,
    approvers: [made.hand],
    policyNow: () => result.policy,
    standingNow: (who) => ({ principal: who, roles: made.liveRoles.get(who) ?? who.roles }),
    onFailure: (_session, cause) => failures.push(cause),
    deadlineMs: 50,
    ...options,
  })
  const result: Bench = Object.assign(made, { coordinator })
  return result
}

/** What a request that must be approved answers. */
export function heldOf(outcome: ApprovalOutcome): HeldAction {
  if (outcome.outcome !== 'approved') throw new Error(`${outcome.outcome}: ${outcome.refusal.message}`)
  return outcome.held
}

/** What a request that must not be approved answers. */
export function refusalOf(outcome: ApprovalOutcome): ApprovalRefusal {
  if (outcome.outcome === 'approved') throw new Error('approved')
  return outcome.refusal
}

/** Has an action approved by Ann. */
export async function approved(
  on: Bench,
  asked: HoldRequest = hold(),
): Promise<{ asked: HoldRequest; held: HeldAction }> {
  const running = on.coordinator.request(asked, never)
  await on.hand.allow(ann, asked.digest)
  return { asked, held: heldOf(await running) }
}

export const never: AbortSignal = new AbortController().signal
setMaxListeners(0, never)
