import { describe, expect, it } from 'vitest'
import type { RequiredClaims } from '../../src/identity/required-claims.js'
import { jwtVerifier } from '../../src/identity/jwt-verifier.js'
import { options, sign, verify } from './jwt-support.js'

const accepts = async (payload: Record<string, unknown>, require: RequiredClaims): Promise<boolean> =>
  verify(await sign(payload), { require }).then(
    () => true,
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
      return false
    },
  )

describe('claims that are required', () => {
  it('let a token through that has each of them with one of its values', async () => {
    const require = { '/tenant': ['t-1', 't-2'], '/google/compute_engine/project_number': 739, '/verified': true }
    const good = { tenant: 't-2', google: { compute_engine: { project_number: 739 } }, verified: true }
    expect(await accepts(good, require)).toBe(true)
    for (const change of [
      { tenant: 't-3' },
      { tenant: undefined },
      { google: {} },
      { google: undefined },
      { verified: false },
    ])
      expect(await accepts({ ...good, ...change }, require)).toBe(false)
  })

  it('are compared exactly, with their type', async () => {
    for (const tenant of ['65 ', ' 65', '6', '655', 65, ['65'], [['65']], { 0: '65' }, true, null, ''])
      expect(await accepts({ tenant }, { '/tenant': '65' })).toBe(false)
    expect(await accepts({ tenant: '65' }, { '/tenant': 65 })).toBe(false)
    expect(await accepts({ tenant: 'true' }, { '/tenant': true })).toBe(false)
    expect(await accepts({ tenant: '65' }, { '/tenant': '65' })).toBe(true)
  })

  it('are found among own members alone', async () => {
    for (const pointer of ['/__proto__/x', '/constructor/name', '/toString', '/realm_access/roles/length'])
      expect(await accepts({}, { [pointer]: ['x', 'Object', 1] })).toBe(false)
    expect(await accepts({ list: ['a'] }, { '/list/0': 'a' })).toBe(true)
    expect(await accepts({ 'a/b': 'c' }, { '/a~1b': 'c' })).toBe(true)
  })

  it('are refused by name and never by value', async () => {
    const refusal = verify(await sign({ tenant: 'secret-tenant' }), { require: { '/tenant': 't-1' } })
    await expect(refusal).rejects.toThrow('its /tenant is not one of the values required')
    await expect(refusal).rejects.not.toThrow(/secret-tenant|t-1/u)
  })

  it('that stand elsewhere refuse the token', async () => {
    const payload = { tenant: 't-1', _claim_names: { tenant: 'src1' } }
    expect(await accepts(payload, { '/tenant': 't-1' })).toBe(false)
    expect(await accepts(payload, { '/realm_access/roles/0': 'ingest' })).toBe(true)
  })

  it.each<[string, unknown]>([
    ['no table', 'tenant'],
    ['a list', [['/tenant', 'a']]],
    ['nothing', {}],
    ['no values', { '/tenant': [] }],
    ['an empty value', { '/tenant': '' }],
    ['null', { '/tenant': null }],
    ['a group', { '/tenant': { a: 'b' } }],
    ['a number that is none', { '/tenant': Number.NaN }],
    ['a value among others that is none', { '/tenant': ['a', undefined] }],
    ['a place that is no pointer', { tenant: 'a' }],
  ])('cannot be %s', (_what, require) => {
    expect(() => jwtVerifier({ ...options, require: require as RequiredClaims })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})
