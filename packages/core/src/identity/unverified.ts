import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { Principal } from '../model/principal.js'
import { identifier, refused } from './identifier.js'
import { makePrincipal } from './make-principal.js'
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
      if (!Object.hasOwn(credential, unverifiedCredential)) {
        throw refused('it is not an unverified credential', 'pass { [unverifiedCredential]: claims }')
      }
      return principalOf(
        (credential as { readonly [unverifiedCredential]: UnverifiedClaims })[unverifiedCredential],
        clock,
      )
    },
  })
}

function principalOf(claims: UnverifiedClaims, clock: Clock): Principal {
  // Claims are copied without a prototype, so that nothing inherited counts.
  const own: UnverifiedClaims = Object.assign(Object.create(null), claims) as UnverifiedClaims
  return makePrincipal({
    kind: own.kind,
    issuer,
    id: identifier(own.subject, 'subject'),
    owners: own.owners?.map((id) => ({ issuer, id })),
    agentClass: own.agentClass,
    runRoot: own.runRoot,
    key: own.key,
    roles: own.roles,
    verifiedBy: 'unverified',
    expiresAtMs: clock.wallMs() + (own.ttlMs ?? defaultTtlMs),
  })
}
