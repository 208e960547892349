import { identifier, refused } from './identifier.js'

/** The profiles of access tokens, by the `typ` of their header. */
export type TokenType = 'at+jwt' | 'JWT'

/** Every type of token that is read. */
export type HeaderType =
  | TokenType
  | 'JWT-SVID'
  | 'bothkeys-approval+jwt'
  | 'bothkeys-policy+jwt'
  | 'bothkeys-request+jwt'

/**
 * Headers with which a token chooses how it is checked: keys that it brings or points to, extensions, another encoding
 * of its payload, a token in a token (RFC 7515 section 4.1, RFC 7797, RFC 8725 sections 3.10 and 3.11).
 */
const refusedNames = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'cty', 'enc', 'zip'] as const

/** Refuses a header that does not fit, before any key is looked for. Throws ERR_TOKEN_INVALID. */
export function assertHeader(
  header: Readonly<Record<string, unknown>>,
  algorithms: readonly string[],
  typ: HeaderType,
): void {
  for (const name of refusedNames) {
    if (Object.hasOwn(header, name))
      throw refused(`its header has ${name}, with which a token would say how to check it`)
  }
  if (typeof header['alg'] !== 'string' || !algorithms.includes(header['alg'])) {
    throw refused('its algorithm is not one of those configured', 'list it in jwtVerifier.algorithms')
  }
  if (!isOfType(header['typ'], typ)) throw refused(`its typ is not ${typ}`, typeHints[typ])
  if (Object.hasOwn(header, 'kid')) identifier(header['kid'], 'kid')
  if (typ === 'JWT-SVID' && !Object.keys(header).every((name) => svidNames.has(name)))
    throw refused('its header has a name that no JWT-SVID has')
}

/** All that the header of a JWT-SVID may hold (SPIFFE JWT-SVID, section 2). */
const svidNames: ReadonlySet<string> = new Set(['alg', 'kid', 'typ'])

/** RFC 9068 section 2.1: `at+jwt`, also as a whole media type. RFC 7519 section 5.1 lets a plain JWT leave it out. */
function isOfType(found: unknown, typ: HeaderType): boolean {
  // SPIFFE JWT-SVID, section 2.3.
  if (typ === 'JWT-SVID') return found === undefined || found === 'JWT' || found === 'JOSE'
  if (found === undefined) return typ === 'JWT'
  if (typeof found !== 'string') return false
  return found.toLowerCase().replace(/^application\//u, '') === typ.toLowerCase()
}

const typeHints: Readonly<Record<HeaderType, string>> = {
  'at+jwt':
    "have the issuer send RFC 9068 access tokens, or set typ: 'JWT' and an audience that only access tokens have",
  'bothkeys-approval+jwt': 'pass what signApproval made, or what a relay of bothkeys sent',
  'bothkeys-policy+jwt': 'pass what signPolicy made',
  'bothkeys-request+jwt': 'pass what signRequest made',
  'JWT-SVID': 'send the token of the SPIFFE Workload API',
  JWT: "leave typ out when the issuer's access tokens are of type at+jwt",
}
