import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { Principal } from '../model/principal.js'
import { refused } from './identifier.js'
import { makePrincipal } from './make-principal.js'
import { ownMember } from './own-member.js'
import type { Credential, UnverifiedClaims, Verifier } from './verifier.js'
import { unverifiedCredential } from './verifier.js'

/** The issuer of everybody whom nobody verified. */
const issuer = 'unverified'
const defaultTtlMs = 60 * 60_000

/**
 * Takes an identity at its word. For examples and tests: the credential is gated by the symbol `unverifiedCredential`,
 * which no JSON can carry, and every record of such a principal says `unverified`.
 * Throws ERR_TOKEN_INVALID when a claim cannot name anybody.
 *
 * @example
 * await unverifiedIdentity().verify({ [unverifiedCredential]: { kind: 'human', subject: 'ann', roles: ['dba'] } }, signal)
 */
export function unverifiedIdentity(options: { readonly clock?: Clock } = {}): Verifier {
  const clock = options.clock ?? systemClock
  return Object.freeze({
    // Async so that a refusal is a rejection, as the port says.
    async verify(credential: Credential): Promise<Principal> {
      const claims = ownMember(credential, unverifiedCredential)
      if (typeof claims !== 'object' || claims === null) {
        throw refused('it is not an unverified credential', 'pass { [unverifiedCredential]: claims }')
      }
      return principalOf(claims, clock)
    },
  })
}

function principalOf(claims: object, clock: Clock): Principal {
  // Claims are copied without a prototype, so that nothing inherited counts. makePrincipal checks each of them.
  const own: UnverifiedClaims = Object.assign(Object.create(null), claims) as UnverifiedClaims
  const owners: unknown = own.owners ?? []
  if (!Array.isArray(owners)) throw refused('the owners are not a list')
  return makePrincipal({
    kind: own.kind,
    issuer,
    id: own.subject,
    owners: (owners as readonly string[]).map((id) => ({ issuer, id })),
    agentClass: own.agentClass,
    runRoot: own.runRoot,
    change: own.change,
    key: own.key,
    roles: own.roles,
    verifiedBy: 'unverified',
    level: 'asserted',
    expiresAtMs: clock.wallMs() + (own.ttlMs ?? defaultTtlMs),
  })
}
