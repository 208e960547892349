/** Where a policy comes from: its text and how to name it in an error. */
export interface PolicyDocument {
  /** A file name or another word for the place, used in load errors. */
  readonly name: string
  /** YAML or JSON text, or the policy as a plain object. */
  readonly content: string | Readonly<Record<string, unknown>>
  /** What the policy's authority signed about it (`bothkeys-policy+jwt`). */
  readonly signature?: string | undefined
}

/**
 * A place policies come from. `watch` calls `changed` after each change that it sees until `signal` aborts;
 * it never applies anything itself.
 */
export interface PolicySource {
  /** Reads the policy. Rejects when it cannot be read: the policy in force stays. */
  load(signal: AbortSignal): Promise<PolicyDocument>
  /** Watches for changes until the signal aborts. Left out: the policy changes by `guard.reload()` alone. */
  watch?(changed: () => void, signal: AbortSignal): void
}
