import { inspect } from 'node:util'
import type { DelegationOptions } from './delegation.js'
import { BothKeysError } from './errors.js'
import type { BreakGlassOptions } from './glass/break-glass-options.js'
import type { OpenGlass } from './glass/open-glass.js'
import type { GrantOptions } from './grants/grant-options.js'
import type { Grant } from './grants/open-grant.js'
import type { Principal } from './model/principal.js'

declare const sessionIdBrand: unique symbol

/** 128 random bits in hex. */
export type SessionId = string & { readonly [sessionIdBrand]: true }

/** What the guard keeps of a session; adapters reach it through `sessionAccess`, agents never. */
export interface SessionInternals {
  readonly guard: object
  /** Aborted when the session is closed, expires or is revoked; the reason is a BothKeysError. */
  readonly signal: AbortSignal
  close(): Promise<void>
  delegate(options: DelegationOptions): Promise<Session>
  breakGlass(options: BreakGlassOptions): Promise<OpenGlass>
  requestGrant(options: GrantOptions): Promise<Grant>
}

const internals = new WeakMap<Session, SessionInternals>()

/**
 * One verified principal's handle, and the only thing adapters receive. Only `guard.openSession` makes one.
 * It cannot be serialised: `JSON.stringify` throws and `util.inspect` shows the id alone (RULES 32).
 */
export class Session {
  /** Random, and the same in every event of the session. It proves nothing. */
  readonly id: SessionId
  /** Whom the session is of, as a verifier and the directory said when it opened. */
  readonly principal: Principal

  /** Not for callers: `maker` is known to the guard alone. */
  constructor(maker: symbol, id: SessionId, principal: Principal, inner: SessionInternals) {
    if (maker !== sessionMaker) {
      throw new BothKeysError('ERR_CONFIG_INVALID', 'a session can only be opened by guard.openSession()')
    }
    this.id = id
    this.principal = principal
    internals.set(this, inner)
    Object.freeze(this)
  }

  /** Whether the session is closed, expired or revoked. */
  get closed(): boolean {
    return internalsOf(this).signal.aborted
  }

  /** Ends the session: pending approvals are withdrawn, connections end. Idempotent. */
  close(): Promise<void> {
    return internalsOf(this).close()
  }

  /**
   * Opens a session for a sub-agent: with some of this one's roles, ending no later, of the same owners and in the same
   * root run. It ends with this one, and a role that this one loses it loses too. For independence, duties and limits the
   * two are one: neither approves for the other. The journal records who delegated to whom before the session exists.
   * Throws ERR_DELEGATION_REFUSED for what this session cannot give away, ERR_LIMIT_EXCEEDED when it has too many
   * sub-agents, ERR_SESSION_CLOSED when it ended, and ERR_CONFIG_INVALID for a wrong option.
   *
   * @example
   * const reader = await session.delegate({ roles: ['ingest'], ttlMs: 60_000, name: 'summariser' })
   */
  delegate(options: DelegationOptions): Promise<Session> {
    return internalsOf(this).delegate(options)
  }

  /**
   * Breaks glass: what the policy's break-glass rule is about is not held for this session on one target, for a time that
   * the rule bounds. Denials, separations, limits and revocations stay. Who has to know is told before it opens, each action
   * is on record with it, and until somebody independent has reviewed it neither this person nor whoever acts for them breaks
   * another one. Sub-agents get nothing of it.
   * Throws ERR_GLASS_REFUSED, ERR_GLASS_UNREVIEWED, ERR_GLASS_UNNOTIFIED and ERR_CONFIG_INVALID for a wrong option; when
   * the directory, the ledger or the journal fails, what they throw, and nothing opens.
   *
   * @example
   * const glass = await session.breakGlass({ target: 'orders', reason: 'checkout is down', ticket: 'INC-4711' })
   * await glass.close()
   */
  breakGlass(options: BreakGlassOptions): Promise<OpenGlass> {
    return internalsOf(this).breakGlass(options)
  }

  /**
   * Asks people to let this session do something more than once: certain duties on certain resources of one target, so often
   * and for so long. The request is held, shown and approved as an action that does just that would be, by the same people,
   * and where a hold rule has `grant` alone. What it covers is not held then; all else that the policy says stays. It is of
   * this session alone, and over when the policy changes, when somebody who approved could not any more, when it is revoked
   * or given back.
   * Throws ERR_GRANT_REFUSED for more than the policy lets people grant, ERR_DENIED for what it denies, ERR_APPROVAL_DENIED
   * and the like when people did not approve, ERR_LIMIT_EXCEEDED, and ERR_CONFIG_INVALID for a wrong option.
   *
   * @example
   * const grant = await session.requestGrant({
   *   target: 'orders', duty: 'delete', resource: 'table:public.drafts', uses: 20, ttlMs: 3_600_000, reason: 'clean-up',
   * })
   */
  requestGrant(options: GrantOptions): Promise<Grant> {
    return internalsOf(this).requestGrant(options)
  }

  /** Throws ERR_CONFIG_INVALID: no checkpoint and no log keeps a session. */
  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a session cannot be serialised', {
      hint: 'keep the session in memory and store its id at most',
    })
  }

  /** What inspecting shows: the first 8 characters of the id. */
  [inspect.custom](): string {
    return `Session { ${this.id.slice(0, 8)} }`
  }
}

/** What lets the guard, and nobody else, construct sessions. Not exported from the package. */
export const sessionMaker: symbol = Symbol('bothkeys.session-maker')

/** The internals of a genuine session. Throws ERR_CONFIG_INVALID for anything that merely looks like one. */
export function internalsOf(session: Session): SessionInternals {
  const inner = internals.get(session)
  if (inner === undefined) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'this is not a session of this copy of bothkeys', {
      hint: 'open one with guard.openSession(), and install @bothkeys/core once',
    })
  }
  return inner
}
