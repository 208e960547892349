import { BothKeysError } from './errors.js'
import type { Requester } from './requester.js'
import type { Session } from './session.js'

/** The most sub-agents that one session may have at a time, and all that come from one credential together. */
const maxChildren = 32
const maxTree = 256

/** A session while it lives. */
export interface LiveSession {
  readonly session: Session
  readonly requester: Requester
  readonly ending: AbortController
  /** Done when the end is on record. */
  ended: Promise<void>
  /** Whether the journal was told of its opening, so that it has to be told of its end. */
  isOnRecord: boolean
  readonly parent: LiveSession | undefined
  readonly children: Set<LiveSession>
  /** How many sessions were delegated, directly or not, from the one that a credential opened. */
  readonly tree: { size: number }
}

/** Throws ERR_LIMIT_EXCEEDED when a session has as many sub-agents as it may have. */
export function assertRoom({ children, tree }: LiveSession): void {
  if (children.size < maxChildren && tree.size < maxTree) return
  throw new BothKeysError('ERR_LIMIT_EXCEEDED', 'the session has as many sub-agents as it may have', {
    hint: 'close sessions of sub-agents that are done',
  })
}

/** Counts a sub-agent. */
export function join(live: LiveSession): void {
  live.parent?.children.add(live)
  live.tree.size++
}

/** Makes room for another sub-agent of the same session. Does nothing the second time. */
export function leave(live: LiveSession): void {
  if (live.parent?.children.delete(live) === true) live.tree.size--
}
