import { BothKeysError, untilAborted } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import { assertionFacts } from './assertion-facts.js'
import { responseForm } from './response-form.js'
import { responseRefused } from './response-refused.js'
import { responseText } from './response-text.js'
import type { SamlRules } from './saml-options.js'
import { assertionName } from './seen-assertions.js'
import { signedAssertion } from './signed-assertion.js'

/** Which requests a response may answer. */
export interface ExpectedRequest {
  /** Whether a response that answers no request is accepted. */
  readonly acceptsUnasked: boolean
  /** The kinds of login that were asked for, of which it must be one. Empty: any. */
  readonly contexts: readonly string[]
  /** Whether the request is one of ours that nobody has answered. Uses it up, and is asked last. */
  readonly take: (id: string) => Promise<boolean> | boolean
}

/** What a response says, and how it is used up. */
export interface CheckedResponse {
  readonly facts: SamlFacts
  /** Uses up the request and the assertion. Throws ERR_TOKEN_INVALID when one of them was used before. */
  readonly spend: () => Promise<void>
}

/** Checks everything of a response that uses nothing up. Throws ERR_TOKEN_INVALID. */
export async function checkResponse(
  response: unknown,
  rules: SamlRules,
  request: ExpectedRequest,
): Promise<CheckedResponse> {
  const { base64, xml } = responseText(response)
  const form = responseForm(xml, rules)
  if (rules.needsAssertionSigned && !form.isAssertionSigned) throw responseRefused('its assertion is not signed')
  if (rules.needsResponseSigned && !form.isResponseSigned) throw responseRefused('it is not signed as a whole')
  const signed = await signedAssertion(base64, form, rules)
  const facts = assertionFacts(signed, { ...rules, nowMs: rules.time.nowMs() })
  const { inResponseTo } = facts
  if (form.inResponseTo !== inResponseTo) throw responseRefused('it and its assertion answer different requests')
  if (inResponseTo === undefined && !request.acceptsUnasked) throw unasked()
  assertContext(facts, request)
  return {
    facts,
    spend: async () => {
      if (inResponseTo !== undefined && (await request.take(inResponseTo)) !== true) throw unasked()
      const name = assertionName(rules.issuer, facts.assertionId)
      if ((await rules.seen.use(name, facts.notOnOrAfterMs + rules.toleranceMs)) !== true)
        throw responseRefused('it was used before')
    },
  }
}

/** The browser carries the request to the identity provider, and whoever holds it can take out what was asked for. */
function assertContext({ authnContext }: SamlFacts, { contexts }: ExpectedRequest): void {
  if (contexts.length > 0 && !contexts.some((context) => context === authnContext))
    throw responseRefused(
      'the person logged in in another way than was asked for (AuthnContextClassRef)',
      'have the identity provider answer with one of requestedContexts',
    )
}

function unasked(): BothKeysError {
  return responseRefused('it answers no request of ours', 'start the login here, not at the identity provider')
}

/** Runs a step until it is aborted; whatever else it throws says nothing of the response. */
export async function refusing<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await untilAborted(step, signal)
  } catch (error) {
    throw error instanceof BothKeysError ? error : responseRefused('it could not be checked')
  }
}
