import type { PrincipalKind } from '../model/principal.js'
import { identifier, refused } from './identifier.js'

/** The claims that say whom a token is about, for and from. */
interface PartyClaims {
  readonly sub?: unknown
  readonly aud?: unknown
  readonly jti?: unknown
  readonly client_id?: unknown
  readonly azp?: unknown
}

/** Claims of ID tokens alone (OpenID Connect Core 1.0, section 3). */
const idTokenNames = ['at_hash', 'c_hash'] as const

/**
 * Refuses a token whose parties contradict what it shall stand for: a client's own token is nobody's person, an ID token
 * lets no agent act, and an agent is the client itself where `subjectIsClient` says so (RFC 9068 section 2.2,
 * RFC 9700 section 4.15). Throws ERR_TOKEN_INVALID.
 */
export function assertParties(claims: PartyClaims, kind: PrincipalKind, subjectIsClient: boolean): void {
  assertAudienceForm(claims.aud)
  if (claims.jti !== undefined) identifier(claims.jti, 'jti')
  const isClient = identifier(claims.sub, 'sub') === clientOf(claims)
  if (kind === 'human') {
    if (isClient) throw refused("it is a client's own token, and no person's")
    return
  }
  if (idTokenNames.some((name) => Object.hasOwn(claims, name))) {
    throw refused('it is an ID token, which says who a person is and lets no agent act', 'send an access token')
  }
  if (subjectIsClient && !isClient) {
    throw refused(
      'its sub is not its client_id',
      'set jwtVerifier.subjectIsClient to false when the issuer names agents otherwise',
    )
  }
}

/** The client that the token was issued to; undefined when the token names none. */
function clientOf({ azp, client_id: id }: PartyClaims): string | undefined {
  if (id !== undefined && azp !== undefined && id !== azp) throw refused('client_id and azp name different clients')
  const client = id === undefined ? azp : id
  return client === undefined ? undefined : identifier(client, 'client_id')
}

/** RFC 7519 section 4.1.3: one string, or several. */
function assertAudienceForm(aud: unknown): void {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  for (const one of list) identifier(one, 'aud')
}
