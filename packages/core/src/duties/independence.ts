import type { IndependenceDimension } from '../model/decision.js'
import type { Dimension, Principal } from '../model/principal.js'
import { accountsOf, personName } from './person.js'

/** The dimensions in which two principals must differ whatever the policy says. */
export const mandatoryDimensions: readonly IndependenceDimension[] = Object.freeze(['subject', 'person', 'run', 'key'])

const allDimensions: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

/** The part of a principal that independence looks at. */
export type IndependentParty = Pick<
  Principal,
  'kind' | 'subject' | 'aliases' | 'actors' | 'person' | 'owners' | 'agentClass' | 'run' | 'key'
>

/** The dimensions of a stage together with the mandatory ones, in a fixed order. */
export function requiredDimensions(named: readonly IndependenceDimension[]): readonly IndependenceDimension[] {
  return allDimensions.filter((dimension) => mandatoryDimensions.includes(dimension) || named.includes(dimension))
}

/**
 * Answers in which of the given dimensions two principals are not independent; empty means independent.
 * Pure and symmetric. Dimensions are sets: one shared member is a conflict. Unknown, or a set without members,
 * conflicts with everything, `none` with nothing (RULES 1).
 */
export function conflicts(
  first: IndependentParty,
  second: IndependentParty,
  dimensions: readonly IndependenceDimension[],
): readonly IndependenceDimension[] {
  return allDimensions.filter(
    (dimension) =>
      dimensions.includes(dimension) && meet(dimensionOf(first, dimension), dimensionOf(second, dimension)),
  )
}

/** The given dimensions in which a principal is unknown, so that nobody can be shown to be independent of it. */
export function unknownDimensions(
  party: IndependentParty,
  dimensions: readonly IndependenceDimension[],
): readonly IndependenceDimension[] {
  return allDimensions.filter((dimension) => dimensions.includes(dimension) && isUnknown(dimensionOf(party, dimension)))
}

/** The value of one dimension of a principal. */
export function dimensionOf(party: IndependentParty, dimension: IndependenceDimension): Dimension {
  switch (dimension) {
    case 'subject':
      return { known: [...accountsOf(party), ...party.actors] }
    case 'person':
      return personOf(party)
    case 'run':
      return party.kind === 'human' ? 'none' : { known: [party.run.root] }
    case 'key':
      return party.key
    case 'agentClass':
      return party.kind !== 'human' && party.agentClass === 'none' ? 'unknown' : party.agentClass
  }
}

/**
 * The people that a principal stands for. A human is every one of their accounts and what the directory calls them, beside
 * whoever is named as accountable; an agent is only ever its owners.
 */
export function personOf(party: IndependentParty): Dimension {
  if (party.kind !== 'human') return party.owners === 'none' ? 'unknown' : party.owners
  if (party.owners === 'unknown') return 'unknown'
  const self = [...accountsOf(party), ...(party.person === undefined ? [] : [personName(party.person)])]
  return { known: party.owners === 'none' ? self : [...self, ...party.owners.known] }
}

function meet(first: Dimension, second: Dimension): boolean {
  if (isUnknown(first) || isUnknown(second)) return true
  if (first === 'none' || second === 'none') return false
  const members = new Set(second.known)
  return first.known.some((member) => members.has(member))
}

/** Whether nothing is known in a dimension: then it conflicts with everything. */
export function isUnknown(dimension: Dimension): dimension is 'unknown' {
  return dimension === 'unknown' || (dimension !== 'none' && dimension.known.length === 0)
}
