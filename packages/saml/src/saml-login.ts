import type { BothKeysError, Subject } from '@bothkeys/core/verifier'
import { assertKnownOptions, identifier, untilAborted } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import type { AuthnRequestOptions } from './authn-request.js'
import { authnRequestNames, authnRequests, isListOfNames } from './authn-request.js'
import { checkResponse, refusing } from './check-response.js'
import { parseLoginState, writeLoginState } from './login-state.js'
import { secureUrl, wrongOption } from './option-values.js'
import { responseRefused } from './response-refused.js'
import type { SamlOptions } from './saml-options.js'
import { samlOptionNames, samlRules } from './saml-options.js'
import { subjectOf } from './subject-of.js'

/** How people log in to decide, and what counts of it. The address for responses comes with each login. */
export interface SamlLoginOptions extends Omit<SamlOptions, 'callbackUrl'>, AuthnRequestOptions {
  /**
   * Whether the person must log in again, also when they are logged in there: who did not after the request was made is
   * refused. Default true, because a relay takes decisions of those alone who authenticated lately.
   */
  readonly forceAuthn?: boolean
  /**
   * What the login is called, and part of the address of its responses: lower-case letters, digits and hyphens. Default `saml`.
   */
  readonly name?: string
  /** The attribute that names the subject, in place of the NameID, as in `samlVerifier`. */
  readonly subject?: string
  /** The attribute with the name that is shown. It is shown, and decides nothing. */
  readonly displayName?: string
  /** The values of AuthnContextClassRef that stand for a login that cannot be phished. Default: none. */
  readonly phishingResistantContexts?: readonly string[]
}

/** Somebody who logged in. Times are Unix time in milliseconds. */
export interface SamlLoggedIn {
  /** The NameID and who vouches for it. */
  readonly subject: Subject
  /** What they are called on a screen. Proves nothing. */
  readonly name?: string | undefined
  /** `phishing-resistant` when the identity provider says one of the contexts that stand for it. */
  readonly level: 'signed' | 'phishing-resistant'
  /** When they did, at the identity provider. */
  readonly authenticatedAtMs: number
  /** When the identity provider wants the session to end. */
  readonly expiresAtMs?: number | undefined
}

/** A login by SAML: a `LoginMethod` of `@bothkeys/approval-relay`, which need not be installed for it. */
export interface SamlLogin {
  /** In the path of its URLs and on its button. */
  readonly name: string
  /** The entity id of the identity provider: the issuer of everybody who logs in. */
  readonly issuer: string
  /** The identity provider has the browser post its answer from a page of its own. */
  readonly isPosted: true
  /** Where to send the browser, and what to give back to `finish`: kept on the server, never shown. */
  begin(
    context: { readonly loginId: string; readonly callbackUrl: string },
    signal: AbortSignal,
  ): Promise<{ readonly redirect: string; readonly state: string }>
  /** Who logged in, of the response that the browser posted. Throws ERR_TOKEN_INVALID, and ERR_ABORTED. */
  finish(
    answer: {
      readonly method: string
      readonly url: URL
      readonly form: URLSearchParams
      readonly state: string
      readonly callbackUrl: string
    },
    signal: AbortSignal,
  ): Promise<SamlLoggedIn>
}

/** Every option; docs/saml.md is kept equal to it by a test. */
export const loginOptionNames: ReadonlySet<string> = new Set<keyof SamlLoginOptions>([
  ...samlOptionNames.filter((name) => name !== 'callbackUrl'),
  ...authnRequestNames,
  'displayName',
  'name',
  'phishingResistantContexts',
  'subject',
])

/**
 * Lets people log in at a SAML identity provider: the browser is sent there with a request, and the response that it posts
 * must answer exactly that request, in the login that it was made for. It is checked as `verifySamlResponse` does and works
 * once. Unless `forceAuthn` is false, the person must have logged in after the request was made, and with `requestedContexts` in
 * one of these ways. Throws ERR_CONFIG_INVALID at once when
 * an option is wrong.
 *
 * @example
 * samlLogin({ issuer, certificates, audience, entryPoint, seen: seenAssertions() })
 */
export function samlLogin(options: SamlLoginOptions): SamlLogin {
  assertKnownOptions('samlLogin', options, loginOptionNames)
  const wrong = (what: string): BothKeysError => wrongOption('samlLogin', what)
  const {
    displayName,
    forceAuthn = true,
    name = 'saml',
    phishingResistantContexts = [],
    requestedContexts = [],
    subject,
  } = options
  if (!isListOfNames(phishingResistantContexts)) throw wrong('phishingResistantContexts must be a list of names')
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,31}$/u.test(name))
    throw wrong('name must be a short word of lower-case letters, digits and hyphens')
  if (!isListOfNames([displayName ?? 'unset', subject ?? 'unset'])) throw wrong('displayName and subject must be names')
  const { entryPoint } = options
  // The address for responses is that of each login; everything else is looked at now.
  const rules = samlRules('samlLogin', { ...options, callbackUrl: entryPoint })
  const make = authnRequests({ ...options, forceAuthn }, wrong)
  const asked = [...requestedContexts]
  const contexts: ReadonlySet<string | undefined> = new Set(phishingResistantContexts)
  return Object.freeze({
    name,
    issuer: rules.issuer,
    isPosted: true as const,
    async begin({ callbackUrl, loginId }: Parameters<SamlLogin['begin']>[0], signal: AbortSignal) {
      const startedAtMs = rules.time.nowMs()
      const making = make(secureUrl(callbackUrl, 'callbackUrl', wrong), loginId)
      const { id, redirect } = await untilAborted(making, signal, 'the login')
      return { redirect, state: writeLoginState({ request: id, login: loginId, startedAtMs }) }
    },
    async finish({ callbackUrl, form, method, state }: Parameters<SamlLogin['finish']>[0], signal: AbortSignal) {
      const { login, request, startedAtMs } = parseLoginState(state)
      if (method !== 'POST') throw responseRefused('it was not posted')
      if (only(form, 'RelayState') !== login) throw responseRefused('it belongs to another login')
      const response = only(form, 'SAMLResponse')
      const expected = { acceptsUnasked: false, contexts: asked, take: (id: string) => id === request }
      return refusing(
        (async () => {
          const { facts, spend } = await checkResponse(
            response,
            { ...rules, callbackUrl: secureUrl(callbackUrl, 'callbackUrl', wrong) },
            expected,
          )
          if (forceAuthn && facts.authnInstantMs < startedAtMs - rules.toleranceMs)
            throw responseRefused('the person did not log in again', 'have the identity provider honour ForceAuthn')
          const id = subjectOf(facts, subject)
          if (signal.aborted) throw signal.reason
          await spend()
          return loggedIn(facts, { id, contexts, displayName })
        })(),
        signal,
      )
    },
  })
}

function only(form: URLSearchParams, field: string): string {
  const [value, ...more] = form.getAll(field)
  if (value === undefined || more.length > 0) throw responseRefused(`it does not have exactly one ${field}`)
  return value
}

function loggedIn(
  facts: SamlFacts,
  {
    contexts,
    displayName,
    id,
  }: {
    readonly id: string
    readonly contexts: ReadonlySet<string | undefined>
    readonly displayName: string | undefined
  },
): SamlLoggedIn {
  const shown = displayName === undefined ? undefined : plainLine(facts.attributes[displayName]?.[0])
  return Object.freeze({
    subject: Object.freeze({ issuer: facts.subject.issuer, id }),
    ...(shown === undefined ? {} : { name: shown }),
    level: contexts.has(facts.authnContext) ? 'phishing-resistant' : 'signed',
    authenticatedAtMs: facts.authnInstantMs,
    ...(facts.sessionNotOnOrAfterMs === undefined ? {} : { expiresAtMs: facts.sessionNotOnOrAfterMs }),
  })
}

/** A name that can be shown; undefined for one with characters that hide or reorder others. */
function plainLine(value: string | undefined): string | undefined {
  try {
    return identifier(value, 'name', 200)
  } catch {
    return undefined
  }
}
