import { refused } from './identifier.js'

/** What is asked of the times of a token, in seconds. */
interface LifetimeRules {
  readonly nowS: number
  readonly toleranceS: number
  readonly maxLifetimeS: number
  /** Whether a token may leave `iat` out. Its life is counted from now on then. */
  readonly mayLackIat?: boolean | undefined
}

/**
 * The expiry of a token in seconds, when it was issued by now and lives no longer than it may. That it has not expired
 * and is valid already (`nbf`) is checked with its signature. Throws ERR_TOKEN_INVALID.
 */
export function expiryOf(claims: { readonly exp?: unknown; readonly iat?: unknown }, rules: LifetimeRules): number {
  const { exp } = claims
  if (typeof exp !== 'number') throw refused('exp is not a number')
  // Not after `exp`: whether the token has expired is looked at with its signature.
  const iat = claims.iat === undefined && rules.mayLackIat === true ? Math.min(rules.nowS, exp - 1) : claims.iat
  if (typeof iat !== 'number') throw refused('iat is not a number')
  if (iat > rules.nowS + rules.toleranceS) throw refused('iat lies in the future')
  if (exp <= iat) throw refused('it expired before it was issued')
  if (exp - iat > rules.maxLifetimeS) {
    throw refused(
      `it lives longer than ${String(rules.maxLifetimeS)} seconds`,
      'shorten the lifetime at the issuer or raise jwtVerifier.maxLifetimeS',
    )
  }
  return exp
}
