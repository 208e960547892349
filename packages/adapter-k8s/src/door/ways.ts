import type { Dispatcher } from 'undici'
import type { WholeAnswer } from './handed-answer.js'
import type { HandedRequest } from './handed-request.js'
import type { MemoryAgent } from './memory-agents.js'

/** How requests reach the door. */
export interface Ways {
  readonly agent: MemoryAgent
  readonly dispatcher: Dispatcher
  /** Hands one request over without a wire. Rejects when its answer is broken off. */
  readonly hand?: ((request: HandedRequest) => Promise<WholeAnswer>) | undefined
}
