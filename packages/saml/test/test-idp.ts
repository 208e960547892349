import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'

/** An identity provider that signs whatever it is told to, also what no good one would. */

export const idp = 'https://idp.example.com/saml'
export const audience = 'https://bothkeys.example.com/saml'
export const callbackUrl = 'https://bothkeys.example.com/login/saml'
/** When every test response is issued. */
export const nowMs = Date.parse('2026-03-01T12:00:00Z')
export const request = '_request-1'

const pair = (): { readonly publicKey: string; readonly privateKey: string } =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

export const keys = pair()
export const strangerKeys = pair()

export const iso = (ms: number): string => new Date(ms).toISOString()

/** The parts of a response; each can be replaced by whatever XML. */
export interface Parts {
  readonly responseId: string
  readonly responseVersion: string
  readonly assertionVersion: string
  readonly responseAttributes: string
  readonly destination: string
  readonly responseInResponseTo: string
  readonly responseIssuer: string
  readonly status: string
  readonly beforeAssertion: string
  readonly afterAssertion: string
  readonly assertionId: string
  readonly issueInstant: string
  readonly assertionIssuer: string
  readonly nameId: string
  readonly confirmation: string
  readonly conditions: string
  readonly authn: string
  readonly attributes: string
}

export const attribute = (name: string, ...values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`

export const confirmationOf = (data: string, method = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'): string =>
  `<saml:SubjectConfirmation Method="${method}">${data}</saml:SubjectConfirmation>`

export const confirmationData = (overrides: Readonly<Record<string, string | undefined>> = {}): string => {
  const attributes: Record<string, string | undefined> = {
    NotOnOrAfter: iso(nowMs + 300_000),
    Recipient: callbackUrl,
    InResponseTo: request,
    ...overrides,
  }
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}="${value}"`,
  )
  return `<saml:SubjectConfirmationData ${written.join(' ')}/>`
}

export const conditionsOf = (content: string, attributes?: string): string =>
  `<saml:Conditions ${attributes ?? `NotBefore="${iso(nowMs - 1000)}" NotOnOrAfter="${iso(nowMs + 300_000)}"`}>${content}</saml:Conditions>`

export const audienceOf = (...names: readonly string[]): string =>
  `<saml:AudienceRestriction>${names.map((name) => `<saml:Audience>${name}</saml:Audience>`).join('')}</saml:AudienceRestriction>`

export const password = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

export const authnOf = (attributes: string, context = password): string =>
  `<saml:AuthnStatement ${attributes}><saml:AuthnContext><saml:AuthnContextClassRef>${context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`

export const issuerOf = (name: string): string => `<saml:Issuer>${name}</saml:Issuer>`

export const good: Parts = {
  responseId: '_response',
  responseVersion: '2.0',
  assertionVersion: '2.0',
  responseAttributes: '',
  destination: ` Destination="${callbackUrl}"`,
  responseInResponseTo: ` InResponseTo="${request}"`,
  responseIssuer: issuerOf(idp),
  status: '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
  beforeAssertion: '',
  afterAssertion: '',
  assertionId: '_assertion',
  issueInstant: iso(nowMs),
  assertionIssuer: issuerOf(idp),
  nameId: '<saml:NameID>ann</saml:NameID>',
  confirmation: confirmationOf(confirmationData()),
  conditions: conditionsOf(audienceOf(audience)),
  authn: authnOf(`AuthnInstant="${iso(nowMs - 60_000)}"`),
  attributes: `<saml:AttributeStatement>${attribute('groups', 'g-dba', 'g-other')}${attribute('name', 'Ann')}</saml:AttributeStatement>`,
}

export function assertionXml(overrides: Partial<Parts> = {}): string {
  const p = { ...good, ...overrides }
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${p.assertionId}" Version="${p.assertionVersion}" IssueInstant="${p.issueInstant}">` +
    `${p.assertionIssuer}<saml:Subject>${p.nameId}${p.confirmation}</saml:Subject>${p.conditions}${p.authn}${p.attributes}</saml:Assertion>`
  )
}

export function responseXml(overrides: Partial<Parts> = {}, assertion = assertionXml(overrides)): string {
  const p = { ...good, ...overrides }
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${p.responseId}" Version="${p.responseVersion}" IssueInstant="${p.issueInstant}"${p.destination}${p.responseInResponseTo}${p.responseAttributes}>` +
    `${p.responseIssuer}${p.status}${p.beforeAssertion}${assertion}${p.afterAssertion}</samlp:Response>`
  )
}

/** How something is signed. */
export interface Signing {
  readonly privateKey: string
  readonly signatureAlgorithm: string
  readonly digestAlgorithm: string
  readonly canonicalization: string
  readonly transforms: readonly string[]
  readonly keyInfo: string
  /** The prefix of the signature's elements; empty: its namespace is the default one. */
  readonly prefix: string
  /** Prefixes that exclusive canonical XML keeps (InclusiveNamespaces). */
  readonly inclusive: readonly string[]
}

export const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'
export const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'

const signing: Signing = {
  privateKey: keys.privateKey,
  signatureAlgorithm: rsaSha256,
  digestAlgorithm: sha256,
  canonicalization: exclusive,
  transforms: [enveloped, exclusive],
  keyInfo: '',
  prefix: 'ds',
  inclusive: [],
}

/** Signs the first element of a name, as SAML does: right after its Issuer. */
export function sign(xml: string, element: 'Assertion' | 'Response', overrides: Partial<Signing> = {}): string {
  const how = { ...signing, ...overrides }
  const signed = new SignedXml({
    privateKey: how.privateKey,
    signatureAlgorithm: how.signatureAlgorithm,
    canonicalizationAlgorithm: how.canonicalization as typeof exclusive,
    getKeyInfoContent: () => how.keyInfo,
  })
  const xpath = `(//*[local-name(.)='${element}'])[1]`
  signed.addReference({
    xpath,
    digestAlgorithm: how.digestAlgorithm,
    transforms: how.transforms,
    inclusiveNamespacesPrefixList: [...how.inclusive],
  })
  signed.computeSignature(xml, {
    prefix: how.prefix,
    location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: 'after' },
  })
  return signed.getSignedXml()
}

/** What an identity provider signs. */
export type Signed = 'assertion' | 'both' | 'response'

const signedBefore = new Map<string, string>()

/** A response and what is signed of it. The same one is signed once. */
export function signedXml(
  overrides: Partial<Parts> = {},
  what: Signed = 'assertion',
  how: Partial<Signing> = {},
): string {
  const key = JSON.stringify([overrides, what, how])
  const known = signedBefore.get(key)
  if (known !== undefined) return known
  const ofAssertion = what === 'response' ? responseXml(overrides) : sign(responseXml(overrides), 'Assertion', how)
  const xml = what === 'assertion' ? ofAssertion : sign(ofAssertion, 'Response', how)
  signedBefore.set(key, xml)
  return xml
}

export const encoded = (xml: string): string => Buffer.from(xml).toString('base64')

/** A response of another moment, to another request. */
export function partsAt(ms: number, answered: string | undefined, recipient: string = callbackUrl): Partial<Parts> {
  const end = iso(ms + 300_000)
  return {
    responseInResponseTo: answered === undefined ? '' : ` InResponseTo="${answered}"`,
    destination: ` Destination="${recipient}"`,
    assertionId: `_${randomUUID()}`,
    issueInstant: iso(ms),
    conditions: conditionsOf(audienceOf(audience), `NotOnOrAfter="${end}"`),
    confirmation: confirmationOf(confirmationData({ NotOnOrAfter: end, InResponseTo: answered, Recipient: recipient })),
    authn: authnOf(`AuthnInstant="${iso(ms)}"`),
  }
}

/** What a browser is sent to the identity provider with. */
export function requestIn(redirect: string): { readonly url: URL; readonly xml: string } {
  const url = new URL(redirect)
  const deflated = Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')
  return { url, xml: inflateRawSync(deflated).toString() }
}
