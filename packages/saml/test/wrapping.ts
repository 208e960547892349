import type { Signed } from './test-idp.js'
import { assertionXml, good, responseXml, sign, signedXml, strangerKeys } from './test-idp.js'

/** Responses that an attacker made of one that was signed for `ann`, to be taken for `mallory`. */
export interface Attack {
  readonly name: string
  readonly xml: string
  /** Whether a signature in it is still right. */
  readonly isSigned: boolean
  /** Whom a careless reader takes it for; `mallory` if left out. */
  readonly evil?: string
}

export const mallory = '<saml:NameID>mallory</saml:NameID>'
const evil = assertionXml({ assertionId: '_evil', nameId: mallory })

const signatureIn = (xml: string): string => /<ds:Signature [\s\S]*?<\/ds:Signature>/u.exec(xml)?.[0] ?? ''
const assertionIn = (xml: string): string => /<saml:Assertion [\s\S]*<\/saml:Assertion>/u.exec(xml)?.[0] ?? ''
const before = (xml: string, end: string, content: string): string => {
  const at = xml.lastIndexOf(end)
  return xml.slice(0, at) + content + xml.slice(at)
}
const afterIssuer = (xml: string, content: string): string => xml.replace('</saml:Issuer>', `</saml:Issuer>${content}`)
const object = (content: string): string =>
  `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${content}</ds:Object>`
const extensions = (content: string): string => `<samlp:Extensions>${content}</samlp:Extensions>`

/** Where the identity provider signs the assertion. */
function onAssertion(): readonly Attack[] {
  const xml = signedXml({}, 'assertion')
  const signed = assertionIn(xml)
  const signature = signatureIn(signed)
  const bare = signed.replace(signature, '')
  const other = (content: string): string => xml.replace(signed, content)
  return [
    { name: 'XSW3: an evil assertion in front', xml: other(evil + signed), isSigned: true },
    {
      name: 'XSW4: the signed assertion in an evil one',
      xml: other(before(evil, '</saml:Assertion>', signed)),
      isSigned: true,
    },
    {
      name: 'XSW5: the signature in an evil assertion, the signed one behind',
      xml: other(afterIssuer(evil, signature) + bare),
      isSigned: true,
    },
    {
      name: 'XSW6: the signed assertion in the signature of an evil one',
      xml: other(afterIssuer(evil, before(signature, '</ds:Signature>', bare))),
      isSigned: true,
    },
    { name: 'XSW7: an evil assertion in Extensions', xml: other(extensions(evil) + signed), isSigned: true },
    {
      name: 'XSW8: the signed assertion as an object of the signature',
      xml: other(afterIssuer(evil, before(signature, '</ds:Signature>', object(bare)))),
      isSigned: true,
    },
    { name: 'an evil assertion behind', xml: other(signed + evil), isSigned: true },
    {
      name: 'an evil assertion in a status behind',
      xml: before(
        xml.replace(good.status, ''),
        '</samlp:Response>',
        good.status.replace('</samlp:Status>', `<samlp:StatusDetail>${evil}</samlp:StatusDetail></samlp:Status>`),
      ),
      isSigned: true,
    },
    {
      name: 'an evil assertion in the status',
      xml: xml.replace('</samlp:Status>', `<samlp:StatusDetail>${evil}</samlp:StatusDetail></samlp:Status>`),
      isSigned: true,
    },
    {
      name: 'an evil assertion in another namespace',
      xml: other(
        signed +
          evil
            .replaceAll('saml:', 'x:')
            .replace('xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', 'xmlns:x="urn:x"'),
      ),
      isSigned: true,
    },
    {
      name: 'an evil assertion in lower case',
      xml: other(`<saml:assertion>${mallory}</saml:assertion>${signed}`),
      isSigned: true,
    },
    {
      name: 'an evil assertion with the same id, in front',
      xml: other(evil.replace('_evil', '_assertion') + signed),
      isSigned: false,
    },
    {
      name: 'an evil assertion with the same id, behind',
      xml: other(signed + evil.replace('_evil', '_assertion')),
      isSigned: false,
    },
    {
      name: 'a second name beside the signed one',
      xml: other(signed.replace('</saml:NameID>', `</saml:NameID>${mallory}`)),
      isSigned: false,
    },
    { name: 'a name outside of the assertion', xml: other(signed + mallory), isSigned: true },
  ]
}

/** Where the identity provider signs the response. */
function onResponse(): readonly Attack[] {
  const xml = signedXml({}, 'response')
  const signature = signatureIn(xml)
  const bare = xml.replace(signature, '')
  const evilResponse = responseXml({ responseId: '_evilresponse' }, evil)
  const signedBy = (content: string): string => afterIssuer(evilResponse, content)
  const plain = assertionIn(xml)
  return [
    {
      name: 'XSW1: the signed response in the signature of an evil one',
      xml: signedBy(before(signature, '</ds:Signature>', bare)),
      isSigned: true,
    },
    {
      name: 'XSW2: the signed response beside the signature of an evil one',
      xml: signedBy(bare + signature),
      isSigned: true,
    },
    {
      name: 'the signed response as an object of the signature',
      xml: signedBy(before(signature, '</ds:Signature>', object(bare))),
      isSigned: true,
    },
    {
      name: 'the signed response in Extensions of an evil one',
      xml: signedBy(signature + extensions(bare)),
      isSigned: true,
    },
    {
      name: 'the signed response behind the evil assertion',
      xml: before(signedBy(signature), '</samlp:Response>', bare),
      isSigned: true,
    },
    {
      name: 'the signed response with its signature in an evil one',
      xml: before(evilResponse, '</samlp:Response>', xml),
      isSigned: true,
    },
    { name: 'an evil assertion in front', xml: xml.replace(plain, evil + plain), isSigned: false },
    { name: 'an evil assertion behind', xml: xml.replace(plain, plain + evil), isSigned: false },
    { name: 'an evil assertion in place of the signed one', xml: xml.replace(plain, evil), isSigned: false },
    { name: 'an evil assertion in Extensions', xml: xml.replace(plain, extensions(evil) + plain), isSigned: false },
    {
      name: 'the signature moved into an evil assertion',
      xml: xml.replace(signature, '').replace(plain, afterIssuer(evil, signature)),
      isSigned: false,
    },
  ]
}

/** With every kind of signature. */
function onEither(what: Signed): readonly Attack[] {
  const xml = signedXml({}, what)
  const evilName = xml.replace('<saml:NameID>ann<', '<saml:NameID>mallory<')
  const digest = /<ds:DigestValue>([^<]+)</u.exec(xml)?.[1] ?? ''
  const info = /<ds:SignedInfo>[\s\S]*?<\/ds:SignedInfo>/u.exec(xml)?.[0] ?? ''
  const element = what === 'response' ? 'Response' : 'Assertion'
  const evilDigest =
    /<ds:DigestValue>([^<]+)</u.exec(signatureIn(sign(responseXml({ nameId: mallory }), element)))?.[1] ?? ''
  const evilInfo = info.replace(digest, evilDigest)
  const forged = sign(responseXml({ nameId: mallory }), element, {
    privateKey: strangerKeys.privateKey,
    keyInfo: `<ds:KeyValue>${Buffer.from(strangerKeys.publicKey).toString('base64')}</ds:KeyValue>`,
  })
  const doctype = '<!DOCTYPE samlp:Response [<!ENTITY who "mallory">]>'
  return [
    { name: 'the name changed', xml: evilName, isSigned: false },
    { name: 'not signed', xml: responseXml({ nameId: mallory }), isSigned: false },
    {
      name: 'the signature taken out',
      xml: evilName.replaceAll(/<ds:Signature [\s\S]*?<\/ds:Signature>/gu, ''),
      isSigned: false,
    },
    {
      name: 'an empty signature',
      xml: evilName.replaceAll(/<ds:Signature ([^>]*)>[\s\S]*?<\/ds:Signature>/gu, '<ds:Signature $1></ds:Signature>'),
      isSigned: false,
    },
    {
      name: 'an empty signature value',
      xml: evilName.replaceAll(/<ds:SignatureValue>[^<]*/gu, '<ds:SignatureValue>'),
      isSigned: false,
    },
    { name: 'signed by a stranger who brings the key', xml: forged, isSigned: false },
    {
      name: 'a comment in the digest (CVE-2025-29775)',
      xml: evilName.replace(`>${digest}<`, `>${evilDigest}<!--${digest}--><`),
      isSigned: false,
    },
    {
      name: 'a comment in front of the digest',
      xml: evilName.replace(`>${digest}<`, `><!--${digest}-->${evilDigest}<`),
      isSigned: false,
    },
    {
      name: 'two SignedInfo, the evil one first (CVE-2025-29774)',
      xml: evilName.replace(info, evilInfo + info),
      isSigned: false,
    },
    { name: 'two SignedInfo, the evil one last', xml: evilName.replace(info, info + evilInfo), isSigned: false },
    {
      name: 'a signed name with a comment in it',
      xml: signedXml({ nameId: '<saml:NameID>ann.evil.example</saml:NameID>' }, what).replace(
        'ann.evil.example',
        'ann<!---->.evil.example',
      ),
      isSigned: true,
      evil: 'ann',
    },
    {
      name: 'a signed name with a processing instruction in it',
      xml: signedXml({ nameId: '<saml:NameID>ann.evil.example</saml:NameID>' }, what).replace(
        'ann.evil.example',
        'ann<?x?>.evil.example',
      ),
      isSigned: false,
      evil: 'ann',
    },
    {
      name: 'the name as an entity of a document type',
      xml: doctype + xml.replace('>ann<', '>&who;<'),
      isSigned: false,
      evil: '&who;',
    },
    {
      name: 'two references',
      xml: evilName.replace(
        '</ds:SignedInfo>',
        `${/<ds:Reference[\s\S]*?<\/ds:Reference>/u.exec(evilInfo)?.[0] ?? ''}</ds:SignedInfo>`,
      ),
      isSigned: false,
    },
    {
      name: 'a reference to the whole document',
      xml: evilName.replaceAll(/<ds:Reference URI="[^"]*"/gu, '<ds:Reference URI=""'),
      isSigned: false,
    },
    { name: 'the public key as the secret of a HMAC', xml: hmac(what), isSigned: false },
  ]
}

function hmac(what: Signed): string {
  const element = what === 'response' ? 'Response' : 'Assertion'
  const xml = sign(responseXml({ nameId: mallory }), element, { privateKey: strangerKeys.privateKey })
  return xml.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1')
}

/** Every attack on an identity provider that signs so. */
export function attacksOn(what: Signed): readonly Attack[] {
  if (what === 'assertion') return [...onAssertion(), ...onEither(what)]
  if (what === 'response') return [...onResponse(), ...onEither(what)]
  return onEither(what)
}
