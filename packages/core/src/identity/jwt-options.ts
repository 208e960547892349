import { BothKeysError } from '../errors.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Clock } from '../model/clock.js'
import type { JwtAlgorithm } from './algorithms.js'
import { asymmetric } from './algorithms.js'
import type { ClaimOptions } from './claim-mapping.js'
import type { KeySetOption } from './key-source.js'
import type { DpopOptions } from './dpop-options.js'
import type { HeaderType, TokenType } from './token-header.js'

/** What a token must be, and where it says who somebody is. */
export interface JwtVerifierOptions extends ClaimOptions {
  /** The exact `iss`. */
  readonly issuer: string
  /** The exact `aud`, or several of which one must be there. */
  readonly audience: string | readonly string[]
  /** What may have signed. None is taken for granted, and `none` is no algorithm. */
  readonly algorithms: readonly JwtAlgorithm[]
  /** The issuer's keys: a URL, a JWK set or its JSON text. Default: asked of the issuer (OpenID Connect Discovery). */
  readonly jwks?: Exclude<KeySetOption, undefined>
  /**
   * The `typ` header. Default `at+jwt`: RFC 9068 access tokens, which must also have `client_id`, `iat` and `jti`.
   * `JWT` is for issuers that send that, or no `typ`; ID tokens look alike then, so give it an audience of its own.
   */
  readonly typ?: TokenType
  /**
   * Whether an agent or a workload must be the client itself: `sub` equal to `client_id` (or `azp`).
   * Default true for `at+jwt` and false for `JWT`. A person never is the client, whatever this says.
   */
  readonly subjectIsClient?: boolean
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** The longest life that a token may have, from `iat` to `exp` in seconds. Default one hour, at most a day. */
  readonly maxLifetimeS?: number
  /**
   * Proofs of possession (RFC 9449). Without it, a token that is bound to a key (`cnf`) is refused, and so is a proof.
   * With it, every token must be bound and come with a proof, unless `required` is false.
   */
  readonly dpop?: DpopOptions
  /**
   * The values of `acr` that stand for a login that cannot be phished. They count for a person whose token is bound to a
   * key, and for nobody else. Default: none, such a token is `signed`.
   */
  readonly phishingResistantAcr?: readonly string[]
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/** Every option; docs/tokens.md is kept equal to it by a test. */
export const optionNames: ReadonlySet<string> = new Set<keyof JwtVerifierOptions>([
  'agentClass',
  'algorithms',
  'audience',
  'change',
  'clock',
  'clockToleranceS',
  'dpop',
  'issuer',
  'jwks',
  'kind',
  'maxLifetimeS',
  'owners',
  'phishingResistantAcr',
  'require',
  'roleMap',
  'roles',
  'run',
  'spaceDelimitedRoles',
  'subjectIsClient',
  'typ',
])

/** What is asked of a token. */
export interface TokenRules {
  /** What jose checks with the signature. */
  readonly signed: {
    /** Undefined: `iss` is not looked at, because whose keys signed the token says whose it is. */
    readonly issuer?: string
    readonly audience: string[]
    readonly algorithms: string[]
    readonly requiredClaims: string[]
    readonly clockTolerance: number
  }
  readonly typ: HeaderType
  readonly subjectIsClient: boolean
  readonly toleranceS: number
  readonly maxLifetimeS: number
  readonly mayLackIat?: boolean
  readonly phishingResistantAcr: ReadonlySet<unknown>
}

/** Checks the options of `jwtVerifier`. Throws ERR_CONFIG_INVALID that names the option. */
export function tokenRules(options: JwtVerifierOptions): TokenRules {
  assertKnownOptions('jwtVerifier', options, optionNames)
  return rulesOf('jwtVerifier', options)
}

/** What `rulesOf` looks at. */
type RuleOptions = Pick<
  JwtVerifierOptions,
  | 'issuer'
  | 'audience'
  | 'algorithms'
  | 'typ'
  | 'subjectIsClient'
  | 'clockToleranceS'
  | 'maxLifetimeS'
  | 'phishingResistantAcr'
>

/** The rules that options ask for. `of` names the function in ERR_CONFIG_INVALID. */
export function rulesOf(of: string, options: RuleOptions): TokenRules {
  const wrong = (what: string) => wrongOption(of, what)
  if (!isName(options.issuer) || options.issuer.includes('#')) throw wrong('issuer must be the exact iss of the tokens')
  const audience = listOf(options.audience, 'audience', of)
  const algorithms = listOf(options.algorithms, 'algorithms', of)
  const accepted: readonly string[] = asymmetric
  if (!algorithms.every((algorithm) => accepted.includes(algorithm))) {
    throw wrong(`algorithms may only hold ${asymmetric.join(', ')}`)
  }
  const typ = options.typ ?? 'at+jwt'
  if (!Object.hasOwn(requiredClaims, typ)) throw wrong('typ must be at+jwt or JWT')
  const subjectIsClient = options.subjectIsClient ?? typ === 'at+jwt'
  if (typeof subjectIsClient !== 'boolean') throw wrong('subjectIsClient must be true or false')
  const toleranceS = withinBounds(options.clockToleranceS ?? 5, 0, 60, `${of}: clockToleranceS`)
  return {
    signed: {
      issuer: options.issuer,
      audience,
      algorithms,
      requiredClaims: [...requiredClaims[typ]],
      clockTolerance: toleranceS,
    },
    typ,
    subjectIsClient,
    toleranceS,
    phishingResistantAcr: new Set(acrValues(options, of)),
    maxLifetimeS: withinBounds(options.maxLifetimeS ?? 3_600, 1, 86_400, `${of}: maxLifetimeS`),
  }
}

/** Whatever `acr` is compared with is text: a token without one is equal to none of it. */
function acrValues({ phishingResistantAcr }: RuleOptions, of: string): readonly string[] {
  return phishingResistantAcr === undefined ? [] : listOf(phishingResistantAcr, 'phishingResistantAcr', of)
}

/** Without `iat` nobody can say how long a token lives. `iss` and `aud` are checked anyway. */
const requiredClaims: Readonly<Record<TokenType, readonly string[]>> = {
  'at+jwt': ['exp', 'iat', 'sub', 'client_id', 'jti'],
  JWT: ['exp', 'iat', 'sub'],
}

function withinBounds(value: number, least: number, most: number, option: string): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new BothKeysError(
    'ERR_CONFIG_INVALID',
    `${option} must be between ${String(least)} and ${String(most)} seconds`,
  )
}

function listOf(value: unknown, option: string, of: string): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every(isName)) throw wrongOption(of, `${option} must name at least one`)
  return [...list]
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
