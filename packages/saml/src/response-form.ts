import { responseRefused } from './response-refused.js'
import { assertSignatureForm } from './signature-form.js'
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

/** What a response must be, whoever signed it. */
interface ExpectedResponse {
  readonly issuer: string
  readonly callbackUrl: string
}

/** What is found outside of the assertion. Nobody may have signed it: it can refuse a response, and says nothing else. */
export interface ResponseForm {
  readonly inResponseTo: string | undefined
  readonly isResponseSigned: boolean
  readonly isAssertionSigned: boolean
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const responseParts: ReadonlySet<string> = new Set(['Issuer', 'Signature', 'Status', 'Assertion'])
const id = /^[A-Za-z_][\w.-]{0,255}$/u

/**
 * Refuses a response of which two readers could find different things: it is plain XML with one assertion in all, right
 * below the response, nothing encrypted, no id twice, and signatures only where they belong. Its issuer, destination and
 * status are those expected. Nothing of it is verified yet. Throws ERR_TOKEN_INVALID.
 */
export function responseForm(xml: string, expected: ExpectedResponse): ResponseForm {
  const response = parsePlainXml(xml)
  if (!isNamed(response, namespaces.protocol, 'Response')) throw responseRefused('it is not a response')
  const assertion = assertOneAssertion(response)
  assertParts(response)
  assertIds(response)
  assertVersion(response)
  momentMs(attributeOf(response, 'IssueInstant'), 'IssueInstant')
  assertIssuer(response, expected.issuer)
  assertStatus(response)
  if (attributeOf(response, 'Destination') !== expected.callbackUrl)
    throw responseRefused(
      'it was sent to somebody else (Destination)',
      'compare callbackUrl with the identity provider',
    )
  return { inResponseTo: attributeOf(response, 'InResponseTo'), ...signaturesOf(response, assertion) }
}

/** By its name alone, whatever its namespace: somebody else's reader may not look at that. */
function assertOneAssertion(response: Element): Element {
  const elements = [...elementsOf(response)]
  if (elements.some(({ localName }) => /^encrypted/iu.test(localName ?? '')))
    throw responseRefused(
      'part of it is encrypted',
      'have the identity provider send assertions that are not encrypted',
    )
  const assertions = elements.filter(({ localName }) => localName?.toLowerCase() === 'assertion')
  const [assertion] = assertions
  if (assertions.length !== 1 || assertion === undefined)
    throw responseRefused('it does not have exactly one assertion')
  if (!isNamed(assertion, namespaces.assertion, 'Assertion') || assertion.parentNode !== response)
    throw responseRefused('its assertion stands in the wrong place')
  return assertion
}

function assertParts(response: Element): void {
  if (childElements(response).some(({ localName }) => !responseParts.has(localName ?? '')))
    throw responseRefused('it has parts that a response to a login does not have')
}

/** Whatever any reader takes for an id is one, and each names one element. */
function assertIds(response: Element): void {
  const ids = new Set<string>()
  for (const element of elementsOf(response)) {
    for (const { localName, value } of element.attributes) {
      if (localName?.toLowerCase() !== 'id') continue
      if (!id.test(value) || ids.has(value)) throw responseRefused('an id of it is malformed or stands there twice')
      ids.add(value)
    }
  }
}

/** SAML Core, section 4: 2.0 and nothing else. */
export function assertVersion(element: Element): void {
  if (attributeOf(element, 'Version') !== '2.0') throw responseRefused('it is not of SAML 2.0')
}

/** The exact name of the identity provider (SAML Core, section 8.3.6). */
export function assertIssuer(parent: Element, issuer: string): void {
  const element = onlyChild(parent, namespaces.assertion, 'Issuer')
  const format = attributeOf(element, 'Format') ?? entity
  if (format !== entity || textOf(element, 'Issuer') !== issuer) throw responseRefused('its Issuer is another one')
}

const entity = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'

function assertStatus(response: Element): void {
  const code = onlyChild(onlyChild(response, namespaces.protocol, 'Status'), namespaces.protocol, 'StatusCode')
  if (attributeOf(code, 'Value') !== success || childElements(code).length > 0)
    throw responseRefused('the identity provider did not log anybody in (Status)')
}

function signaturesOf(
  response: Element,
  assertion: Element,
): Pick<ResponseForm, 'isResponseSigned' | 'isAssertionSigned'> {
  const ofResponse = childrenNamed(response, namespaces.signature, 'Signature')
  const ofAssertion = childrenNamed(assertion, namespaces.signature, 'Signature')
  const all = [...elementsOf(response)].filter(({ localName }) => localName === 'Signature')
  if (ofResponse.length > 1 || ofAssertion.length > 1 || all.length !== ofResponse.length + ofAssertion.length)
    throw responseRefused('it has signatures where none belong')
  for (const signature of ofResponse) assertSignatureForm(signature, response)
  for (const signature of ofAssertion) assertSignatureForm(signature, assertion)
  return { isResponseSigned: ofResponse.length === 1, isAssertionSigned: ofAssertion.length === 1 }
}
