import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import type { ResponseForm } from './response-form.js'
import { responseRefused } from './response-refused.js'

/** Whose signatures count, and whom they are for. */
interface SignatureTrust {
  readonly audience: string
  readonly callbackUrl: string
  /** Public keys, as PEM. */
  readonly keys: readonly string[]
}

/**
 * The assertion as its signature covers it, after every signature that is there was checked; nothing else of the response
 * may be believed. Throws ERR_TOKEN_INVALID, whatever goes wrong.
 */
export async function signedAssertion(
  base64: string,
  { isAssertionSigned, isResponseSigned }: ResponseForm,
  { audience, callbackUrl, keys }: SignatureTrust,
): Promise<string> {
  if (!isAssertionSigned && !isResponseSigned) throw responseRefused('it is not signed')
  try {
    const { profile } = await new SAML({
      callbackUrl,
      issuer: audience,
      idpCert: [...keys],
      wantAssertionsSigned: isAssertionSigned,
      wantAuthnResponseSigned: isResponseSigned,
      // Times, audience and requests are looked at here, with this package's clock and memory.
      acceptedClockSkewMs: -1,
      audience: false,
      validateInResponseTo: ValidateInResponseTo.never,
    }).validatePostResponseAsync({ SAMLResponse: base64 })
    const xml = profile?.getAssertionXml?.()
    if (typeof xml === 'string') return xml
  } catch {
    // The library's errors quote the response.
  }
  throw responseRefused(
    'its signature is wrong, or what it signs is malformed',
    'compare certificates with those of the identity provider',
  )
}
