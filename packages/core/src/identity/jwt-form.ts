import { ownMember } from './own-member.js'
import { assertTokenForm, unverifiedParts } from './token-form.js'
import type { CredentialForm } from './verifier.js'

/**
 * Signed JWTs in compact form (RFC 7515, section 7.1), which name their issuer in `iss`. A JWT-SVID needs none: one without names
 * the trust domain of its `sub` (SPIFFE JWT-SVID, section 3).
 */
export const jwtForm: CredentialForm = Object.freeze({
  name: 'jwt',
  issuerOf(token: string): string | undefined {
    try {
      assertTokenForm(token)
      const { claims } = unverifiedParts(token)
      const issuer = ownMember(claims, 'iss')
      if (issuer === undefined) return trustDomainOf(ownMember(claims, 'sub'))
      return typeof issuer === 'string' ? issuer : undefined
    } catch {
      return undefined
    }
  },
})

function trustDomainOf(subject: unknown): string | undefined {
  return typeof subject === 'string' ? /^(spiffe:\/\/[a-z0-9._-]{1,255})\//u.exec(subject)?.[1] : undefined
}
