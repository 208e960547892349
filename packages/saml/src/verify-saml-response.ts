import { assertKnownOptions } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import { checkResponse, refusing } from './check-response.js'
import { wrongOption } from './option-values.js'
import type { SamlOptions } from './saml-options.js'
import { samlOptionNames, samlRules } from './saml-options.js'

/** Whose responses are accepted, and which request this one must answer. */
export interface VerifySamlOptions extends SamlOptions {
  /** The ID of the request that was sent for this login, kept where the login was started. */
  readonly inResponseTo?: string
  /**
   * Whether a response that answers no request is accepted. Whoever has such a response can then log somebody else's browser
   * in. Default false.
   */
  readonly acceptIdpInitiated?: boolean
}

const optionNames: ReadonlySet<string> = new Set<keyof VerifySamlOptions>([
  ...samlOptionNames,
  'acceptIdpInitiated',
  'inResponseTo',
])

/**
 * Answers what the identity provider says of whoever logged in, when the response is signed by it, for us, valid now, an
 * answer to the request and used for the first time. Nothing outside of the signed assertion is read, and what two readers
 * could understand differently is refused, whoever signed it. For a host's own assertion consumer service; `samlVerifier`
 * opens sessions with it.
 * Throws ERR_TOKEN_INVALID with a reason that holds nothing of the response, ERR_ABORTED, and ERR_CONFIG_INVALID when an
 * option is wrong.
 *
 * @example
 * const { subject } = await verifySamlResponse(form.get('SAMLResponse'), { issuer, certificates, audience, callbackUrl, seen, inResponseTo }, signal)
 */
export async function verifySamlResponse(
  response: unknown,
  options: VerifySamlOptions,
  signal: AbortSignal,
): Promise<SamlFacts> {
  assertKnownOptions('verifySamlResponse', options, optionNames)
  const rules = samlRules('verifySamlResponse', options)
  const { acceptIdpInitiated = false, inResponseTo } = options
  if (typeof acceptIdpInitiated !== 'boolean')
    throw wrongOption('verifySamlResponse', 'acceptIdpInitiated must be true or false')
  if (inResponseTo === undefined ? !acceptIdpInitiated : typeof inResponseTo !== 'string' || inResponseTo === '')
    throw wrongOption('verifySamlResponse', 'inResponseTo must be the ID of the request that was sent')
  const request = { acceptsUnasked: acceptIdpInitiated, contexts: [], take: (id: string) => id === inResponseTo }
  return refusing(
    (async () => {
      const { facts, spend } = await checkResponse(response, rules, request)
      if (signal.aborted) throw signal.reason
      await spend()
      return facts
    })(),
    signal,
  )
}
