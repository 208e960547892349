/** What a request is about, as the API server names it. Empty where it says nothing. */
export interface Named {
  readonly apiGroup: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
}

/** All of the cluster, or all of a kind. Only a pattern's `*` covers it. */
const all = '*'

/**
 * The resource of effects: `object:namespace.resource.name`, for example `object:shop.pods.web-0`,
 * `object:shop."deployments.apps".web` and `object:shop.pods/exec.web-0`. The resource has its group, as kubectl writes it, and its
 * subresource. Where a request names no namespace or no object, `"*"` stands for it, which rules for one namespace or one name do
 * not cover. A namespace itself is no object within it: `object:"*".namespaces.shop`.
 */
export function resourceName({ apiGroup, name, namespace, resource, subresource }: Named): string {
  const kind = apiGroup === '' ? resource : `${resource}.${apiGroup}`
  const isNamespace = apiGroup === '' && resource === 'namespaces'
  const segments = [
    isNamespace || namespace === '' ? all : namespace,
    subresource === '' ? kind : `${kind}/${subresource}`,
    name === '' ? all : name,
  ]
  return `object:${segments.map(quoted).join('.')}`
}

/** The same for a path that leads to no resource: `path:/version`. */
export function pathName(path: string): string {
  return `path:${quoted(path)}`
}

function quoted(segment: string): string {
  return /[.:*"]/.test(segment) ? `"${segment.replaceAll('"', '""')}"` : segment
}
