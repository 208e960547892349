import type { RequestOptions } from 'node:https'
import type { GuardedTarget, OnHeld, Session } from '@bothkeys/core/adapter'

/** A cluster behind a door, as `kubernetes()` of @bothkeys/k8s makes it. */
export interface ClusterTarget extends GuardedTarget {
  config(session: Session, call?: ClusterCall): ClusterConfig
}

/** What tells the door which of its requests are of one call. */
export interface ClusterCall {
  readonly signal: AbortSignal
  readonly onHeld?: OnHeld | undefined
}

/** What of a KubeConfig the tools use. */
export interface ClusterConfig {
  getCurrentCluster(): { readonly server: string } | null
  getCurrentContext(): string
  getContextObject(name: string): { readonly namespace?: string } | null
  applyToHTTPSOptions(options: RequestOptions): Promise<void>
}
