import type { MaybePromise } from '@bothkeys/core/adapter'
import type { PreparedStatement } from './registry.js'

/** Why the server skips messages. `told` says whether the client has got the error. */
export interface Failure {
  readonly sqlState: string
  readonly told: boolean
}

/** What the tracker tells the connection. */
export interface ResponseEvents {
  toClient(bytes: Buffer): void
  /** An error or a notice of the server as the client may have it. */
  told(bytes: Buffer): Buffer
  /** A NotificationResponse as the client may have it. */
  notified(bytes: Buffer): Buffer
  /** An exchange ended: outcomes are recorded before the ReadyForQuery is released. */
  ready(status: string, failed: boolean): MaybePromise<void>
  /** A statement was parsed, or its Parse failed or was skipped. */
  parsed(statement: PreparedStatement, ok: boolean): void
  /** The server skips everything until the next Sync, because of this failure. */
  skipping(failure: Failure): void
  copyIn(): void
  /** A setting was reported. Throwing ends the connection. */
  parameter(name: string, value: string): void
  /** Something may have changed that a waiting loop looks at. */
  progress(): void
  /** The server ends the connection and has told the client so. */
  ended(): void
  /** The server broke the protocol, or an answer could not be handled. */
  fatal(error: unknown): void
}
