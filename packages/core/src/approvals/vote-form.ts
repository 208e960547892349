/** A vote as it came in. `approver` and `digest` are looked at before they are believed. */
export interface IncomingVote {
  readonly decision: 'allow' | 'deny'
  readonly approver: unknown
  readonly digest: unknown
  readonly reason: string | undefined
}

/** Reads a vote once, own members alone; undefined when it is not one. Never throws, whatever its getters do. */
export function readVote(raw: unknown): IncomingVote | undefined {
  try {
    if (typeof raw !== 'object' || raw === null) return undefined
    const decision = own(raw, 'decision')
    if (decision !== 'allow' && decision !== 'deny') return undefined
    const reason = own(raw, 'reason')
    if (reason !== undefined && typeof reason !== 'string') return undefined
    return { decision, approver: own(raw, 'approver'), digest: own(raw, 'digest'), reason }
  } catch {
    return undefined
  }
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}
