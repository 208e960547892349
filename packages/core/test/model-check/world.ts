import type { SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { ApprovalRequest, ApprovalVote, ProvenVote, VoteReceipt } from '../../src/approvals/approver.js'
import type { Guard, GuardOptions } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import type { DirectoryRecord } from '../../src/identity/directory.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { Effect } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { EventDraft } from '../../src/record/event.js'
import type { Session } from '../../src/session.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { asks, startMs, verdict } from '../duties/support.js'
import { TestJournal } from '../approvals/support.js'

/** What an approver was asked, and how it answers. */
export interface Asked {
  readonly request: ApprovalRequest
  readonly vote: (vote: ApprovalVote | ProvenVote) => Promise<VoteReceipt>
}

const waitMs = 60_000
const targets = ['db', 'other'].map((name) => ({ name, kind: 'fake', close: () => Promise.resolve() }))

/**
 * A guard whose directory, clocks, policy and people a sequence of events moves. The ledger has a clock of its own and keeps
 * what is over, so that nothing can rely on it to forget.
 */
export class World {
  readonly guard: Guard
  /** Another process on the ledger. */
  readonly elsewhere: Guard
  readonly clock: FixedClock
  readonly ledgerClock: FixedClock
  /** What the directory says, by account. */
  readonly people: Map<string, DirectoryRecord>
  readonly #journal: TestJournal
  readonly #credentials: Map<string, Principal>
  readonly #on: { policy: PolicyInput; asked: (asked: Asked) => void }

  private constructor(parts: Parts) {
    this.guard = parts.guard
    this.elsewhere = parts.elsewhere
    this.clock = parts.clock
    this.ledgerClock = parts.ledgerClock
    this.people = parts.people
    this.#journal = parts.journal
    this.#credentials = parts.credentials
    this.#on = parts.on
  }

  static async open(policy: PolicyInput): Promise<World> {
    const clock = fixedClock(startMs)
    const ledgerClock = fixedClock(startMs)
    const people = new Map<string, DirectoryRecord>()
    const credentials = new Map<string, Principal>()
    const journal = new TestJournal()
    const on: Parts['on'] = { policy, asked: () => undefined }
    const options: GuardOptions = {
      policy: { load: () => Promise.resolve({ name: 'model', content: on.policy }) },
      identity: {
        verify: (credential) => {
          const principal = credentials.get('token' in credential ? credential.token : '')
          return principal === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(principal)
        },
      },
      directory: { resolve: ({ id }) => people.get(id) },
      targets,
      approvers: [
        {
          name: 'desk',
          level: 'asserted',
          ask: (request, vote) => {
            on.asked({ request, vote })
            return Promise.resolve()
          },
        },
      ],
      journal: { open: () => Promise.resolve(journal) },
      ledger: keepingAll(memoryLedger({ clock: ledgerClock, maxEntries: 10_000_000 })),
      clock,
      dev: true,
      deadlineMs: waitMs,
      notifyGlass: () => undefined,
    }
    const elsewhere = await createGuard({
      ...options,
      approvers: [],
      journal: { open: () => Promise.resolve(new TestJournal()) },
    })
    return new World({
      guard: await createGuard(options),
      elsewhere,
      clock,
      ledgerClock,
      people,
      journal,
      credentials,
      on,
    })
  }

  async close(): Promise<void> {
    await Promise.all([this.guard.close(), this.elsewhere.close()])
  }

  /** What has been recorded since the last call of `forget`. */
  get events(): readonly EventDraft[] {
    return this.#journal.events
  }

  /** So that what other sequences recorded takes no room. */
  forget(): void {
    this.#journal.events.splice(0)
  }

  async setPolicy(policy: PolicyInput): Promise<void> {
    this.#on.policy = policy
    await this.guard.reload()
  }

  get policy(): PolicyInput {
    return this.#on.policy
  }

  token(principal: Principal): { readonly token: string } {
    const token = String(this.#credentials.size)
    this.#credentials.set(token, principal)
    return { token }
  }

  open(principal: Principal): Promise<Session> {
    return this.guard.openSession(this.token(principal))
  }

  /** The next that people are asked about. */
  nextAsked(): Promise<Asked> {
    return new Promise((resolve) => {
      this.#on.asked = resolve
    })
  }

  /** What becomes of an action; `held` when people are asked, who do not answer. */
  async tries(session: Session, effects: readonly Effect[], target = 'db'): Promise<string> {
    const gaveUp = new AbortController()
    const stop = this.guard.on('held', () => {
      gaveUp.abort()
    })
    try {
      const outcome = await this.#runs(session, effects, target, gaveUp.signal)
      return gaveUp.signal.aborted ? 'held' : outcome
    } catch (error) {
      return (error as { readonly code?: string }).code ?? String(error)
    } finally {
      stop()
    }
  }

  /** How many of several actions that are asked for at once run. People who are asked do not answer. */
  async rush(session: Session, count: number, effects: readonly Effect[]): Promise<number> {
    const gaveUp = new AbortController()
    let waiting = count
    const oneLess = (): void => {
      if (--waiting === 0) gaveUp.abort()
    }
    const stop = this.guard.on('held', oneLess)
    const tried = Array.from({ length: count }, async () => {
      try {
        return Number((await this.#runs(session, effects, 'db', gaveUp.signal)) === 'permitted')
      } catch {
        return 0
      } finally {
        oneLess()
      }
    })
    const ran = await Promise.all(tried)
    stop()
    return ran.reduce((sum, one) => sum + one, 0)
  }

  /** What becomes of an action that one person says yes to where people are asked. */
  async triesWith(session: Session, effects: readonly Effect[], approver: Principal): Promise<string> {
    const gaveUp = new AbortController()
    this.#on.asked = ({ request, vote }) => {
      void vote({ decision: 'allow', approver, digest: request.digest }).then(({ counted }) => {
        if (!counted) gaveUp.abort()
      })
    }
    const outcome = await this.#runs(session, effects, 'db', gaveUp.signal)
    return gaveUp.signal.aborted ? 'not counted' : outcome
  }

  async #runs(session: Session, effects: readonly Effect[], target: string, signal: AbortSignal): Promise<string> {
    const admission = await asks(accessOf(session, target), effects, signal)
    if (admission.outcome === 'permitted') {
      admission.permit.use()
      await admission.permit.settle({ outcome: 'completed' })
    }
    return verdict(admission)
  }
}

interface Parts extends Pick<World, 'guard' | 'elsewhere' | 'clock' | 'ledgerClock' | 'people'> {
  readonly journal: TestJournal
  readonly credentials: Map<string, Principal>
  readonly on: { policy: PolicyInput; asked: (asked: Asked) => void }
}

function accessOf(session: Session, name: string): SessionAccess {
  return sessionAccess(
    session,
    targets.find((each) => each.name === name)!,
  )
}

/** A ledger may keep what is over: nothing is let through because it does not. */
function keepingAll(ledger: Ledger): Ledger {
  return {
    get: (key) => ledger.get(key),
    commit: (changes) =>
      ledger.commit(changes.map(({ expectedVersion, key, value }) => ({ expectedVersion, key, value }))),
    nowMs: () => ledger.nowMs(),
    close: () => Promise.resolve(),
  }
}

/** What others do in the same turn, and in the next one, is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
