import type { KeyObject } from 'node:crypto'
import { createHmac, sign as signBytes } from 'node:crypto'

/** The claims and the header of a good token, and the private key that its issuer signs with. */
export interface TokenParts {
  readonly claims: Readonly<Record<string, unknown>> & {
    readonly aud: unknown
    readonly sub: string
    readonly iat: number
  }
  readonly header: Readonly<Record<string, unknown>>
  readonly key: KeyObject
}

/** Makes good and bad tokens of one kind. */
export type TokenKit = ReturnType<typeof tokenKit>

export const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')

export function tokenKit({ claims, header, key }: TokenParts) {
  function signText(
    payload: string | Uint8Array = JSON.stringify(claims),
    headerText: string | Uint8Array = JSON.stringify(header),
    signer: KeyObject = key,
  ): string {
    const input = `${encode(headerText)}.${encode(payload)}`
    return `${input}.${encode(signBytes('sha256', Buffer.from(input), { key: signer, dsaEncoding: 'ieee-p1363' }))}`
  }
  return {
    claims,
    header,
    key,
    /** A token of texts that no library would write, signed with the right key. */
    signText,
    /** A token as an honest issuer would sign it. What is undefined is left out. */
    sign: (
      payload: Record<string, unknown> = {},
      headerChange: Record<string, unknown> = {},
      signer: KeyObject = key,
    ): string =>
      signText(JSON.stringify({ ...claims, ...payload }), JSON.stringify({ ...header, ...headerChange }), signer),
    /** The claims with more members behind them, also ones that are there already. */
    claimsWith: (members: string): string => JSON.stringify(claims).replace(/\}$/u, `,${members}}`),
    /** The header with more members behind it, also ones that are there already. */
    headerWith: (members: string): string => JSON.stringify(header).replace(/\}$/u, `,${members}}`),
    /** A token whose signature is anything. */
    forge: (headerChange: Record<string, unknown>, signature = 'AAAA'): string =>
      `${encode(JSON.stringify({ ...header, ...headerChange }))}.${encode(JSON.stringify(claims))}.${signature}`,
    /** The classic: the public key used as an HMAC secret. */
    forgeHmac(secret: string): string {
      const input = `${encode(JSON.stringify({ ...header, alg: 'HS256' }))}.${encode(JSON.stringify(claims))}`
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    },
  }
}
