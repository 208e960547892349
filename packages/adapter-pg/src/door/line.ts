import type { MaybePromise, OnHeld } from '@bothkeys/core/adapter'
import type { Admissions } from './admissions.js'
import type { Frame } from './frames.js'
import type { InternalStatement } from './internal-statement.js'
import type { DoorRefusal } from './refusal-response.js'
import type { Registry } from './registry.js'
import type { Failure } from './response-events.js'
import type { Slot } from './slots.js'
import type { Run } from './run.js'

/** One governed connection as the parts of its protocol see it. */
export interface Line {
  readonly registry: Registry
  /** The status of the last ReadyForQuery: I idle, T in a transaction, E in a failed one. */
  readonly transactionStatus: string
  /** Whether the server skips everything until the next Sync. */
  readonly skipping: boolean
  /** Why it does. */
  readonly failure: Failure | undefined
  /** The client's next message, if it is there already. */
  readonly upcoming: Frame | undefined
  /** Whether the connection is over. */
  readonly closed: boolean
  /** Whether messages were sent that no Sync has ended yet. */
  readonly batchOpen: boolean
  /** Whether the server owes nothing. */
  readonly idle: boolean
  /** Whether the server reads COPY rows. */
  readonly readsCopy: boolean
  /** Runs since the last ReadyForQuery. */
  readonly runs: ReadonlySet<Run>
  /** Sends bytes that a permit released, or that carry nothing to decide, and notes what the server owes for them. */
  send(bytes: Buffer, slot: Slot | undefined): void
  /** Answers the client in the server's place, which skips messages because of a failure that was the door's own. */
  tell(refusal: DoorRefusal): void
  /** Waits until the server has answered everything that was sent so far, or fails and skips it. */
  answered(): Promise<void>
  /** Waits until the server takes bytes again. */
  writable(): Promise<void>
  /**
   * Spends the permit of an action that is about to be sent and notes it, so that its outcome is recorded before the next
   * ReadyForQuery. Throws when it may not be sent any more; that it did not run is on record then.
   */
  begin(run: Run): void
  /** Notes a permitted action again, so that its outcome is recorded before the next ReadyForQuery. */
  track(run: Run): void
  /** Waits until the server owes nothing. */
  quiet(): MaybePromise<void>
  /** Waits until a condition holds that answers of the server change. Throws when the connection ends. */
  until(condition: () => boolean): Promise<void>
  /** Runs a statement of the door's own and answers its rows. */
  internal(
    statement: InternalStatement,
    parameters?: readonly string[],
  ): Promise<readonly (readonly (string | null)[])[]>
  /** The server forgot every prepared statement (DISCARD ALL, DEALLOCATE ALL). */
  forgetInternalStatements(): void
  /** Told of each statement about which people are asked. */
  readonly held: OnHeld
  /** What waits for its decision, and no more when the client cancels, times out or goes away meanwhile. */
  readonly admissions: Pick<Admissions, 'during' | 'asking'>
}
