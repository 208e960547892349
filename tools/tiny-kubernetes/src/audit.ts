import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { User } from './access/user.js'
import type { RequestInfo } from './request/request-info.js'

/** What became of a request, as an audit log has it (`audit.k8s.io/v1`, level Metadata, stage ResponseComplete). */
export interface AuditEntry {
  readonly auditID: string
  readonly requestURI: string
  readonly verb: string
  readonly user: { readonly username: string; readonly groups: readonly string[] } | undefined
  readonly userAgent: string | undefined
  readonly objectRef: Readonly<Record<string, string>> | undefined
  readonly responseStatus: { readonly code: number }
}

/** A request whose end is not known yet. */
export type Begun = Omit<AuditEntry, 'responseStatus'>

export function begun(request: IncomingMessage, info: RequestInfo, user: User | undefined): Begun {
  return {
    auditID: randomUUID(),
    requestURI: request.url ?? '',
    verb: info.verb,
    user: user && { username: user.name, groups: user.groups },
    userAgent: request.headers['user-agent'],
    objectRef: info.isResource ? objectRef(info) : undefined,
  }
}

/** With the name of what is made, which only its body says. */
export function withName(entry: Begun, name: string): Begun {
  const { objectRef } = entry
  if (objectRef === undefined || name === '' || 'name' in objectRef) return entry
  return { ...entry, objectRef: { ...objectRef, name } }
}

function objectRef({ group, name, namespace, parts, version }: RequestInfo): Readonly<Record<string, string>> {
  const [resource = '', , subresource = ''] = parts
  const all = { apiGroup: group, apiVersion: version, namespace, resource, subresource, name }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
