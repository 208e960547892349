import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { DeskPerson } from '../desk.js'
import type { LoggedIn } from '../logins/login-method.js'
import type { RelayClock } from '../relay-clock.js'

/** How long logins last, in seconds. */
export interface SessionLimits {
  /** Without a page being looked at. */
  readonly idleS: number
  /** In all. */
  readonly wholeS: number
  /** How old the login may be for a decision. */
  readonly decideWithinS: number
}

/** Somebody who is logged in. */
export interface PageSession {
  readonly person: DeskPerson
  readonly level: LoggedIn['level']
  /** The login that they came by. */
  readonly method: string
  /** Every form of theirs holds it. */
  readonly formToken: string
}

interface Kept extends PageSession {
  /** On the monotonic clock, so that setting the machine's clock back keeps nobody logged in. */
  readonly endsAtMs: number
  readonly authenticatedAtMs: number
  seenAtMs: number
}

const maxSessions = 10_000
const maxPerPerson = 20

/**
 * Who is logged in, by a random id that only the browser has: here is its hash. In memory alone: after a restart people log
 * in again, while the requests that wait are still there.
 */
export class PageSessions {
  readonly #clock: RelayClock
  readonly #limits: SessionLimits
  /** In the order in which they were begun. */
  readonly #kept = new Map<string, Kept>()

  constructor(clock: RelayClock, limits: SessionLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Begins a session under a new id and answers the id. */
  begin(login: LoggedIn, method: string): string {
    const id = randomBytes(32).toString('base64url')
    const now = this.#clock.monotonicMs()
    const wall = this.#clock.wallMs()
    const leftMs = login.expiresAtMs === undefined ? Infinity : login.expiresAtMs - wall
    this.#makeRoom(login)
    this.#kept.set(hashOf(id), {
      person: { subject: login.subject, name: login.name },
      level: login.level,
      method,
      formToken: randomBytes(32).toString('base64url'),
      seenAtMs: now,
      endsAtMs: now + Math.min(this.#limits.wholeS * 1000, leftMs),
      authenticatedAtMs: now - Math.max(0, wall - login.authenticatedAtMs),
    })
    return id
  }

  /** The session, which is in use by that. Undefined when there is none, or it is over. */
  find(id: string | undefined): PageSession | undefined {
    const session = this.peek(id)
    if (session !== undefined) (session as Kept).seenAtMs = this.#clock.monotonicMs()
    return session
  }

  /** The same, without being a use of it: a page that is only left open keeps nobody logged in. */
  peek(id: string | undefined): PageSession | undefined {
    if (id === undefined) return undefined
    const hash = hashOf(id)
    const session = this.#kept.get(hash)
    if (session === undefined || this.#isLive(session)) return session
    this.#kept.delete(hash)
    return undefined
  }

  /** Whether somebody authenticated lately enough to decide. */
  mayDecide(session: PageSession): boolean {
    const agoMs = this.#clock.monotonicMs() - (session as Kept).authenticatedAtMs
    return agoMs < this.#limits.decideWithinS * 1000
  }

  end(id: string | undefined): void {
    if (id !== undefined) this.#kept.delete(hashOf(id))
  }

  #isLive({ endsAtMs, seenAtMs }: Kept): boolean {
    const now = this.#clock.monotonicMs()
    return now < endsAtMs && now < seenAtMs + this.#limits.idleS * 1000
  }

  /** The oldest of the same person goes first, then the oldest of all. */
  #makeRoom({ subject }: LoggedIn): void {
    for (const [hash, session] of this.#kept) if (!this.#isLive(session)) this.#kept.delete(hash)
    const own = [...this.#kept].filter(
      ([, { person }]) => person.subject.id === subject.id && person.subject.issuer === subject.issuer,
    )
    for (const [hash] of own.slice(0, Math.max(0, own.length - maxPerPerson + 1))) this.#kept.delete(hash)
    for (const hash of this.#kept.keys()) {
      if (this.#kept.size < maxSessions) return
      this.#kept.delete(hash)
    }
  }
}

/** Whether a form holds the token of its session. */
export function holdsToken(session: PageSession, sent: string | null): boolean {
  const expected = Buffer.from(session.formToken)
  const actual = Buffer.from(sent ?? '')
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
