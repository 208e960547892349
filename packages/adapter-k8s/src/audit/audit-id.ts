import { hash } from 'node:crypto'

/** Hash domains, so that an action and an event never share an id. */
type Kind = 'action' | 'event'

/**
 * The `auditID` of an action or of an event in the record: a UUID (version 8, RFC 9562) that follows from its name alone. The door
 * sends it as `Audit-ID`, and the API server takes it over, so that both logs have it.
 */
export function auditIdOf(kind: Kind, name: string): string {
  const hex = hash('sha256', `bothkeys.audit.${kind}\0${name}`)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What the API server says that its log has the request as. Undefined: it says nothing, or what is no such name. */
export function serversAuditId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w-]{1,64}$/.test(header) ? header : undefined
}
