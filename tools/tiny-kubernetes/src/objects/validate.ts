import { asKind, type Resource } from '../catalogue/resource.js'
import { arrayOf, type JsonObject, objectOf, same, textOf } from '../json.js'
import { type Cause, invalid, required, wrong } from '../status.js'
import type { KubeObject } from './kube-object.js'

/** Throws what an API server says against an object, if anything. */
export function validate(resource: Resource, object: KubeObject): void {
  const causes = [...nameCauses(resource, object), ...(byResource[resource.plural]?.(object) ?? [])]
  if (causes.length > 0) throw invalid(asKind(resource), object.metadata.name, causes)
}

const subdomain = {
  form: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  why:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with " +
    "an alphanumeric character (e.g. 'example.com', regex used for validation is " +
    String.raw`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
}
const label = {
  form: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  why:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
}

function nameCauses({ group, plural }: Resource, { metadata: { name } }: KubeObject): readonly Cause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')]
  // Names of roles are a segment of a path and no more.
  if (group === 'rbac.authorization.k8s.io') return []
  const { form, why } = plural === 'namespaces' ? label : subdomain
  return form.test(name) ? [] : [wrong('metadata.name', JSON.stringify(name), why)]
}

const byResource: Readonly<Record<string, (object: KubeObject) => readonly Cause[]>> = {
  configmaps: (object) => keyCauses(object['data']),
  deployments: (object) => deploymentCauses(objectOf(object.spec)),
  pods: (object) => podCauses(objectOf(object.spec), 'spec'),
  secrets: (object) => keyCauses(object['data']),
}

function keyCauses(data: unknown): readonly Cause[] {
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
    "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  return Object.keys(objectOf(data))
    .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
    .map((key) => wrong(`data[${key}]`, JSON.stringify(key), why))
}

function podCauses(spec: JsonObject, field: string): readonly Cause[] {
  const containers = arrayOf(spec['containers']).map(objectOf)
  if (containers.length === 0) return [required(`${field}.containers`)]
  return containers.flatMap((container, index) =>
    (['name', 'image'] as const)
      .filter((each) => textOf(container[each]) === '')
      .map((each) => required(`${field}.containers[${String(index)}].${each}`)),
  )
}

function deploymentCauses(spec: JsonObject): readonly Cause[] {
  const selector = objectOf(spec['selector'])
  const template = objectOf(spec['template'])
  const labels = objectOf(objectOf(template['metadata'])['labels'])
  const wanted = Object.entries(objectOf(selector['matchLabels']))
  const isMet = wanted.length > 0 && wanted.every(([key, value]) => same(labels[key], value))
  return [
    ...(spec['selector'] === undefined ? [required('spec.selector')] : []),
    ...(isMet
      ? []
      : [wrong('spec.template.metadata.labels', goMap(labels), '`selector` does not match template `labels`')]),
    ...podCauses(objectOf(template['spec']), 'spec.template.spec'),
  ]
}

function goMap(labels: JsonObject): string {
  const entries = Object.entries(labels).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return entries.length === 0 ? 'map[string]string(nil)' : `map[string]string{${entries.join(', ')}}`
}
