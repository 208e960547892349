import type { RequestOptions } from 'node:https'
import type { GuardedTarget, OnHeld, Session } from '@bothkeys/core/adapter'

/** A cluster behind a door, as `kubernetes()` of @bothkeys/k8s makes it. */
export interface ClusterTarget extends GuardedTarget {
  /** A configuration that reaches the door and holds no credential. `call`: for one call, whose requests are told apart by it. */
  config(session: Session, call?: ClusterCall): ClusterConfig
}

/** What tells the door which of its requests are of one call. */
export interface ClusterCall {
  /** Aborted when whoever asked gives up: what waits is withdrawn, what runs is broken off. */
  readonly signal: AbortSignal
  /** Called once people are asked. */
  readonly onHeld?: OnHeld | undefined
}

/** What of a KubeConfig the tools use. */
export interface ClusterConfig {
  /** The server that requests are for. `null` when the configuration names none. */
  getCurrentCluster(): { readonly server: string } | null
  /** The name of the context in force. */
  getCurrentContext(): string
  /** The context of that name, with the namespace that requests go to which name none. */
  getContextObject(name: string): { readonly namespace?: string } | null
  /** Gives a request the way to the door. */
  applyToHTTPSOptions(options: RequestOptions): Promise<void>
}
