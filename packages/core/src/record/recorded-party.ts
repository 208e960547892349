import { countedRoles } from '../duties/act.js'
import type { IndependentParty } from '../duties/independence.js'
import type { Dimension, Subject } from '../model/principal.js'

/** A principal as it stands in the record: enough to tell whose closure it belongs to. */
export interface RecordedParty {
  readonly party: IndependentParty
  readonly roles: readonly string[]
  /** The roles that what it did counts for: its delegators' too. */
  readonly countedRoles: readonly string[]
  readonly expiresAtMs: number
  /** The change that its session belonged to. */
  readonly change: string | undefined
}

/** Reads a principal from a recorded event. Undefined when it is none; a dimension that cannot be read is unknown. */
export function readParty(actor: unknown): RecordedParty | undefined {
  const { actors, agentClass, aliases, change, delegation, expiresAt, key, kind, owners, person, roles, run, subject } =
    membersOf(actor)
  const account = readSubject(subject)
  const { id: runId, root } = membersOf(run)
  if (kind !== 'human' && kind !== 'agent' && kind !== 'workload') return undefined
  if (account === undefined || typeof root !== 'string') return undefined
  const own = textsOf(roles) ?? []
  const links = Array.isArray(delegation)
    ? delegation.map((link) => ({ roles: textsOf(membersOf(link)['roles']) ?? [] }))
    : []
  return {
    party: {
      kind,
      subject: account,
      aliases: Array.isArray(aliases) ? aliases.flatMap((alias) => readSubject(alias) ?? []) : [],
      actors: textsOf(actors) ?? [],
      person: typeof person === 'string' ? person : undefined,
      owners: dimension(owners),
      agentClass: dimension(agentClass),
      run: { id: typeof runId === 'string' ? runId : root, root },
      key: dimension(key),
    },
    roles: own,
    countedRoles: countedRoles(own, links),
    change: typeof change === 'string' ? change : undefined,
    expiresAtMs: typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN,
  }
}

function readSubject(value: unknown): Subject | undefined {
  const { id, issuer } = membersOf(value)
  return typeof id === 'string' && typeof issuer === 'string' ? { id, issuer } : undefined
}

/** The members of an object of the record; none of anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function dimension(value: unknown): Dimension {
  if (value === 'none') return 'none'
  const known = textsOf(membersOf(value)['known'])
  return known === undefined ? 'unknown' : { known }
}

/** A list of texts of the record; undefined for anything else. */
export function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
}
