import type { IndependentParty } from '../duties/independence.js'
import { parseParty } from '../duties/party-value.js'
import { membersOf, textsOf } from '../model/members.js'

/** A principal as it stands in the record: enough to tell whose closure it belongs to. */
export interface RecordedParty {
  readonly party: IndependentParty
  readonly roles: readonly string[]
  /** The roles that what it did counts for: also those that gave it nothing. */
  readonly restrictingRoles: readonly string[]
  readonly expiresAtMs: number
  /** The change that its session belonged to. */
  readonly change: string | undefined
}

/** Reads a principal from a recorded event. Undefined when it is none; a dimension that cannot be read is unknown. */
export function readParty(actor: unknown): RecordedParty | undefined {
  const party = parseParty(actor)
  if (party === undefined) return undefined
  const { change, expiresAt, ...held } = membersOf(actor)
  const roles = textsOf(held['roles'])
  // Left out where nothing else restricts.
  const restrictingRoles = held['restrictingRoles'] === undefined ? roles : textsOf(held['restrictingRoles'])
  if (roles === undefined || restrictingRoles === undefined) return undefined
  return {
    party,
    roles,
    restrictingRoles,
    change: typeof change === 'string' ? change : undefined,
    expiresAtMs: typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN,
  }
}
