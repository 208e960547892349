import type { Outcome } from '@bothkeys/core/adapter'
import type { WebSocket } from 'ws'

/** The two sides of a connection that goes through the door. */
export interface Sides {
  readonly client: WebSocket
  readonly upstream: WebSocket
  /** Aborts when either side is gone or somebody ended it. */
  readonly signal: AbortSignal
}

/** How a connection came to its end. */
export interface Carried extends Outcome {
  /** The last thing that the client is told, once it is on record how it ended. */
  readonly last?: Uint8Array
}
