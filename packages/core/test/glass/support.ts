import type { SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { BreakGlassOptions } from '../../src/glass/break-glass-options.js'
import type { BrokenGlass } from '../../src/glass/broken-glass.js'
import type { GlassReviewReceipt, GlassVerdict } from '../../src/glass/glass-review.js'
import type { GlassNotifier } from '../../src/glass/notify-glass.js'
import type { OpenGlass } from '../../src/glass/open-glass.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Directory } from '../../src/identity/directory.js'
import type { Credential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Duty, Effect } from '../../src/model/effect.js'
import type { MaybePromise } from '../../src/model/maybe-promise.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { EventDraft, RecordedAt, RecordedEvent } from '../../src/record/event.js'
import type { Journal, JournalFactory } from '../../src/record/journal.js'
import type { Session } from '../../src/session.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import { asks, hourMs, human, startMs, verdict } from '../duties/support.js'

/** On-call people may break glass on `db`, and so may agents of the class `runbook`. */
export const glassPolicy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    oncall: [{ target: ['db', 'other'], duty: ['read', 'write', 'delete', 'define'] }],
    runbook: [{ target: ['db', 'other'], duty: ['read', 'write'] }],
    dba: [{ target: ['db', 'other'], duty: 'approve' }],
    auditor: [{ target: ['db', 'other'], duty: 'audit' }],
  },
  deny: [{ id: 'N1', resource: 'table:hr.**' }],
  hold: [
    {
      id: 'H1',
      duty: ['write', 'delete', 'define'],
      require: [{ stage: 'peer', count: 1, role: 'dba' }],
      ttl: '15m',
    },
  ],
  breakGlass: [
    {
      id: 'G1',
      role: 'oncall',
      target: 'db',
      duty: ['write', 'delete'],
      for: '1h',
      review: { role: 'auditor', within: '24h' },
    },
    {
      id: 'G2',
      role: 'runbook',
      from: 'anyone',
      target: 'db',
      duty: 'write',
      for: '10m',
      review: { role: 'auditor', within: '1h' },
    },
  ],
}

export const outage: BreakGlassOptions = { target: 'db', reason: 'checkout is down', ticket: 'INC-4711' }

export interface GlassBench {
  readonly guard: Guard
  readonly clock: FixedClock
  readonly events: readonly RecordedEvent[]
  /** What happened, in order: `append:<type>`, `notify`, `ask`. */
  readonly steps: string[]
  readonly told: BrokenGlass[]
  readonly failures: unknown[]
  /** Set to interfere with the journal or the notifier. Answering undefined lets an append through. */
  interfere: ((event: EventDraft) => MaybePromise<RecordedAt> | undefined) | undefined
  notify: GlassNotifier
  policy: PolicyInput
  credential(principal: Principal): Credential
  open(principal: Principal): Promise<Session>
  access(session: Session, target?: string): SessionAccess
  /** Asks for one action, and what came of it within moments: `held` while people are asked. */
  tries(session: Session, duty: Duty | readonly Effect[], target?: string): Promise<string>
  review(id: string, reviewer: Principal, verdict?: GlassVerdict): Promise<GlassReviewReceipt>
  of(type: string): readonly RecordedEvent[]
}

export interface GlassBenchOptions {
  readonly policy?: PolicyInput
  readonly ledger?: Ledger
  readonly journal?: JournalFactory & { readonly events: readonly RecordedEvent[] }
  readonly behind?: Journal['behind']
  readonly clock?: FixedClock
  readonly directory?: Directory
  readonly approvers?: readonly Approver[]
  readonly journalBudget?: number
}

const running: Guard[] = []

/** Ends every guard of a test. */
export async function closeGuards(): Promise<void> {
  await Promise.all(running.splice(0).map((guard) => guard.close()))
}

/** A guard whose verifier answers the principal that it is given, and whose approvers never answer. */
export async function glassBench(options: GlassBenchOptions = {}): Promise<GlassBench> {
  const clock = options.clock ?? fixedClock(startMs)
  const targets = ['db', 'other'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() }))
  const inner = options.journal ?? lastingJournal()
  const credentials = new Map<string, Principal>()
  const steps: string[] = []
  const told: BrokenGlass[] = []
  const failures: unknown[] = []
  const silent: Approver = {
    name: 'silent',
    level: 'asserted',
    ask: () => {
      steps.push('ask')
      return Promise.resolve()
    },
  }
  const on: Pick<GlassBench, 'interfere' | 'notify' | 'policy'> = {
    interfere: undefined,
    notify: () => undefined,
    policy: options.policy ?? glassPolicy,
  }
  const journal: JournalFactory = {
    open: async (context) => {
      const opened = await inner.open(context)
      return {
        behind: options.behind,
        append: (event, durability) => {
          steps.push(`append:${event.type}:${durability}`)
          return on.interfere?.(event) ?? opened.append(event, durability)
        },
        read: () => opened.read(),
        close: () => opened.close(),
      }
    },
  }
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: on.policy }) },
    identity: {
      verify: (credential) => {
        const principal = credentials.get('token' in credential ? credential.token : '')
        return principal === undefined ? Promise.reject(new Error('secret of the token')) : Promise.resolve(principal)
      },
    },
    targets,
    approvers: [silent, ...(options.approvers ?? [])],
    journal,
    clock,
    dev: true,
    deadlineMs: 300,
    notifyGlass: (glass, signal) => {
      steps.push('notify')
      told.push(glass)
      return on.notify(glass, signal)
    },
    ...(options.journalBudget === undefined ? {} : { journalBudget: options.journalBudget }),
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
    ...(options.directory === undefined ? {} : { directory: options.directory }),
  })
  running.push(guard)
  guard.on('failure', (failure) => failures.push(failure.cause))
  const credential = (principal: Principal): Credential => {
    const token = String(credentials.size)
    credentials.set(token, principal)
    return { token }
  }
  const access = (session: Session, name = 'db'): SessionAccess => {
    const target = targets.find((each) => each.name === name)
    if (target === undefined) throw new Error(`no target ${name}`)
    return sessionAccess(session, target)
  }
  return Object.assign(on, {
    guard,
    clock,
    get events() {
      return inner.events
    },
    steps,
    told,
    failures,
    credential,
    open: (principal: Principal) => guard.openSession(credential(principal)),
    access,
    tries: async (session: Session, duty: Duty | readonly Effect[], target?: string) => {
      const gaveUp = new AbortController()
      const held = guard.on('held', () => {
        gaveUp.abort()
      })
      const admission = await asks(access(session, target), duty, gaveUp.signal)
      held()
      if (gaveUp.signal.aborted) return 'held'
      if (admission.outcome === 'permitted') {
        admission.permit.use()
        await admission.permit.settle({ outcome: 'completed' })
      }
      return verdict(admission)
    },
    review: (id: string, reviewer: Principal, found: GlassVerdict = 'justified') =>
      guard.glass.review(id, { credential: credential(reviewer), verdict: found }),
    of: (type: string) => inner.events.filter((event) => event.type === type),
  })
}

/** Somebody on call. */
export function oncall(id = 'ada'): Principal {
  return human(id, ['oncall'])
}

export function auditor(id = 'grace', roles: readonly string[] = ['auditor']): Principal {
  return human(id, roles)
}

/** Breaks glass for somebody and gives it back: what remains is to be reviewed. */
export async function brokeOnce(on: GlassBench, who: Principal = oncall()): Promise<string> {
  const session = await on.open(who)
  const glass = await session.breakGlass(outage)
  await glass.close()
  return glass.id
}

/** The ledger of several processes. */
export function sharedLedger(clock: FixedClock): Ledger {
  const ledger = memoryLedger({ clock })
  return {
    get: (key) => ledger.get(key),
    commit: (changes) => ledger.commit(changes),
    nowMs: () => ledger.nowMs(),
    close: () => Promise.resolve(),
  }
}

/** The error code that a promise rejects with, or what it resolves to. */
export async function codeOf(promise: Promise<OpenGlass>): Promise<string> {
  try {
    await promise
    return 'open'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

export { hourMs }
