import { randomUUID } from 'node:crypto'
import { SAML } from '@node-saml/node-saml'
import type { BothKeysError } from '@bothkeys/core/verifier'
import { entityId, secureUrl } from './option-values.js'

/** What is asked of the identity provider. */
export interface AuthnRequestOptions {
  /** Where its logins start (SingleSignOnService with HTTP-Redirect): https, or http on loopback. */
  readonly entryPoint: string
  /** Our own entity id. */
  readonly audience: string
  /** Whether the person must log in again, also when they are logged in there. Default false. */
  readonly forceAuthn?: boolean
  /**
   * The ways to log in that are asked for (AuthnContextClassRef). `samlLogin` accepts no other; name them for `samlVerifier`
   * too, whose requests are made apart. Default: any.
   */
  readonly requestedContexts?: readonly string[]
  /** Our private key as PEM, where the identity provider wants requests signed: RSA, with SHA-256. */
  readonly privateKey?: string
}

/** The names of the options. */
export const authnRequestNames = [
  'audience',
  'entryPoint',
  'forceAuthn',
  'privateKey',
  'requestedContexts',
] as const satisfies readonly (keyof AuthnRequestOptions)[]

/** A request, and where to send the browser with it. */
export interface AuthnRequest {
  /** The `ID` of the request, which the response has to name. */
  readonly id: string
  /** The URL of the identity provider with the request in it (HTTP-Redirect). */
  readonly redirect: string
}

/**
 * Compiles the options into a maker of requests (SAML Core, section 3.4.1; HTTP-Redirect, SAML Bindings, section 3.4). The
 * answer is asked for by HTTP-POST at `callbackUrl`. Compiling throws what `wrong` makes.
 */
export function authnRequests(
  options: AuthnRequestOptions,
  wrong: (what: string) => BothKeysError,
): (callbackUrl: string, relayState: string) => Promise<AuthnRequest> {
  const { forceAuthn = false, privateKey, requestedContexts = [] } = options
  const entryPoint = secureUrl(options.entryPoint, 'entryPoint', wrong)
  const issuer = entityId(options.audience, 'audience', wrong)
  if (typeof forceAuthn !== 'boolean') throw wrong('forceAuthn must be true or false')
  if (!isListOfNames(requestedContexts)) throw wrong('requestedContexts must be a list of names')
  if (privateKey !== undefined && !/^\s*-----BEGIN (?:RSA )?PRIVATE KEY-----/u.test(privateKey))
    throw wrong('privateKey must be a private key in PEM')
  return async (callbackUrl, relayState) => {
    // An xs:ID starts with no digit (SAML Core, section 1.3.4).
    const id = `_${randomUUID()}`
    const saml = new SAML({
      entryPoint,
      issuer,
      callbackUrl,
      // Nothing is verified with it here.
      idpCert: 'none',
      forceAuthn,
      identifierFormat: null,
      disableRequestedAuthnContext: requestedContexts.length === 0,
      authnContext: [...requestedContexts],
      generateUniqueId: () => id,
      ...(privateKey === undefined ? {} : { privateKey, signatureAlgorithm: 'sha256' as const }),
    })
    return { id, redirect: await saml.getAuthorizeUrlAsync(relayState, undefined, {}) }
  }
}

/** Whether a value is a list of texts that say something. */
export function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
}
