import { abortReason } from './deadline.js'
import type { BothKeysError } from './errors.js'

/** What ends: a session, as whoever acts for it sees it. */
export interface Living {
  /** Aborted when the session ends. */
  readonly signal: AbortSignal
  /** Ends the session when its principal has expired by the wall clock, which goes on while the machine sleeps. */
  endIfExpired(): void
}

/** Why a session is over, if it is. To be asked right before anything is done for it. */
export function whyOver(session: Living): BothKeysError | undefined {
  session.endIfExpired()
  return session.signal.aborted ? abortReason(session.signal) : undefined
}

/** Throws why a session is over, when it is. */
export function assertLive(session: Living): void {
  const reason = whyOver(session)
  if (reason !== undefined) throw reason
}
