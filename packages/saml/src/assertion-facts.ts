import type { Subject } from '@bothkeys/core/verifier'
import { identifier } from '@bothkeys/core/verifier'
import type { SamlAttributes } from './attributes.js'
import { attributesOf } from './attributes.js'
import { assertIssuer, assertVersion } from './response-form.js'
import { responseRefused } from './response-refused.js'
import type { Element } from './xml-tree.js'
import {
  attributeOf,
  childElements,
  childrenNamed,
  elementsOf,
  isNamed,
  namespaces,
  onlyChild,
  parsePlainXml,
  textOf,
} from './xml-tree.js'
import { momentMs } from './xml-time.js'

/** What an assertion must be for. */
export interface ExpectedAssertion {
  readonly issuer: string
  readonly audience: string
  readonly callbackUrl: string
  readonly nowMs: number
  readonly toleranceMs: number
  readonly maxLifetimeMs: number
}

/** What a verified assertion says. Times are Unix time in milliseconds. */
export interface SamlFacts {
  /** The NameID and who vouches for it. */
  readonly subject: Subject
  /** The format of the NameID, if it says one. */
  readonly nameIdFormat: string | undefined
  /** The attributes that hold text, each a list, without a prototype. */
  readonly attributes: SamlAttributes['values']
  /** The names of attributes that hold more than text, which nothing is read of. */
  readonly unreadAttributes: readonly string[]
  /** When the person logged in. */
  readonly authnInstantMs: number
  /** How, as the identity provider calls it (AuthnContextClassRef). */
  readonly authnContext: string | undefined
  /** When the identity provider wants the session to end. */
  readonly sessionNotOnOrAfterMs: number | undefined
  /** The assertion's `ID`, by which it is known when it comes again. */
  readonly assertionId: string
  /** The request that is answered. Undefined: nobody asked. */
  readonly inResponseTo: string | undefined
  /** From when the assertion is worth nothing. */
  readonly notOnOrAfterMs: number
}

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const conditionParts: ReadonlySet<string> = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'])
const assertionParts: ReadonlySet<string> = new Set([
  'Issuer',
  'Signature',
  'Subject',
  'Conditions',
  'AuthnStatement',
  'AttributeStatement',
])

/**
 * Reads an assertion of which the signature was verified: what is given here is what was signed, and nothing else. It is of
 * the issuer, for this audience and address, valid now and not for longer than allowed, and for whoever brings it (SAML
 * Profiles, section 4.1.4.3). A condition that is not known refuses it (SAML Core, section 2.5.1.1).
 * Throws ERR_TOKEN_INVALID.
 */
export function assertionFacts(xml: string, expected: ExpectedAssertion): SamlFacts {
  const assertion = parsePlainXml(xml)
  if (!isNamed(assertion, namespaces.assertion, 'Assertion')) throw responseRefused('its assertion is none')
  if (childElements(assertion).some(({ localName }) => !assertionParts.has(localName ?? '')))
    throw responseRefused('its assertion has parts that one about a login does not have')
  assertVersion(assertion)
  assertIssuer(assertion, expected.issuer)
  const issuedMs = momentMs(attributeOf(assertion, 'IssueInstant'), 'IssueInstant')
  if (issuedMs > expected.nowMs + expected.toleranceMs) throw responseRefused('it was issued in the future')
  const subject = onlyChild(assertion, namespaces.assertion, 'Subject')
  const confirmed = confirmation(subject, expected)
  const notOnOrAfterMs = Math.min(confirmed.notOnOrAfterMs, conditionsEndMs(assertion, expected))
  if (notOnOrAfterMs - issuedMs > expected.maxLifetimeMs)
    throw responseRefused('it is valid for longer than is accepted', 'shorten it there, or raise maxLifetimeS')
  const { values, unread } = attributesOf(assertion)
  return Object.freeze({
    ...named(subject, expected),
    attributes: values,
    unreadAttributes: unread,
    ...login(assertion, expected),
    assertionId: identifier(attributeOf(assertion, 'ID'), 'the id of the assertion', 256, responseRefused),
    inResponseTo: confirmed.inResponseTo,
    notOnOrAfterMs,
  })
}

/** One name, in the name space of this identity provider and of us. */
function named(subject: Element, { audience, issuer }: ExpectedAssertion): Pick<SamlFacts, 'subject' | 'nameIdFormat'> {
  const name = onlyChild(subject, namespaces.assertion, 'NameID')
  const names = [...elementsOf(subject)].filter(({ localName }) => localName === 'NameID' || localName === 'BaseID')
  if (names.length !== 1) throw responseRefused('it names its subject more than once')
  if (
    (attributeOf(name, 'NameQualifier') ?? issuer) !== issuer ||
    (attributeOf(name, 'SPNameQualifier') ?? audience) !== audience
  )
    throw responseRefused('its subject is named in another name space')
  const id = identifier(textOf(name, 'NameID'), 'NameID', undefined, responseRefused)
  return { subject: Object.freeze({ issuer, id }), nameIdFormat: attributeOf(name, 'Format') }
}

/** Whether a name is another one at each login, so that one person would look like many. */
export function isTransient({ nameIdFormat }: Pick<SamlFacts, 'nameIdFormat'>): boolean {
  return nameIdFormat === transient
}

function confirmation(
  subject: Element,
  expected: ExpectedAssertion,
): Pick<SamlFacts, 'inResponseTo' | 'notOnOrAfterMs'> {
  const element = onlyChild(subject, namespaces.assertion, 'SubjectConfirmation')
  if (attributeOf(element, 'Method') !== bearer)
    throw responseRefused('it is not for whoever brings it', 'have the identity provider confirm the subject as bearer')
  const data = onlyChild(element, namespaces.assertion, 'SubjectConfirmationData')
  if (childElements(data).length > 0) throw responseRefused('it is bound in a way that cannot be checked')
  if (attributeOf(data, 'Recipient') !== expected.callbackUrl)
    throw responseRefused(
      'it was issued for another address (Recipient)',
      'compare callbackUrl with the identity provider',
    )
  return { inResponseTo: attributeOf(data, 'InResponseTo'), notOnOrAfterMs: validUntilMs(data, expected) }
}

function conditionsEndMs(assertion: Element, expected: ExpectedAssertion): number {
  const conditions = onlyChild(assertion, namespaces.assertion, 'Conditions')
  const children = childElements(conditions)
  if (
    children.some((child) => child.namespaceURI !== namespaces.assertion || !conditionParts.has(child.localName ?? ''))
  )
    throw responseRefused('it is valid under a condition that is not known')
  const restrictions = childrenNamed(conditions, namespaces.assertion, 'AudienceRestriction')
  if (restrictions.length === 0) throw responseRefused('it is for no audience')
  // Each restriction counts, and of those in one any (SAML Core, section 2.5.1.4).
  for (const restriction of restrictions) {
    const audiences = childrenNamed(restriction, namespaces.assertion, 'Audience')
    if (!audiences.some((element) => textOf(element, 'Audience') === expected.audience))
      throw responseRefused('it is for another audience', 'compare audience with the identity provider')
  }
  return validUntilMs(conditions, expected)
}

/** The end of a period that must have one, and in which now must be. */
function validUntilMs(element: Element, { nowMs, toleranceMs }: ExpectedAssertion): number {
  const endMs = momentMs(attributeOf(element, 'NotOnOrAfter'), 'NotOnOrAfter')
  if (nowMs - toleranceMs >= endMs) throw responseRefused('it has expired')
  const start = attributeOf(element, 'NotBefore')
  if (start !== undefined && momentMs(start, 'NotBefore') > nowMs + toleranceMs)
    throw responseRefused('it is not valid yet')
  return endMs
}

function login(
  assertion: Element,
  { nowMs, toleranceMs }: ExpectedAssertion,
): Pick<SamlFacts, 'authnInstantMs' | 'authnContext' | 'sessionNotOnOrAfterMs'> {
  const statement = onlyChild(assertion, namespaces.assertion, 'AuthnStatement')
  const authnInstantMs = momentMs(attributeOf(statement, 'AuthnInstant'), 'AuthnInstant')
  if (authnInstantMs > nowMs + toleranceMs) throw responseRefused('its login lies in the future')
  const end = attributeOf(statement, 'SessionNotOnOrAfter')
  const sessionNotOnOrAfterMs = end === undefined ? undefined : momentMs(end, 'SessionNotOnOrAfter')
  if (sessionNotOnOrAfterMs !== undefined && nowMs - toleranceMs >= sessionNotOnOrAfterMs)
    throw responseRefused('its session is over')
  const context = onlyChild(statement, namespaces.assertion, 'AuthnContext')
  const [reference, ...more] = childrenNamed(context, namespaces.assertion, 'AuthnContextClassRef')
  if (more.length > 0) throw responseRefused('it has more than one AuthnContextClassRef')
  return {
    authnInstantMs,
    authnContext: reference === undefined ? undefined : textOf(reference, 'AuthnContextClassRef'),
    sessionNotOnOrAfterMs,
  }
}
