import { describe, expect, it } from 'vitest'
import { verifySamlResponse } from '../src/index.js'
import { expectRefused, options, signal, verify } from './support.js'
import { assertionXml, attribute, encoded, responseXml, signedXml } from './test-idp.js'

const xml = signedXml()
const inNameId = (content: string): string => xml.replace('>ann<', `>${content}<`)
const expectRefusedAs = async (response: unknown, reason: RegExp): Promise<void> => {
  const verifying = verifySamlResponse(response, options(), signal)
  await expect(verifying).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID', message: expect.stringMatching(reason) })
}

describe('the text of a response', () => {
  it.each([
    ['nothing', undefined, /there is none/u],
    ['null', null, /there is none/u],
    ['a number', 7, /there is none/u],
    ['a list', [encoded(xml)], /there is none/u],
    ['an empty text', '', /there is none/u],
    ['base64 with a space', ` ${encoded(xml)}`, /not base64/u],
    ['base64 with what is none', `${encoded(xml).slice(0, -4)}!${encoded(xml).slice(-4)}`, /not base64/u],
    ['base64url', Buffer.from(`${xml}???>>>`).toString('base64url'), /not base64/u],
    ['base64 with a padding more', `${encoded(xml)}=`, /not base64/u],
    ['base64 with spare bits', 'PHg+PB==', /not base64/u],
    ['two in one', `${encoded('<a/>')}==${encoded('<b/>')}`, /not base64/u],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from(xml), Buffer.from([0xc3])]).toString('base64'),
      /not UTF-8/u,
    ],
    ['UTF-16', Buffer.from(`\ufeff${xml}`, 'utf16le').toString('base64'), /not UTF-8|characters that XML/u],
    ['a byte order mark', encoded(`\ufeff${xml}`), /malformed/u],
    [
      'a declaration of another encoding',
      encoded(`<?xml version="1.0" encoding="UTF-7"?>${xml}`),
      /processing instruction/u,
    ],
    ['a declaration of another version', encoded(`<?xml version="1.1"?>${xml}`), /processing instruction/u],
    ['a stylesheet', encoded(`<?xml-stylesheet href="x"?>${xml}`), /processing instruction/u],
    ['text', encoded('hello'), /malformed/u],
    ['nothing but a declaration', encoded('<?xml version="1.0"?>'), /malformed/u],
    ['two roots', encoded(xml + xml), /malformed/u],
    ['text behind the root', encoded(`${xml}x`), /malformed/u],
    ['an end too many', encoded(`${xml}</a>`), /malformed/u],
    ['an end too few', encoded(xml.slice(0, -'</samlp:Response>'.length)), /malformed/u],
    ['a tag that is not closed', encoded(xml.slice(0, -1)), /malformed/u],
    ['ends in the wrong order', encoded('<a><b></a></b>'), /malformed/u],
    ['an attribute twice', encoded('<a b="1" b="2"/>'), /malformed/u],
    ['an attribute without quotes', encoded('<a b=1/>'), /malformed/u],
    ['a name that is not ASCII', encoded('<\u0430/>'), /malformed/u],
    ['a prefix that stands for nothing', encoded('<x:a/>'), /malformed/u],
    ['another document', encoded('<html xmlns="http://www.w3.org/1999/xhtml"/>'), /not a response/u],
    ['a response of SAML 1.1', encoded(xml.replaceAll('SAML:2.0:protocol', 'SAML:1.0:protocol')), /not a response/u],
  ])('is refused when it is %s', async (_what, response, reason) => {
    await expectRefusedAs(response, reason)
  })

  it.each([
    ['a document type', `<!DOCTYPE a>${xml}`, /document type/u],
    ['a document type in lower case', `<!doctype a>${xml}`, /document type/u],
    [
      'a document type behind the declaration',
      `<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x">${xml}`,
      /document type/u,
    ],
    ['a comment in front', `<!-- x -->${xml}`, /comment/u],
    ['a comment in the name', inNameId('a<!-- x -->nn'), /comment/u],
    ['a comment behind', `${xml}<!-- x -->`, /comment/u],
    ['a CDATA section', inNameId('<![CDATA[ann]]>'), /CDATA/u],
    ['an entity', inNameId('&who;'), /entity/u],
    ['an entity in an attribute', xml.replace('ID="_response"', 'ID="&who;"'), /entity/u],
    ['an ampersand', inNameId('a & b'), /entity/u],
    ['NUL', inNameId('a\u0000nn'), /characters that XML does not have/u],
    ['NUL as a number', inNameId('a&#0;nn'), /characters that XML does not have/u],
    ['a control character as a number', inNameId('a&#x1b;nn'), /characters that XML does not have/u],
    ['half a character as a number', inNameId('a&#xD800;nn'), /characters that XML does not have/u],
    ['a character beyond Unicode', inNameId('a&#x110000;nn'), /characters that XML does not have/u],
    ['a character that is none', inNameId('a\uffffnn'), /characters that XML does not have/u],
  ])('is refused with %s', async (_what, text, reason) => {
    await expectRefused(text, reason)
  })

  it('is refused before it is decoded when it is too long', async () => {
    await expectRefusedAs('A'.repeat(40_000_000), /longer than 256 KiB/u)
    await expectRefusedAs(`${encoded(xml)}${'\n'.repeat(400_000)}`, /longer than 256 KiB/u)
    await expectRefusedAs(encoded(`${xml}${' '.repeat(256 * 1024 - xml.length + 1)}`), /longer than 256 KiB/u)
  })

  it('may have 256 KiB, lines, a declaration and characters by their number', async () => {
    const longest = `<?xml version='1.0' encoding='UTF-8' standalone='no' ?>\r\n${xml}`
    const padded = longest + ' '.repeat(256 * 1024 - longest.length)
    const lines = encoded(padded).replaceAll(/.{76}/gu, (line) => `${line}\r\n`)
    expect((await verifySamlResponse(lines, options(), signal)).subject.id).toBe('ann')
    const numbered = { nameId: '<saml:NameID>&#x41;nn &amp; B\u00f6b</saml:NameID>' }
    expect((await verify(signedXml(numbered))).subject.id).toBe('Ann & B\u00f6b')
  })

  it('expands nothing: a billion laughs', async () => {
    const entities = Array.from(
      { length: 10 },
      (_, index) => `<!ENTITY l${String(index + 1)} "${`&l${String(index)};`.repeat(10)}">`,
    )
    const laughs = `<!DOCTYPE lolz [<!ENTITY l0 "lol">${entities.join('')}]>`
    await expectRefused(laughs + inNameId('&l10;'), /document type|entity/u)
  })

  it('is not read when it is deep or wide', async () => {
    const deep = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth)
    await expectRefused(deep(33), /more than 32 levels/u)
    await expectRefused(deep(32), /not a response/u)
    await expectRefused(deep(37_000), /more than 32 levels/u)
    await expectRefused(`<a>${'<b/>'.repeat(4096)}</a>`, /more than 4096 elements/u)
    await expectRefused(`<a>${'<b/>'.repeat(4095)}</a>`, /not a response/u)
    const attributes = (count: number): string =>
      `<a ${Array.from({ length: count }, (_, index) => `x${String(index)}=""`).join(' ')}/>`
    await expectRefused(attributes(65), /more than 64 attributes/u)
    await expectRefused(attributes(64), /not a response/u)
  })

  it('is read once, whatever it starts and never ends', async () => {
    for (const start of ['<a b="', '<a b=" ', '<a ', '<', '&', '</', "<a b='", '<a b="" ', '&#x', '<?xml '])
      await expectRefused(start.repeat(Math.floor(250_000 / start.length)), /refused/u)
  })

  it('may be as large as a response of many groups', async () => {
    const groups = Array.from({ length: 1800 }, (_, index) => `group-of-the-company-${String(index)}`)
    const attributes = `<saml:AttributeStatement>${attribute('groups', ...groups)}</saml:AttributeStatement>`
    expect((await verify(signedXml({ attributes }, 'both'))).attributes['groups']).toEqual(groups)
  })
})

describe('the form of a response', () => {
  it.each([
    ['an id twice', responseXml({ assertionId: '_response' })],
    ['an id twice, once in another case', responseXml({ attributes: '<saml:AttributeStatement Id="_response"/>' })],
    ['an id of XML that is the same', responseXml({ attributes: '<saml:AttributeStatement xml:id="_response"/>' })],
    ['an id with a quote', responseXml({ assertionId: "_a'b" })],
    ['an empty id', responseXml({ assertionId: '' })],
  ])('has no %s', async (_what, text) => {
    await expectRefused(text, /an id of it is malformed or stands there twice/u)
  })

  it.each([
    ['no signature', responseXml(), /it is not signed/u],
    ['no assertion', responseXml({}, ''), /exactly one assertion/u],
    ['two assertions', responseXml({}, assertionXml() + assertionXml({ assertionId: '_b' })), /exactly one assertion/u],
    ['an assertion of another namespace', responseXml({}, '<Assertion xmlns="urn:x"/>'), /wrong place/u],
    [
      'an assertion further down',
      responseXml({ status: `<samlp:Status>${assertionXml()}</samlp:Status>` }, ''),
      /wrong place/u,
    ],
    ['Extensions', responseXml({ beforeAssertion: '<samlp:Extensions/>' }), /has parts/u],
    [
      'a signature in its status',
      responseXml({
        status:
          '<samlp:Status><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
      }),
      /signatures where none belong/u,
    ],
    ['a signature of no namespace', responseXml({ beforeAssertion: '<Signature/>' }), /signatures where none belong/u],
    ['an issue instant that is none', responseXml({ issueInstant: 'now' }), /IssueInstant is no moment/u],
  ])('is refused with %s', async (_what, text, reason) => {
    await expectRefused(text, reason)
  })

  const signature = /<ds:Signature [\s\S]*?<\/ds:Signature>/u.exec(xml)?.[0] ?? ''
  const ds = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
  it.each([
    ['twice', signature + signature, /signatures where none belong/u],
    [
      'with an object',
      signature.replace('</ds:Signature>', `<ds:Object/></ds:Signature>`),
      /more than a signature does/u,
    ],
    [
      'with a second SignedInfo',
      signature.replace('<ds:SignedInfo>', '<ds:SignedInfo/><ds:SignedInfo>'),
      /more than one SignedInfo/u,
    ],
    [
      'with a second value',
      signature.replace('</ds:SignedInfo>', '</ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue>'),
      /more than one SignatureValue/u,
    ],
    [
      'with a second reference',
      signature.replace('<ds:Reference', '<ds:Reference/><ds:Reference'),
      /more than one Reference/u,
    ],
    [
      'with more in SignedInfo',
      signature.replace('</ds:SignedInfo>', '<ds:Object/></ds:SignedInfo>'),
      /more than a signature does/u,
    ],
    [
      'with a digest that holds an element',
      signature.replace('<ds:DigestValue>', '<ds:DigestValue><b/>'),
      /holds more than text/u,
    ],
    ['with a value that is no base64', signature.replace('<ds:SignatureValue>', '<ds:SignatureValue>*'), /not base64/u],
    ['for another element', signature.replace('URI="#_assertion"', 'URI="#_response"'), /not for the element/u],
    ['for the whole document', signature.replace('URI="#_assertion"', 'URI=""'), /not for the element/u],
    ['for no element', signature.replace(' URI="#_assertion"', ''), /not for the element/u],
    [
      'with a third transform',
      signature.replace(
        '</ds:Transforms>',
        `<ds:Transform ${ds} Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>`,
      ),
      /another way/u,
    ],
    ['with an XSLT', signature.replace(/enveloped-signature/u, 'xslt'), /another way/u],
    [
      'with a HMAC',
      signature.replace(
        'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      ),
      /signature algorithm/u,
    ],
    [
      'with no algorithm',
      signature.replace(/ Algorithm="http:\/\/www.w3.org\/2001\/04\/xmldsig-more#rsa-sha256"/u, ''),
      /signature algorithm/u,
    ],
    ['with a digest of MD5', signature.replace('xmlenc#sha256', 'xmldsig-more#md5'), /digest algorithm/u],
  ])('is refused with a signature %s', async (_what, changed, reason) => {
    expect(changed).not.toBe(signature)
    await expectRefused(xml.replace(signature, changed), reason)
  })
})
