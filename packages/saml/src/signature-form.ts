import { responseRefused } from './response-refused.js'
import type { Element } from './xml-tree.js'
import { attributeOf, childElements, childrenNamed, namespaces, onlyChild, textOf } from './xml-tree.js'

/** RSA with SHA-256 or stronger (RFC 9231): nothing weaker, and nothing that a public key could be a secret for. */
const signatureMethods: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
])
const digestMethods: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
])
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'
/** SAML Core, section 5.4.4. */
const transforms = ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive]
const parts: ReadonlySet<string> = new Set(['SignedInfo', 'SignatureValue', 'KeyInfo'])
const base64 = /^[A-Za-z0-9+/=\r\n\t ]+$/u

/**
 * Refuses a signature of another form than SAML signs with (SAML Core, section 5.4): one reference, to the whole of the
 * element that the signature stands in; enveloped, exclusive canonical XML; RSA and SHA-256 or stronger. It says nothing of
 * whether the signature is right. Throws ERR_TOKEN_INVALID.
 */
export function assertSignatureForm(signature: Element, signed: Element): void {
  const children = childElements(signature)
  if (children.some((child) => child.namespaceURI !== namespaces.signature || !parts.has(child.localName ?? '')))
    throw responseRefused('a signature holds more than a signature does')
  const info = only(signature, 'SignedInfo')
  assertValue(only(signature, 'SignatureValue'))
  assertMethod(only(info, 'CanonicalizationMethod'), new Set([exclusive]), 'canonicalization')
  assertMethod(only(info, 'SignatureMethod'), signatureMethods, 'signature')
  const reference = only(info, 'Reference')
  if (childElements(info).length !== 3) throw responseRefused('a signature holds more than a signature does')
  if (attributeOf(reference, 'URI') !== `#${attributeOf(signed, 'ID') ?? ''}`)
    throw responseRefused('a signature is not for the element that it stands in')
  assertMethod(only(reference, 'DigestMethod'), digestMethods, 'digest')
  assertValue(only(reference, 'DigestValue'))
  const used = childrenNamed(only(reference, 'Transforms'), namespaces.signature, 'Transform')
  const names = used.map((transform) => attributeOf(transform, 'Algorithm'))
  if (names.length !== transforms.length || names.some((name, index) => name !== transforms[index]))
    throw responseRefused('a signature transforms what it signs in another way than SAML does')
}

function only(parent: Element, name: string): Element {
  return onlyChild(parent, namespaces.signature, name)
}

function assertMethod(element: Element, known: ReadonlySet<string>, what: string): void {
  if (!known.has(attributeOf(element, 'Algorithm') ?? ''))
    throw responseRefused(
      `its ${what} algorithm is not one of those accepted`,
      'have the identity provider sign with RSA and SHA-256, in exclusive canonical XML',
    )
}

function assertValue(element: Element): void {
  if (!base64.test(textOf(element, 'a value of a signature')))
    throw responseRefused('a value of a signature is not base64')
}
