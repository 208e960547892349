import { isObject, type JsonObject } from '../json.js'

/** The field that tells the elements of a list from one another, where they are merged one by one. */
const keys: ReadonlyMap<string, readonly string[]> = new Map([
  ['addresses', ['type']],
  ['conditions', ['type']],
  ['containerStatuses', ['name']],
  ['containers', ['name']],
  ['env', ['name']],
  ['ephemeralContainers', ['name']],
  ['hostAliases', ['ip']],
  ['imagePullSecrets', ['name']],
  ['initContainers', ['name']],
  ['ownerReferences', ['uid']],
  ['ports', ['containerPort', 'port']],
  ['secrets', ['name']],
  ['volumeMounts', ['mountPath']],
  ['volumes', ['name']],
])

/** Which field that is for a list of this name with these elements, or `undefined` where lists are taken as a whole. */
export function listKey(field: string, elements: readonly unknown[]): string | undefined {
  const objects = elements.filter(isObject)
  if (objects.length !== elements.length) return undefined
  return keys.get(field)?.find((key) => objects.every((element) => key in element || isDirective(element)))
}

/** Which list of plain values is merged one by one. */
export const isSet = (field: string): boolean => field === 'finalizers'

function isDirective(element: JsonObject): boolean {
  return '$patch' in element
}
