import type { Clock } from '../../model/clock.js'
import { assertKnownOptions } from '../../known-options.js'
import { ownMember } from '../own-member.js'
import { refused } from '../identifier.js'
import type { JwtAlgorithm } from '../algorithms.js'
import { rulesOf } from '../jwt-options.js'
import type { TokenProfile } from '../jwt-verifier.js'
import { tokenVerifier } from '../jwt-verifier.js'
import type { KeySetOption } from '../key-source.js'
import type { Verifier } from '../verifier.js'
import type { WorkloadTable } from './workload-table.js'
import { workloadsOf } from './workload-table.js'

/** What every platform is told. */
export interface WorkloadOptions {
  /**
   * The exact `aud`, or several of which the token names one. Give this guard one of its own: whoever gets a token that is for
   * several can use it at each of them.
   */
  readonly audience: string | readonly string[]
  /** The workloads that are let in. */
  readonly workloads: WorkloadTable
  /** The public keys: a URL, a JWK set or its JSON text. Default: asked of the issuer (OpenID Connect Discovery). */
  readonly jwks?: Exclude<KeySetOption, undefined>
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** The longest life that a token may have, in seconds. Default one hour, at most a day. */
  readonly maxLifetimeS?: number
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/** The options that every preset has, besides its table. */
export const commonNames = [
  'audience',
  'clock',
  'clockToleranceS',
  'jwks',
  'maxLifetimeS',
] as const satisfies readonly (keyof WorkloadOptions)[]

/** Refuses options of a preset that do not exist. Throws ERR_CONFIG_INVALID. */
export function assertPresetOptions(of: string, options: unknown, own: readonly string[]): void {
  assertKnownOptions(of, options, new Set([...commonNames, ...own]))
}

/** Who a token is: the account, and what the platform calls the workload in its table. */
export interface NamedWorkload {
  readonly id: string
  readonly name: string
}

/** Where a platform differs from the others. */
export interface WorkloadPlatform {
  /** The function, for errors. */
  readonly of: string
  /** How principals were verified, for the record. */
  readonly verifiedBy: string
  /** Whose the accounts are, and the exact `iss` unless that is given apart. */
  readonly issuer: string
  readonly algorithms: readonly JwtAlgorithm[]
  /** What the table is called among the options. Default `workloads`. */
  readonly table?: string
  readonly isName: (name: string) => boolean
  /** Who a token is, when its claims are what the platform sends. Throws ERR_TOKEN_INVALID. */
  readonly nameOf: (claims: unknown) => NamedWorkload
  /** Changes rules and keys where a platform has its own. */
  readonly profile?: (rules: TokenProfile['rules']) => Pick<TokenProfile, 'rules' | 'readKeys'>
}

/**
 * The verifier of one platform's tokens: as strict as `jwtVerifier` with `typ: 'JWT'`, for the workloads of a table alone. The
 * run is the same for every token of an account: neither a new pod nor a new job begins a new one, so that none resets a wall
 * or a window.
 */
export function workloadVerifier(platform: WorkloadPlatform, options: WorkloadOptions): Verifier {
  const { algorithms, issuer, nameOf, of } = platform
  const workloads = workloadsOf(options.workloads, platform.isName, `${of}.${platform.table ?? 'workloads'}`)
  const { audience, clock, clockToleranceS, jwks, maxLifetimeS } = options
  const rules = rulesOf(of, {
    issuer,
    audience,
    algorithms,
    typ: 'JWT',
    ...(clockToleranceS === undefined ? {} : { clockToleranceS }),
    ...(maxLifetimeS === undefined ? {} : { maxLifetimeS }),
  })
  return tokenVerifier({
    ...(platform.profile?.(rules) ?? { rules }),
    issuer,
    jwks,
    clock,
    verifiedBy: platform.verifiedBy,
    read(claims) {
      if (ownMember(claims, '_claim_names') !== undefined)
        throw refused('its claims stand elsewhere, and no platform sends that')
      const { id, name } = nameOf(claims)
      const workload = workloads.get(name)
      if (workload === undefined)
        throw refused('it is of a workload that is not listed', `list it in ${of}.${platform.table ?? 'workloads'}`)
      workload.assertClaims?.(claims)
      const { agentClass, kind, owners, roles } = workload
      return { id, kind, owners, agentClass, runRoot: undefined, change: undefined, roles }
    },
  })
}
