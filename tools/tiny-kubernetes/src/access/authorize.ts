import type { RequestInfo } from '../request/request-info.js'
import { forbidden, Refusal } from '../status.js'
import type { Store } from '../store/store.js'
import { isAllowed } from './rbac.js'
import type { User } from './user.js'

/** Throws unless somebody may do what a request is about. */
export function authorize(store: Store, user: User, info: RequestInfo): void {
  const { group, name, namespace, parts, path, verb } = info
  if (!info.isResource) {
    if (isAllowed(store, user, { verb, path })) return
    throw new Refusal(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {})
  }
  const [plural = '', , subresource = ''] = parts
  const resource = subresource === '' ? plural : `${plural}/${subresource}`
  if (isAllowed(store, user, { verb, group, resource, namespace, name })) return
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`
  throw forbidden({ group, name: plural }, name, why)
}

/** Who somebody acts as. Only who may do everything, or has a rule for that user and those groups, may. */
export function impersonated(
  store: Store,
  user: User,
  { name, groups }: { readonly name: string | undefined; readonly groups: readonly string[] },
): User {
  if (name === undefined && groups.length === 0) return user
  if (name === undefined) throw new Refusal(500, '', 'requested groups without impersonating a user')
  const asked = [['users', name] as const, ...groups.map((each) => ['groups', each] as const)]
  for (const [resource, whom] of asked) {
    if (isAllowed(store, user, { verb: 'impersonate', group: '', resource, namespace: '', name: whom })) continue
    const why = `User "${user.name}" cannot impersonate resource "${resource}" in API group "" at the cluster scope`
    throw forbidden({ group: '', name: resource }, whom, why)
  }
  return { name, groups: [...groups, 'system:authenticated'] }
}
