import { membersOf, textsOf } from '../model/members.js'
import type { Dimension, Subject } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { IndependentParty } from './independence.js'

/** What of a principal decides whose closure it belongs to, as a ledger keeps it. */
export function partyValue(party: IndependentParty): { readonly [key: string]: SnapshotValue } {
  const { actors, agentClass, aliases, key, kind, owners, person, run, subject } = party
  return {
    kind,
    subject: subjectValue(subject),
    aliases: aliases.map(subjectValue),
    actors: [...actors],
    ...(person === undefined ? {} : { person }),
    owners: dimensionValue(owners),
    agentClass: dimensionValue(agentClass),
    run: { id: run.id, root: run.root },
    key: dimensionValue(key),
  }
}

/** Reads one back, or from the record of a principal. Undefined when it is none; a dimension that cannot be read is unknown. */
export function parseParty(value: unknown): IndependentParty | undefined {
  const { actors, agentClass, aliases, key, kind, owners, person, run, subject } = membersOf(value)
  const account = readSubject(subject)
  const { id: runId, root } = membersOf(run)
  if (kind !== 'human' && kind !== 'agent' && kind !== 'workload') return undefined
  if (account === undefined || typeof root !== 'string') return undefined
  return {
    kind,
    subject: account,
    aliases: Array.isArray(aliases) ? aliases.flatMap((alias) => readSubject(alias) ?? []) : [],
    actors: textsOf(actors) ?? [],
    person: typeof person === 'string' ? person : undefined,
    owners: dimension(owners),
    agentClass: dimension(agentClass),
    run: { id: typeof runId === 'string' ? runId : root, root },
    key: dimension(key),
  }
}

function subjectValue({ id, issuer }: Subject): { readonly id: string; readonly issuer: string } {
  return { id, issuer }
}

function dimensionValue(value: Dimension): SnapshotValue {
  return typeof value === 'string' ? value : { known: [...value.known] }
}

function readSubject(value: unknown): Subject | undefined {
  const { id, issuer } = membersOf(value)
  return typeof id === 'string' && typeof issuer === 'string' ? { id, issuer } : undefined
}

function dimension(value: unknown): Dimension {
  if (value === 'none') return 'none'
  const known = textsOf(membersOf(value)['known'])
  return known === undefined ? 'unknown' : { known }
}
