import { BothKeysError } from '../errors.js'
import type { Clock } from '../model/clock.js'
import type { ClaimOptions } from './claim-mapping.js'
import type { KeySetOption } from './key-source.js'

/** The signature algorithms that are accepted at all: asymmetric ones, so that a verifier can never sign. */
const asymmetric = Object.freeze([
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
] as const)

export type JwtAlgorithm = (typeof asymmetric)[number]

/** What a token must be, and where it says who somebody is. */
export interface JwtVerifierOptions extends ClaimOptions {
  /** The exact `iss`. */
  readonly issuer: string
  /** The exact `aud`, or several of which one must be there. */
  readonly audience: string | readonly string[]
  readonly algorithms: readonly JwtAlgorithm[]
  /** The issuer's keys: a URL, a JWK set or its JSON text. Default: asked of the issuer (OpenID Connect Discovery). */
  readonly jwks?: Exclude<KeySetOption, undefined>
  /** The `typ` header, for example `at+jwt`. Checked when given. */
  readonly typ?: string
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** The longest life that a token may have, in seconds. Default 24 hours. */
  readonly maxLifetimeS?: number
  readonly clock?: Clock
}

const optionNames: ReadonlySet<string> = new Set<keyof JwtVerifierOptions>([
  'agentClass',
  'algorithms',
  'audience',
  'clock',
  'clockToleranceS',
  'issuer',
  'jwks',
  'kind',
  'maxLifetimeS',
  'owners',
  'roleMap',
  'roles',
  'run',
  'typ',
])

/** The checks of a token: what jose is told, and how long a token may live. */
interface VerifyRules {
  readonly issuer: string
  readonly audience: string[]
  readonly algorithms: string[]
  readonly requiredClaims: string[]
  readonly clockTolerance: number
  readonly typ?: string
  readonly maxLifetimeS: number
}

/** Checks the options of `jwtVerifier`. Throws ERR_CONFIG_INVALID that names the option. */
export function verifyRules(options: JwtVerifierOptions): VerifyRules {
  for (const name of Object.keys(options)) {
    if (!optionNames.has(name)) throw wrong(`there is no option ${JSON.stringify(name)}`)
  }
  if (!isName(options.issuer) || options.issuer.includes('#')) throw wrong('issuer must be the exact iss of the tokens')
  const audience = listOf(options.audience, 'audience')
  const algorithms = listOf(options.algorithms, 'algorithms')
  const accepted: readonly string[] = asymmetric
  if (!algorithms.every((algorithm) => accepted.includes(algorithm))) {
    throw wrong(`algorithms may only hold ${asymmetric.join(', ')}`)
  }
  if (options.typ !== undefined && !isName(options.typ)) throw wrong('typ must be a media type')
  return {
    issuer: options.issuer,
    audience,
    algorithms,
    requiredClaims: ['exp', 'sub'],
    maxLifetimeS: withinBounds(options.maxLifetimeS ?? 86_400, 'maxLifetimeS', 1, 366 * 86_400),
    clockTolerance: withinBounds(options.clockToleranceS ?? 5, 'clockToleranceS', 0, 60),
    ...(options.typ === undefined ? {} : { typ: options.typ }),
  }
}

function withinBounds(value: number, option: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw wrong(`${option} must be between ${String(least)} and ${String(most)} seconds`)
}

function listOf(value: unknown, option: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every(isName)) throw wrong(`${option} must name at least one`)
  return [...list]
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `jwtVerifier: ${what}`)
}
