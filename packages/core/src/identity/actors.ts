import type { Subject } from '../model/principal.js'
import { identifier, maxIdentifierLength, refused } from './identifier.js'
import { ownMember } from './own-member.js'

/** The most actors that a token may name, one within the other. */
const maxActors = 5

/**
 * Everybody who acts in the name of a token's subject: `act`, and the `act` within it (RFC 8693 section 4.1). None of them
 * gives a role or takes one: they only add conflicts, so whoever leaves one out wins nothing but what a token without `act`
 * has anyway. An actor without an issuer is of the token's. Throws ERR_TOKEN_INVALID for anything else than 1 to 5 actors
 * that each have a `sub`.
 */
export function actorsOf(claims: object, issuer: string): readonly Subject[] {
  const actors: Subject[] = []
  let holder: unknown = claims
  while (Object.hasOwn(holder as object, 'act')) {
    const actor = ownMember(holder, 'act')
    if (Object.prototype.toString.call(actor) !== '[object Object]') throw refused('its act is not an object')
    if (actors.length === maxActors) throw refused(`it was delegated more than ${String(maxActors)} times`)
    const named = ownMember(actor, 'iss')
    actors.push({
      issuer: named === undefined ? issuer : identifier(named, 'iss of an actor'),
      id: identifier(ownMember(actor, 'sub'), 'sub of an actor', maxIdentifierLength),
    })
    holder = actor
  }
  return actors
}
