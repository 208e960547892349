import { describe, expect, it } from 'vitest'
import { verify } from './support.js'
import { idp, nowMs, request, signedXml } from './test-idp.js'

describe('a good response', () => {
  it.each(['assertion', 'response', 'both'] as const)('is accepted with the %s signed', async (what) => {
    expect(await verify(signedXml({}, what))).toMatchObject({
      subject: { issuer: idp, id: 'ann' },
      assertionId: '_assertion',
      inResponseTo: request,
      notOnOrAfterMs: nowMs + 300_000,
      authnInstantMs: nowMs - 60_000,
    })
  })
})
