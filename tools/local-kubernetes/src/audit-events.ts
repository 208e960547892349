import { readFile } from 'node:fs/promises'
import type { Cluster } from './start-kubernetes.js'

/** What the API server wrote of one stage of one request, as far as tests compare it. */
export type AuditEvent = {
  readonly level: string
  readonly auditID: string
  readonly stage: 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete' | 'Panic'
  readonly requestURI: string
  readonly verb: string
  readonly user: { readonly username: string; readonly groups?: readonly string[] }
  readonly userAgent?: string
  readonly objectRef?: {
    readonly resource?: string
    readonly namespace?: string
    readonly name?: string
    readonly apiGroup?: string
    readonly apiVersion?: string
    readonly subresource?: string
  }
  readonly responseStatus?: { readonly code?: number; readonly reason?: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Returns the audit log's events that are asked for, oldest first. The response of a request is sent before its
 * `ResponseComplete` is written, so wait for that one; `RequestReceived` is there by then. The header `audit-id` of a response
 * has the `auditID`.
 */
export async function auditEvents(
  { auditLog }: Cluster,
  wanted: (event: AuditEvent) => boolean = () => true,
): Promise<readonly AuditEvent[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n')
  // What follows the last line break is not written to its end.
  return lines
    .slice(0, -1)
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(wanted)
}
