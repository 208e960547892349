import { setMaxListeners } from 'node:events'
import type { DenialLog } from './denial-log.js'
import { withDeadline } from './deadline.js'
import type { Enforcement } from './enforce.js'
import { BothKeysError } from './errors.js'
import { isPrincipal, principalFragment } from './identity/make-principal.js'
import type { StandingNow } from './identity/standing.js'
import type { Credential, Verifier } from './identity/verifier.js'
import type { Clock } from './model/clock.js'
import { randomHex } from './model/digest.js'
import type { Principal } from './model/principal.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import { refusalFrom } from './refusal.js'
import { revoked } from './revocation.js'
import type { Revocations } from './revocations.js'
import type { Requester } from './requester.js'
import type { SessionId } from './session.js'
import { Session, sessionMaker } from './session.js'
import type { TraceSource } from './session-trace.js'
import { traceReader } from './session-trace.js'

/** What the sessions of a guard need. */
export interface SessionContext {
  readonly guardKey: object
  readonly journal: Journal
  readonly clock: Clock
  readonly observe: Enforcement['observe']
  readonly denials: DenialLog
  readonly revocations: Pick<Revocations, 'fresh' | 'ofSession'>
  /** Where a verified principal stands in the directory. Throwing opens no session. */
  readonly standingNow: StandingNow
  /** Refuses a principal whose roles conflict with those that its closure holds. Rejects with why. */
  readonly admitRoles: (principal: Principal, livesMs: number) => Promise<void>
  readonly deadlineMs: number
  /** How many characters one session may write to the journal. */
  readonly journalBudget: number
}

/** Options of `guard.openSession`. */
export interface SessionOptions {
  /**
   * The trace that the session's events belong to, a W3C trace context: one for the whole session, or a function that is
   * called when the session opens and each time an action is decided. It runs in the door's own asynchronous context, so it
   * must know the current span by itself: `AsyncLocalStorage` does not tell it. The ids stand in the record as `traceId` and `spanId`; nothing
   * is decided by them. A function that throws or answers something else is reported as `failure`, and the action goes on
   * without them.
   *
   * @example
   * guard.openSession({ token }, { trace: () => currentSpan?.spanContext() })
   */
  readonly trace?: TraceSource
}

/** The longest delay a timer takes; a session that lives longer is looked at again then. */
const maxTimerMs = 2 ** 31 - 1

const endings = {
  closed: 'the session was closed',
  expired: 'the session expired',
  revoked: 'the session was revoked',
  'over its journal budget': 'the session was closed because it wrote more to the journal than one session may',
  'an outcome was not recorded': 'the session was ended because an outcome could not be recorded',
} as const

/** Opens sessions and ends them: on close, at the principal's expiry, or with the guard. */
export class SessionKeeper {
  readonly #context: SessionContext
  readonly #requesters = new WeakMap<Session, Requester>()
  readonly #live = new Map<Session, AbortController>()
  #closed = false

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** Verifies a credential and opens a session. The opening is on record before the session exists. */
  async open(verifier: Verifier, credential: Credential, options: SessionOptions = {}): Promise<Session> {
    if (this.#closed) throw new BothKeysError('ERR_SESSION_CLOSED', 'the guard is closed')
    const { clock, deadlineMs, guardKey, journal, observe, standingNow } = this.#context
    const id = randomHex(16) as SessionId
    const trace = traceReader(options.trace, (cause) => {
      observe('failure', { session: id, refusal: refusalFrom(cause), cause: cause.cause ?? cause })
    })
    const signal = AbortSignal.timeout(deadlineMs)
    const verified = await withDeadline(
      verifier.verify(credential, signal),
      'verifying the credential',
      deadlineMs,
      undefined,
    )
    if (!isPrincipal(verified)) {
      throw new BothKeysError('ERR_TOKEN_INVALID', 'the verifier answered with something that is no principal', {
        hint: 'use jwtVerifier, or build principals with the verifier kit of bothkeys',
      })
    }
    const { principal } = await standingNow(verified, false)
    const leftMs = principal.expiresAt.getTime() - clock.wallMs()
    if (!(leftMs > 0)) throw new BothKeysError('ERR_TOKEN_INVALID', 'the token is expired', { hint: 'get a fresh one' })
    await this.#context.revocations.fresh()
    this.#refuseRevoked(id, principal)
    await this.#admitRoles(id, principal, leftMs)
    await withDeadline(
      journal.append(
        { type: 'session.open', session: id, trace: trace(), body: { actor: principalFragment(principal) } },
        'synced',
      ),
      'recording the session',
      deadlineMs,
      undefined,
    )
    const ending = new AbortController()
    // Every connection of the session listens; Node would warn of a leak from the eleventh on.
    setMaxListeners(0, ending.signal)
    const session: Session = new Session(sessionMaker, id, principal, {
      guard: guardKey,
      signal: ending.signal,
      close: () => this.#end(session, ending, 'closed'),
    })
    this.#requesters.set(session, this.#requester(session, principal, ending, trace))
    this.#live.set(session, ending)
    this.#expireAt(session, ending, clock.monotonicMs() + leftMs)
    observe('sessionOpened', { session: id })
    // It may have been revoked while its opening was recorded.
    this.endRevoked()
    this.#refuseRevoked(id, principal)
    return session
  }

  /** A refusal is on record before it is told; a journal that fails makes it no less of one. */
  async #admitRoles(id: SessionId, principal: Principal, leftMs: number): Promise<void> {
    const { admitRoles, deadlineMs, journal, observe } = this.#context
    try {
      await admitRoles(principal, leftMs)
    } catch (error) {
      const refusal = refusalFrom(error)
      observe('denied', { session: id, refusal })
      try {
        const body = { actor: principalFragment(principal), code: refusal.code, rules: refusal.rules }
        // Of the engine's chain: a session that never was has none.
        const recorded = journal.append({ type: 'session.refused', session: engineSession, body }, 'written')
        await withDeadline(recorded, 'recording the refusal', deadlineMs, undefined)
      } catch (cause) {
        observe('failure', { session: id, refusal, cause })
      }
      throw error
    }
  }

  requesterOf(session: Session): Requester {
    const requester = this.#requesters.get(session)
    if (requester === undefined) throw new BothKeysError('ERR_SESSION_CLOSED', 'the session belongs to another guard')
    return requester
  }

  /** Ends every session that is revoked. */
  endRevoked(): void {
    for (const [session, ending] of this.#live) {
      const { id, principal } = session
      const revocation = this.#context.revocations.ofSession({ id, principal })
      if (revocation !== undefined) void this.#end(session, ending, 'revoked', revoked('the session', revocation))
    }
  }

  async closeAll(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#live.keys()].map((session) => session.close()))
  }

  #refuseRevoked(id: string, principal: Principal): void {
    const revocation = this.#context.revocations.ofSession({ id, principal })
    if (revocation !== undefined) throw revoked('the session', revocation)
  }

  #requester(session: Session, principal: Principal, ending: AbortController, trace: Requester['trace']): Requester {
    let actions = 0
    let written = 0
    return {
      sessionId: session.id,
      principal,
      principalRecord: principalFragment(principal),
      signal: ending.signal,
      trace,
      nextActionId: () => `${session.id.slice(0, 12)}-${String(++actions)}`,
      spend: (characters) => {
        written += characters
        if (written > this.#context.journalBudget) void this.#end(session, ending, 'over its journal budget')
      },
      fail: (error) => {
        void this.#end(session, ending, 'an outcome was not recorded', error)
      },
    }
  }

  /** Ends the session when its principal expires, by the monotonic clock, so that no clock change prolongs it. */
  #expireAt(session: Session, ending: AbortController, atMs: number): void {
    const leftMs = atMs - this.#context.clock.monotonicMs()
    if (leftMs <= 0) {
      void this.#end(session, ending, 'expired')
      return
    }
    const timer = setTimeout(
      () => {
        this.#expireAt(session, ending, atMs)
      },
      Math.min(leftMs, maxTimerMs),
    )
    timer.unref()
    ending.signal.addEventListener('abort', () => {
      clearTimeout(timer)
    })
  }

  async #end(
    session: Session,
    ending: AbortController,
    reason: keyof typeof endings,
    error?: BothKeysError,
  ): Promise<void> {
    if (ending.signal.aborted) return
    const { deadlineMs, denials, journal, observe } = this.#context
    const code = reason === 'over its journal budget' ? 'ERR_LIMIT_EXCEEDED' : 'ERR_SESSION_CLOSED'
    ending.abort(error ?? new BothKeysError(code, endings[reason], { hint: 'open a new session' }))
    this.#live.delete(session)
    denials.forget(session.id)
    observe('sessionClosed', { session: session.id })
    try {
      const recorded = journal.append({ type: 'session.close', session: session.id, body: { reason } }, 'synced')
      await withDeadline(recorded, 'recording the end of the session', deadlineMs, undefined)
    } catch (cause) {
      observe('failure', {
        session: session.id,
        refusal: {
          code: 'ERR_JOURNAL_UNAVAILABLE',
          message: 'the end of a session could not be recorded',
          rules: [],
          hint: 'look at the journal',
        },
        cause,
      })
    }
  }
}
