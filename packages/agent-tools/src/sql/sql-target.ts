import type { GuardedTarget, OnHeld, Session } from '@bothkeys/core/adapter'
import type pg from 'pg'

/** A PostgreSQL server behind a door, as `postgres()` of @bothkeys/pg makes it. */
export interface SqlTarget extends GuardedTarget {
  /** A pool of the session, each of whose statements is decided. */
  pool(session: Session, options?: SqlPoolOptions): pg.Pool
  /** Tells a listener of each statement of the client that people are asked about, until what it answers is called. */
  onHeld(client: pg.ClientBase, listener: OnHeld): () => void
  /** Ends what the client waits for or runs: a request that waits is withdrawn. */
  cancel(client: pg.ClientBase): void
}

export interface SqlPoolOptions {
  readonly max?: number
  readonly idleTimeoutMillis?: number
  readonly allowExitOnIdle?: boolean
  readonly statement_timeout?: number
}
