import type { OnHeld } from '@bothkeys/core/adapter'

/** Whoever made one call, and hears what becomes of its requests. */
export interface ClusterCall {
  /**
   * Aborted once nobody waits for the call any more: a request of it that waits for people is withdrawn, and answered so; one that was
   * let through goes on to its answer. Then nothing is reached any more.
   */
  readonly signal: AbortSignal
  /** Told once people are asked about a request of it, which goes on waiting for them. What it throws changes nothing. */
  readonly onHeld?: OnHeld | undefined
}
