import { refuse, type Refused } from './refused.js'
import type { ResourcePath } from './resource-path.js'

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type Method = (typeof methods)[number]

export function isMethod(text: string): text is Method {
  return (methods as readonly string[]).includes(text)
}

/** What sort of request it is, which says what its query and its body may have. */
export type RequestKind =
  | 'other-path'
  | 'get'
  | 'list'
  | 'create'
  | 'review'
  | 'binding'
  | 'eviction'
  | 'token'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | 'log'
  | 'exec'
  | 'attach'
  | 'portforward'
  | 'proxy'

/** Subresources that connect or stream. */
const connecting = new Set(['log', 'exec', 'attach', 'portforward', 'proxy'])
const proxied = new Set(['pods', 'services', 'nodes'])

/** Groups whose objects are questions: nothing is stored, so nothing can be tried. */
const asking = new Set(['authentication.k8s.io', 'authorization.k8s.io'])

/** Says what a request to a resource is. Unknown ways of connecting and of creating below an object are refused. */
export function kindOf(method: Method, path: ResourcePath): RequestKind | Refused {
  if (connecting.has(path.subresource)) return connectionKind(method, path)
  switch (method) {
    case 'GET':
      return path.name === '' ? 'list' : 'get'
    case 'POST':
      return creationKind(path)
    case 'PUT':
      return path.name === '' ? refuse('An update names no object.') : 'update'
    case 'PATCH':
      return path.name === '' ? refuse('A patch names no object.') : 'patch'
    case 'DELETE':
      if (path.subresource !== '') return refuse('A subresource cannot be deleted.')
      return path.name === '' ? 'deletecollection' : 'delete'
  }
}

function connectionKind(method: Method, path: ResourcePath): RequestKind | Refused {
  const { apiGroup, apiVersion, resource, subresource } = path
  const isCore = apiGroup === '' && apiVersion === 'v1'
  if (subresource === 'proxy') {
    return isCore && proxied.has(resource) ? 'proxy' : refuse('This resource has no known proxy.')
  }
  if (!isCore || resource !== 'pods') return refuse('Only pods have this subresource.')
  if (method !== 'GET')
    return refuse(
      'This subresource is asked for with GET and a WebSocket, as by kubectl from 1.30 on: other ways of connecting, as SPDY, are not carried.',
    )
  return subresource === 'log' || subresource === 'exec' || subresource === 'attach' ? subresource : 'portforward'
}

function creationKind({ apiGroup, resource, name, subresource }: ResourcePath): RequestKind | Refused {
  // Pods are bound below themselves, and in the old way beside them.
  if (apiGroup === '' && resource === 'bindings') return 'binding'
  if (name === '') return asking.has(apiGroup) ? 'review' : 'create'
  if (apiGroup === '' && resource === 'pods' && subresource === 'binding') return 'binding'
  if (apiGroup === '' && resource === 'pods' && subresource === 'eviction') return 'eviction'
  if (apiGroup === '' && resource === 'serviceaccounts' && subresource === 'token') return 'token'
  return refuse('Nothing known is created below this object.')
}
