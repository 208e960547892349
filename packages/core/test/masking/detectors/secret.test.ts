import { describe, expect, it } from 'vitest'
import { secret } from '../../../src/masking/detectors/secret.js'
import { foundBy } from './found-by.js'

const found = foundBy(secret)
const token = 'q7Zr2LmX9vB4nT6kW8yD'

describe('secrets without a form of their own', () => {
  it.each([
    `api_key=${token}`,
    `"clientSecret": "${token}"`,
    `export DB_PASSWORD='${token}'`,
    `auth-token: ${token}`,
    `{\\"token\\":\\"${token}\\"}`,
    `Authorization: Bearer ${token}`,
  ])('are found by the name that they have: %s', (text) => {
    expect(found(text)).toEqual([token])
  })

  it('are the whole value of a field of that name', () => {
    for (const field of ['api_key', 'client_secret', 'token', 'password']) expect(found(token, field)).toEqual([token])
    expect(found(token, 'name')).toEqual([])
    expect(found(token)).toEqual([])
  })

  it.each([
    'token = get_token(123)',
    'token=aaaaaaaaaaaaaaaaaaaa1',
    'password=correct-horse-battery-staple',
    'api_key=YOUR_API_KEY_GOES_HERE',
    'token: 2024-05-17T12:34:56Z',
    'tokens=12345678901234567890',
    'Authorization: Bearer $TOKEN',
    'secret: /run/secrets/database1',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })
})
