import type { Subject } from '../model/principal.js'
import type { DirectoryEntry, DirectoryRecord } from './directory.js'
import { ownMember } from './own-member.js'

const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The schema of what SCIM has no words for: agents, their owners, further accounts. */
export const extensionSchema = 'urn:bothkeys:params:scim:schemas:1.0:Account'
const extensionMembers: ReadonlySet<string> = new Set(['kind', 'owners', 'accounts', 'agentClass'])

/** How users of a SCIM service are read. */
export interface ScimReading {
  readonly issuer: string
  readonly attribute: 'externalId' | 'id' | 'userName'
  readonly person: 'id' | 'employeeNumber'
  readonly roles: 'directory' | 'token'
}

/**
 * The record of the one user in a SCIM ListResponse (RFC 7644 section 3.4.2, RFC 7643 section 4.1), undefined when there is
 * none. Throws an Error that says what is wrong and holds nothing of the answer: more than one user, one that was not asked
 * for, one that does not say whether it is active, one whose extension does not say what it is.
 */
export function scimRecord(response: unknown, asked: Subject, reading: ScimReading): DirectoryRecord | undefined {
  const { total, users } = listOf(response)
  if (users.length !== total) throw new Error('it does not list as many users as it says')
  if (users.length === 0) return undefined
  if (users.length > 1) throw new Error('it lists several users for one account')
  return recordOf(users[0], asked, reading)
}

/** One page of all users. */
export interface ScimPage {
  /** How many there are on all pages together. */
  readonly total: number
  /** How many are on this one, those without an account among them. */
  readonly count: number
  readonly entries: readonly DirectoryEntry[]
}

/**
 * The records of everybody on one page of a listing (RFC 7644 section 3.4.2.4). Who has no value in the attribute that is
 * the `sub` of tokens has no account, and is left out. Throws as `scimRecord` does.
 */
export function scimPage(response: unknown, reading: ScimReading): ScimPage {
  const { total, users } = listOf(response)
  const entries = users.flatMap((user): readonly DirectoryEntry[] => {
    const id = ownMember(user, reading.attribute) ?? undefined
    if (id === undefined) return []
    if (typeof id !== 'string') throw new Error(`the ${reading.attribute} of a user is no text`)
    const subject = { issuer: reading.issuer, id }
    return [{ subject, record: recordOf(user, subject, reading) }]
  })
  return { total, count: users.length, entries }
}

function listOf(response: unknown): { readonly total: number; readonly users: readonly unknown[] } {
  if (!hasSchema(response, listSchema)) throw new Error('it is not a SCIM ListResponse')
  const total = ownMember(response, 'totalResults')
  const users: unknown = ownMember(response, 'Resources') ?? []
  if (!Array.isArray(users) || !Number.isInteger(total)) throw new Error('it does not list as many users as it says')
  return { total: Number(total), users: users as readonly unknown[] }
}

function recordOf(user: unknown, asked: Subject, reading: ScimReading): DirectoryRecord {
  if (!hasSchema(user, userSchema)) throw new Error('what it lists is not a SCIM user')
  // A service that does not know the filter lists whomever it likes.
  if (ownMember(user, reading.attribute) !== asked.id) throw new Error('the user is not the one that was asked for')
  const active = ownMember(user, 'active')
  if (typeof active !== 'boolean') throw new Error('the user does not say whether it is active')
  const more = extensionOf(user)
  const kind = more === undefined ? 'human' : ownMember(more, 'kind')
  const owners = ownMember(more, 'owners') ?? undefined
  const record = {
    kind,
    person: kind === 'human' ? personOf(user, reading) : undefined,
    accounts: [asked, ...accountsOf(ownMember(more, 'accounts'), reading.issuer)],
    // Also of a person, who has none: whoever checks the record refuses it then.
    owners: owners === undefined ? undefined : accountsOf(owners, reading.issuer),
    agentClass: ownMember(more, 'agentClass'),
    roles: reading.roles === 'token' ? undefined : rolesOf(ownMember(user, 'roles')),
    disabled: !active,
  }
  // Whoever asked the directory checks every member of a record.
  return record as unknown as DirectoryRecord
}

/** Nobody becomes a person because their extension is written otherwise than it should be. */
function extensionOf(user: unknown): unknown {
  // RFC 7643 section 2.1: names are the same in every case.
  const names = Object.keys(user as object).filter((name) => name.toLowerCase() === extensionSchema.toLowerCase())
  if (names.length === 0 && !namesExtension(user)) return undefined
  const more = ownMember(user, extensionSchema)
  if (names.length > 1) throw new Error('its user has two extensions of one name')
  if (!Object.keys(more ?? {}).every((name) => extensionMembers.has(name))) {
    throw new Error('the extension of its user has a member that is not known')
  }
  if (typeof ownMember(more, 'kind') !== 'string') throw new Error('the extension of its user does not say its kind')
  return more
}

/** RFC 7643 section 3.3: `schemas` names every extension that a resource has. */
function namesExtension(user: unknown): boolean {
  const schemas: unknown = ownMember(user, 'schemas')
  const isExtension = (name: unknown): boolean =>
    typeof name === 'string' && name.toLowerCase() === extensionSchema.toLowerCase()
  return Array.isArray(schemas) && schemas.some(isExtension)
}

function personOf(user: unknown, { person }: ScimReading): unknown {
  if (person === 'id') return ownMember(user, 'id')
  const number: unknown = ownMember(ownMember(user, enterpriseSchema), 'employeeNumber')
  // RFC 7643 section 8.7.1: of no case, so that E-1 and e-1 are one person.
  return typeof number === 'string' ? number.normalize('NFC').toLowerCase() : number
}

/** RFC 7643 section 2.5: what is null or left out is unassigned, so a user without roles has none. */
function rolesOf(roles: unknown): readonly unknown[] {
  return list(roles, 'roles').map((role) => ownMember(role, 'value'))
}

function accountsOf(accounts: unknown, issuer: string): readonly unknown[] {
  return list(accounts, 'accounts and owners').map((account) => ({
    issuer: ownMember(account, 'issuer') ?? issuer,
    id: ownMember(account, 'value'),
  }))
}

function list(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new Error(`its ${what} are not a list`)
  return value as readonly unknown[]
}

function hasSchema(resource: unknown, schema: string): boolean {
  const schemas = ownMember(resource, 'schemas')
  return Array.isArray(schemas) && schemas.includes(schema)
}
