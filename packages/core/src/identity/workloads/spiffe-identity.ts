import { wrongOption } from '../../known-options.js'
import type { JwtAlgorithm } from '../algorithms.js'
import { refused } from '../identifier.js'
import { ownMember } from '../own-member.js'
import type { Verifier } from '../verifier.js'
import { nameIn } from './claim-reader.js'
import type { WorkloadOptions } from './workload-verifier.js'
import { assertPresetOptions, workloadVerifier } from './workload-verifier.js'

/** A trust domain whose JWT-SVIDs open sessions. */
export interface SpiffeIdentityOptions extends WorkloadOptions {
  /** For example `prod.example.org`: the name alone, in lower case. */
  readonly trustDomain: string
  /** The trust domain's bundle: its URL, a JWK set or its JSON text. Only keys of JWT-SVIDs and for signatures count. */
  readonly jwks: NonNullable<WorkloadOptions['jwks']>
  /**
   * The exact `iss`. A JWT-SVID needs none; left out, `iss` is not looked at, because the keys of the trust domain say whose
   * the token is.
   */
  readonly issuer?: string
  /** Those of the JWT-SVID specification, section 2.1. Default `ES256` and `RS256`. */
  readonly algorithms?: readonly SpiffeAlgorithm[]
}

/** What signs JWT-SVIDs (JWT-SVID specification, section 2.1). */
export type SpiffeAlgorithm = Exclude<JwtAlgorithm, 'EdDSA' | 'Ed25519'>

/** The options that are not those of every preset; docs/workloads.md is kept equal to them by a test. */
export const spiffeNames = ['algorithms', 'issuer', 'trustDomain', 'workloads'] as const

/** SPIFFE-ID, section 2.1. */
const domainForm = /^[a-z0-9._-]{1,255}$/u
/** SPIFFE-ID, section 2.2: segments of letters, digits and `.-_`, none of them empty, `.` or `..`. */
const segmentForm = /^[A-Za-z0-9._-]+$/u
/** SPIFFE-ID, section 2.3. */
const maxIdLength = 2048

/**
 * Lets the workloads of a SPIFFE trust domain in, by their JWT-SVIDs (SPIFFE JWT-SVID, sections 2 to 4). The account is the
 * SPIFFE ID, its issuer `spiffe://` and the trust domain; the kind is `workload` or what the table says, the level `channel`.
 * Refuses an ID of another trust domain or form, a header that no JWT-SVID has, and whoever is not listed: ERR_TOKEN_INVALID.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * spiffeIdentity({
 *   trustDomain: 'prod.example.org',
 *   audience: 'bothkeys://orders/session',
 *   jwks: 'https://spire.example.org/bundle',
 *   workloads: { 'spiffe://prod.example.org/ns/shop/sa/nightly': { roles: ['ingest'], agentClass: 'nightly' } },
 * })
 */
export function spiffeIdentity(options: SpiffeIdentityOptions): Verifier {
  const of = 'spiffeIdentity'
  assertPresetOptions(of, options, spiffeNames)
  const { algorithms = ['ES256', 'RS256'], issuer, jwks, trustDomain } = options
  if (typeof trustDomain !== 'string' || !domainForm.test(trustDomain))
    throw wrongOption(of, 'trustDomain must be the name of a trust domain, in lower case')
  if ((jwks as unknown) === undefined) throw wrongOption(of, 'jwks must be the bundle of the trust domain')
  if (issuer !== undefined && (typeof issuer !== 'string' || issuer === ''))
    throw wrongOption(of, 'issuer must be an iss')
  if (!Array.isArray(algorithms) || algorithms.some((algorithm) => String(algorithm).startsWith('Ed')))
    throw wrongOption(of, 'algorithms may only hold those of the JWT-SVID specification')
  const inDomain = (id: string) => isSpiffeId(id, trustDomain)
  return workloadVerifier(
    {
      of,
      verifiedBy: 'spiffe',
      issuer: `spiffe://${trustDomain}`,
      algorithms,
      isName: inDomain,
      nameOf(claims) {
        const id = nameIn(claims, 'sub')
        if (!inDomain(id)) throw refused('its sub is no SPIFFE ID of the trust domain')
        return { id, name: id }
      },
      profile({ signed: { issuer: _domain, ...signed }, ...rules }) {
        return {
          // Section 3: `exp`, `aud` and `sub` are all that a JWT-SVID must have.
          rules: {
            ...rules,
            signed: { ...signed, ...(issuer === undefined ? {} : { issuer }), requiredClaims: ['exp', 'sub'] },
            typ: 'JWT-SVID',
            mayLackIat: true,
          },
          readKeys: svidKeys,
        }
      },
    },
    options,
  )
}

/** Whether a text is the SPIFFE ID of a workload of the trust domain, in the one form that SPIFFE-ID section 2 gives it. */
function isSpiffeId(id: string, trustDomain: string): boolean {
  const start = `spiffe://${trustDomain}/`
  if (id.length > maxIdLength || !id.startsWith(start)) return false
  return id
    .slice(start.length)
    .split('/')
    .every((segment) => segmentForm.test(segment) && segment !== '.' && segment !== '..')
}

/**
 * The keys of JWT-SVIDs as others know keys for signatures: `use` is `jwt-svid` in a bundle (SPIFFE Trust Domain and Bundle,
 * section 4.2.2). Those of X.509-SVIDs stay what they are, and fit no token.
 */
function svidKeys(keys: readonly unknown[]): readonly unknown[] {
  return keys.map((key) => {
    if (ownMember(key, 'use') !== 'jwt-svid') return key
    const { use: _use, ...used } = key as { readonly use: string }
    return used
  })
}
