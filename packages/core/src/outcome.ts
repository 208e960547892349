/** How an action ended, as far as the target said. */
export interface Outcome {
  /** `unknown`: the connection was lost before the target answered. */
  readonly outcome: 'completed' | 'failed' | 'rolled-back' | 'unknown' | 'not-run'
  /** The target's own word: a command tag, an exit status, an HTTP status. */
  readonly result?: string | undefined
  /** How many rows the target says that it read or changed. Undefined: it does not say. */
  readonly rows?: number | undefined
  /** The target's own error code: an SQLSTATE, never a message. */
  readonly error?: string | undefined
  /** The target's own name for the action in its own log. */
  readonly reference?: string | undefined
}
