import type { GuardedTarget, OnHeld, Session } from '@bothkeys/core/adapter'
import type pg from 'pg'

/** A PostgreSQL server behind a door, as `postgres()` of @bothkeys/pg makes it. */
export interface SqlTarget extends GuardedTarget {
  pool(session: Session, options?: SqlPoolOptions): pg.Pool
  onHeld(client: pg.ClientBase, listener: OnHeld): () => void
  cancel(client: pg.ClientBase): void
}

export interface SqlPoolOptions {
  readonly max?: number
  readonly idleTimeoutMillis?: number
  readonly allowExitOnIdle?: boolean
  readonly statement_timeout?: number
}
