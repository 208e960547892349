import type { DatabaseState } from './database-state.js'
import type { FileState, ServerState } from './server-state.js'
import type { HeldLock } from './locks.js'
import type { SessionState } from './session-state.js'
import type { Edge } from './structure.js'
import type { PrintedValue } from '../server-tree.js'

/** Everything that one run showed. */
export interface Observation {
  readonly before: Side
  readonly after: Side
  /** In the still open transaction; undefined outside of one. */
  readonly during: SessionState | undefined
  readonly locks: readonly HeldLock[]
  /** Advisory locks of the session after its transaction. */
  readonly locksAfter: readonly HeldLock[]
  /** Files that were there while the transaction was open. */
  readonly filesDuring: FileState
  readonly filesRead: readonly string[]
  readonly notifications: readonly string[]
  readonly victim: 'untouched' | 'cancelled' | 'ended'
  /** The server's own trees of what it ran, views and rules expanded. */
  readonly trees: readonly PrintedValue[]
  /** User-defined functions that were called, as `schema.name`. */
  readonly called: ReadonlySet<string>
  /** Relations that were scanned, as `schema.name`. */
  readonly scanned: ReadonlySet<string>
  /** Relations of which the server's counters say that rows were deleted one by one. */
  readonly deletedFrom: ReadonlySet<string>
  /** Relations that were vacuumed or analyzed. */
  readonly maintained: ReadonlySet<string>
  /** Functions in C that users or extensions brought. */
  readonly foreignCode: ReadonlySet<string>
  /** Which relation hangs together with which. */
  readonly graph: readonly Edge[]
  /** Whether the client sent rows. */
  readonly streamed: boolean
  readonly relationNames: ReadonlyMap<number, string>
  /** Write-ahead log that was written while the statement ran, in bytes. */
  readonly logBytes: number
  /** Whether another session saw it sleep on purpose. */
  readonly slept: boolean
  readonly command: string
  /** Why the server refused the statement. */
  readonly error: string | undefined
}

/** One side of a comparison. */
export interface Side {
  readonly database: DatabaseState
  readonly session: SessionState
  readonly server: ServerState
  readonly files: FileState
}
