import type { BothKeysError, Clock, ForwardTime } from '@bothkeys/core/verifier'
import { systemClock } from '@bothkeys/core/verifier'
import { forwardTimeOf } from './forward-time-of.js'
import { entityId, secondsIn, secureUrl, wrongOption } from './option-values.js'
import { publicKeyPem } from './public-key.js'
import type { SeenAssertions } from './seen-assertions.js'

/** Whose responses are accepted, and for whom they must be. */
export interface SamlOptions {
  /** The entity id of the identity provider: the exact Issuer of every response. */
  readonly issuer: string
  /** Its certificates or public keys, each as PEM: RSA of 2048 bits or more. List the next one before the keys change. */
  readonly certificates: string | readonly string[]
  /** Our own entity id: what the assertions must be for. */
  readonly audience: string
  /** The exact address that responses are posted to: https, or http on loopback. */
  readonly callbackUrl: string
  /** What must be signed. Default: the response, the assertion or both, and every signature that is there must be right. */
  readonly signed?: 'assertion' | 'both' | 'response'
  /** What remembers used assertions, `seenAssertions()` for one process. */
  readonly seen: SeenAssertions
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** The longest time from when an assertion is issued until it expires, in seconds. Default one hour, at most a day. */
  readonly maxLifetimeS?: number
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/** The names of the options. */
export const samlOptionNames = [
  'audience',
  'callbackUrl',
  'certificates',
  'clock',
  'clockToleranceS',
  'issuer',
  'maxLifetimeS',
  'seen',
  'signed',
] as const satisfies readonly (keyof SamlOptions)[]

const maxCertificates = 8

/** The options, checked. */
export interface SamlRules {
  readonly issuer: string
  readonly audience: string
  readonly callbackUrl: string
  readonly keys: readonly string[]
  readonly needsAssertionSigned: boolean
  readonly needsResponseSigned: boolean
  readonly seen: SeenAssertions
  readonly toleranceMs: number
  readonly maxLifetimeMs: number
  readonly time: ForwardTime
}

/** Checks the options; `of` names the function. Throws ERR_CONFIG_INVALID that names the option. */
export function samlRules(of: string, options: SamlOptions): SamlRules {
  const wrong = (what: string): BothKeysError => wrongOption(of, what)
  const { certificates, seen, signed } = options
  const pems: readonly unknown[] = Array.isArray(certificates) ? certificates : [certificates]
  // Each is tried, and a response costs as much again for each.
  if (pems.length === 0 || pems.length > maxCertificates)
    throw wrong(`certificates must hold between 1 and ${String(maxCertificates)}`)
  if (signed !== undefined && !['assertion', 'both', 'response'].includes(signed))
    throw wrong('signed must be assertion, response or both')
  if (typeof (seen as Partial<SeenAssertions> | undefined)?.use !== 'function')
    throw wrong('seen must be what remembers used assertions: seenAssertions()')
  return {
    issuer: entityId(options.issuer, 'issuer', wrong),
    audience: entityId(options.audience, 'audience', wrong),
    callbackUrl: secureUrl(options.callbackUrl, 'callbackUrl', wrong),
    keys: pems.map((pem) => publicKeyPem(pem, wrong)),
    needsAssertionSigned: signed === 'assertion' || signed === 'both',
    needsResponseSigned: signed === 'response' || signed === 'both',
    seen,
    toleranceMs: secondsIn(options.clockToleranceS ?? 5, { option: 'clockToleranceS', least: 0, most: 60 }, wrong),
    maxLifetimeMs: secondsIn(options.maxLifetimeS ?? 3_600, { option: 'maxLifetimeS', least: 1, most: 86_400 }, wrong),
    time: forwardTimeOf(options.clock ?? systemClock),
  }
}
