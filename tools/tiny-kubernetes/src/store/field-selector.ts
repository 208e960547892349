import type { Resource } from '../catalogue/resource.js'
import { objectOf, textOf } from '../json.js'
import type { KubeObject } from '../objects/kube-object.js'
import { badRequest } from '../status.js'

const everywhere = ['metadata.name', 'metadata.namespace']
/** Those that have more fields than a name and a namespace say so in their own words when they do not know one. */
const more: Readonly<Record<string, readonly string[]>> = {
  namespaces: ['status.phase'],
  pods: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase'],
  secrets: ['type'],
}

/** Reads a selector of fields; returns what tells whether an object meets it. */
export function fieldSelector(resource: Resource, text: string): (object: KubeObject) => boolean {
  const tests = (text === '' ? [] : text.split(',')).map((term) => {
    const [, field, operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? []
    if (field === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`)
    known(resource, field)
    return (object: KubeObject) => (valueAt(object, field) === value) === (operator !== '!=')
  })
  return (object) => tests.every((test) => test(object))
}

function known({ plural }: Resource, field: string): void {
  const own = more[plural]
  if (everywhere.includes(field) || own?.includes(field) === true) return
  if (own !== undefined) throw badRequest(`field label not supported: ${field}`)
  throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`)
}

function valueAt(object: KubeObject, field: string): string {
  return textOf(field.split('.').reduce<unknown>((value, part) => objectOf(value)[part], object))
}
