import type { Permit, SessionAccess } from '@bothkeys/core/adapter'
import { auditIdOf } from '../audit/audit-id.js'
import { userAgentOf } from './user-agent.js'

/** What the API server knows a session as. */
export function agentOf({ principal, shortId }: SessionAccess): string {
  return userAgentOf(principal.subject.id, shortId)
}

/** Joins the audit log of the cluster with the record. */
export function joining(access: SessionAccess, { actionId }: Permit): Readonly<Record<string, string>> {
  return { 'user-agent': agentOf(access), 'audit-id': auditIdOf('action', actionId) }
}
