import type { JsonObject, JsonValue } from '../../../src/json.js'

const digest = 'a'.repeat(64)
export const image = `registry.example.com/team/app@sha256:${digest}`

/** A security context of a container that keeps every level, if the pod's does. */
export const safeContext: JsonObject = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }
export const safeContainer: JsonObject = { name: 'app', image, securityContext: safeContext }
export const safeSpec: JsonObject = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [safeContainer],
}

/** A container with further fields, and a context with further fields. */
export function container(fields: JsonObject = {}, context: JsonObject = {}): JsonObject {
  return { ...safeContainer, securityContext: { ...safeContext, ...context }, ...fields }
}

/** A spec with further fields, and a context of the pod with further fields. */
export function spec(fields: JsonObject = {}, context: JsonObject = {}): JsonObject {
  return { ...safeSpec, securityContext: { ...(safeSpec['securityContext'] as JsonObject), ...context }, ...fields }
}

export function pod(podSpec: JsonValue = safeSpec, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', ...metadata }, spec: podSpec }
}

/** A pod of which one container is changed. */
export function podOf(fields: JsonObject, context: JsonObject = {}): JsonObject {
  return pod(spec({ containers: [container(fields, context)] }))
}

export interface PodMaker {
  readonly kind: string
  readonly path: string
  readonly of: (podSpec: JsonValue, metadata?: JsonObject) => JsonObject
}

function maker(apiVersion: string, kind: string, ...path: readonly string[]): PodMaker {
  return {
    kind: `${apiVersion} ${kind}`,
    path: path.join('.'),
    of: (podSpec, metadata = {}) => {
      const inner: JsonObject = { metadata, spec: podSpec }
      const below = path.slice(0, -1).reduceRight<JsonObject>((value, key) => ({ [key]: value }), inner)
      const object = path.length === 1 ? inner : below
      return { apiVersion, kind, ...object, ...(path.length > 1 && { metadata: { name: 'web' } }) }
    },
  }
}

/** Every kind that makes pods. */
export const podMakers: readonly PodMaker[] = [
  maker('v1', 'Pod', 'spec'),
  maker('v1', 'PodTemplate', 'template', 'spec'),
  maker('v1', 'ReplicationController', 'spec', 'template', 'spec'),
  maker('apps/v1', 'ReplicaSet', 'spec', 'template', 'spec'),
  maker('apps/v1', 'Deployment', 'spec', 'template', 'spec'),
  maker('apps/v1', 'DaemonSet', 'spec', 'template', 'spec'),
  maker('apps/v1', 'StatefulSet', 'spec', 'template', 'spec'),
  maker('extensions/v1beta1', 'Deployment', 'spec', 'template', 'spec'),
  maker('extensions/v1beta1', 'DaemonSet', 'spec', 'template', 'spec'),
  maker('extensions/v1beta1', 'ReplicaSet', 'spec', 'template', 'spec'),
  maker('batch/v1', 'Job', 'spec', 'template', 'spec'),
  maker('batch/v1', 'CronJob', 'spec', 'jobTemplate', 'spec', 'template', 'spec'),
  maker('batch/v2alpha1', 'JobTemplate', 'template', 'spec', 'template', 'spec'),
]

export function custom(body: JsonObject): JsonObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, ...body }
}
