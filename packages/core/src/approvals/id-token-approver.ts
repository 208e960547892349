import { idTokens } from '../identity/id-token.js'
import type { JwtAlgorithm } from '../identity/algorithms.js'
import type { KeySetOption } from '../identity/key-source.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { ApprovalRequest, Approver } from './approver.js'
import type { PeopleLookup } from './people.js'
import { personOf, withoutRoles } from './people.js'

/** Whose logins are approvals, and who the people are that logged in. */
export interface IdTokenApproverOptions {
  /** Stands in the record beside each vote. */
  readonly name: string
  /** The exact `iss` of the ID tokens. */
  readonly issuer: string
  /** The client that people log in at to decide. No agent uses it. */
  readonly clientId: string
  /** The issuer's keys. Default: asked of the issuer (OpenID Connect Discovery). */
  readonly jwks?: Exclude<KeySetOption, undefined>
  /** Default ES256, EdDSA, Ed25519, PS256 and RS256. */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** Who somebody is. Left out: the guard's directory says it. */
  readonly people?: PeopleLookup
  /** The longest time between login and vote, in seconds. Default 300, at most 3,600. Ask the issuer for `max_age`. */
  readonly maxAgeS?: number
  /** The values of `acr` that stand for a login that cannot be phished. Default: none, every login is `signed`. */
  readonly phishingResistantAcr?: readonly string[]
  /** Tells the people's side of a new request. Throwing means that nobody was told. */
  readonly notify?: (request: ApprovalRequest, signal: AbortSignal) => Promise<void>
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** Default: the system's clock. */
  readonly clock?: Clock
}

const optionNames: ReadonlySet<string> = new Set<keyof IdTokenApproverOptions>([
  'name',
  'issuer',
  'clientId',
  'jwks',
  'algorithms',
  'people',
  'maxAgeS',
  'phishingResistantAcr',
  'notify',
  'clockToleranceS',
  'clock',
])

/**
 * An approver that needs no key of its own: a person decides by logging in with the `nonce` of the decision
 * (`statementNonce`), and the ID token that the identity provider signs is the evidence. It is handed in with
 * `guard.approvals.submit` and checked again right before the action runs.
 * Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * idTokenApprover({ name: 'login', issuer: 'https://login.example', clientId: 'approvals' })
 */
export function idTokenApprover(options: IdTokenApproverOptions): Approver {
  assertKnownOptions('idTokenApprover', options, optionNames)
  const { clientId, issuer, jwks, name, notify, people = withoutRoles } = options
  if (![issuer, clientId].every((text) => typeof text === 'string' && text !== ''))
    throw wrongOption('idTokenApprover', 'issuer and clientId must be given')
  if (typeof people !== 'function')
    throw wrongOption('idTokenApprover', 'people must be a function that says who somebody is')
  const phishingResistantAcr = options.phishingResistantAcr ?? []
  const read = idTokens({
    issuer,
    clientId,
    ...(jwks === undefined ? {} : { jwks }),
    algorithms: options.algorithms ?? ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'],
    maxAgeS: within(options.maxAgeS ?? 300, 'maxAgeS', 1, 3_600),
    toleranceS: within(options.clockToleranceS ?? 5, 'clockToleranceS', 0, 60),
    phishingResistantAcr,
    clock: options.clock ?? systemClock,
  })
  return Object.freeze({
    name,
    level: phishingResistantAcr.length > 0 ? 'phishing-resistant' : 'signed',
    async ask(request, _vote, signal): Promise<void> {
      await notify?.(request, signal)
    },
    async verify(evidence, about, signal, asOfMs) {
      const { decision, expiresAtMs, id, level, subject } = await read(evidence, about, signal, asOfMs)
      const approver = await personOf(people, { subject, verifiedBy: 'id-token', level, expiresAtMs }, signal)
      return { decision, stage: undefined, level, id: `${issuer}#${id}`, approver }
    },
  } satisfies Approver)
}

function within(value: number, option: string, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw wrongOption('idTokenApprover', `${option} must be between ${String(least)} and ${String(most)} seconds`)
}
