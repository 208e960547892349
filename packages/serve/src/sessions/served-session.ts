import type { Session } from '@bothkeys/core'

/** A session that connections share. */
export interface ServedSession {
  readonly session: Session
  /** SHA-256 of the token that opened it, in hex: whoever has that token may end it. */
  readonly tokenHash: string
  /** How many connections use it, and logins that are about to. */
  connections: number
}

/** Who logs in at a door. */
export interface DoorLogin {
  readonly user: string
  readonly password: string
}

/** What a door gets for a login: the session, and what to call when its connection is open and when it is gone. */
export interface Admitted {
  readonly session: Session
  /** To be called when the connection is open. */
  opened(): void
  release(): void
}
