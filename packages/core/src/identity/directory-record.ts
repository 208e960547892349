import { personKey } from '../duties/person.js'
import { BothKeysError } from '../errors.js'
import type { PrincipalKind, Subject } from '../model/principal.js'
import type { DirectoryRecord } from './directory.js'
import { identifier } from './identifier.js'
import { ownMember } from './own-member.js'

/** The most accounts of one person, and the most owners of one agent. */
export const maxLinks = 64
const maxRoles = 256

const kinds: ReadonlySet<unknown> = new Set<PrincipalKind>(['human', 'agent', 'workload'])
const members: ReadonlySet<string> = new Set<keyof DirectoryRecord>([
  'kind',
  'person',
  'accounts',
  'owners',
  'agentClass',
  'roles',
  'disabled',
])

/** A record that was read once, copied and checked. */
export interface CheckedRecord {
  readonly kind: PrincipalKind
  readonly person: string | undefined
  /** The accounts besides the one that was asked for. */
  readonly aliases: readonly Subject[]
  readonly owners: readonly Subject[]
  readonly agentClass: string | undefined
  readonly roles: readonly string[] | undefined
  readonly disabled: boolean
}

/**
 * Reads what a directory answered about `asked`. A member that it does not know, one of another form, a human without a
 * person, an agent without an owner and accounts without the one that was asked for throw ERR_DIRECTORY_UNAVAILABLE: what
 * is not understood is never taken for harmless. The error holds nothing of the answer.
 */
export function checkedRecord(answer: unknown, asked: Subject): CheckedRecord {
  try {
    return checked(answer, asked)
  } catch (cause) {
    if (cause instanceof Malformed) throw unusable(cause.message)
    throw unusable('it cannot be read', cause)
  }
}

function checked(answer: unknown, asked: Subject): CheckedRecord {
  if (Object.prototype.toString.call(answer) !== '[object Object]') throw new Malformed('it is not an object')
  for (const name of Object.keys(answer as object)) {
    if (!members.has(name)) throw new Malformed('it has a member that no record has')
  }
  const read = (name: keyof DirectoryRecord): unknown => ownMember(answer, name)
  const kind = kindOf(read('kind'))
  const disabled = read('disabled')
  if (typeof disabled !== 'boolean') throw new Malformed('it does not say whether the account is disabled')
  const person = optional(read('person'), (value) => name(value, 'person'))
  const owners = optional(read('owners'), (value) => subjects(value, 'owners')) ?? []
  if (kind === 'human' && (person === undefined || owners.length > 0)) {
    throw new Malformed(person === undefined ? 'it does not say which person it is' : 'it names owners of a person')
  }
  if (kind !== 'human' && (person !== undefined || owners.length === 0)) {
    throw new Malformed(person === undefined ? 'it names no owner' : 'it names a person who is an agent')
  }
  return {
    kind,
    person,
    aliases: aliasesOf(read('accounts'), asked),
    owners,
    agentClass: optional(read('agentClass'), (value) => name(value, 'agentClass', 256)),
    roles: optional(read('roles'), rolesOf),
    disabled,
  }
}

/** An answer that is not understood; the message holds nothing of it. */
class Malformed extends Error {}

function unusable(why: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_DIRECTORY_UNAVAILABLE', `the directory's answer is not a record: ${why}`, {
    hint: 'see docs/directory.md for what a directory answers',
    cause,
  })
}

function kindOf(value: unknown): PrincipalKind {
  if (!kinds.has(value)) throw new Malformed('its kind is none of human, agent and workload')
  // One of the three.
  return value as PrincipalKind
}

function aliasesOf(accounts: unknown, asked: Subject): readonly Subject[] {
  if (accounts === undefined) return []
  const all = subjects(accounts, 'accounts')
  const own = personKey(asked.issuer, asked.id)
  const others = all.filter(({ id, issuer }) => personKey(issuer, id) !== own)
  // An answer about somebody else, most probably.
  if (others.length === all.length) throw new Malformed('the account that was asked for is not among its accounts')
  return others
}

function rolesOf(value: unknown): readonly string[] {
  return list(value, 'roles', maxRoles).map((role) => name(role, 'roles', 256))
}

function subjects(value: unknown, field: string): readonly Subject[] {
  return list(value, field, maxLinks).map((one) => {
    const issuer = name(ownMember(one, 'issuer'), field)
    if (issuer.includes('#')) throw new Malformed(`${field} has an issuer with a fragment`)
    return Object.freeze({ issuer, id: name(ownMember(one, 'id'), field) })
  })
}

function list(value: unknown, field: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`${field} is not a list`)
  if (value.length > most) throw new Malformed(`${field} has more than ${String(most)} entries`)
  return [...(value as readonly unknown[])]
}

function name(value: unknown, field: string, max?: number): string {
  try {
    return identifier(value, field, max)
  } catch {
    throw new Malformed(`${field} is not a name`)
  }
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value)
}
