const source = (name) => `packages/saml/src/${name}.ts`
const tests = (...names) => names.map((name) => `packages/saml/test/${name}.test.ts`)
const semantic = tests('semantic')
const hostile = tests('hostile-text')

/** What signatures must be, and which of them count. */
export const samlSignatureGuards = [
  {
    name: 'a signature holds what a signature does',
    file: source('signature-form'),
    find: "child.namespaceURI !== namespaces.signature || !parts.has(child.localName ?? '')",
    replace: 'child.namespaceURI !== namespaces.signature',
    tests: hostile,
    only: 'with an object',
  },
  {
    name: 'SignedInfo holds three things',
    file: source('signature-form'),
    find: "  if (childElements(info).length !== 3) throw responseRefused('a signature holds more than a signature does')\n",
    replace: '',
    tests: hostile,
    only: 'more in SignedInfo',
  },
  {
    name: 'a signature is for the element that it stands in',
    file: source('signature-form'),
    find: "if (attributeOf(reference, 'URI') !== `#${attributeOf(signed, 'ID') ?? ''}`)",
    replace: 'if (false)',
    tests: hostile,
    only: 'for another element|for the whole document|for no element',
  },
  {
    name: 'canonical XML is exclusive',
    file: source('signature-form'),
    find: "  assertMethod(only(info, 'CanonicalizationMethod'), new Set([exclusive]), 'canonicalization')\n",
    replace: '',
    tests: semantic,
    only: 'canonical XML',
  },
  {
    name: 'signatures are of SHA-256 or stronger',
    file: source('signature-form'),
    find: "  assertMethod(only(info, 'SignatureMethod'), signatureMethods, 'signature')\n",
    replace: '',
    tests: semantic,
    only: 'RSA with SHA-1',
  },
  {
    name: 'digests are of SHA-256 or stronger',
    file: source('signature-form'),
    find: "  assertMethod(only(reference, 'DigestMethod'), digestMethods, 'digest')\n",
    replace: '',
    tests: semantic,
    only: 'a digest of SHA-1',
  },
  {
    name: 'transforms are those of SAML',
    file: source('signature-form'),
    find: ' || names.some((name, index) => name !== transforms[index]))',
    replace: ')',
    tests: semantic,
    only: 'a transform with comments',
  },
  {
    name: 'there are two transforms',
    file: source('signature-form'),
    find: 'if (names.length !== transforms.length || ',
    replace: 'if (',
    tests: [...semantic, ...hostile],
    only: 'no canonical form|third transform',
  },
  {
    name: 'a value of a signature is base64 and nothing else',
    file: source('signature-form'),
    find: "if (!base64.test(textOf(element, 'a value of a signature')))",
    replace: "if (!base64.test(element.textContent ?? ''))",
    tests: hostile,
    only: 'digest that holds an element',
  },
  {
    name: 'something is signed',
    file: source('signed-assertion'),
    find: "  if (!isAssertionSigned && !isResponseSigned) throw responseRefused('it is not signed')\n",
    replace: '',
    tests: hostile,
    only: 'with no signature',
  },
  {
    name: 'the signature of an assertion is checked beside that of the response',
    file: source('signed-assertion'),
    find: 'wantAssertionsSigned: isAssertionSigned,',
    replace: 'wantAssertionsSigned: false,',
    tests: semantic,
    only: 'a right and a wrong signature',
  },
  {
    name: 'the signature of a response is checked beside that of the assertion',
    file: source('signed-assertion'),
    find: 'wantAuthnResponseSigned: isResponseSigned,',
    replace: 'wantAuthnResponseSigned: false,',
    tests: semantic,
    only: 'a right and a wrong signature',
  },
]
