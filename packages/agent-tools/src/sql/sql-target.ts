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

/** What a pool of the tools is made with: options of `pg`. */
export interface SqlPoolOptions {
  /** The most connections. */
  readonly max?: number
  /** After how many milliseconds an idle connection is closed. */
  readonly idleTimeoutMillis?: number
  /** Whether the process may end while connections are idle. */
  readonly allowExitOnIdle?: boolean
  /** Milliseconds after which the server stops a statement. */
  readonly statement_timeout?: number
}
