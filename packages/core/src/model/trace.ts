/**
 * Where an action stands in a distributed trace: `trace-id` and `parent-id` of the W3C Trace Context recommendation
 * (https://www.w3.org/TR/trace-context/, section 3.2.2), as OpenTelemetry's `SpanContext` calls them.
 */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string
  /** 16 lower-case hex digits, not all zero: the span in which the action was asked for. */
  readonly spanId: string
}

const traceIdText = /^(?!0{32}$)[0-9a-f]{32}$/
const spanIdText = /^(?!0{16}$)[0-9a-f]{16}$/

/** The trace context in a value, alone and frozen. Undefined when the value has not its shape. */
export function traceContextOf(value: unknown): TraceContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { spanId, traceId } = value as Readonly<Record<string, unknown>>
  if (typeof traceId !== 'string' || !traceIdText.test(traceId)) return undefined
  if (typeof spanId !== 'string' || !spanIdText.test(spanId)) return undefined
  return Object.freeze({ traceId, spanId })
}
