import { approvalTokens } from '../identity/approval-token.js'
import { refused } from '../identity/identifier.js'
import type { KeySetOption } from '../identity/key-source.js'
import { wrongOption } from '../known-options.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { ApprovalLevel } from '../model/decision.js'
import { lowerLevel } from '../model/level.js'
import type { Approver } from './approver.js'
import type { PeopleLookup } from './people.js'
import { personOf, withoutRoles } from './people.js'

/** Whose signatures are approvals, and who the people are that decided. */
export interface SignedEvidenceOptions {
  /** The exact `iss` of the approvals: the relay or command line that asks people. */
  readonly issuer: string
  /** The issuer's public keys: a URL, a JWK set or its JSON text. No process of an agent holds the private ones. */
  readonly jwks: Exclude<KeySetOption, undefined>
  /**
   * Who somebody is. Left out: the guard's directory says it. Roles come from there alone; whatever an approval says about
   * them means nothing.
   */
  readonly people?: PeopleLookup
  /** The most that the keys prove, whatever an approval says. Default `signed`. */
  readonly level?: Exclude<ApprovalLevel, 'asserted'>
  /** How far the clocks may differ, in seconds. Default 5, at most 60. */
  readonly clockToleranceS?: number
  /** Default: the system's clock. */
  readonly clock?: Clock
}

/**
 * The level and the check of an approver whose answers are signed approvals. `of` names the function whose options they are.
 * Throws ERR_CONFIG_INVALID when one is wrong.
 */
export function signedEvidence(
  of: string,
  options: SignedEvidenceOptions,
): Required<Pick<Approver, 'level' | 'verify'>> {
  const { clock = systemClock, clockToleranceS = 5, issuer, jwks, level = 'signed', people = withoutRoles } = options
  if (typeof issuer !== 'string' || issuer === '')
    throw wrongOption(of, 'issuer must be the exact iss of the approvals')
  if (typeof people !== 'function') throw wrongOption(of, 'people must be a function that says who somebody is')
  if (!(clockToleranceS >= 0 && clockToleranceS <= 60))
    throw wrongOption(of, 'clockToleranceS must be between 0 and 60 seconds')
  const read = approvalTokens({ issuer, jwks, clock, toleranceS: clockToleranceS })
  return {
    level,
    async verify(evidence, about, signal, asOfMs) {
      const approval = await read(evidence, about, signal, asOfMs)
      if (approval.level === 'asserted') throw refused('nobody authenticated for it', 'have the approver log in')
      const { expiresAtMs, subject } = approval
      const proven = lowerLevel(approval.level, level)
      const account = { subject, verifiedBy: 'signed-approval', level: proven, expiresAtMs }
      return {
        decision: approval.decision,
        stage: approval.stage,
        reason: approval.reason,
        level: proven,
        id: `${issuer}#${approval.id}`,
        approver: await personOf(people, account, signal),
      }
    },
  }
}
