import type { RecordedEvent } from '@bothkeys/core'
import type { ErrorCode } from '@bothkeys/core/adapter'
import { statusFor } from '../door/status-answer.js'
import type { AuditStatus } from './audit-event.js'
import { textOf } from './members.js'

/** With what the door answers a request that people did not approve, by how their request ended. Who left was not answered. */
const ended: ReadonlyMap<string, ErrorCode> = new Map([
  ['denied', 'ERR_APPROVAL_DENIED'],
  ['expired', 'ERR_APPROVAL_EXPIRED'],
  ['unavailable', 'ERR_APPROVAL_UNAVAILABLE'],
  ['void', 'ERR_APPROVAL_VOID'],
] as const)

/** What the record says of what became another protocol: how a process ended, or what a port-forward carried. */
const carried = /^(?:exit \d|no exit code;|in \d)/

/** With what a request was answered that was held or let through. Undefined: nobody knows. */
export function responseOf({ outcome, result, type }: RecordedEvent): AuditStatus | undefined {
  if (type === 'approval.ended') {
    const code = ended.get(textOf(outcome))
    return code === undefined ? undefined : refusalOf(code)
  }
  const said = textOf(result)
  const status = /^[1-5]\d\d$/.exec(said)?.[0] ?? (carried.test(said) ? '101' : undefined)
  if (status === undefined) return undefined
  return { metadata: {}, ...(Number(status) >= 400 && { status: 'Failure' }), code: Number(status) }
}

/** With what the door answers a refusal. */
export function refusalOf(error: unknown): AuditStatus {
  const [code, reason] = statusFor(textOf(error) as ErrorCode)
  return { metadata: {}, status: 'Failure', reason, code }
}
