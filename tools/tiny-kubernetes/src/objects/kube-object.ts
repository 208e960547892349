import type { JsonObject } from '../json.js'

/** What every object has. */
export interface Metadata extends JsonObject {
  name: string
  namespace?: string
  generateName?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  managedFields?: unknown
}

export interface KubeObject extends JsonObject {
  kind: string
  apiVersion: string
  metadata: Metadata
  spec?: JsonObject
  status?: JsonObject
}

/** As times are written. */
export function timestamp(at: Date = new Date()): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}
