import type { CanonicalInput } from '../model/canonical-json.js'
import { CanonicalFragment } from '../model/canonical-json.js'
import type { DelegationLink, Dimension, Principal } from '../model/principal.js'

const fragments = new WeakMap<Principal, CanonicalFragment>()

/** A principal as canonical text for the record and the digest, serialised once. */
export function principalFragment(principal: Principal): CanonicalFragment {
  const known = fragments.get(principal)
  if (known !== undefined) return known
  const { delegation, run } = principal
  const fragment = new CanonicalFragment({
    ...lasting(principal),
    delegation: delegation.length === 0 ? undefined : delegation.map(linkJson),
    expiresAt: principal.expiresAt.toISOString(),
    run: { id: run.id, root: run.root, parent: run.parent },
  })
  fragments.set(principal, fragment)
  return fragment
}

const actorFragments = new WeakMap<Principal, CanonicalFragment>()

/**
 * Who acts, as far as it is the same in every session that the same identity opens: without what a session or a token adds,
 * its ends and the ids of runs below the root.
 */
export function actorFragment(principal: Principal): CanonicalFragment {
  const known = actorFragments.get(principal)
  if (known !== undefined) return known
  const { delegation } = principal
  const links = delegation.map(({ name, roles, subject: { id, issuer } }) => ({ name, roles, subject: { id, issuer } }))
  const fragment = new CanonicalFragment({
    ...lasting(principal),
    delegation: links.length === 0 ? undefined : links,
  })
  actorFragments.set(principal, fragment)
  return fragment
}

function lasting(principal: Principal) {
  const {
    actors,
    agentClass,
    aliases,
    change,
    key,
    kind,
    level,
    owners,
    person,
    restrictingRoles,
    roles,
    subject,
    verifiedBy,
  } = principal
  return {
    actors: actors.length === 0 ? undefined : actors,
    aliases: aliases.length === 0 ? undefined : aliases.map(({ id, issuer }) => ({ id, issuer })),
    agentClass: dimensionJson(agentClass),
    change,
    key: dimensionJson(key),
    kind,
    level,
    owners: dimensionJson(owners),
    person,
    restrictingRoles: restrictingRoles.length === roles.length ? undefined : restrictingRoles,
    roles,
    subject: { id: subject.id, issuer: subject.issuer },
    verifiedBy,
  }
}

function linkJson({ name, roles, run, session, subject }: DelegationLink): CanonicalInput {
  return { name, roles, run, session, subject: { id: subject.id, issuer: subject.issuer } }
}

function dimensionJson(dimension: Dimension): string | { readonly known: readonly string[] } {
  return typeof dimension === 'string' ? dimension : { known: dimension.known }
}
