import { setMaxListeners } from 'node:events'
import type { DelegationOptions } from './delegation.js'
import { checkedDelegation, subPrincipal } from './delegation.js'
import type { DenialLog } from './denial-log.js'
import { withDeadline } from './deadline.js'
import type { Enforcement } from './enforcement.js'
import { BothKeysError } from './errors.js'
import type { GlassKeeper } from './glass/glass-keeper.js'
import type { GrantOptions } from './grants/grant-options.js'
import type { Grant } from './grants/open-grant.js'
import { isPrincipal } from './identity/make-principal.js'
import type { StandingNow } from './identity/standing.js'
import { withTimeLimit } from './identity/time-limit.js'
import type { Credential, Verifier } from './identity/verifier.js'
import type { Clock } from './model/clock.js'
import { randomHex } from './model/digest.js'
import { ForwardTime } from './model/forward-time.js'
import type { Principal } from './model/principal.js'
import { assertKnownOptions } from './known-options.js'
import type { Journal } from './record/journal.js'
import { refusalFrom } from './refusal.js'
import { revoked } from './revocation.js'
import type { Revocations } from './revocations.js'
import type { LiveSession } from './live-session.js'
import { assertRoom, join, leave } from './live-session.js'
import type { ProofDemand } from './proof-demand.js'
import { delegatedDemand, proofDemand } from './proof-demand.js'
import type { Requester } from './requester.js'
import { assertLive } from './still-live.js'
import { changeOf } from './session-change.js'
import type { SessionId } from './session.js'
import { Session, sessionMaker } from './session.js'
import type { SessionOptions } from './session-options.js'
import { recordClosed, recordOpened, recordRefused } from './session-record.js'
import { sessionOptionNames } from './session-options.js'
import { traceReader } from './session-trace.js'
import { requesterOf } from './session-requester.js'

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
  readonly glass: Pick<GlassKeeper, 'break'>
  readonly requestGrant: (requester: Requester, options: GrantOptions) => Promise<Grant>
  readonly deadlineMs: number
  /** How many characters one session may write to the journal. */
  readonly journalBudget: number
}

/** About how many characters the opening and the end of a session take in the journal, besides who it is. */
const sessionCharacters = 2_000

/** The longest delay a timer takes; a session that lives longer is looked at again then. */
const maxTimerMs = 2 ** 31 - 1

const endings = {
  closed: 'the session was closed',
  expired: 'the session expired',
  revoked: 'the session was revoked',
  'over its journal budget': 'the session was closed because it wrote more to the journal than one session may',
  'its delegator ended': 'the session ended with the session that delegated to it',
  'an outcome was not recorded': 'the session was ended because an outcome could not be recorded',
} as const

/** What a session has besides its principal. */
interface Making {
  readonly trace: Requester['trace']
  readonly proof: ProofDemand | undefined
  readonly parent: LiveSession | undefined
}

/** Opens sessions and ends them: on close, at the principal's expiry, with the session that delegated, or with the guard. */
export class SessionKeeper {
  readonly #context: SessionContext
  readonly #requesters = new WeakMap<Session, Requester>()
  readonly #live = new Set<LiveSession>()
  /** A clock that is set back prolongs no session. */
  readonly #time: ForwardTime
  #closed = false

  constructor(context: SessionContext) {
    this.#context = context
    this.#time = new ForwardTime(context.clock)
  }

  /** Verifies a credential and opens a session. The opening is on record before the session exists. */
  async open(verifier: Verifier, credential: Credential, options: SessionOptions = {}): Promise<Session> {
    if (this.#closed) throw new BothKeysError('ERR_SESSION_CLOSED', 'the guard is closed')
    assertKnownOptions('openSession', options, sessionOptionNames)
    const { clock, deadlineMs, standingNow } = this.#context
    const id = randomHex(16) as SessionId
    const trace = this.#trace(id, options)
    const inChange = changeOf(options, credential)
    const verified = await withTimeLimit(deadlineMs, (signal) =>
      withDeadline(verifier.verify(credential, signal), 'verifying the credential', deadlineMs, undefined),
    )
    if (!isPrincipal(verified)) {
      throw new BothKeysError('ERR_TOKEN_INVALID', 'the verifier answered with something that is no principal', {
        hint: 'use jwtVerifier, or build principals with the verifier kit of bothkeys',
      })
    }
    const { principal } = await standingNow(inChange(verified), false)
    const proof = proofDemand(options, principal, credential)
    const leftMs = principal.expiresAt.getTime() - this.#time.nowMs()
    // Now: what is waited for from here on prolongs nothing.
    const endsAtMs = clock.monotonicMs() + leftMs
    if (!(leftMs > 0)) throw new BothKeysError('ERR_TOKEN_INVALID', 'the token is expired', { hint: 'get a fresh one' })
    await this.#context.revocations.fresh()
    this.#refuseRevoked(id, principal)
    await this.#admitRoles(id, principal, leftMs)
    const live = this.#make(id, principal, { trace, proof, parent: undefined })
    await this.#record(live, undefined)
    return this.#start(live, endsAtMs)
  }

  /**
   * Opens a session for a sub-agent. It is charged to its session and counts among its children before the ledger and the
   * journal are asked, so that none is too many, that none is refused for nothing, and that a session which ends meanwhile
   * ends it.
   */
  async #delegate(parent: LiveSession, given: DelegationOptions): Promise<Session> {
    assertLive(parent.requester)
    const options = checkedDelegation(given)
    await this.#context.revocations.fresh()
    const { clock } = this.#context
    const { principal } = parent.session
    const roles = parent.requester.roles()
    const delegator = { sessionId: parent.session.id, principal, roles }
    const child = subPrincipal(delegator, options, `delegated:${randomHex(16)}`, this.#time.nowMs())
    const proof = delegatedDemand(options, parent.requester.proof)
    const endsAtMs = clock.monotonicMs() + options.ttlMs
    const id = randomHex(16) as SessionId
    // From here to `join` nothing else runs.
    assertRoom(parent)
    this.#refuseRevoked(id, child)
    const trace = options.trace === undefined ? () => parent.requester.trace() : this.#trace(id, options)
    const live = this.#make(id, child, { trace, proof, parent })
    live.requester.spend(sessionCharacters + 2 * live.requester.principalRecord.text.length)
    assertLive(parent.requester)
    join(live)
    try {
      await this.#admitRoles(id, child, options.ttlMs)
      assertLive(live.requester)
      await this.#record(live, { session: parent.session.id, depth: child.delegation.length })
    } catch (error) {
      live.ending.abort(error)
      leave(live)
      throw error
    }
    return this.#start(live, endsAtMs)
  }

  /** A refusal is on record before it is told; a journal that fails makes it no less of one. */
  async #admitRoles(id: SessionId, principal: Principal, leftMs: number): Promise<void> {
    const { admitRoles, observe } = this.#context
    try {
      await admitRoles(principal, leftMs)
    } catch (error) {
      const refusal = refusalFrom(error)
      observe('denied', { session: id, refusal })
      await recordRefused(this.#context, { id, principal, refusal })
      throw error
    }
  }

  requesterOf(session: Session): Requester {
    const requester = this.#requesters.get(session)
    if (requester === undefined) throw new BothKeysError('ERR_SESSION_CLOSED', 'the session belongs to another guard')
    return requester
  }

  /**
   * Whether a principal was delegated and its session is not live here, because it or one above it ended: then nothing that
   * it says counts. The session of another guard is never live here.
   */
  hasEnded({ delegation, run }: Principal): boolean {
    return delegation.length > 0 && ![...this.#live].some(({ session }) => session.principal.run.id === run.id)
  }

  /** Ends every session that is revoked. */
  endRevoked(): void {
    for (const live of this.#live) {
      const { id, principal } = live.session
      const revocation = this.#context.revocations.ofSession({ id, principal })
      if (revocation !== undefined) void this.#end(live, 'revoked', revoked('the session', revocation))
    }
  }

  async closeAll(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#live].map(({ session }) => session.close()))
  }

  #refuseRevoked(id: string, principal: Principal): void {
    const revocation = this.#context.revocations.ofSession({ id, principal })
    if (revocation !== undefined) throw revoked('the session', revocation)
  }

  #trace(id: SessionId, options: SessionOptions): Requester['trace'] {
    return traceReader(options.trace, (cause) => {
      this.#context.observe('failure', { session: id, refusal: refusalFrom(cause), cause: cause.cause ?? cause })
    })
  }

  #make(id: SessionId, principal: Principal, { parent, proof, trace }: Making): LiveSession {
    const expiresAtMs = principal.expiresAt.getTime()
    const ending = new AbortController()
    // Every connection of the session listens; Node would warn of a leak from the eleventh on.
    setMaxListeners(0, ending.signal)
    const session: Session = new Session(sessionMaker, id, principal, {
      guard: this.#context.guardKey,
      signal: ending.signal,
      close: () => this.#end(live, 'closed'),
      delegate: (options) => this.#delegate(live, options),
      breakGlass: (options) => this.#context.glass.break(live.requester, options),
      requestGrant: (options) => this.#context.requestGrant(live.requester, options),
    })
    const live: LiveSession = {
      session,
      ending,
      requester: requesterOf({
        session,
        signal: ending.signal,
        trace,
        proof,
        parent: parent?.requester,
        journalBudget: this.#context.journalBudget,
        endIfExpired: () => {
          if (this.#time.nowMs() >= expiresAtMs) void this.#end(live, 'expired')
        },
        onOverBudget: () => void this.#end(live, 'over its journal budget'),
        onUnrecorded: (error) => void this.#end(live, 'an outcome was not recorded', error),
      }),
      ended: Promise.resolve(),
      isOnRecord: false,
      parent,
      children: new Set(),
      tree: parent?.tree ?? { size: 0 },
    }
    this.#requesters.set(session, live.requester)
    return live
  }

  async #record(
    live: LiveSession,
    delegatedBy: { readonly session: string; readonly depth: number } | undefined,
  ): Promise<void> {
    live.isOnRecord = true
    await recordOpened(this.#context, live.requester, delegatedBy)
  }

  /** Throws why the session ended, when it did while it was opened: its time is over, it was revoked, the guard closed. */
  #start(live: LiveSession, endsAtMs: number): Session {
    assertLive(live.requester)
    this.#live.add(live)
    this.#expireAt(live, endsAtMs)
    this.#context.observe('sessionOpened', { session: live.session.id })
    this.endRevoked()
    if (this.#closed) void this.#end(live, 'closed')
    assertLive(live.requester)
    return live.session
  }

  /**
   * Ends the session when its principal expires, by the monotonic clock, so that no clock change prolongs it. The wall clock is
   * looked at whenever the session does something.
   */
  #expireAt(live: LiveSession, atMs: number): void {
    const leftMs = atMs - this.#context.clock.monotonicMs()
    if (!(leftMs > 0)) {
      void this.#end(live, 'expired')
      return
    }
    const timer = setTimeout(
      () => {
        this.#expireAt(live, atMs)
      },
      Math.min(leftMs, maxTimerMs),
    )
    timer.unref()
    live.ending.signal.addEventListener('abort', () => {
      clearTimeout(timer)
    })
  }

  #end(live: LiveSession, reason: keyof typeof endings, error?: BothKeysError): Promise<void> {
    if (!live.ending.signal.aborted) live.ended = this.#finish(live, reason, error)
    return live.ended
  }

  /** Nothing of the session or of its sub-agents runs from the first line on; then that is recorded. */
  async #finish(live: LiveSession, reason: keyof typeof endings, error?: BothKeysError): Promise<void> {
    const { denials, observe } = this.#context
    const { children, ending, session } = live
    const code = reason === 'over its journal budget' ? 'ERR_LIMIT_EXCEEDED' : 'ERR_SESSION_CLOSED'
    ending.abort(error ?? new BothKeysError(code, endings[reason], { hint: 'open a new session' }))
    const descendants = [...children].map((child) => this.#end(child, 'its delegator ended'))
    this.#live.delete(live)
    leave(live)
    denials.forget(session.id)
    if (!live.isOnRecord) return
    observe('sessionClosed', { session: session.id })
    await recordClosed(this.#context, session.id, reason)
    await Promise.all(descendants)
  }
}
