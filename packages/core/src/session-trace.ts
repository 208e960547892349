import { BothKeysError } from './errors.js'
import { letGo } from './model/maybe-promise.js'
import type { TraceContext } from './model/trace.js'
import { traceContextOf } from './model/trace.js'

/** A trace context, or a function that answers the one of this moment. */
export type TraceSource = TraceContext | (() => TraceContext | undefined)

const shape = 'a trace context is { traceId: 32 lower-case hex digits, spanId: 16 of them }, neither all zero'

/**
 * Reads a session's trace context whenever an event needs it. The answer never throws: what a function throws, or answers
 * in another shape, is reported, and the event then has no trace ids. Throws ERR_CONFIG_INVALID for a value of another
 * shape.
 */
export function traceReader(
  source: TraceSource | undefined,
  onFailure: (error: BothKeysError) => void,
): () => TraceContext | undefined {
  if (source === undefined) return () => undefined
  if (typeof source !== 'function') {
    const context = traceContextOf(source)
    if (context === undefined)
      throw new BothKeysError('ERR_CONFIG_INVALID', 'openSession: trace is no trace context', { hint: shape })
    return () => context
  }
  return () => {
    let cause: unknown
    try {
      const answer: unknown = source()
      if (answer === undefined) return undefined
      const context = traceContextOf(answer)
      if (context !== undefined) return context
      letGo(answer)
    } catch (error) {
      cause = error
    }
    onFailure(
      new BothKeysError('ERR_CONFIG_INVALID', 'the trace function of a session gave no trace context', {
        hint: shape,
        cause,
      }),
    )
    return undefined
  }
}
