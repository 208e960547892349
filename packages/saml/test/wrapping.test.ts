import { describe, expect, it } from 'vitest'
import { naiveReading } from './naive-reader.js'
import { expectRefused, verify } from './support.js'
import { signedXml } from './test-idp.js'
import { attacksOn } from './wrapping.js'

describe.each(['assertion', 'response', 'both'] as const)('an identity provider that signs the %s', (what) => {
  it('is believed as it is', async () => {
    expect(naiveReading(signedXml({}, what))).toEqual({ isSigned: true, names: ['ann', 'ann', 'ann'] })
    expect((await verify(signedXml({}, what))).subject.id).toBe('ann')
  })

  it.each(attacksOn(what))('is not believed with $name', async ({ evil = 'mallory', isSigned, xml }) => {
    const naive = naiveReading(xml)
    expect(naive.isSigned).toBe(isSigned)
    expect(naive.names).toContain(evil)
    await expectRefused(xml, /^the SAML response was refused: /u)
  })
})
