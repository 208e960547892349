import type { TraceSource } from './session-trace.js'

/** Options of `guard.openSession`. */
export interface SessionOptions {
  /**
   * The trace that the session's events belong to, a W3C trace context: one for the whole session, or a function that is
   * called when the session opens and each time an action is decided. It runs in the door's own asynchronous context, so it
   * must know the current span by itself: `AsyncLocalStorage` does not tell it. The ids stand in the record as `traceId` and `spanId`; nothing
   * is decided by them. A function that throws or answers something else is reported as `failure`, and the action goes on
   * without them.
   *
   * @example
   * guard.openSession({ token }, { trace: () => currentSpan?.spanContext() })
   */
  readonly trace?: TraceSource
}
