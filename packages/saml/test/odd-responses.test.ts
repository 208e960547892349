import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { verifySamlResponse } from '../src/index.js'
import { expectRefused, options, signal, verify } from './support.js'
import type { Parts, Signing } from './test-idp.js'
import {
  assertionXml,
  attribute,
  audience,
  audienceOf,
  callbackUrl,
  conditionsOf,
  confirmationData,
  confirmationOf,
  encoded,
  enveloped,
  exclusive,
  good,
  idp,
  iso,
  issuerOf,
  keys,
  nowMs,
  request,
  responseXml,
  sha256,
  sign,
  signedXml,
  strangerKeys,
} from './test-idp.js'

const ds = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
const mallory = '<saml:NameID>mallory</saml:NameID>'
const samlNames = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const signatureIn = (xml: string): string => /<ds:Signature [\s\S]*?<\/ds:Signature>/u.exec(xml)?.[0] ?? ''
const assertionIn = (xml: string): string => /<saml:Assertion [\s\S]*<\/saml:Assertion>/u.exec(xml)?.[0] ?? ''
const end = `NotOnOrAfter="${iso(nowMs + 300_000)}"`

/** What the right key signed, in a way that some reader has misread. */
const signedOddly: readonly (readonly [what: string, parts: Partial<Parts>, reason: RegExp])[] = [
  ['whose audience is nothing', { conditions: conditionsOf(audienceOf('')) }, /for another audience/u],
  [
    'whose audience restriction is empty',
    { conditions: conditionsOf('<saml:AudienceRestriction/>') },
    /another audience/u,
  ],
  [
    'with an empty restriction beside ours',
    { conditions: conditionsOf(`${audienceOf(audience)}<saml:AudienceRestriction/>`) },
    /another audience/u,
  ],
  [
    'whose audience is ours in another namespace',
    {
      conditions: conditionsOf(
        `<saml:AudienceRestriction><Audience xmlns="urn:x">${audience}</Audience></saml:AudienceRestriction>`,
      ),
    },
    /another audience/u,
  ],
  [
    'whose audience is in a restriction of another namespace',
    {
      conditions: conditionsOf(
        `<x:AudienceRestriction xmlns:x="urn:x"><saml:Audience>${audience}</saml:Audience></x:AudienceRestriction>`,
      ),
    },
    /condition that is not known/u,
  ],
  ['whose audience has a blank', { conditions: conditionsOf(audienceOf(` ${audience}`)) }, /another audience/u],
  [
    'whose audience is two in one',
    { conditions: conditionsOf(audienceOf(`${audience} https://other.example.com`)) },
    /another audience/u,
  ],
  [
    'for an audience in capitals',
    { conditions: conditionsOf(audienceOf(audience.toUpperCase())) },
    /another audience/u,
  ],
  [
    'under a condition of a type of its own',
    {
      conditions: conditionsOf(
        `${audienceOf(audience)}<saml:Condition ${xsi} xsi:type="x:OneTimeUse" xmlns:x="urn:x"/>`,
      ),
    },
    /condition that is not known/u,
  ],
  [
    'whose end is in an attribute of a namespace',
    { conditions: conditionsOf(audienceOf(audience), `saml:NotOnOrAfter="${iso(nowMs + 300_000)}"`) },
    /no NotOnOrAfter|signature is wrong/u,
  ],
  [
    'whose recipient is in an attribute of a namespace',
    {
      confirmation: confirmationOf(
        `<saml:SubjectConfirmationData ${end} saml:Recipient="${callbackUrl}" InResponseTo="${request}"/>`,
      ),
    },
    /Recipient/u,
  ],
  [
    'whose confirmation starts later',
    { confirmation: confirmationOf(confirmationData({ NotBefore: iso(nowMs + 6000) })) },
    /not valid yet|signature is wrong/u,
  ],
  [
    'that ends before it starts',
    { conditions: conditionsOf(audienceOf(audience), `NotBefore="${iso(nowMs + 20_000)}" ${end}`) },
    /not valid yet/u,
  ],
  [
    'that ended in the year 1',
    { confirmation: confirmationOf(confirmationData({ NotOnOrAfter: '0001-01-01T00:00:00Z' })) },
    /expired/u,
  ],
  [
    'that ends in the year 9999',
    {
      confirmation: confirmationOf(confirmationData({ NotOnOrAfter: '9999-12-31T23:59:59Z' })),
      conditions: conditionsOf(audienceOf(audience), 'NotOnOrAfter="9999-12-31T23:59:59Z"'),
    },
    /for longer/u,
  ],
  ['with a leap second', { issueInstant: '2026-03-01T11:59:60Z' }, /no moment in UTC/u],
  ['with a time of twenty-four hours', { issueInstant: '2026-02-28T24:00:00Z' }, /no moment in UTC/u],
  ['with a year of five digits', { issueInstant: '+02026-03-01T12:00:00Z' }, /no moment in UTC/u],
  ['with digits of another script', { issueInstant: '２０２６-03-01T12:00:00Z' }, /no moment in UTC/u],
  ['whose issue instant is missing from the assertion', { issueInstant: '' }, /IssueInstant is no moment/u],
  ['with a base id beside the name', { nameId: `${good.nameId}<saml:BaseID/>` }, /more than once/u],
  ['with a base id in place of the name', { nameId: '<saml:BaseID/>' }, /no NameID/u],
  ['whose name is of another namespace', { nameId: '<x:NameID xmlns:x="urn:x">ann</x:NameID>' }, /no NameID/u],
  ['whose name is text of the subject', { nameId: 'ann' }, /no NameID/u],
  ['whose name ends in a line', { nameId: '<saml:NameID>ann\n</saml:NameID>' }, /control or invisible/u],
  [
    'whose name ends in a carriage return by its number',
    { nameId: '<saml:NameID>ann&#13;</saml:NameID>' },
    /control or invisible/u,
  ],
  [
    'whose name holds nothing but a soft hyphen',
    { nameId: '<saml:NameID>&#xAD;</saml:NameID>' },
    /control or invisible/u,
  ],
  [
    'whose name ends in a tag character',
    { nameId: '<saml:NameID>ann&#xE0061;</saml:NameID>' },
    /control or invisible/u,
  ],
  [
    'with two subjects',
    { confirmation: `${good.confirmation}</saml:Subject><saml:Subject>${mallory}` },
    /more than one Subject/u,
  ],
  ['of an issuer with a blank', { assertionIssuer: issuerOf(`${idp} `) }, /Issuer is another one/u],
  ['of an issuer in capitals', { assertionIssuer: issuerOf(idp.toUpperCase()) }, /Issuer is another one/u],
  ['of an issuer with a slash more', { responseIssuer: issuerOf(`${idp}/`) }, /Issuer is another one/u],
  [
    'of two issuers',
    { assertionIssuer: issuerOf(idp) + issuerOf('https://evil.example.com') },
    /more than one Issuer/u,
  ],
  [
    'of an issuer of another namespace',
    { assertionIssuer: `<x:Issuer xmlns:x="urn:x">${idp}</x:Issuer>` },
    /no Issuer/u,
  ],
  [
    'whose issuer holds an element',
    { assertionIssuer: `<saml:Issuer>${idp}<x/></saml:Issuer>` },
    /holds more than text/u,
  ],
  [
    'sent to an address with a port that is the usual one',
    { destination: ` Destination="${callbackUrl.replace('.com/', '.com:443/')}"` },
    /Destination/u,
  ],
  ['sent to an address with a query', { destination: ` Destination="${callbackUrl}?a=b"` }, /Destination/u],
  [
    'sent to the address of another relay of ours',
    { destination: ` Destination="${callbackUrl.replace('bothkeys.', 'other.')}"` },
    /Destination/u,
  ],
  [
    'sent by another case of the address',
    { destination: ` Destination="${callbackUrl.replace('https', 'HTTPS')}"` },
    /Destination/u,
  ],
  [
    'sent to an address with percent signs',
    { destination: ` Destination="${callbackUrl.replace('login', '%6cogin')}"` },
    /Destination/u,
  ],
  ['that answers two requests', { responseInResponseTo: ` InResponseTo="${request} _other"` }, /different requests/u],
  ['with a status of another namespace', { status: good.status.replaceAll('samlp:', 'saml:') }, /has no Status/u],
  ['with a status code that starts alike', { status: good.status.replace('Success', 'Success ') }, /Status/u],
  [
    'with two status codes',
    {
      status: good.status.replace(
        '<samlp:StatusCode',
        '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/><samlp:StatusCode',
      ),
    },
    /more than one StatusCode/u,
  ],
  ['with two statuses', { status: good.status + good.status }, /more than one Status/u],
  ['with a decision of another protocol beside', { afterAssertion: '<samlp:ArtifactResponse/>' }, /has parts/u],
]

describe.each(['assertion', 'response', 'both'] as const)('with the right key on the %s', (what) => {
  it.each(signedOddly)('a response %s is refused', async (_what, parts, reason) => {
    await expectRefused(signedXml(parts, what), reason)
  })
})

/** What the right key signed in a way that SAML does not sign in. */
const signedInOtherWays: readonly (readonly [what: string, how: Partial<Signing>, reason: RegExp])[] = [
  [
    'with SHA-1 for what it digests',
    { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' },
    /digest algorithm/u,
  ],
  [
    'with SHA-1 for what it signs',
    { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' },
    /signature algorithm/u,
  ],
  [
    'over inclusive canonical XML',
    { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' },
    /canonicalization algorithm/u,
  ],
  ['with comments kept', { canonicalization: `${exclusive}WithComments` }, /canonicalization algorithm/u],
  ['with comments kept in what it digests', { transforms: [enveloped, `${exclusive}WithComments`] }, /another way/u],
  ['with no transform but the enveloped one', { transforms: [enveloped] }, /another way/u],
  ['with its transforms in another order', { transforms: [exclusive, enveloped] }, /another way/u],
  ['with a transform twice', { transforms: [enveloped, enveloped, exclusive] }, /another way/u],
]

describe('a signature of the right key', () => {
  it.each(signedInOtherWays)('%s is refused', async (_what, how, reason) => {
    for (const what of ['assertion', 'response'] as const) await expectRefused(signedXml({}, what, how), reason)
  })

  const xml = signedXml({}, 'assertion')
  const signature = signatureIn(xml)
  const on = (change: (found: string) => string): string => xml.replace(signature, change(signature))
  it.each([
    [
      'that filters by XPath',
      on((s) =>
        s.replace(
          /enveloped-signature"\/>/u,
          `enveloped-signature"><ds:XPath>not(//saml:NameID)</ds:XPath></ds:Transform>`,
        ),
      ),
      /wrong|another way|more than/u,
    ],
    [
      'with an XPath transform',
      on((s) =>
        s.replace(
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/TR/1999/REC-xpath-19991116',
        ),
      ),
      /another way/u,
    ],
    [
      'with an XPath filter',
      on((s) =>
        s.replace('http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2002/06/xmldsig-filter2'),
      ),
      /another way/u,
    ],
    [
      'with a base64 transform',
      on((s) =>
        s.replace('http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2000/09/xmldsig#base64'),
      ),
      /another way/u,
    ],
    [
      'to an XPointer',
      on((s) => s.replace('URI="#_assertion"', 'URI="#xpointer(id(\'_assertion\'))"')),
      /not for the element/u,
    ],
    ['to a file', on((s) => s.replace('URI="#_assertion"', 'URI="file:///etc/passwd"')), /not for the element/u],
    [
      'to an address',
      on((s) => s.replace('URI="#_assertion"', 'URI="https://evil.example.com/a"')),
      /not for the element/u,
    ],
    ['whose digest is nothing', on((s) => s.replace(/<ds:DigestValue>[^<]*/u, '<ds:DigestValue>')), /not base64/u],
    ['whose digest has a blank more', on((s) => s.replace('<ds:DigestValue>', '<ds:DigestValue> ')), /wrong/u],
    [
      'with a manifest',
      on((s) => s.replace('</ds:Signature>', '<ds:Manifest/></ds:Signature>')),
      /more than a signature does/u,
    ],
    [
      'with a truncated HMAC',
      on((s) =>
        s.replace(/rsa-sha256"\/>/u, 'rsa-sha256"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>'),
      ),
      /wrong/u,
    ],
    ['of elliptic curves', on((s) => s.replace('rsa-sha256', 'ecdsa-sha256')), /signature algorithm/u],
    [
      'of another namespace',
      on((s) => s.replace(ds, 'xmlns:ds="http://www.w3.org/2000/09/xmldsig"')),
      /signatures where none|not signed/u,
    ],
    [
      'in capitals',
      on((s) => s.replaceAll('ds:Signature ', 'ds:SIGNATURE ').replaceAll('/ds:Signature>', '/ds:SIGNATURE>')),
      /has parts|not signed/u,
    ],
  ])('changed to be one %s is refused', async (_what, changed, reason) => {
    expect(changed).not.toBe(xml)
    await expectRefused(changed, reason)
  })

  it.each([
    ['a name of a key', '<ds:KeyName>evil</ds:KeyName>'],
    [
      'the key of a stranger',
      `<ds:X509Data><ds:X509Certificate>${strangerKeys.publicKey.replaceAll(/-----[^-]+-----|\s/gu, '')}</ds:X509Certificate></ds:X509Data>`,
    ],
    ['an address of a key', `<ds:RetrievalMethod URI="https://evil.example.com/key"/>`],
    [
      'values of a key',
      '<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQ==</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>',
    ],
  ])('does not depend on what it says of keys: %s', async (_what, keyInfo) => {
    expect((await verify(signedXml({}, 'both', { keyInfo }))).subject.id).toBe('ann')
    const evil = { keyInfo, privateKey: strangerKeys.privateKey }
    await expectRefused(signedXml({ nameId: mallory }, 'both', evil), /signature is wrong/u)
  })

  it('is one of the listed keys alone, through a change of keys', async () => {
    const old = signedXml({}, 'assertion')
    const next = signedXml({}, 'assertion', { privateKey: strangerKeys.privateKey })
    const both = { certificates: [keys.publicKey, strangerKeys.publicKey] }
    for (const xml of [old, next]) expect((await verify(xml, both)).subject.id).toBe('ann')
    await expectRefused(old, /signature is wrong/u, { certificates: strangerKeys.publicKey })
    await expectRefused(next, /signature is wrong/u)
    // One element by the old key and one by the new: each is right.
    const mixed = sign(signedXml({}, 'assertion'), 'Response', { privateKey: strangerKeys.privateKey })
    expect((await verify(mixed, both)).subject.id).toBe('ann')
    await expectRefused(mixed, /signature is wrong/u)
  })

  it('says nothing for another identity provider that has the same key', async () => {
    const other = 'https://other.example.com/saml'
    const theirs = signedXml({ assertionIssuer: issuerOf(other), responseIssuer: issuerOf(other) }, 'both')
    await expectRefused(theirs, /Issuer is another one/u)
    // The assertion of theirs in a response that says it is of ours.
    await expectRefused(signedXml({ assertionIssuer: issuerOf(other) }, 'assertion'), /Issuer is another one/u)
    expect((await verify(theirs, { issuer: other })).subject.issuer).toBe(other)
  })

  it('on the assertion alone says nothing of the response around it, which can only refuse', async () => {
    const xml = signedXml({}, 'assertion')
    for (const [from, to] of [
      ['ID="_response"', 'ID="_other"'],
      [`IssueInstant="${good.issueInstant}" Destination`, 'IssueInstant="2031-01-01T00:00:00Z" Destination'],
      [' Destination=', ' Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained" Destination='],
    ] as const) {
      expect(xml).toContain(from)
      expect((await verify(xml.replace(from, to))).subject.id).toBe('ann')
      await expectRefused(signedXml({}, 'both').replace(from, to), /signature is wrong|not for the element/u)
    }
    await expectRefused(xml, /not signed as a whole/u, { signed: 'response' })
    await expectRefused(signedXml({}, 'response'), /assertion is not signed/u, { signed: 'assertion' })
  })
})

describe('a signed assertion moved elsewhere', () => {
  const xml = signedXml({}, 'assertion')
  const signed = assertionIn(xml)
  const evil = assertionXml({ assertionId: '_evil', nameId: mallory })
  it.each([
    [
      'under an id of another name',
      xml.replace(signed, evil.replace('ID="_evil"', 'AssertionID="_assertion" ID="_evil"') + signed),
    ],
    ['under an id of XML', xml.replace(signed, evil.replace('ID="_evil"', 'xml:id="_assertion" ID="_evil"') + signed)],
    [
      'under an id in lower case',
      xml.replace(signed, evil.replace('ID="_evil"', 'id="_assertion" ID="_evil"') + signed),
    ],
    [
      'under an id of a prefix',
      xml.replace(signed, evil.replace('ID="_evil"', `x:ID="_assertion" xmlns:x="urn:x" ID="_evil"`) + signed),
    ],
    [
      'into an attribute',
      xml.replace(
        signed,
        assertionXml({
          assertionId: '_evil',
          nameId: mallory,
          attributes: `<saml:AttributeStatement><saml:Attribute Name="a"><saml:AttributeValue>${signed}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`,
        }),
      ),
    ],
    [
      'into the name',
      xml.replace(
        signed,
        assertionXml({ assertionId: '_evil', nameId: `<saml:NameID>mallory${signed}</saml:NameID>` }),
      ),
    ],
    [
      'into the data of a confirmation',
      xml.replace(
        signed,
        assertionXml({
          assertionId: '_evil',
          nameId: mallory,
          confirmation: confirmationOf(
            `<saml:SubjectConfirmationData ${end} Recipient="${callbackUrl}" InResponseTo="${request}">${signed}</saml:SubjectConfirmationData>`,
          ),
        }),
      ),
    ],
    [
      'beside one without a namespace',
      xml.replace(signed, `<Assertion xmlns="" ID="_evil">${mallory}</Assertion>${signed}`),
    ],
    [
      'beside one that has its prefix from somewhere else',
      xml.replace(signed, `<samlp:Assertion ID="_evil">${mallory}</samlp:Assertion>${signed}`),
    ],
    [
      'under a prefix of SAML that means something else',
      xml.replace(signed, signed.replace(samlNames, 'xmlns:saml="urn:x"')),
    ],
    [
      'below a default namespace',
      xml.replace(
        signed,
        signed
          .replace('<saml:Subject>', '<Subject xmlns="urn:oasis:names:tc:SAML:2.0:assertion">')
          .replace('</saml:Subject>', '</Subject>'),
      ),
    ],
    [
      'with its subject in twice',
      xml.replace(signed, signed.replace('<saml:Subject>', `<saml:Subject>${mallory}</saml:Subject><saml:Subject>`)),
    ],
  ])('is refused %s', async (_what, changed) => {
    expect(changed).not.toBe(xml)
    await expectRefused(changed, /./u)
  })
})

describe('the text of a response', () => {
  it('means what its characters mean, however they are written', async () => {
    const by = (address: string) => ` Destination="${address.replaceAll('/', '&#47;').replace('h', '&#x68;')}"`
    expect((await verify(signedXml({ destination: by(callbackUrl) }, 'both'))).subject.id).toBe('ann')
    await expectRefused(signedXml({ destination: by('https://evil.example.com/') }, 'both'), /Destination/u)
    expect((await verify(signedXml({ nameId: '<saml:NameID>&#97;nn</saml:NameID>' }))).subject.id).toBe('ann')
    await expectRefused(signedXml().replace('<saml:NameID>ann', '<saml:NameID>mallory&#45;ann'), /signature is wrong/u)
  })

  it.each([
    ['deflated, as the other binding has it', deflateRawSync(Buffer.from(signedXml())).toString('base64')],
    ['a bomb that would be sixteen MiB', deflateRawSync(Buffer.alloc(16 * 1024 * 1024)).toString('base64')],
    ['base64 of base64', encoded(encoded(signedXml()))],
    [
      'base64url',
      encoded(signedXml({ nameId: '<saml:NameID>ann???&gt;&gt;&gt;~~~</saml:NameID>' }))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', ''),
    ],
    ['UTF-16', Buffer.from(signedXml(), 'utf16le').toString('base64')],
    ['a megabyte of base64', 'A'.repeat(1024 * 1024)],
    ['XML that is not encoded', signedXml()],
    ['two in one', encoded(signedXml() + signedXml())],
  ])('is refused when it is %s', async (_what, text) => {
    const verifying = verifySamlResponse(text, options(), signal)
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })
})

describe('attributes that were signed', () => {
  const statement = (...attributes: readonly string[]) => ({
    attributes: `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`,
  })
  const read = async (...attributes: readonly string[]) => verify(signedXml(statement(...attributes)))

  it('are called what their names are, to the letter', async () => {
    const { attributes } = await read(
      attribute('groups', 'g-a'),
      attribute('Groups', 'g-b'),
      attribute(' groups', 'g-c'),
      attribute('groups&#x200b;', 'g-d'),
      attribute('other', 'g-e').replace(' Name=', ' FriendlyName="groups" Name='),
      attribute('urn:oid:1.3', 'g-f').replace(' Name=', ' x:Name="groups" xmlns:x="urn:x" Name='),
    )
    expect(attributes['groups']).toEqual(['g-a'])
  })

  it('hold text whatever their type says, and nothing where they are said to hold nothing', async () => {
    const value = (content: string, more: string) =>
      `<saml:Attribute Name="groups"><saml:AttributeValue ${more}>${content}</saml:AttributeValue></saml:Attribute>`
    const typed = value('g-a', `${xsi} xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:base64Binary"`)
    expect((await read(typed)).attributes['groups']).toEqual(['g-a'])
    const nil = await read(attribute('groups', 'g-a'), value('', `${xsi} xsi:nil="true"`))
    expect(nil.attributes['groups']).toEqual(['g-a', ''])
  })

  it('of another namespace are no attributes', async () => {
    await expectRefused(signedXml(statement('<x:Attribute xmlns:x="urn:x" Name="groups"/>')), /has no name/u)
    const other = await read(
      '<saml:Attribute Name="groups"><x:AttributeValue xmlns:x="urn:x">g</x:AttributeValue></saml:Attribute>',
    )
    expect([other.attributes['groups'], other.unreadAttributes]).toEqual([undefined, ['groups']])
  })

  it('may be used once, or through a proxy, without more being believed', async () => {
    const content = `${audienceOf(audience)}<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/>`
    expect((await verify(signedXml({ conditions: conditionsOf(content) }))).subject.id).toBe('ann')
  })
})

it('an assertion is used once, by whatever its response is called and whatever else is signed of it', async () => {
  const { seen } = options()
  await verify(signedXml({}, 'assertion'), { seen })
  for (const again of [
    signedXml({}, 'both'),
    signedXml({}, 'assertion').replace('ID="_response"', 'ID="_again"'),
    signedXml({}, 'assertion', { digestAlgorithm: sha256.replace('256', '512') }),
    signedXml({ nameId: '<saml:NameID>ann</saml:NameID>' }, 'response'),
  ])
    await expectRefused(again, /used before/u, { seen })
})

it('a response stands alone: nothing before it and nothing after', async () => {
  for (const more of ['x', '<a/>', responseXml(), '&amp;', '\0', '\u{FEFF}']) {
    await expectRefused(signedXml() + more, /./u)
    await expectRefused(more + signedXml(), /./u)
  }
})
