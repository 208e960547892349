/** What a token says about itself before anybody has verified it: good for choosing who verifies it, and for refusing it. */
export interface PeekedToken {
  readonly issuer: string
  readonly subject: string
  /** Whether it is bound to a key (`cnf`), so that whoever has it may not use it alone. */
  readonly isBound: boolean
}

/** Whom a password claims to be: the issuer and the subject that a token names. Empty for anything else. */
export function claimsOf({ password }: { readonly password: string }): readonly string[] {
  const peeked = peekToken(password)
  return peeked === undefined ? [] : [peeked.issuer, peeked.subject]
}

const longest = 16 * 1024

/** Undefined for what is no JWT. */
export function peekToken(token: string): PeekedToken | undefined {
  if (token.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]+$/u.test(token)) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null) return undefined
    const { iss, sub } = claims as { readonly iss?: unknown; readonly sub?: unknown }
    if (typeof iss !== 'string' || typeof sub !== 'string') return undefined
    return { issuer: iss, subject: sub, isBound: Object.hasOwn(claims, 'cnf') }
  } catch {
    return undefined
  }
}
