import type { Session } from '@bothkeys/core/adapter'

/** Whom a client of a door is let in as. */
export interface Admitted {
  /** A session of the guard that has the door's target. */
  readonly session: Session
  /** Called at most once: when the connection is open, and the client can send its first statement. */
  opened?(): void
  /** Called exactly once: when the client's connection has ended and its outcomes are recorded, however far it came. */
  release(): void
}

/** A session that somebody else looks after. */
export function lent(session: Session): Admitted {
  return { session, release: () => undefined }
}

/** Says that the connection is open. What its lender throws is the lender's own affair. */
export function isOpen(admitted: Admitted): void {
  try {
    admitted.opened?.()
  } catch {
    // As below.
  }
}

/** Gives a session back. What its lender throws is the lender's own affair: other connections go on. */
export function letGo(admitted: Admitted): void {
  try {
    admitted.release()
  } catch {
    // Nobody here could do anything about it.
  }
}
