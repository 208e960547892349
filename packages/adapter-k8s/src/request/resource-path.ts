import { refuse, type Refused } from './refused.js'

/** What a path names, as the API server's RequestInfo says it. Empty where it says nothing. */
export interface ResourcePath {
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
  /** What follows the subresource; only of proxies. */
  readonly tail: readonly string[]
}

const group = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/
const version = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const namespaceName = version
const resourceName = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/
const objectName = /^[A-Za-z0-9._:~-]{1,253}$/

/** Subresources of a namespace; any other word there is a resource within it. */
const ofNamespaces = new Set(['status', 'finalize'])

/** Says whether text is a name that the server takes for one, and nothing else takes for a path. */
export function isObjectName(text: string): boolean {
  return objectName.test(text) && text !== '.' && text !== '..'
}

/** Reads a path of resources; `undefined` when it is another one, as of discovery. */
export function parseResourcePath(segments: readonly string[]): ResourcePath | Refused | undefined {
  const [prefix, ...rest] = segments
  if (prefix === 'api') return rest.length < 2 ? undefined : parseWithin('', rest)
  if (prefix !== 'apis' || rest.length < 3) return undefined
  const [apiGroup = '', ...below] = rest
  return group.test(apiGroup) ? parseWithin(apiGroup, below) : refuse('The path has no valid API group.')
}

function parseWithin(apiGroup: string, [apiVersion = '', ...rest]: readonly string[]): ResourcePath | Refused {
  if (!version.test(apiVersion)) return refuse('The path has no valid API version.')
  if (rest[0] === 'watch' || rest[0] === 'proxy') return refuse('The path has a verb, which is an old form.')
  const { namespace, parts } = namespaceOf(rest)
  if (namespace !== '' && !namespaceName.test(namespace)) return refuse('The path has no valid namespace.')
  const [resource = '', name = '', subresource = '', ...tail] = parts
  if (!resourceName.test(resource)) return refuse('The path has no valid resource.')
  if (resource === 'namespaces' && parts !== rest) return refuse('The path has namespaces within a namespace.')
  if (name !== '' && !isObjectName(name)) return refuse('The path has no valid name.')
  if (subresource !== '' && !resourceName.test(subresource)) return refuse('The path has no valid subresource.')
  if (tail.length > 0 && subresource !== 'proxy') return refuse('The path goes on behind the subresource.')
  return { apiGroup, apiVersion, namespace, resource, name, subresource, tail }
}

/** `/namespaces/x` is both within the namespace and its name. */
function namespaceOf(rest: readonly string[]): { namespace: string; parts: readonly string[] } {
  const [first, namespace, third] = rest
  if (first !== 'namespaces' || namespace === undefined) return { namespace: '', parts: rest }
  if (third === undefined || ofNamespaces.has(third)) return { namespace, parts: rest }
  return { namespace, parts: rest.slice(2) }
}
