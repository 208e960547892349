import type { AdapterRequest, SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { GuardedTarget } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Admission } from '../../src/admission.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Directory } from '../../src/identity/directory.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import type { Description } from '../../src/model/action.js'
import type { Durability } from '../../src/model/decision.js'
import type { Duty } from '../../src/model/effect.js'
import type { MaybePromise } from '../../src/model/maybe-promise.js'
import type { Principal } from '../../src/model/principal.js'
import type { EventDraft, RecordedAt, RecordedEvent } from '../../src/record/event.js'
import type { Journal, JournalFactory } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { SessionOptions } from '../../src/session-options.js'

/** Looks at, delays or fails one append. Answering undefined lets it through. */
export type Interference = (event: EventDraft, durability: Durability) => MaybePromise<RecordedAt> | undefined

export interface Bench {
  readonly guard: Guard
  readonly target: GuardedTarget
  readonly events: readonly RecordedEvent[]
  /** Set to interfere with the journal. */
  interfere: Interference | undefined
  /** Records an event past the interference. */
  append(event: EventDraft, durability: Durability): MaybePromise<RecordedAt>
  /** The durability that each appended event was asked for. */
  readonly durabilities: { readonly type: string; readonly durability: Durability }[]
  policy: Readonly<Record<string, unknown>>
  access(
    claims?: UnverifiedClaims,
    options?: SessionOptions,
  ): Promise<{ readonly access: SessionAccess; close(): Promise<void> }>
}

export const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'a1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}

const basePolicy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    { id: 'hold-deletes', target: 'db', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' },
  ],
}

export async function bench(
  options: {
    readonly approvers?: readonly Approver[]
    readonly deadlineMs?: number
    readonly dev?: boolean
    /** `none`: not even that each account is a person. Then the first policy must hold nothing. */
    readonly directory?: Directory | 'none'
    readonly journalBudget?: number
    /** What the guard masks with. */
    readonly masks?: Pick<GuardOptions, 'maskKey' | 'customMasks'>
    readonly ledger?: Ledger
    readonly policy?: Readonly<Record<string, unknown>>
    readonly sinks?: GuardOptions['sinks']
  } = {},
): Promise<Bench> {
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const inner = memoryJournal()
  const on: { interfere: Interference | undefined; policy: Readonly<Record<string, unknown>> } = {
    interfere: undefined,
    policy: options.policy ?? (options.directory === 'none' ? { ...basePolicy, hold: [] } : basePolicy),
  }
  const durabilities: { readonly type: string; readonly durability: Durability }[] = []
  let append: Journal['append']
  const journal: JournalFactory = {
    open: async (context) => {
      const opened = await inner.open(context)
      append = (event, durability) => opened.append(event, durability)
      return {
        append: (event, durability) => {
          durabilities.push({ type: event.type, durability })
          return on.interfere?.(event, durability) ?? opened.append(event, durability)
        },
        read: () => opened.read(),
        follow: (name) => opened.follow!(name, () => undefined),
        close: () => opened.close(),
      }
    },
  }
  const guard = await createGuard({
    ...(options.directory === 'none' ? {} : { directory: options.directory ?? accountsAsPeople }),
    policy: { load: () => Promise.resolve({ name: 'test', content: on.policy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: options.approvers ?? [],
    journal,
    dev: options.dev ?? false,
    deadlineMs: options.deadlineMs ?? 500,
    ...options.masks,
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
    ...(options.sinks === undefined ? {} : { sinks: options.sinks }),
    ...(options.journalBudget === undefined ? {} : { journalBudget: options.journalBudget }),
  })
  return Object.defineProperties(
    {
      guard,
      target,
      durabilities,
      append: (event: EventDraft, durability: Durability) => append(event, durability),
      access: async (claims: UnverifiedClaims = agent, sessionOptions: SessionOptions = {}) => {
        const session = await guard.openSession({ [unverifiedCredential]: claims }, sessionOptions)
        return { access: sessionAccess(session, target), close: () => session.close() }
      },
    },
    {
      events: { get: () => inner.events },
      interfere: {
        get: () => on.interfere,
        set: (value: Interference | undefined) => {
          on.interfere = value
        },
      },
      policy: {
        get: () => on.policy,
        set: (value: Readonly<Record<string, unknown>>) => {
          on.policy = value
        },
      },
    },
  ) as Bench
}

export function describeAs(...duties: readonly Duty[]): Description {
  return Object.freeze({
    operation: 'query',
    text: `text that needs ${duties.join(' and ')}`,
    recordedText: `recorded text that needs ${duties.join(' and ')}`,
    effects: duties.map((duty) => ({ duty, resource: 'table:public.t', attributes: {} })),
  })
}

export async function ask(
  access: SessionAccess,
  description: Description,
  more: Partial<AdapterRequest> = {},
): Promise<Admission> {
  return access.admit({
    identity: { host: 'here' },
    description,
    parameters: [],
    stateEpoch: 'e1',
    inTransaction: false,
    signal: new AbortController().signal,
    ...more,
  })
}

/** The code of a refusal, or the outcome when there is none. */
export function verdict(admission: Admission): string {
  return admission.outcome === 'refused' ? admission.refusal.code : admission.outcome
}

export function person(subject = 'grace', roles: readonly string[] = ['dba']): Promise<Principal> {
  return unverifiedIdentity().verify(
    { [unverifiedCredential]: { kind: 'human', subject, roles } },
    new AbortController().signal,
  )
}

/** An approver that answers each request at once. */
export function answering(decision: 'allow' | 'deny', approver: Principal): Approver {
  return {
    name: `answers ${decision}`,
    level: 'asserted',
    ask: async (request, vote) => {
      const receipt = await vote({ decision, approver, digest: request.digest })
      if (!receipt.counted) throw new Error(receipt.reason)
    },
  }
}
