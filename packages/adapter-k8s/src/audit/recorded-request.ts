import { isRefused } from '../request/refused.js'
import { parseResourcePath } from '../request/resource-path.js'
import type { AuditEvent, AuditObject, AuditUser } from './audit-event.js'
import { membersOf, textOf, textsOf } from './members.js'

/** What an audit log says of a request, out of the action that the record has. */
export function requestOf(action: unknown): Pick<AuditEvent, 'requestURI' | 'verb' | 'objectRef'> {
  const { effects, operation, text } = membersOf(action)
  const path = /^[A-Z]+ (\/[^\s?]*)/.exec(textOf(text))?.[1]
  if (path === undefined) return { requestURI: '', verb: '' }
  const objectRef = objectOf(path, Array.isArray(effects) ? membersOf(effects[0])['attributes'] : undefined)
  return { requestURI: path, verb: textOf(operation), ...(objectRef !== undefined && { objectRef }) }
}

/** A list of what has one name is about that name, and its path does not say so. */
function objectOf(path: string, attributes: unknown): AuditObject | undefined {
  const read = parseResourcePath(path.split('/').slice(1))
  if (read === undefined || isRefused(read)) return undefined
  const { apiGroup, apiVersion, namespace, resource, subresource } = read
  const name = textOf(membersOf(attributes)['name']) || read.name
  return {
    resource,
    ...(namespace !== '' && { namespace }),
    ...(name !== '' && { name }),
    ...(apiGroup !== '' && { apiGroup }),
    apiVersion,
    ...(subresource !== '' && { subresource }),
  }
}

/** Who asked, out of the principal that the record has. */
export function userOf(actor: unknown): AuditUser {
  const { agentClass, kind, owners, roles } = membersOf(actor)
  const extra = {
    'bothkeys/kind': [textOf(kind)],
    'bothkeys/owners': knownOf(owners),
    'bothkeys/agent-class': knownOf(agentClass),
  }
  return {
    username: textOf(membersOf(membersOf(actor)['subject'])['id']),
    uid: nameOf(actor),
    groups: textsOf(roles),
    extra: Object.fromEntries(Object.entries(extra).filter(([, values]) => values.length > 0)),
  }
}

/** Somebody, with whoever says so: nobody else has that name. */
export function nameOf(principal: unknown): string {
  const { id, issuer } = membersOf(membersOf(principal)['subject'])
  return `${textOf(issuer)}#${textOf(id)}`
}

/** What is known of who somebody is may be nothing, and that may be unknown. */
function knownOf(dimension: unknown): readonly string[] {
  return textsOf(membersOf(dimension)['known'])
}
