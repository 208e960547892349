import type { Session } from '@bothkeys/core/adapter'
import type { ClusterCalls } from './cluster-calls.js'
import type { ClusterTarget } from './cluster-target.js'
import type { Kinds } from './kinds.js'

/** What the tools of one cluster share. */
export interface On {
  readonly session: Session
  readonly calls: ClusterCalls
  readonly kinds: Kinds
  readonly target: ClusterTarget
  readonly items: number
  readonly bytes: number
}
