import { describe, expect, it } from 'vitest'
import { seenAssertions, verifySamlResponse } from '../src/index.js'
import { naiveReading } from './naive-reader.js'
import { clockAt, expectRefused, options, signal, verify } from './support.js'
import type { Parts } from './test-idp.js'
import {
  attribute,
  audience,
  audienceOf,
  authnOf,
  callbackUrl,
  conditionsOf,
  confirmationData,
  confirmationOf,
  encoded,
  good,
  idp,
  iso,
  issuerOf,
  nowMs,
  request,
  responseXml,
  sign,
  signedXml,
} from './test-idp.js'

const holder = 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key'
const status = (value: string, inner = ''): string =>
  `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${value}">${inner}</samlp:StatusCode></samlp:Status>`
const name = (content: string, attributes = ''): string => `<saml:NameID${attributes}>${content}</saml:NameID>`
const end = `NotOnOrAfter="${iso(nowMs + 300_000)}"`
const withoutEnd = confirmationData({ NotOnOrAfter: undefined })
const login = `AuthnInstant="${iso(nowMs)}"`

/** What is signed by the right key and means something else than what was asked for. */
const wrong: readonly (readonly [what: string, parts: Partial<Parts>, reason: RegExp])[] = [
  [
    'for another audience',
    { conditions: conditionsOf(audienceOf('https://other.example.com')) },
    /for another audience/u,
  ],
  [
    'for an audience that starts alike',
    { conditions: conditionsOf(audienceOf(`${audience}/`)) },
    /for another audience/u,
  ],
  ['for no audience', { conditions: conditionsOf('') }, /for no audience/u],
  [
    'for ours and, in another restriction, for others',
    { conditions: conditionsOf(audienceOf(audience) + audienceOf('https://other.example.com')) },
    /for another audience/u,
  ],
  ['without conditions', { conditions: '' }, /no Conditions/u],
  [
    'with conditions twice',
    { conditions: good.conditions + good.conditions },
    /more than one Conditions|signature is wrong/u,
  ],
  [
    'under an unknown condition',
    { conditions: conditionsOf(`${audienceOf(audience)}<saml:Condition/>`) },
    /condition that is not known/u,
  ],
  [
    'without NotOnOrAfter in its conditions',
    { conditions: conditionsOf(audienceOf(audience), '') },
    /no NotOnOrAfter|signature is wrong/u,
  ],
  [
    'without NotOnOrAfter in its confirmation',
    { confirmation: confirmationOf(withoutEnd) },
    /no NotOnOrAfter|signature is wrong/u,
  ],
  [
    'with a time that is not in UTC',
    { confirmation: confirmationOf(confirmationData({ NotOnOrAfter: '2026-03-01T13:04:00+01:00' })) },
    /no moment in UTC/u,
  ],
  [
    'with a day that no calendar has',
    { conditions: conditionsOf(audienceOf(audience), 'NotOnOrAfter="2026-03-32T12:00:00Z"') },
    /no moment in UTC|signature is wrong/u,
  ],
  ['with the thirtieth of February', { issueInstant: '2026-02-30T12:00:00Z' }, /no moment in UTC/u],
  [
    'for another recipient',
    { confirmation: confirmationOf(confirmationData({ Recipient: 'https://other.example.com/acs' })) },
    /Recipient/u,
  ],
  ['for no recipient', { confirmation: confirmationOf(confirmationData({ Recipient: undefined })) }, /Recipient/u],
  ['for another destination', { destination: ' Destination="https://other.example.com/acs"' }, /Destination/u],
  ['for no destination', { destination: '' }, /Destination/u],
  ['without a confirmation', { confirmation: '' }, /no SubjectConfirmation/u],
  ['without data of a confirmation', { confirmation: confirmationOf('') }, /no SubjectConfirmationData/u],
  [
    'confirmed by the holder of a key',
    { confirmation: confirmationOf(confirmationData(), holder) },
    /not for whoever brings it/u,
  ],
  [
    'confirmed both ways',
    { confirmation: good.confirmation + confirmationOf(confirmationData(), holder) },
    /more than one SubjectConfirmation/u,
  ],
  [
    'bound to a key beside',
    {
      confirmation: good.confirmation.replace(
        '/></saml:SubjectConfirmation>',
        '><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></saml:SubjectConfirmationData></saml:SubjectConfirmation>',
      ),
    },
    /bound in a way/u,
  ],
  ['of another issuer', { assertionIssuer: issuerOf('https://evil.example.com') }, /Issuer is another one/u],
  ['of no issuer', { assertionIssuer: `<saml:Issuer/>` }, /Issuer is another one/u],
  [
    'in a response of another issuer',
    { responseIssuer: issuerOf('https://evil.example.com') },
    /Issuer is another one/u,
  ],
  [
    'with the issuer in a format that is no entity',
    {
      assertionIssuer: `<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">${idp}</saml:Issuer>`,
    },
    /Issuer is another one/u,
  ],
  ['that says nobody was logged in', { status: status('Responder') }, /Status/u],
  [
    'that says so within a success',
    { status: status('Success', '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>') },
    /Status/u,
  ],
  ['without a status', { status: '' }, /no Status/u],
  [
    'that answers another request',
    {
      responseInResponseTo: ' InResponseTo="_other"',
      confirmation: confirmationOf(confirmationData({ InResponseTo: '_other' })),
    },
    /no request of ours/u,
  ],
  [
    'that answers no request',
    { responseInResponseTo: '', confirmation: confirmationOf(confirmationData({ InResponseTo: undefined })) },
    /no request of ours/u,
  ],
  [
    'whose assertion answers another request',
    { confirmation: confirmationOf(confirmationData({ InResponseTo: '_other' })) },
    /different requests/u,
  ],
  [
    'whose response alone answers the request',
    { confirmation: confirmationOf(confirmationData({ InResponseTo: undefined })) },
    /different requests/u,
  ],
  ['whose assertion alone answers the request', { responseInResponseTo: '' }, /different requests/u],
  [
    'valid for longer than accepted',
    {
      conditions: conditionsOf(audienceOf(audience), `NotOnOrAfter="${iso(nowMs + 90_000_000)}"`),
      confirmation: confirmationOf(confirmationData({ NotOnOrAfter: iso(nowMs + 90_000_000) })),
    },
    /for longer/u,
  ],
  ['issued in the future', { issueInstant: iso(nowMs + 6000) }, /issued in the future/u],
  ['of a login in the future', { authn: authnOf(`AuthnInstant="${iso(nowMs + 6000)}"`) }, /login lies in the future/u],
  [
    'of a session that is over',
    { authn: authnOf(`${login} SessionNotOnOrAfter="${iso(nowMs - 5000)}"`) },
    /session is over/u,
  ],
  ['that says nothing of a login', { authn: '' }, /no AuthnStatement/u],
  ['of two logins', { authn: good.authn + good.authn }, /more than one AuthnStatement/u],
  ['of a login at no time', { authn: authnOf('') }, /no AuthnInstant/u],
  [
    'of two ways to log in',
    {
      authn: good.authn.replace(
        '</saml:AuthnContext>',
        '<saml:AuthnContextClassRef>x</saml:AuthnContextClassRef></saml:AuthnContext>',
      ),
    },
    /more than one AuthnContextClassRef/u,
  ],
  ['without a name', { nameId: '' }, /no NameID/u],
  ['with two names', { nameId: name('ann') + name('mallory') }, /more than one NameID/u],
  [
    'with another name in its confirmation',
    { confirmation: good.confirmation.replace('><', `>${name('mallory')}<`) },
    /more than once/u,
  ],
  ['with a name of nothing', { nameId: name('') }, /NameID is empty/u],
  ['with a name with a bidirectional character', { nameId: name('ann&#x202e;') }, /control or invisible/u],
  ['with a name with spaces around it', { nameId: name(' ann') }, /spaces around/u],
  ['with a name that is too long', { nameId: name('a'.repeat(1025)) }, /longer than/u],
  [
    'with a name in another name space',
    { nameId: name('ann', ' NameQualifier="https://other.example.com"') },
    /another name space/u,
  ],
  [
    'with a name for somebody else',
    { nameId: name('ann', ' SPNameQualifier="https://other.example.com"') },
    /another name space/u,
  ],
  ['with a name that holds elements', { nameId: name('ann<b/>') }, /NameID holds more than text/u],
  ['of another version', { responseVersion: '1.1' }, /not of SAML 2.0/u],
  ['with an assertion of another version', { assertionVersion: '1.1' }, /not of SAML 2.0/u],
  [
    'with an attribute without a name',
    { attributes: '<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement>' },
    /no name/u,
  ],
  [
    'with what is encrypted beside',
    { attributes: '<saml:AttributeStatement><saml:EncryptedAttribute/></saml:AttributeStatement>' },
    /encrypted/u,
  ],
  ['with an encrypted assertion beside', { afterAssertion: '<saml:EncryptedAssertion/>' }, /encrypted/u],
  ['with an encrypted name', { nameId: '<saml:EncryptedID/>' }, /encrypted/u],
  ['with advice', { attributes: '<saml:Advice/>' }, /has parts that one about a login/u],
  ['with an authorisation', { attributes: '<saml:AuthzDecisionStatement/>' }, /has parts that one about a login/u],
]

describe.each(['assertion', 'response'] as const)('with the %s signed', (what) => {
  it.each(wrong)('a response %s is refused', async (_what, parts, reason) => {
    await expectRefused(signedXml(parts, what), reason)
  })
})

describe('what is refused', () => {
  it('is signed by the right key, so that nothing but its meaning is wrong', () => {
    const unsigned = wrong.filter(([, parts]) => !naiveReading(signedXml(parts)).isSigned).map(([what]) => what)
    expect(unsigned).toEqual([])
  })

  it.each([
    ['RSA with SHA-1', { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' }, /signature algorithm/u],
    ['a digest of SHA-1', { digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1' }, /digest algorithm/u],
    [
      'inclusive canonical XML',
      { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' },
      /canonicalization algorithm/u,
    ],
    [
      'canonical XML with comments',
      { canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments' },
      /canonicalization algorithm/u,
    ],
    [
      'a transform with comments',
      {
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
        ],
      },
      /transforms what it signs/u,
    ],
    [
      'no canonical form',
      { transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature'] },
      /transforms what it signs/u,
    ],
  ] as const)('is %s, also of the right key', async (_what, how, reason) => {
    for (const what of ['assertion', 'response', 'both'] as const) {
      const xml = signedXml({}, what, how)
      expect(naiveReading(xml).isSigned).toBe(true)
      await expectRefused(xml, reason)
    }
  })

  it('is whatever is not signed as it must be', async () => {
    await expectRefused(signedXml({}, 'response'), /assertion is not signed/u, { signed: 'assertion' })
    await expectRefused(signedXml({}, 'response'), /assertion is not signed/u, { signed: 'both' })
    await expectRefused(signedXml({}, 'assertion'), /not signed as a whole/u, { signed: 'response' })
    await expectRefused(signedXml({}, 'assertion'), /not signed as a whole/u, { signed: 'both' })
    expect((await verify(signedXml({}, 'both'), { signed: 'both' })).subject.id).toBe('ann')
  })

  it('is one with a right and a wrong signature', async () => {
    const whole = signedXml({}, 'both')
    const ofResponse = /<ds:SignatureValue>([^<]{20})/u
    await expectRefused(whole.replace(ofResponse, '<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAA'), /signature is wrong/u)
    const inner = sign(responseXml(), 'Assertion').replace(
      /<ds:SignatureValue>[^<]{20}/u,
      '<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAA',
    )
    await expectRefused(sign(inner, 'Response'), /signature is wrong/u)
  })
})

describe('a second time', () => {
  it('the same response is refused, a hundred times', async () => {
    const seen = seenAssertions({ clock: clockAt(nowMs) })
    expect((await verify(signedXml(), { seen })).subject.id).toBe('ann')
    for (let time = 0; time < 100; time += 1) await expectRefused(signedXml(), /used before/u, { seen })
  })

  it('the same assertion is refused in another response, signed in another way', async () => {
    const seen = seenAssertions()
    await verify(signedXml({}, 'both'), { seen })
    await expectRefused(signedXml({ responseId: '_another' }, 'response'), /used before/u, { seen })
  })

  it('of twenty at once one is accepted', async () => {
    const seen = seenAssertions()
    const xml = signedXml()
    const results = await Promise.allSettled(Array.from({ length: 20 }, async () => verify(xml, { seen })))
    expect(results.filter(({ status: how }) => how === 'fulfilled')).toHaveLength(1)
  })

  it('is refused as long as it could be accepted', async () => {
    let now = nowMs
    const clock = { wallMs: () => now, monotonicMs: () => 0 }
    const seen = seenAssertions({ capacity: 1, clock })
    const both = { seen, clock, clockToleranceS: 60 }
    await verify(signedXml(), both)
    now = nowMs + 360_000 - 1
    await expectRefused(signedXml(), /used before/u, both)
    await expectRefused(signedXml({ assertionId: '_next' }), /too many logins/u, both)
    now += 2
    const late = {
      conditions: conditionsOf(audienceOf(audience), `NotOnOrAfter="${iso(now + 1000)}"`),
      confirmation: confirmationOf(confirmationData({ NotOnOrAfter: iso(now + 1000) })),
    }
    expect((await verify(signedXml({ assertionId: '_next', ...late }), both)).subject.id).toBe('ann')
    now = nowMs
    await expectRefused(signedXml(), /has expired/u, both)
  })

  it('nothing that is refused is remembered', async () => {
    const seen = seenAssertions({ capacity: 1 })
    for (const [, parts] of wrong.slice(0, 5)) await expectRefused(signedXml(parts), /refused/u, { seen })
    expect((await verify(signedXml(), { seen })).subject.id).toBe('ann')
  })

  it('a full memory forgets nothing and refuses what is new', async () => {
    const seen = seenAssertions({ capacity: 2, clock: clockAt(nowMs) })
    await verify(signedXml({ assertionId: '_1' }), { seen })
    await verify(signedXml({ assertionId: '_2' }), { seen })
    await expectRefused(signedXml({ assertionId: '_3' }), /too many logins/u, { seen })
    await expectRefused(signedXml({ assertionId: '_1' }), /used before/u, { seen })
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret store')
      },
      /could not be checked/u,
    ],
    ['rejects', async () => Promise.reject(new Error('secret store')), /could not be checked/u],
    ['says something else than true', () => 1 as unknown as boolean, /used before/u],
    ['says nothing', () => undefined as unknown as boolean, /used before/u],
  ] as const)('a memory that %s refuses', async (_what, use, reason) => {
    await expectRefused(signedXml(), reason, { seen: { use } })
  })

  it('nothing is used up when nobody waits any more', async () => {
    const abort = new AbortController()
    let uses = 0
    const use = (): boolean => {
      uses += 1
      return true
    }
    const wallMs = (): number => {
      // The time is looked at when the signature has been checked, and before anything is used up.
      abort.abort()
      return nowMs
    }
    const aborting = options({ seen: { use }, clock: { wallMs, monotonicMs: () => 0 } })
    await expect(verifySamlResponse(encoded(signedXml()), aborting, abort.signal)).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(uses).toBe(0)
  })

  it('a memory that hangs is waited for no longer than the signal', async () => {
    const abort = new AbortController()
    const use = async (): Promise<boolean> => {
      abort.abort()
      return new Promise(() => undefined)
    }
    const verifying = verifySamlResponse(encoded(signedXml()), options({ seen: { use } }), abort.signal)
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})

describe('requests', () => {
  const unasked = {
    responseInResponseTo: '',
    confirmation: confirmationOf(confirmationData({ InResponseTo: undefined })),
  }

  it('are not needed when the identity provider may start logins', async () => {
    const { inResponseTo: _left, ...rest } = options({ acceptIdpInitiated: true })
    const facts = await verifySamlResponse(encoded(signedXml(unasked)), rest, signal)
    expect(facts.inResponseTo).toBeUndefined()
    await expect(verifySamlResponse(encoded(signedXml()), { ...rest, seen: seenAssertions() }, signal)).rejects.toThrow(
      /no request of ours/u,
    )
  })

  it.each([
    [{}],
    [{ inResponseTo: '' }],
    [{ acceptIdpInitiated: 'yes' as unknown as boolean }],
    [{ acceptIdpInitiated: false }],
  ])('are needed otherwise: %j', async (overrides) => {
    const { inResponseTo: _left, ...rest } = options()
    const verifying = verifySamlResponse(encoded(signedXml()), { ...rest, ...overrides }, signal)
    await expect(verifying).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

describe('times', () => {
  const at = (ms: number, toleranceS = 5) => ({ clock: clockAt(ms), clockToleranceS: toleranceS })
  const start = `NotBefore="${iso(nowMs + 5000)}" ${end}`

  it('are accepted to the millisecond of the tolerance and refused beyond', async () => {
    await expectRefused(signedXml(), /has expired/u, at(nowMs + 305_000))
    expect((await verify(signedXml(), at(nowMs + 304_999))).subject.id).toBe('ann')
    await expectRefused(signedXml(), /issued in the future/u, at(nowMs - 5001))
    expect((await verify(signedXml(), at(nowMs - 5000))).subject.id).toBe('ann')
    const later = { conditions: conditionsOf(audienceOf(audience), start) }
    await expectRefused(signedXml(later), /not valid yet/u, at(nowMs - 1))
    expect((await verify(signedXml(later), at(nowMs))).subject.id).toBe('ann')
    const confirmed = { confirmation: confirmationOf(confirmationData({ NotBefore: iso(nowMs + 5001) })) }
    await expectRefused(signedXml(confirmed), /not valid yet/u, at(nowMs))
  })

  it('end with the earlier end', async () => {
    const sooner = { conditions: conditionsOf(audienceOf(audience), `NotOnOrAfter="${iso(nowMs + 1000)}"`) }
    expect((await verify(signedXml(sooner))).notOnOrAfterMs).toBe(nowMs + 1000)
    await expectRefused(signedXml(sooner), /has expired/u, at(nowMs + 6000))
    const confirmed = { confirmation: confirmationOf(confirmationData({ NotOnOrAfter: iso(nowMs + 1000) })) }
    expect((await verify(signedXml(confirmed))).notOnOrAfterMs).toBe(nowMs + 1000)
    await expectRefused(signedXml(confirmed), /has expired/u, at(nowMs + 6000))
  })

  it('are not brought back by a clock that is set back', async () => {
    let now = nowMs + 400_000
    const clock = { wallMs: () => now, monotonicMs: () => 0 }
    await expectRefused(signedXml(), /has expired/u, { clock })
    now = nowMs
    await expectRefused(signedXml(), /has expired/u, { clock })
  })

  it('may be as long as is said', async () => {
    const long = {
      conditions: conditionsOf(audienceOf(audience), `NotOnOrAfter="${iso(nowMs + 10_001)}"`),
      confirmation: confirmationOf(confirmationData({ NotOnOrAfter: iso(nowMs + 10_001) })),
    }
    await expectRefused(signedXml(long), /for longer/u, { maxLifetimeS: 10 })
    expect((await verify(signedXml(long), { maxLifetimeS: 11 })).subject.id).toBe('ann')
  })
})

describe('what is read', () => {
  it('is what was signed', async () => {
    const authn = authnOf(`${login} SessionNotOnOrAfter="${iso(nowMs + 3_600_000)}"`, 'urn:example:fido')
    const nameId = name(
      'ann',
      ` Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="${idp}" SPNameQualifier="${audience}"`,
    )
    expect(await verify(signedXml({ authn, nameId }, 'both'))).toEqual({
      subject: { issuer: idp, id: 'ann' },
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      attributes: Object.assign(Object.create(null), { groups: ['g-dba', 'g-other'], name: ['Ann'] }),
      unreadAttributes: [],
      authnInstantMs: nowMs,
      authnContext: 'urn:example:fido',
      sessionNotOnOrAfterMs: nowMs + 3_600_000,
      assertionId: '_assertion',
      inResponseTo: request,
      notOnOrAfterMs: nowMs + 300_000,
    })
  })

  it('has attributes of names that objects have, as their own', async () => {
    const statement = (content: string) => ({
      attributes: `<saml:AttributeStatement>${content}</saml:AttributeStatement>`,
    })
    const hostile = statement(
      attribute('__proto__', 'x') + attribute('constructor', 'y') + attribute('getAssertionXml', 'z'),
    )
    const { attributes } = await verify(signedXml(hostile))
    expect(Object.getPrototypeOf(attributes)).toBeNull()
    expect(Object.keys(attributes)).toEqual(['__proto__', 'constructor', 'getAssertionXml'])
    expect(attributes['toString']).toBeUndefined()
    expect(Object.isFrozen(attributes) && Object.isFrozen(attributes['constructor'])).toBe(true)
  })

  it('takes attributes of one name together, and leaves out those that hold more than text', async () => {
    const attributes = `<saml:AttributeStatement>${attribute('role', 'a')}${attribute('role', 'b', 'c')}${attribute('id', 'x', '<saml:NameID>y</saml:NameID>')}</saml:AttributeStatement>`
    const facts = await verify(signedXml({ attributes }))
    expect({ ...facts.attributes }).toEqual({ role: ['a', 'b', 'c'] })
    expect(facts.unreadAttributes).toEqual(['id'])
  })

  it('is as long as it is useful', async () => {
    const statement = (content: string) => ({
      attributes: `<saml:AttributeStatement>${content}</saml:AttributeStatement>`,
    })
    const many = Array.from({ length: 2048 }, (_, index) => String(index))
    expect((await verify(signedXml(statement(attribute('a', ...many))))).attributes['a']).toHaveLength(2048)
    await expectRefused(signedXml(statement(attribute('a', ...many, 'x'))), /more than 2048 values/u)
    await expectRefused(signedXml(statement(attribute('a'.repeat(513), 'x'))), /name of an attribute is too long/u)
    await expectRefused(signedXml(statement(attribute('a', 'x'.repeat(4097)))), /value of an attribute is too long/u)
  })

  it('is signed by any of the keys', async () => {
    const { strangerKeys, keys } = await import('./test-idp.js')
    const certificates = [strangerKeys.publicKey, keys.publicKey]
    expect((await verify(signedXml({}, 'both'), { certificates })).subject.id).toBe('ann')
    await expectRefused(signedXml(), /signature is wrong/u, { certificates: [strangerKeys.publicKey] })
  })
})

it('goes by the address as it is written', async () => {
  await expectRefused(signedXml(), /Destination/u, { callbackUrl: `${callbackUrl}/` })
})
