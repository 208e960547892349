import { resourceAt } from '../catalogue/catalogue.js'
import type { Resource } from '../catalogue/resource.js'
import { arrayOf, isObject, objectOf, textOf } from '../json.js'
import type { Store } from '../store/store.js'
import type { User } from './user.js'

/** What somebody wants to do with a resource. */
export interface Wish {
  readonly verb: string
  readonly group: string
  /** With its subresource: `pods/log`. */
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** What somebody wants to do with a path that leads to no resource. */
export interface PathWish {
  readonly verb: string
  readonly path: string
}

const group = 'rbac.authorization.k8s.io'

/** Whether the roles and bindings in the store let somebody do something. The group `system:masters` may do everything. */
export function isAllowed(store: Store, user: User, wish: Wish | PathWish): boolean {
  if (user.groups.includes('system:masters')) return true
  const namespace = 'path' in wish ? '' : wish.namespace
  const bindings = [
    ...store.list(rbac('clusterrolebindings'), ''),
    ...(namespace === '' ? [] : store.list(rbac('rolebindings'), namespace)),
  ]
  return bindings
    .filter(({ object }) => arrayOf(object['subjects']).some((subject) => isSubject(user, objectOf(subject))))
    .flatMap(({ object }) => rulesOf(store, objectOf(object['roleRef']), namespace))
    .some((rule) => covers(rule, wish))
}

function isSubject(user: User, { kind, name, namespace }: Record<string, unknown>): boolean {
  if (kind === 'Group') return user.groups.includes(textOf(name))
  const whose = kind === 'ServiceAccount' ? `system:serviceaccount:${textOf(namespace)}:${textOf(name)}` : name
  return user.name === whose
}

function rulesOf(store: Store, { kind, name }: Record<string, unknown>, namespace: string): readonly unknown[] {
  const role =
    kind === 'Role'
      ? store.get(rbac('roles'), namespace, textOf(name))
      : store.get(rbac('clusterroles'), '', textOf(name))
  return arrayOf(role?.object['rules'])
}

function covers(rule: unknown, wish: Wish | PathWish): boolean {
  if (!isObject(rule) || !has(rule['verbs'], wish.verb)) return false
  if ('path' in wish) {
    return arrayOf(rule['nonResourceURLs']).some((url) => {
      const path = textOf(url)
      return path.endsWith('*') ? wish.path.startsWith(path.slice(0, -1)) : wish.path === path
    })
  }
  const names = arrayOf(rule['resourceNames'])
  const [resource, subresource] = wish.resource.split('/')
  const resources = [wish.resource, ...(subresource === undefined ? [] : [`*/${subresource}`])]
  return (
    has(rule['apiGroups'], wish.group) &&
    resource !== '' &&
    resources.some((each) => has(rule['resources'], each)) &&
    (names.length === 0 || names.includes(wish.name))
  )
}

function has(list: unknown, value: string): boolean {
  return arrayOf(list).some((each) => each === '*' || each === value)
}

function rbac(plural: string): Resource {
  const found = resourceAt(group, 'v1', plural)
  if (found === undefined) throw new Error(`there are no ${plural}`)
  return found
}
