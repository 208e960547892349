import { createHash, timingSafeEqual } from 'node:crypto'
import type { Credential, Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { Capabilities, firstUseMs, looksLikeCapability } from '@bothkeys/core/adapter'
import { peekToken } from './peeked-token.js'
import type { Admitted, DoorLogin, ServedSession } from './served-session.js'

/** What sessions of the process need. */
export interface ServedSessionsContext {
  /** Verifies a credential and opens a session for it: `guard.openSession`. */
  readonly open: (credential: Credential) => Promise<Session>
  readonly monotonicMs: () => number
  readonly limits: { readonly sessions: number; readonly sessionsPerSubject: number }
}

/** What whoever opened a session gets: a secret for each target. */
export interface OpenedSession {
  readonly session: Session
  readonly capabilities: Readonly<Record<string, string>>
}

/**
 * The sessions that agents have open in this process. A session that was opened by itself lasts until it is ended or its token
 * expires, and ends when nobody connected within a minute. One that a token opened as a password is shared by all connections
 * with the same token, so that a pool of twenty is one session on record, and ends with the last of them.
 */
export class ServedSessions {
  readonly #context: ServedSessionsContext
  readonly #capabilities: Capabilities<ServedSession>
  readonly #byId = new Map<string, ServedSession>()
  readonly #byToken = new Map<string, SharedSession>()
  readonly #perSubject = new Map<string, number>()
  #opening = 0
  #refusesNew = false

  constructor(context: ServedSessionsContext) {
    this.#context = context
    this.#capabilities = new Capabilities(context.monotonicMs)
  }

  get size(): number {
    return this.#byId.size
  }

  /** Those that are open, oldest first. */
  list(): readonly ServedSession[] {
    return [...this.#byId.values()]
  }

  /** From now on nobody is let in who was not before. */
  refuseNew(): void {
    this.#refusesNew = true
  }

  /**
   * Opens a session and a capability for each of the targets. Throws what `guard.openSession` throws, ERR_LIMIT_EXCEEDED, and
   * ERR_SESSION_CLOSED while the process ends.
   */
  async open(
    credential: { readonly token: string; readonly proof?: string },
    targets: readonly string[],
  ): Promise<OpenedSession> {
    const served = await this.#open(credential)
    const capabilities = targets.map((target) => [target, this.#capabilities.issue(served, target)] as const)
    setTimeout(() => {
      this.#endIfLapsed(served)
    }, firstUseMs + 10).unref()
    return { session: served.session, capabilities: Object.fromEntries(capabilities) }
  }

  /**
   * Lets a connection to a target in by its password: a capability for the target or a token that is bound to no key. Throws
   * ERR_TOKEN_INVALID, what `guard.openSession` throws, ERR_LIMIT_EXCEEDED, and ERR_SESSION_CLOSED.
   */
  async admit(target: string, { password }: DoorLogin, signal: AbortSignal): Promise<Admitted> {
    signal.throwIfAborted()
    if (this.#refusesNew) throw ending()
    const admitted = looksLikeCapability(password)
      ? this.#byCapability(target, password)
      : await this.#byPassword(password)
    if (!signal.aborted) return admitted
    admitted.release()
    throw aborted(signal)
  }

  /** Ends a session for whoever shows one of its capabilities or its token. Answers whether it was theirs. */
  async end(id: string, secret: string): Promise<boolean> {
    const served = this.#byId.get(id)
    if (served === undefined || !this.#isOf(served, secret)) return false
    await end(served)
    return true
  }

  /** Forgets a session that ended, whatever ended it. */
  ended(id: string): void {
    const served = this.#byId.get(id)
    if (served === undefined) return
    this.#byId.delete(id)
    this.#capabilities.drop(served)
    const { issuer, id: subject } = served.session.principal.subject
    const key = subjectKey(issuer, subject)
    const left = (this.#perSubject.get(key) ?? 1) - 1
    if (left > 0) this.#perSubject.set(key, left)
    else this.#perSubject.delete(key)
  }

  #isOf(served: ServedSession, secret: string): boolean {
    if (looksLikeCapability(secret)) return this.#capabilities.holderOf(secret) === served
    return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(served.tokenHash))
  }

  #byCapability(target: string, capability: string): Admitted {
    const use = this.#capabilities.use(capability, target)
    if (use === undefined)
      throw new BothKeysError(
        'ERR_TOKEN_INVALID',
        'the capability is none, is for another target or was used too late',
        {
          hint: 'open a session anew (POST /v1/sessions) and use its capability for this target within a minute',
        },
      )
    const { holder: served, used } = use
    if (served.session.closed) throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed')
    return admission(served, { opened: used, released: () => this.#endIfLapsed(served) })
  }

  /** Nobody uses it, and nobody can any more. */
  #endIfLapsed(served: ServedSession): void {
    if (served.connections === 0 && this.#capabilities.lapsed(served)) void end(served)
  }

  async #byPassword(token: string): Promise<Admitted> {
    const peeked = peekToken(token)
    if (peeked?.isBound === true)
      throw new BothKeysError('ERR_TOKEN_INVALID', 'a token that is bound to a key is not accepted as a password', {
        hint: 'open a session with the token and a proof (POST /v1/sessions) and log in with its capability',
      })
    const hash = hashOf(token)
    const known = this.#byToken.get(hash)
    const shared = known !== undefined && !known.isOver ? known : new SharedSession(this.#open({ token }))
    this.#byToken.set(hash, shared)
    const forget = (): void => {
      if (this.#byToken.get(hash) === shared) this.#byToken.delete(hash)
    }
    return shared.admit(forget)
  }

  async #open(credential: { readonly token: string; readonly proof?: string }): Promise<ServedSession> {
    const { limits, open } = this.#context
    if (this.#refusesNew) throw ending()
    // No number: how many others have is not for whoever asks, who may be anybody.
    if (this.#byId.size + this.#opening >= limits.sessions) throw full('as many sessions are open as there may be')
    this.#opening++
    try {
      const session = await open(credential)
      return await this.#keep(session, hashOf(credential.token))
    } finally {
      this.#opening--
    }
  }

  /** Others may have opened sessions of the subject meanwhile. */
  async #keep(session: Session, tokenHash: string): Promise<ServedSession> {
    const { issuer, id } = session.principal.subject
    const key = subjectKey(issuer, id)
    try {
      if (this.#refusesNew) throw ending()
      if (session.closed) throw new BothKeysError('ERR_SESSION_CLOSED', 'the session is closed')
      this.#assertRoom(key)
    } catch (error) {
      await session.close().catch(() => undefined)
      throw error
    }
    const served = { session, tokenHash, connections: 0 }
    this.#byId.set(session.id, served)
    this.#perSubject.set(key, (this.#perSubject.get(key) ?? 0) + 1)
    return served
  }

  /** Of an account that was verified: what a token claims tells nobody what that account has. */
  #assertRoom(key: string): void {
    if ((this.#perSubject.get(key) ?? 0) < this.#context.limits.sessionsPerSubject) return
    throw full('this account has as many sessions open as one may have')
  }
}

/** The one session of all connections with the same token. */
class SharedSession {
  readonly #opening: Promise<ServedSession>
  #served: ServedSession | undefined
  #users = 0
  #over = false

  constructor(opening: Promise<ServedSession>) {
    this.#opening = opening
  }

  get isOver(): boolean {
    return this.#over || this.#served?.session.closed === true
  }

  /** Counts before it waits, so that whoever leaves meanwhile does not end it. */
  async admit(forget: () => void): Promise<Admitted> {
    this.#users++
    try {
      this.#served = await this.#opening
    } catch (error) {
      this.#over = true
      forget()
      throw error
    }
    const served = this.#served
    const released = (): void => {
      this.#users--
      if (this.#users > 0) return
      this.#over = true
      forget()
      void end(served)
    }
    return admission(served, { opened: () => undefined, released })
  }
}

/** Counts a connection until it is released, once. */
function admission(
  served: ServedSession,
  { opened, released }: { readonly opened: () => void; readonly released: () => void },
): Admitted {
  served.connections++
  let isReleased = false
  return {
    session: served.session,
    opened,
    release: () => {
      if (isReleased) return
      isReleased = true
      served.connections--
      released()
    },
  }
}

/** What fails here fails in the record, and the guard says so to its observers. */
async function end(served: ServedSession): Promise<void> {
  await served.session.close().catch(() => undefined)
}

function subjectKey(issuer: string, id: string): string {
  return JSON.stringify([issuer, id])
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function full(what: string): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', what, { hint: 'end some of your own first, or ask again in a while' })
}

function ending(): BothKeysError {
  return new BothKeysError('ERR_SESSION_CLOSED', 'bothkeys serve is ending and lets nobody in any more', {
    hint: 'connect again in a moment',
  })
}

function aborted(signal: AbortSignal): BothKeysError {
  if (signal.reason instanceof BothKeysError) return signal.reason
  return new BothKeysError('ERR_ABORTED', 'the client was gone before it was let in')
}
