import { define, type DefineAttributes, grant } from './define.js'
import { namedObjects, optionOf, roleName } from './objects.js'
import { followAnything } from './flows.js'
import { grantTo, receiversOf } from './receivers.js'
import { resource } from './resource.js'
import { bodyOf, cascadeOf, flagOf, listOf, namesOf, nodeOf, textOf, type TreeNode } from './tree.js'
import type { Handler } from './walk.js'

/** GRANT and REVOKE on objects. */
export const grantOnObjects: Handler = (walk, body) => {
  const type = textOf(body, 'objtype')
  const receivers = receiversOf(walk, listOf(body, 'grantees'))
  const said = takesAway(body)
  if (textOf(body, 'targtype') === 'ACL_TARGET_ALL_IN_SCHEMA') {
    for (const name of namesOf(listOf(body, 'objects')) ?? [])
      grantTo(walk, `${allOf(type)}:${resource('', name).slice(1)}.*`, receivers, said)
    return
  }
  for (const item of listOf(body, 'objects')) {
    const objects = namedObjects(walk, type, item)
    if (objects === undefined) walk.opaque('unknown kind of object', type)
    else for (const object of objects) grantTo(walk, object.target, receivers, { ...object.attributes, ...said })
  }
}

function takesAway(body: TreeNode): DefineAttributes {
  return flagOf(body, 'is_grant') ? {} : { revoke: true, ...cascadeOf(body) }
}

function allOf(type: string): string {
  return type === 'OBJECT_SEQUENCE' ? 'sequence' : type === 'OBJECT_TABLE' ? 'table' : 'function'
}

/** GRANT role TO role. */
export const grantRole: Handler = (walk, body) => {
  const members = receiversOf(walk, listOf(body, 'grantee_roles'))
  for (const item of listOf(body, 'granted_roles')) {
    const role = textOf(bodyOf(item, 'AccessPriv') ?? {}, 'priv_name')
    grantTo(walk, resource('role', role), members, takesAway(body))
  }
}

/** ALTER DEFAULT PRIVILEGES: rights on objects that do not exist yet. */
export const defaultPrivileges: Handler = (walk, body) => {
  const schemas = namesOf(listOf(bodyOf(optionOf(body, 'options', 'schemas'), 'List') ?? {}, 'items')) ?? []
  const receivers = receiversOf(walk, listOf(nodeOf(body, 'action') ?? {}, 'grantees'))
  const attributes = { object: 'default-privileges' }
  if (schemas.length === 0) grantTo(walk, resource('database', walk.catalog.database), receivers, attributes)
  for (const schema of schemas) grantTo(walk, resource('schema', schema), receivers, attributes)
}

/** CREATE, ALTER and DROP ROLE, USER and GROUP. */
export const changeRole: Handler = (walk, body) => {
  const named = textOf(body, 'role')
  const roles = named === '' ? listOf(body, 'roles').map((role) => roleName(walk, role)) : [named]
  const spec = nodeOf(body, 'role')
  for (const role of spec === undefined ? roles : [roleName(walk, spec)]) grant(walk, resource('role', role))
}

/** ALTER ROLE … SET: what its sessions start with. Without a role it is everyone's. */
export const roleSetting: Handler = (walk, body) => {
  const spec = nodeOf(body, 'role')
  const setting = textOf(nodeOf(body, 'setstmt') ?? {}, 'name')
  const target = spec === undefined ? 'role:*' : resource('role', roleName(walk, spec))
  grant(walk, target, { object: 'setting', ...(setting !== '' && { setting }) })
  followAnything(walk)
}

/** DROP OWNED drops objects and takes rights, REASSIGN OWNED gives objects away. */
export const ownedObjects: Handler = (walk, body) => {
  followAnything(walk)
  for (const role of listOf(body, 'roles')) {
    const target = resource('role', roleName(walk, role))
    const receiver = nodeOf(body, 'newrole')
    if (receiver !== undefined) grantTo(walk, target, receiversOf(walk, [receiver]), { object: 'owned' })
    else {
      grant(walk, target, { object: 'owned' })
      define(walk, target, { object: 'owned', drop: true, ...cascadeOf(body) })
    }
  }
}
