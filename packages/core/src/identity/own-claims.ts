import { refused } from './identifier.js'
import { ownMember } from './own-member.js'

/**
 * Refuses a token that says a claim which is read stands somewhere else: distributed and aggregated claims
 * (OpenID Connect Core 1.0, section 5.6.2) and the group overage of Microsoft Entra, which leaves the groups out.
 * What is missing could be what decides. Throws ERR_TOKEN_INVALID.
 */
export function assertOwnClaims(claims: unknown, read: ReadonlySet<string>): void {
  const elsewhere = ownMember(claims, '_claim_names')
  if (elsewhere !== undefined && Object.prototype.toString.call(elsewhere) !== '[object Object]') {
    throw refused('its _claim_names is not an object')
  }
  for (const name of read) {
    const isOverage = name === 'groups' && ownMember(claims, 'hasgroups') !== undefined
    if (isOverage || ownMember(elsewhere, name) !== undefined) {
      throw refused(
        'a claim that is read is not in the token',
        'have the issuer send app roles, or only the groups that are assigned to the application',
      )
    }
  }
}
