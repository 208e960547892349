import type { AdapterRequest, SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Admission } from '../../src/admission.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Directory } from '../../src/identity/directory.js'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { EventDraft, RecordedEvent } from '../../src/record/event.js'
import type { Journal, JournalFactory } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import type { Session } from '../../src/session.js'
import type { SessionOptions } from '../../src/session-options.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

export const startMs = Date.parse('2026-05-04T09:00:00Z')
export const hourMs = 3_600_000

export const people = 'https://people.example'

export type Who = Partial<PrincipalFacts> & { readonly id: string; readonly ownedBy?: string }

/** An agent of `ownedBy` with the roles of the bench's policy. */
export function agent({ ownedBy = 'olga', ...facts }: Who): Principal {
  return makePrincipal({
    kind: 'agent',
    issuer: 'https://agents.example',
    owners: [{ issuer: people, id: ownedBy }],
    agentClass: 'etl',
    runRoot: `run-of-${facts.id}`,
    key: undefined,
    roles: ['worker'],
    verifiedBy: 'jwt',
    expiresAtMs: startMs + 1_000 * hourMs,
    ...facts,
  })
}

export function human(id: string, roles: readonly string[] = ['dba'], facts: Partial<PrincipalFacts> = {}): Principal {
  return agent({
    kind: 'human',
    issuer: people,
    id,
    owners: undefined,
    agentClass: undefined,
    runRoot: undefined,
    roles,
    ...facts,
  })
}

export const dutiesApart: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [{ target: ['db', 'other'], duty: ['read', 'write', 'delete'] }],
    dba: [
      { target: ['db', 'other'], duty: ['read', 'write'] },
      { target: ['db', 'other'], duty: 'approve' },
    ],
  },
  hold: [
    {
      id: 'H1',
      duty: 'delete',
      from: 'anyone',
      require: [{ stage: 'peer', count: 1, role: 'dba', independent: ['subject'] }],
      ttl: '15m',
    },
  ],
  separate: {
    dynamic: [
      { id: 'D1', duties: ['write', 'approve'], max: 1, over: ['person', 'run', 'key'], per: 'target', window: '24h' },
    ],
  },
}

export interface DutyBench {
  readonly guard: Guard
  readonly events: readonly RecordedEvent[]
  readonly durabilities: readonly string[]
  readonly clock: FixedClock
  /** What happens right after an event is on record, before whoever recorded it goes on. */
  interfere: (event: EventDraft) => Promise<unknown> | undefined
  /** What proves to be somebody. */
  credential(principal: Principal): { readonly token: string }
  open(principal: Principal): Promise<SessionAccess>
  session(principal: Principal, options?: SessionOptions): Promise<Session>
  /** What a session may ask of the target `db`. */
  access(session: Session): SessionAccess
  /** Opens a session, asks for one action and closes it: nothing of a session is kept. */
  does(principal: Principal, duty: Duty | readonly Effect[], target?: string): Promise<Admission>
}

export interface DutyBenchOptions {
  readonly policy?: PolicyInput
  readonly approvers?: readonly Approver[]
  readonly ledger?: Ledger
  readonly directory?: Directory
  readonly journal?: JournalFactory & { readonly events: readonly RecordedEvent[] }
  readonly behind?: Journal['behind']
  readonly clock?: FixedClock
}

/** A guard whose verifier answers the principal that it is given. */
export async function dutyBench(options: DutyBenchOptions = {}): Promise<DutyBench> {
  const clock = options.clock ?? fixedClock(startMs)
  const targets = ['db', 'other'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() }))
  const inner = options.journal ?? memoryJournal()
  const durabilities: string[] = []
  let interfere: DutyBench['interfere'] = () => undefined
  const journal: JournalFactory = {
    open: async (context) => {
      const opened = await inner.open(context)
      return {
        behind: options.behind,
        append: (event, durability) => {
          if (event.type === 'action.intent') durabilities.push(durability)
          const recorded = opened.append(event, durability)
          const meanwhile = interfere(event)
          return meanwhile === undefined ? recorded : meanwhile.then(() => recorded)
        },
        read: () => opened.read(),
        close: () => opened.close(),
      }
    },
  }
  const credentials = new Map<string, Principal>()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: options.policy ?? dutiesApart }) },
    identity: {
      verify: (credential) => {
        const principal = credentials.get('token' in credential ? credential.token : '')
        return principal === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(principal)
      },
    },
    targets,
    approvers: options.approvers ?? [],
    journal,
    clock,
    deadlineMs: 500,
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
    ...(options.directory === undefined ? {} : { directory: options.directory }),
  })
  const credential = (principal: Principal): { readonly token: string } => {
    const token = String(credentials.size)
    credentials.set(token, principal)
    return { token }
  }
  const open = (principal: Principal, sessionOptions?: SessionOptions): Promise<Session> =>
    guard.openSession(credential(principal), sessionOptions)
  const access = (session: Session, target = 'db'): SessionAccess => {
    const found = targets.find(({ name }) => name === target)
    if (found === undefined) throw new Error(`no target ${target}`)
    return sessionAccess(session, found)
  }
  return {
    guard,
    get interfere() {
      return interfere
    },
    set interfere(next) {
      interfere = next
    },
    get events() {
      return inner.events
    },
    durabilities,
    clock,
    credential,
    open: async (principal) => access(await open(principal)),
    session: open,
    access: (session) => access(session),
    does: async (principal, duty, target) => {
      const session = await open(principal)
      const admission = await asks(access(session, target), duty)
      await session.close()
      return admission
    },
  }
}

/** Asks for one action. */
export async function asks(
  access: SessionAccess,
  duty: Duty | readonly Effect[],
  signal: AbortSignal = new AbortController().signal,
  able: Pick<AdapterRequest, 'measuresAnswers'> = {},
): Promise<Admission> {
  return access.admit({
    identity: { host: 'here' },
    description: describeAs(duty),
    parameters: [],
    stateEpoch: '1',
    inTransaction: false,
    signal,
    ...able,
  })
}

function describeAs(duty: Duty | readonly Effect[]) {
  const effects = typeof duty === 'string' ? [effect(duty)] : duty
  const text = effects.map((each) => `${each.duty} ${each.resource}`).join(' and ')
  return { operation: 'query', text, recordedText: text, effects }
}

export function effect(duty: Duty, resource = 'table:public.t'): Effect {
  return { duty, resource, attributes: {} }
}

/** The code of a refusal, or the outcome when there is none. */
export function verdict(admission: Admission): string {
  return admission.outcome === 'refused' ? admission.refusal.code : admission.outcome
}

/** An approver that says yes in somebody's name and notes what came of it. */
export class YesOf implements Approver {
  readonly name = 'yes'
  readonly level = 'asserted'
  who: Principal
  readonly receipts: string[] = []

  constructor(who: Principal) {
    this.who = who
  }

  readonly ask: Approver['ask'] = async (request, vote) => {
    const receipt = await vote({ decision: 'allow', approver: this.who, digest: request.digest })
    this.receipts.push(receipt.counted ? 'counted' : receipt.reason)
    if (!receipt.counted) throw new Error(receipt.reason)
  }
}
