import type { ActionProver } from './model/provable-action.js'
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
  /**
   * The change (a ticket, a change request) that the session's work belongs to, for rules that count `per: change`: one line
   * of at most 200 characters, without control or invisible ones, compared character by character. It must come from the host,
   * never from what a model says. A credential that names another one (`jwtVerifier({ change })`) is refused. Sub-agents have
   * the change of the session that delegated.
   *
   * @example
   * guard.openSession({ token }, { change: 'CHG-1234' })
   */
  readonly change?: string
  /**
   * Every action of the session, and of its sub-agents, needs a proof (`typ: bothkeys-action+jwt`), and this function
   * answers it: it has the action signed where the session's key is, in another process. Nothing runs, and nobody is asked
   * for approval, without a proof that is right; what is refused for that is on record. The session must be bound to a key
   * (`jwtVerifier({ dpop })`). Like `trace` it runs in the door's own asynchronous context.
   *
   * @example
   * guard.openSession({ token, proof }, { proveAction: (action, signal) => agent.call('prove', action, signal) })
   */
  readonly proveAction?: ActionProver
}

export const sessionOptionNames: ReadonlySet<string> = new Set<keyof SessionOptions>(['change', 'proveAction', 'trace'])
