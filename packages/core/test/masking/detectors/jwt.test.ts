import { describe, expect, it } from 'vitest'
import { jwt } from '../../../src/masking/detectors/jwt.js'
import { foundBy } from './found-by.js'

const found = foundBy(jwt)
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const [header, claims, signature] = [part({ alg: 'HS256', typ: 'JWT' }), part({ sub: 'ada' }), 'x'.repeat(43)]
const signed = `${header}.${claims}.${signature}`

describe('JSON Web Tokens', () => {
  it('are found, signed, unsigned and encrypted', () => {
    const unsigned = `${part({ alg: 'none' })}.${claims}.`
    const encrypted = `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.${'k'.repeat(300)}.${'i'.repeat(16)}.${'c'.repeat(90)}.${'t'.repeat(22)}`
    for (const token of [signed, unsigned, encrypted]) {
      expect(found(token)).toEqual([token])
      expect(found(`Authorization: Bearer ${token}\n`)).toEqual([token])
    }
  })

  it('are found with a header in any script', () => {
    const token = `${part({ alg: 'ES256', kid: 'schlüssel-鍵' })}.${claims}.${signature}`
    expect(found(token)).toEqual([token])
  })

  it('are found behind other letters, a dot, and one after the other', () => {
    expect(found(`x${signed}`)).toEqual([signed])
    expect(found(`token.${signed}.`)).toEqual([signed])
    expect(found(`${signed}.${signed} ${signed}`)).toEqual([signed, signed, signed])
  })

  it.each([
    ['a header that is no JSON', `eyJhbGciOi.${claims}.${signature}`],
    ['a header that says nothing of it', `${part({ x: 1, name: 'Ada' })}.${claims}.${signature}`],
    ['a header alone', header],
    ['two parts of three', `${header}.${claims}`],
  ])('are not: %s', (_, text) => {
    expect(found(text)).toEqual([])
  })
})
