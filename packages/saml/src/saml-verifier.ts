import type { DpopOptions, Verifier } from '@bothkeys/core/verifier'
import { assertKnownOptions, claimsVerifier } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import type { AttributeOptions } from './attribute-options.js'
import { isListOfNames } from './authn-request.js'
import { checkResponse } from './check-response.js'
import { samlForm } from './saml-form.js'
import { mappedClaims, mappedOptions } from './mapped-attributes.js'
import { secondsIn, wrongOption } from './option-values.js'
import type { SamlOptions } from './saml-options.js'
import { samlOptionNames, samlRules } from './saml-options.js'
import { subjectOf } from './subject-of.js'

/** Which requests are waiting for an answer: `samlRequests()` for one process. */
export interface RequestMemory {
  /** Whether a request of this id was made, has not expired and was not taken before. Throws when that is not known. */
  take(id: string): Promise<boolean> | boolean
}

/** What a response must be, and which attributes say who somebody is. */
export interface SamlVerifierOptions extends SamlOptions, AttributeOptions {
  /** What remembers the requests that were made. Required, unless `acceptIdpInitiated` is true. */
  readonly requests?: RequestMemory
  /** Whether responses that answer no request are accepted: whoever has one can log somebody else in. Default false. */
  readonly acceptIdpInitiated?: boolean
  /**
   * The attribute that names the subject, in place of the NameID: one value, the same at every login and nobody else's.
   * Without it, a transient NameID is refused: one person would look like many.
   */
  readonly subject?: string
  /** The longest life of a session, in seconds; SessionNotOnOrAfter may end it earlier. Default one hour, at most a day. */
  readonly maxSessionS?: number
  /**
   * The ways to log in (AuthnContextClassRef) of which one must have been used: those that `samlRequests` asks for, because
   * whoever carries the request can take them out of it. Default: any.
   */
  readonly requestedContexts?: readonly string[]
  /** Binds the session to a key that the presenter proves to have (RFC 9449), see docs/tokens.md. */
  readonly dpop?: DpopOptions
}

/** Every option; docs/saml.md is kept equal to it by a test. */
export const verifierOptionNames: ReadonlySet<string> = new Set<keyof SamlVerifierOptions>([
  ...samlOptionNames,
  'acceptIdpInitiated',
  'agentClass',
  'change',
  'dpop',
  'kind',
  'maxSessionS',
  'owners',
  'requestedContexts',
  'requests',
  'roleMap',
  'roles',
  'run',
  'subject',
])

/**
 * Makes principals of SAML responses, so that one opens a session: `guard.openSession({ token: form.SAMLResponse })`. The
 * response is checked as `verifySamlResponse` does, works once, and answers a request of `requests`. It opens a session and
 * nothing else: the principal is of level `channel`, because whoever has the response can use it, also when it comes with a
 * proof of a key that the presenter chose.
 * Every refusal is ERR_TOKEN_INVALID, for the proof ERR_PROOF_INVALID, ERR_PROOF_NONCE or ERR_LIMIT_EXCEEDED; an abort is
 * ERR_ABORTED. Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * samlVerifier({ issuer, certificates, audience, callbackUrl, seen: seenAssertions(), requests, kind: 'human', roles: 'groups', roleMap: { 'grp-4711': 'dba' } })
 */
export function samlVerifier(options: SamlVerifierOptions): Verifier {
  assertKnownOptions('samlVerifier', options, verifierOptionNames)
  const { acceptIdpInitiated = false, clock, dpop, issuer, maxSessionS = 3_600, requests, subject } = options
  const { requestedContexts = [] } = options
  const wrong = (what: string): Error => wrongOption('samlVerifier', what)
  const rules = samlRules('samlVerifier', options)
  if (typeof acceptIdpInitiated !== 'boolean') throw wrong('acceptIdpInitiated must be true or false')
  if (requests === undefined ? !acceptIdpInitiated : typeof (requests as Partial<RequestMemory>).take !== 'function')
    throw wrong('requests must be what remembers the requests that were made: samlRequests()')
  if (!isListOfNames(requestedContexts)) throw wrong('requestedContexts must be a list of names')
  const maxSessionMs = secondsIn(maxSessionS, { option: 'maxSessionS', least: 1, most: 86_400 }, (what) =>
    wrongOption('samlVerifier', what),
  )
  const request = {
    acceptsUnasked: acceptIdpInitiated,
    contexts: [...requestedContexts],
    take: (id: string) => requests?.take(id) ?? false,
  }
  return claimsVerifier(
    {
      of: 'samlVerifier',
      verifiedBy: 'saml',
      issuer,
      form: samlForm,
      ...mappedOptions(options),
      ...(dpop === undefined ? {} : { dpop }),
      ...(clock === undefined ? {} : { clock }),
    },
    async (token) => {
      const { facts, spend } = await checkResponse(token, rules, request)
      return {
        id: subjectOf(facts, subject),
        claims: mappedClaims(facts, options),
        expiresAtMs: endOf(facts, rules.time.nowMs() + maxSessionMs),
        spend,
      }
    },
  )
}

function endOf({ sessionNotOnOrAfterMs }: SamlFacts, latestMs: number): number {
  return Math.min(sessionNotOnOrAfterMs ?? latestMs, latestMs)
}
