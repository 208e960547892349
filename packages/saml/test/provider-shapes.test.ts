import { describe, expect, it } from 'vitest'
import { verify } from './support.js'
import { audience, callbackUrl, idp, iso, nowMs, request, sign } from './test-idp.js'

const fields = `Destination="${callbackUrl}" InResponseTo="${request}" IssueInstant="${iso(nowMs)}" Version="2.0"`
const confirmed = `InResponseTo="${request}" NotOnOrAfter="${iso(nowMs + 300_000)}" Recipient="${callbackUrl}"`
const valid = `NotBefore="${iso(nowMs - 5000)}" NotOnOrAfter="${iso(nowMs + 300_000)}"`
const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const entity = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const email = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const keyInfo = '<X509Data><X509Certificate>AAAA</X509Certificate></X509Data>'
const typed =
  'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string"'

/** Default namespaces, the assertion signed, groups as one attribute of several values. */
const defaultNamespaces = sign(
  `<samlp:Response ID="_r" ${fields} Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">${idp}</Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status>` +
    `<Assertion ID="_a" IssueInstant="${iso(nowMs)}" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>${idp}</Issuer>` +
    `<Subject><NameID Format="${email}">ann@example.com</NameID><SubjectConfirmation Method="${bearer}"><SubjectConfirmationData ${confirmed}/></SubjectConfirmation></Subject>` +
    `<Conditions ${valid}><AudienceRestriction><Audience>${audience}</Audience></AudienceRestriction></Conditions>` +
    `<AttributeStatement><Attribute Name="http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"><AttributeValue>g-1</AttributeValue><AttributeValue>g-2</AttributeValue></Attribute></AttributeStatement>` +
    `<AuthnStatement AuthnInstant="${iso(nowMs)}" SessionIndex="_a"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement></Assertion></samlp:Response>`,
  'Assertion',
  { prefix: '', keyInfo },
)

/** Other prefixes, a declaration, both signed, with prefixes that are kept and values that say their type. */
const keptPrefixes = sign(
  sign(
    `<?xml version="1.0" encoding="UTF-8"?><saml2p:Response ID="id1" ${fields} xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:xs="http://www.w3.org/2001/XMLSchema">` +
      `<saml2:Issuer Format="${entity}" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">${idp}</saml2:Issuer>` +
      `<saml2p:Status xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol"><saml2p:StatusCode Value="${success}"/></saml2p:Status>` +
      `<saml2:Assertion ID="id2" IssueInstant="${iso(nowMs)}" Version="2.0" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema">` +
      `<saml2:Issuer Format="${entity}" xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">${idp}</saml2:Issuer>` +
      `<saml2:Subject><saml2:NameID Format="${email}">ann@example.com</saml2:NameID><saml2:SubjectConfirmation Method="${bearer}"><saml2:SubjectConfirmationData ${confirmed}/></saml2:SubjectConfirmation></saml2:Subject>` +
      `<saml2:Conditions ${valid}><saml2:AudienceRestriction><saml2:Audience>${audience}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>` +
      `<saml2:AuthnStatement AuthnInstant="${iso(nowMs)}" SessionIndex="${request}"><saml2:AuthnContext><saml2:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>` +
      `<saml2:AttributeStatement><saml2:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml2:AttributeValue ${typed}>g-1</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement></saml2:Assertion></saml2p:Response>`,
    'Assertion',
    { inclusive: ['xs'], keyInfo },
  ),
  'Response',
  { inclusive: ['xs'], keyInfo },
)

/** The response signed, indented, each role an attribute of its own. */
const indented = sign(
  [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="ID_r" ${fields}>`,
    `  <saml:Issuer>${idp}</saml:Issuer>`,
    `  <samlp:Status>`,
    `    <samlp:StatusCode Value="${success}"/>`,
    `  </samlp:Status>`,
    `  <saml:Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="ID_a" IssueInstant="${iso(nowMs)}" Version="2.0">`,
    `    <saml:Issuer>${idp}</saml:Issuer>`,
    `    <saml:Subject>`,
    `      <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann@example.com</saml:NameID>`,
    `      <saml:SubjectConfirmation Method="${bearer}">`,
    `        <saml:SubjectConfirmationData ${confirmed}/>`,
    `      </saml:SubjectConfirmation>`,
    `    </saml:Subject>`,
    `    <saml:Conditions ${valid}>`,
    `      <saml:AudienceRestriction>`,
    `        <saml:Audience>${audience}</saml:Audience>`,
    `      </saml:AudienceRestriction>`,
    `      <saml:OneTimeUse/>`,
    `    </saml:Conditions>`,
    `    <saml:AuthnStatement AuthnInstant="${iso(nowMs)}" SessionIndex="a::b" SessionNotOnOrAfter="${iso(nowMs + 36_000_000)}">`,
    `      <saml:AuthnContext>`,
    `        <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef>`,
    `      </saml:AuthnContext>`,
    `    </saml:AuthnStatement>`,
    `    <saml:AttributeStatement>`,
    `      <saml:Attribute Name="Role"><saml:AttributeValue ${typed}>g-1</saml:AttributeValue></saml:Attribute>`,
    `      <saml:Attribute Name="Role"><saml:AttributeValue ${typed}>g-2</saml:AttributeValue></saml:Attribute>`,
    `    </saml:AttributeStatement>`,
    `  </saml:Assertion>`,
    `</samlp:Response>`,
  ].join('\r\n'),
  'Response',
  { keyInfo: '<dsig:KeyValue xmlns:dsig="http://www.w3.org/2000/09/xmldsig#"><dsig:RSAKeyValue/></dsig:KeyValue>' },
)

describe('the shapes that identity providers send', () => {
  it.each([
    [
      'in default namespaces',
      defaultNamespaces,
      { 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': ['g-1', 'g-2'] },
    ],
    ['with prefixes that are kept', keptPrefixes, { groups: ['g-1'] }],
    ['indented', indented, { Role: ['g-1', 'g-2'] }],
  ])('are read %s', async (_what, xml, attributes) => {
    const facts = await verify(xml)
    expect(facts.subject).toEqual({ issuer: idp, id: 'ann@example.com' })
    expect({ ...facts.attributes }).toEqual(attributes)
  })
})
